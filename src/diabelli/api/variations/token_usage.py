"""`usage` in a reply: what the pictures count in tokens, for models that the settings meter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from diabelli.settings.metering import Size, TokenRule


class TokenDetails(TypedDict):
    """What the tokens are for. A variation is made without words, so `text_tokens` is 0."""

    image_tokens: int
    text_tokens: int


class TokenUsage(TypedDict):
    """Every field of the published `usage`: strict clients refuse a part of it."""

    input_tokens: int
    input_tokens_details: TokenDetails
    output_tokens: int
    output_tokens_details: TokenDetails
    total_tokens: int


def usage_of(
    rules: Mapping[str, TokenRule], *, model: str, n: int, size: Size
) -> TokenUsage | None:
    """The usage of a request for `n` variations of that size; None for a model without a rule."""
    rule = rules.get(model)
    if rule is None:
        return None
    made = n * rule.variation[size]
    return {
        "input_tokens": rule.source,
        "input_tokens_details": {"image_tokens": rule.source, "text_tokens": 0},
        "output_tokens": made,
        "output_tokens_details": {"image_tokens": made, "text_tokens": 0},
        "total_tokens": rule.source + made,
    }
