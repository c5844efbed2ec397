"""The `usage` field of a response, for models that the settings meter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diabelli.settings.images import Size, TokenRule


def usage_of(
    rules: Mapping[str, TokenRule], *, model: str, n: int, size: Size
) -> dict[str, Any] | None:
    """Return every field of the published `usage`, or None if the model has no rule.

    Strict clients reject a partial `usage`. `text_tokens` is 0: a variation has no prompt.
    """
    rule = rules.get(model)
    if rule is None:
        return None
    output = n * rule.variation[size]
    return {
        "input_tokens": rule.source,
        "input_tokens_details": {"image_tokens": rule.source, "text_tokens": 0},
        "output_tokens": output,
        "output_tokens_details": {"image_tokens": output, "text_tokens": 0},
        "total_tokens": rule.source + output,
    }
