"""Frames: which part of the source a canvas shows.

In half the layouts the frame is closer than the source; then it cuts nothing of the subject that
the source does not cut itself, for nobody crops a picture through a head.  In the others it reaches
beyond those edges of the source along which all is free, so that the subject gets smaller and more
of its surroundings is made.  It never reaches below the lower edge: what stands there is nearest
and largest, and would be seen again upside down.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from diabelli.synthesis.dial import Dial
from diabelli.synthesis.resample import Floats, crop
from diabelli.synthesis.rigidity import GRID
from diabelli.synthesis.stream import Stream

TRIES = 12
"""Frames that are tried until one cuts nothing; four times, they come less close."""
CUT = 0.15
"""How much of what is salient the eighth of an edge that cuts most may cut, 0..1."""
WIDER = 1.2
"""How much further a frame may reach beyond the source's edges than into it."""
LOOSE = 0.6
"""Where the sixth of an edge that is most rigid is as rigid as that, nothing is added beyond it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A part of the source: top, left, height and width as shares of its sides; beyond 0..1 it
    reaches out of it."""

    top: float
    left: float
    height: float
    width: float

    def within(self, values: Floats) -> Floats:
        """The part of a map (rows, columns) 0..1, stretched to the whole of it."""
        part = crop(values, self.top, self.left, self.height, self.width, values.shape[:2])
        return np.clip(part, 0, 1)


def random_frame(rigidity: Floats, subject: Floats, dial: Dial, stream: Stream) -> Frame:
    """A frame: in half the layouts closer than the source, but cutting nothing of the subject that
    the source does not; in the others reaching beyond its upper, left and right edge where all is
    free."""
    closer = stream.between(-1, 1) * dial.zoom
    draws = [[stream.between(-1, 1) for _ in range(3)] for _ in range(TRIES)]
    if closer < 0:
        return _wider(rigidity, -WIDER * closer, draws[0])
    for k, drawn in enumerate(draws):
        frame = _closer(closer * (1 - k // 3 * 3 / TRIES), drawn)
        if _cut(frame, subject) < CUT:
            return frame
    return Frame(0.0, 0.0, 1.0, 1.0)


def _closer(share: float, draws: list[float]) -> Frame:
    """A part of the source that leaves out `share` of its sides."""
    aspect = 1 + 0.3 * share * draws[0]
    height = (1 - share) * min(aspect, 1 / (1 - share))
    width = (1 - share) / max(aspect, 1 - share)
    return Frame((1 - height) * (1 + draws[1]) / 2, (1 - width) * (1 + draws[2]) / 2, height, width)


def _cut(frame: Frame, subject: Floats) -> float:
    """How much of the subject (GRID, GRID) the frame's edges cut that the source's own do not,
    0..1.

    What lies on an edge is cut anew if less of the subject lies somewhere between it and the
    source's own edge.
    """
    worst = 0.0
    for map_, start in (
        (subject, frame.top),
        (subject[::-1], 1 - frame.top - frame.height),
        (subject.T, frame.left),
        (subject.T[::-1], 1 - frame.left - frame.width),
    ):
        outside = map_[: int(start * GRID) + 1]
        worst = max(worst, _most(outside[-1] - outside.min(0), 8))
    return worst


def _wider(rigidity: Floats, share: float, draws: list[float]) -> Frame:
    """A frame that reaches up to `share` of a side beyond each edge along which all is free, but
    the lower one."""
    strip = max(GRID // 10, math.ceil(share * GRID))
    edges = (rigidity[:strip], rigidity.T[:strip], rigidity.T[-strip:])
    top, left, right = (
        share * (draw + 1) / 2 * max(0.0, 1 - _most(edge.max(0), 6) / LOOSE)
        for edge, draw in zip(edges, draws, strict=True)
    )
    return Frame(-top, -left, 1 + top, 1 + left + right)


def _most(line: Floats, part: int) -> float:
    """The mean of the largest of the values (GRID,), one in `part` of them."""
    return float(np.sort(line)[-(GRID // part) :].mean())
