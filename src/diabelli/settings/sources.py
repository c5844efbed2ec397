"""What may be sent."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class InputSettings(BaseModel):
    """What may be sent"""

    inputs: Literal["openai", "any"] = Field(
        "openai",
        description="What a source may be: `openai` takes square PNGs of less than 4 MB, `any` "
        "also takes JPEG, WebP, AVIF, GIF's first frame, and every shape.",
    )
    max_body_bytes: int = Field(
        26_214_400, ge=1024, description="The size that a request's body may have, in bytes."
    )
    body_timeout_s: float = Field(
        30, gt=0, description="How long a client may pause while it sends a body, in seconds."
    )
