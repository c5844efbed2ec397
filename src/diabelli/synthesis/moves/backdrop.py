"""Move: a subject photographed on white, before a coloured backdrop, at another size and place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np

from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.alpha import is_transparent
from diabelli.synthesis.core.grid import centres
from diabelli.synthesis.core.resample import crop, to_bytes
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.scene import is_black_and_white
from diabelli.synthesis.moves.white_ground import WhiteGround, cut_out, find_white_ground

Colour: TypeAlias = tuple[int, int, int]
"""Red, green, blue, 0..255."""
COLOURS: tuple[Colour, ...] = (
    (222, 196, 166), (176, 194, 168), (162, 184, 210), (222, 172, 146), (228, 188, 190),
    (148, 168, 190), (196, 178, 210), (232, 204, 142), (152, 194, 188), (206, 156, 164),
)  # fmt: skip
"""Colours of backdrops: muted and not dark, so that shadows are seen."""
MIN_DIFFERENCE = 60.0
"""Least sum of differences of three channels between a backdrop and the subject's mean colour."""
SEEN_ALPHA, SHADOW_ALPHA = 128, 10
"""Alpha 0..255 from which a place is the subject, or its shadow."""
MIN_TOUCH, NEAR_EDGE = 0.01, 0.012
"""Share of an edge that the subject or its shadow has, from which it goes on beyond it; distance
of the subject, as a share of the side, up to which it does, too."""
LEAST_SIZE, MOST_SIZE, MARGIN = 0.55, 0.9, 0.03
"""Longer side of a whole subject in the result, and its least distance from the edges, in sides."""
MIN_WINDOW, MAX_WINDOW = 0.6, 1.35
"""Sides of the part of the source's plane that is shown, in sides of the source."""
CENTRES = ((0.45, 0.6), (0.38, 0.62))
"""Where the centre of a whole subject may be, from above and from the left, in sides."""
MAX_CUT = 0.08
"""How much more of a subject that goes on beyond an edge may be cut, in sides."""
REFLECTED = 0.16
"""Share of the backdrop's colour that its light adds to the subject."""


