"""How much may wait, and for how long."""

from __future__ import annotations

from pydantic import BaseModel, Field


class LoadSettings(BaseModel):
    """Load and patience"""

    queue: int = Field(
        64,
        ge=1,
        description="How many variations may be in the making or waiting for their turn; more are "
        "refused at once with 503.",
    )
    deadline_s: float = Field(
        120,
        gt=0,
        description="How long a request may wait and be worked on once its body has arrived, in "
        "seconds; then it is given up with 503.",
    )
    stop_grace_s: float = Field(
        30,
        ge=0,
        description="How long requests may go on after the server was told to stop, in seconds; "
        "meanwhile new ones are refused with 503.",
    )
    workers: int = Field(
        1,
        ge=1,
        le=64,
        description="How many processes serve; `threads` and `queue` are shared out among them.",
    )
