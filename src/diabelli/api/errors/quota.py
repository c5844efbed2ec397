"""Message and headers of rate limits, in OpenAI's format."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from diabelli.errors import QuotaExceeded

if TYPE_CHECKING:
    from diabelli.quota.quota import LimitStatus

PERIODS = {"minute": "1min", "day": "1day", "concurrent": "at once"}
"""OpenAI's notation of a limit's period; `at once` extends it to concurrent images."""


def ratelimit_headers(statuses: Sequence[LimitStatus]) -> dict[str, str]:
    """Return the `x-ratelimit-*` headers of the limit per period with the fewest images left.

    Limits on concurrent images have no headers: without a limit per period, the result is empty.
    """
    periodic = [status for status in statuses if status.per != "concurrent"]
    if not periodic:
        return {}
    least = min(periodic, key=lambda status: (status.remaining, -status.reset_s))
    return _ratelimit(least.limit, least.remaining, least.reset_s)


def refusal_headers(refused: QuotaExceeded) -> Mapping[str, str]:
    """Return `retry-after`, or `x-should-retry: false` if no retry can work, and the limit."""
    remaining = max(0, refused.limit - refused.used)
    retry = (
        {"x-should-retry": "false"}
        if refused.wait_s is None
        else {"retry-after": str(math.ceil(refused.wait_s) or 1)}
    )
    return {**retry, **_ratelimit(refused.limit, remaining, refused.reset_s)}


def refusal_message(refused: QuotaExceeded) -> str:
    """Return OpenAI's message for an exceeded limit."""
    unit = "concurrent images" if refused.per == "concurrent" else f"images per {refused.per}"
    owner = "this API key" if refused.subject == "key" else "this end-user"
    period = PERIODS[refused.per]
    advice = (
        f"Please ask for {refused.limit} images or fewer."
        if refused.wait_s is None
        else f"Please try again in {format_duration(refused.wait_s)}."
    )
    return (
        f"Rate limit exceeded for {unit} on {owner}. Limit: {refused.limit}/{period}. "
        f"Current: {refused.used + refused.asked}/{period}. {advice}"
    )


def format_duration(seconds: float) -> str:
    """Return a duration as in OpenAI's headers, rounded up: `1s`, `6m0s`, `23h59m59s`."""
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{head}{rest}s"


def _ratelimit(limit: int, remaining: int, reset_s: float) -> dict[str, str]:
    return {
        "x-ratelimit-limit-images": str(limit),
        "x-ratelimit-remaining-images": str(remaining),
        "x-ratelimit-reset-images": format_duration(reset_s),
    }