class Extent(NamedTuple):
    """Where a cut-out is along one axis, in shares of the side.

    Attributes:
        first: where the subject begins.
        last: where it ends.
        before: whether it goes on before the source's first edge.
        beyond: whether it goes on beyond the last.
    """

    first: float
    last: float
    before: bool
    beyond: bool

    def least_window(self) -> float:
        """Return the least side of a window that shows enough of the subject."""
        length = self.last - self.first
        if self.before and self.beyond:
            return length - 2 * MAX_CUT
        return length + MARGIN - MAX_CUT if self.before or self.beyond else length / MOST_SIZE

    def place_window(self, side: float, centre: float) -> float:
        """Choose where a window of a side begins, with the subject's centre about at `centre`.

        What goes on beyond an edge of the source is cut by that of the window, and nothing else.
        """
        low = 0.0 if self.before else self.last + MARGIN - side
        high = MAX_CUT if self.before else self.first - MARGIN
        if self.before and not self.beyond:
            low = max(low, self.last + MARGIN - side)
        if self.beyond:
            low = max(low, 1 - side - MAX_CUT) if self.before else 1 - side - MAX_CUT
            high = min(high, 1 - side)
        start = (self.first + self.last) / 2 - centre * side
        return min(max(start, low), high) if low <= high else (low + high) / 2


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A photograph on white that can get another backdrop.

    Attributes:
        analysis: of the source.
        ground: its white ground.
        down: extent of the subject from above.
        across: extent of the subject from the left.
        colours: backdrops that suit it.
    """

    analysis: Analysis
    ground: WhiteGround
    down: Extent
    across: Extent
    colours: list[Colour]


def prepare(analysis: Analysis, small: Bytes) -> Prepared | None:
    """Cut a subject from its white ground; None if the source has none, or an unsure one.

    Args:
        analysis: of the source.
        small: (h, w, 4) uint8, the source at the size of decisions.
    """
    ground = None if is_transparent(small) else find_white_ground(small)
    if ground is None:
        return None
    planes = cut_out(small, ground)
    alpha = planes[..., 3]
    colours = _suitable_colours(planes)
    if not colours or not (alpha >= SEEN_ALPHA).any():
        return None
    return Prepared(analysis, ground, _extent(alpha), _extent(alpha.T), colours)


def render(
    prepared: Prepared, strength: float, stream: RandomStream, height: int, width: int
) -> Bytes:
    """Render a subject before a backdrop, (height, width, 4) uint8.

    Args:
        prepared: as returned by `prepare`.
        strength: 0..1.
        stream: random numbers.
        height: rows of the result.
        width: columns of the result.
    """
    colour = prepared.colours[int(stream.between(0, len(prepared.colours)))]
    is_mirrored = stream.between(0, 1) < 0.5 and prepared.analysis.lettering_excluded
    size = stream.between(0, 1)
    places = stream.between(0, 1), stream.between(0, 1)
    bright_side, depth = stream.between(0.15, 0.85), stream.between(0.25, 0.45)
    top, left, side = _window(prepared, 0.5 + 0.5 * strength, size, places)
    image = prepared.analysis.image_for_warp(height, width, max(side, 1.0))
    planes = cut_out(image, prepared.ground).astype(np.float32)
    shown = np.clip(crop(planes, top, left, side, side, (height, width)), 0, 255)
    if is_mirrored:
        shown = shown[:, ::-1]
    backdrop = _backdrop(colour, bright_side, depth * strength, height, width)
    clear = 1 - shown[..., 3:] / np.float32(255)
    mean = np.float32(sum(colour) / 3)
    light = 1 + np.float32(REFLECTED * strength) * (backdrop / mean - 1)
    out = np.full((height, width, 4), 255, np.uint8)
    out[..., :3] = to_bytes(shown[..., :3] * light + clear * backdrop)
    return out


def _suitable_colours(planes: Bytes) -> list[Colour]:
    """Return the colours that differ from the subject's mean; greys for a grey subject."""
    seen = planes[planes[..., 3] == 255][:, :3]
    if not len(seen):
        return []
    subject = seen.mean(0, dtype=np.float64)
    found = [one for one in COLOURS if float(np.abs(subject - one).sum()) >= MIN_DIFFERENCE]
    if is_black_and_white(seen):
        return [(mean, mean, mean) for mean in (sum(one) // 3 for one in found)]
    return found


def _extent(alpha: Bytes) -> Extent:
    """Find the extent of a cut-out along the first axis of its alpha (h, w) uint8."""
    lines = np.flatnonzero((alpha >= SEEN_ALPHA).any(1))
    first, last = float(lines[0]) / len(alpha), float(lines[-1] + 1) / len(alpha)
    before, beyond = (
        float((line > SHADOW_ALPHA).mean()) > MIN_TOUCH for line in (alpha[0], alpha[-1])
    )
    return Extent(first, last, before or first < NEAR_EDGE, beyond or last > 1 - NEAR_EDGE)


def _window(
    prepared: Prepared, boldness: float, size: float, places: tuple[float, float]
) -> tuple[float, float, float]:
    """Choose the part of the source's plane that is shown: top, left and side, in its sides.

    Args:
        prepared: as returned by `prepare`.
        boldness: 0..1, share of the change of size.
        size: 0..1, from the smallest window to the largest.
        places: 0..1, where the window is between its limits, down and across.
    """
    extents = prepared.down, prepared.across
    least = max(one.least_window() for one in extents)
    most = max(one.last - one.first for one in extents) / LEAST_SIZE
    if any(one.before and one.beyond for one in extents):
        most = 1.0
    least, most = (min(max(one, MIN_WINDOW), MAX_WINDOW) for one in (least, max(least, most)))
    side = max(1 + boldness * (least + size * (most - least) - 1), least)
    top, left = (
        one.place_window(side, low + share * (high - low))
        for one, share, (low, high) in zip(extents, places, CENTRES, strict=True)
    )
    return top, left, side


def _backdrop(colour: Colour, bright_side: float, depth: float, height: int, width: int) -> Floats:
    """Paint a backdrop (height, width, 3) float32, 0..255, brightest above at one side.

    Args:
        colour: red, green, blue, 0..255.
        bright_side: where it is brightest, 0..1 from the left.
        depth: 0..1, how much darker it becomes.
        height: rows.
        width: columns.
    """
    down = centres(height)[:, None] - np.float32(0.3)
    across = centres(width)[None] - np.float32(bright_side)
    distance = np.sqrt(down * down + across * across)
    light = np.float32(1.06) - np.float32(depth) * distance
    return np.minimum(light[..., None] * np.array(colour, np.float32), np.float32(250))
