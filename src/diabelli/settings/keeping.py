"""What is kept, where, and for how long."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field


class Keeping(BaseModel):
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
