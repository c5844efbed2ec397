"""Settings of content credentials."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field


class CredentialSettings(BaseModel):
    """Content credentials"""

    credentials_certificate: Path | None = Field(
        None,
        description="PEM file with the certificates that sign each picture's content credentials "
        "(C2PA), the signer's first; unset signs nothing.",
    )
    credentials_key: Path | None = Field(
        None,
        description="PEM file with the private key of the first certificate, without a password.",
    )
    credentials_source: bool = Field(
        False,
        description="Whether the content credentials name the SHA-256 of the source file.",
    )
