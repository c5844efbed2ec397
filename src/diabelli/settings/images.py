"""Settings of pictures and engines: accepted inputs, models, threads and token counts."""

from __future__ import annotations

import os
from typing import Literal, TypeAlias, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    ValidationInfo,
    field_validator,
)

Size: TypeAlias = Literal["256x256", "512x512", "1024x1024"]


def _cores() -> int:
    """number of CPU cores"""
    return os.cpu_count() or 1


class InputSettings(BaseModel):
    """Inputs"""

    inputs: Literal["openai", "any"] | None = Field(
        None,
        description="Accepted sources: `openai` accepts square PNGs of less than 4 MB, `any` "
        "also accepts JPEG, WebP, AVIF, the first frame of a GIF, and all shapes. Unset means "
        "`any` on a loopback address and `openai` where other machines reach the server.",
    )
    max_body_bytes: int = Field(
        26_214_400, ge=1024, description="Maximum size of a request body in bytes."
    )
    body_timeout_s: float = Field(
        30,
        gt=0,
        description="Maximum pause of a client while it sends a body, in seconds; the whole body "
        "must arrive within ten times that.",
    )


class EngineSettings(BaseModel):
    """Engines and threads"""

    engine: str = Field("patch", description="The engine for requests that name no other model.")
    models: dict[str, str] = Field(
        {},
        description="Model names that clients may send, each with its engine; `dall-e-2` always "
        "exists and uses the default engine unless it is set here.",
    )
    threads: int = Field(
        default_factory=_cores,
        ge=1,
        le=1024,
        description="Number of variations computed at the same time.",
    )

    @field_validator("models")
    @classmethod
    def _add_dall_e_2(cls, models: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        return {"dall-e-2": info.data.get("engine", ""), **models}


class TokenRule(BaseModel):
    """Token counts of one model.

    Attributes:
        source: Tokens of the source of a request.
        variation: Tokens of one variation, by its size.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: NonNegativeInt = 0
    variation: dict[Size, NonNegativeInt]

    @field_validator("variation")
    @classmethod
    def _require_every_size(cls, variation: dict[Size, int]) -> dict[Size, int]:
        if missing := [size for size in get_args(Size) if size not in variation]:
            raise ValueError(f"`variation` has no value for {', '.join(missing)}")
        return variation


class TokenSettings(BaseModel):
    """Token counts"""

    metering: dict[str, TokenRule] = Field(
        {},
        description="Model names, each with the tokens of a `source` and of a `variation` by size; "
        "only responses for these models have `usage`.",
    )
