"""The rule of repetition: which responses are repeated, and after how many seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from diabelli.errors import InvalidParameter

_STATUSES = frozenset((408, 409, 429))
_FIRST_DELAY_S = 0.5
"""Delay before the first repetition of a request without `Retry-After`; then it doubles."""
_LONGEST_DELAY_S = 8.0
"""Longest delay without `Retry-After`."""


@dataclass(frozen=True, slots=True)
class Retries:
    """Limits of repetition.

    Attributes:
        most: maximum number of repetitions of one request.
        longest_wait_s: a longer `Retry-After` is not waited for; the error is raised at once.

    Raises:
        InvalidParameter: `most` is negative.
    """

    most: int
    longest_wait_s: float

    def __post_init__(self) -> None:
        if self.most < 0:
            raise InvalidParameter(
                f"max_retries {self.most} is not accepted: a whole number from 0",
                param="max_retries",
            )

    def delay_s(self, attempt: int, status: int, headers: Mapping[str, str]) -> float | None:
        """Return the seconds until the next attempt; None if there is none.

        Args:
            attempt: number of attempts so far, at least 1.
            status: HTTP status; 0 if no answer arrived.
            headers: of the response; names in lower case.
        """
        if attempt > self.most or headers.get("x-should-retry") == "false":
            return None
        if status and status < 500 and status not in _STATUSES:
            return None
        delay = _seconds(headers.get("retry-after"))
        if delay is None:
            delay = min(_FIRST_DELAY_S * 2 ** (attempt - 1), _LONGEST_DELAY_S)
        return delay if delay <= self.longest_wait_s else None


def _seconds(text: str | None) -> float | None:
    try:
        return None if text is None else max(0.0, float(text))
    except ValueError:
        return None
