"""What is kept, where, and for how long."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, SecretStr

LEDGERS = ("sqlite:///", "postgresql://")


def _one_of_ours(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(LEDGERS):
        raise ValueError(f"a ledger's URL starts with {' or '.join(LEDGERS)}")
    return url


class StorageSettings(BaseModel):
    """What is kept"""

    data_dir: Path = Field(
        Path("data"),
        description="The folder for result pictures and the secret that signs their links; it is "
        "made on first start, readable by its owner alone.",
    )
    lifetime_s: int = Field(
        3600,
        ge=1,
        description="How long a link to a result picture works, in seconds; then it is removed.",
    )
    ledger: Annotated[SecretStr, AfterValidator(_one_of_ours)] | None = Field(
        None,
        description="Where the ledger is kept, as `sqlite:///PATH` or "
        "`postgresql://USER:PASSWORD@HOST/NAME`; without it, in `ledger.sqlite3` in `data_dir`.",
    )
    retention_days: int = Field(
        90,
        ge=1,
        description="How long the ledger remembers a request, in days; then its entry is removed.",
    )
