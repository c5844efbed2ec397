"""What the server tells of itself."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class LogSettings(BaseModel):
    """Logs and metrics"""

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important messages that are logged."
    )
    log_format: Literal["text", "json"] = Field(
        "text",
        description="How each event is written to stderr: as a line to read, or as a JSON object.",
    )
    log_users: bool = Field(
        False,
        description="Whether the log names the end-user of a request; the ledger does in any case.",
    )
    metrics: Literal["key", "open", "off"] = Field(
        "key",
        description="Who may read `/metrics`: `key` asks for an admin key, unless the server is on "
        "a loopback address, without `no-auth`, and no key is made; `open` asks for none; `off` "
        "serves none.",
    )
