"""A sliding window counter: how much of a limit is used, and when there is room again.

Two adjoining windows are counted. The current one counts wholly, the one before it by the share of
it that still lies within the last `length_s` seconds, as if its images had been made evenly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What was counted.

    Attributes:
        length_s: of each window, in seconds.
        before, current: images in the window before this one and in this one.
        left_s: until this window ends, in seconds, 0 to `length_s`.
    """

    length_s: float
    before: int
    current: int
    remaining_s: float

    @property
    def used(self) -> int:
        """How many images count now."""
        return floor(self._weighed())

    def with_added(self, images: int) -> Window:
        """The same window with that many images more in it."""
        return replace(self, current=self.current + images)

    def wait_s(self, images: int, limit: int) -> float | None:
        """How long until that many images more fit under the limit; None: they never do."""
        if images > limit:
            return None
        # floor(weighed) + images <= limit, as the `limits` package has it.
        room = limit - images + 1
        if self._weighed() < room:
            return 0.0
        if self.before and self.current < room:
            return self.remaining_s - (room - self.current) * self.length_s / self.before
        return self.remaining_s + self.length_s * max(0.0, 1 - room / self.current)

    def _weighed(self) -> float:
        return self.before * self.remaining_s / self.length_s + self.current
