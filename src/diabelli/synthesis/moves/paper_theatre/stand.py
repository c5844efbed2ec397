"""Stand of a figure: where it is in a landscape."""

from __future__ import annotations

from typing import NamedTuple

from diabelli.synthesis.moves.paper_theatre.stage import Stage


class Stand(NamedTuple):
    """Where the figure stands; it goes on below the sheet before all.

    Attributes:
        x: of its middle.
        top: y of its top.
        reach: half of its width.
    """

    x: float
    top: float
    reach: float

    def hides(self, x: float, y: float) -> bool:
        """Return whether a place may be of the figure."""
        return abs(x - self.x) < self.reach and self.top < y

    def free_side(self, stage: Stage) -> float:
        """Return the side with more room, -1 or 1; a random one beside a figure in the middle."""
        if abs(self.x) < 0.05:
            return 1.0 if stage.between(0, 1) < 0.5 else -1.0
        return -1.0 if self.x > 0 else 1.0

    def beside(self, stage: Stage, radius: float) -> float:
        """Return a random x on that side for a sun, beside the figure where there is room."""
        side = self.free_side(stage)
        away = side * self.x + self.reach + radius * stage.between(0.5, 1.2)
        most = stage.wide / 2 - 0.06 - 0.5 * radius
        return side * max(min(away, most), 0.2 * stage.wide)

    def behind(self, stage: Stage, radius: float, horizon: float) -> tuple[float, float]:
        """Return a place for a sun of a radius behind the top of the figure, above a horizon."""
        x = self.x + stage.between(-0.04, 0.04)
        return x, min(horizon - 0.12, self.top + 0.3 * radius)
