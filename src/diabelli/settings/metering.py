"""What a request counts in tokens, for clients that reckon in them."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, field_validator

Size: TypeAlias = Literal["256x256", "512x512", "1024x1024"]


class TokenRule(BaseModel):
    """How many tokens a model's pictures count.

    Attributes:
        source: for the source of a request.
        variation: for each variation, by its size.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: NonNegativeInt = 0
    variation: dict[Size, NonNegativeInt]

    @field_validator("variation")
    @classmethod
    def _every_size(cls, variation: dict[Size, int]) -> dict[Size, int]:
        missing = [size for size in get_args(Size) if size not in variation]
        if missing:
            raise ValueError(f"`variation` says nothing of {', '.join(missing)}")
        return variation


class TokenSettings(BaseModel):
    """Metering"""

    metering: dict[str, TokenRule] = Field(
        {},
        description="Model names, each with the tokens that a `source` and a `variation` of each "
        "size count; replies for such a model carry `usage`, all others do not.",
    )
