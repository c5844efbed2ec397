"""Sliding window counter: the used part of a limit, and the wait until a request fits.

Images are counted in adjoining windows of fixed length, aligned to the Unix epoch. The current
window counts in full. The previous one is weighted by its share within the last `length_s`
seconds, on the assumption that its images were spread evenly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The two counts of a sliding window counter.

    Attributes:
        length_s: Length of each window, in seconds.
        before: Images in the previous window.
        current: Images in the current window.
        remaining_s: Seconds until the current window ends, 0 to `length_s`.
    """

    length_s: float
    before: int
    current: int
    remaining_s: float

    @property
    def used(self) -> int:
        """Images that count now."""
        return floor(self._weighted())

    def with_added(self, images: int) -> Window:
        """Return the window with more images in its current count."""
        return replace(self, current=self.current + images)

    def wait_s(self, images: int, limit: int) -> float | None:
        """Return the seconds until `images` more fit under `limit`.

        Args:
            images: Images of the request.
            limit: Allowed images per window.

        Returns:
            0 if they fit now; None if `images` exceeds `limit`.
        """
        if images > limit:
            return None
        # They fit when floor(weighted) + images <= limit, that is when weighted < room.
        room = limit - images + 1
        if self._weighted() < room:
            return 0.0
        if self.before and self.current < room:
            return self.remaining_s - (room - self.current) * self.length_s / self.before
        return self.remaining_s + self.length_s * max(0.0, 1 - room / self.current)

    def _weighted(self) -> float:
        return self.before * self.remaining_s / self.length_s + self.current
