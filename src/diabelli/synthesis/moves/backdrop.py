"""Move: a thing photographed on white, before another backdrop, at another size and place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.alpha import is_transparent
from diabelli.synthesis.core.filters import blur, dilate_disc
from diabelli.synthesis.core.resample import crop, resize_map, to_bytes
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.cut_out import cut_out
from diabelli.synthesis.moves.studio_paper import PAPERS, Paper, paint_paper
from diabelli.synthesis.moves.white_ground import WhiteGround, find_white_ground

MIN_DIFFERENCE = 56.0
"""Least sum of differences of three channels between a paper and the thing's mean colour."""
ALIKE, MAX_ALIKE_RIM, RIM = 40.0, 0.12, 6
"""Sum of differences of channels below which the thing's rim does not stand out from a paper, the
share of the rim that may be so, and its width in pixels at the size of decisions."""
SEEN_ALPHA, CORE_ALPHA, SHADOW_ALPHA = 128, 32, 10
"""Alpha 0..255 from which a place is the thing, the core of its shadow, or its shadow."""
LEAST_SIZE, MOST_SIZE, MARGIN = 0.55, 0.9, 0.04
"""Longer side of the thing in the result, and its least distance from the edges, in sides."""
MIN_WINDOW, MAX_WINDOW = 0.6, 1.35
"""Sides of the part of the source's plane that is shown, in sides of the source."""
CENTRES = ((0.45, 0.6), (0.38, 0.62))
"""Where the centre of the thing may be, from above and from the left, in sides."""
HORIZON = (0.1, 0.4)
"""Height of the edge between two sheets above the lower end of a thing, in heights of the thing,
so that it stands on the lower one."""
MAX_OWN_SHADOW = 0.02
"""Area of shadows in the source, in areas of the thing, from which no other shadow is added."""
SHADOW_SIDE, SHADOW_BLUR, SHADOW_DEPTH = 160, 2.5, 0.6
"""Side of the field of a contact shadow in cells, its blur in cells, and how much light its middle
takes before the blur."""
CONTACT, FOOT = 0.25, 2
"""Height above the thing's lower end, in heights of the thing, up to which its parts stand on the
paper; height of a contact in cells."""


class Extent(NamedTuple):
    """Where the thing and the core of its shadow are along one axis, in shares of the side.

    Attributes:
        first: where they begin.
        last: where they end.
    """

    first: float
    last: float

    @property
    def length(self) -> float:
        """Length in sides."""
        return self.last - self.first

    def place_window(self, side: float, centre: float) -> float:
        """Choose where a window of a side begins, with the thing whole and about at `centre`."""
        start = (self.first + self.last) / 2 - centre * side
        return min(max(start, self.last - (1 - MARGIN) * side), self.first - MARGIN * side)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A photograph on white that can get another backdrop.

    Attributes:
        analysis: of the source.
        ground: its white ground.
        down: extent of the thing from above.
        across: extent of the thing from the left.
        papers: papers that suit its colours.
        has_shadow: whether it has a shadow on its ground.
    """

    analysis: Analysis
    ground: WhiteGround
    down: Extent
    across: Extent
    papers: list[Paper]
    has_shadow: bool


def prepare(analysis: Analysis, small: Bytes) -> Prepared | None:
    """Cut a thing from its white ground; None if the source has none, or an unsure one.

    Args:
        analysis: of the source.
        small: (h, w, 4) uint8, the source at the size of decisions.
    """
    ground = None if is_transparent(small) else find_white_ground(small)
    if ground is None:
        return None
    planes = cut_out(small, ground)
    alpha = planes[..., 3]
    papers = _suitable_papers(planes)
    if not papers or not (alpha >= SEEN_ALPHA).any():
        return None
    shadow = (alpha > SHADOW_ALPHA) & (ground.places > 0.5)
    has_shadow = bool(shadow.sum() > MAX_OWN_SHADOW * (alpha >= SEEN_ALPHA).sum())
    return Prepared(analysis, ground, _extent(alpha), _extent(alpha.T), papers, has_shadow)


def render(
    prepared: Prepared, strength: float, stream: RandomStream, height: int, width: int
) -> Bytes:
    """Render a thing before a backdrop, (height, width, 4) uint8.

    Args:
        prepared: as returned by `prepare`.
        strength: 0..1.
        stream: random numbers.
        height: rows of the result.
        width: columns of the result.
    """
    paper = prepared.papers[int(stream.between(0, len(prepared.papers)))]
    kind = stream.between(0, 1)
    size = stream.between(0, 1)
    places = stream.between(0, 1), stream.between(0, 1)
    top, left, side = _window(prepared, 0.5 + 0.5 * strength, size, places)
    image = prepared.analysis.image_for_warp(height, width, max(side, 1.0))
    planes = cut_out(image, prepared.ground).astype(np.float32)
    shown = np.clip(crop(planes, top, left, side, side, (height, width)), 0, 255)
    down, level = prepared.down, stream.between(*HORIZON)
    horizon = (down.last - level * down.length - top) / side
    backdrop = paint_paper(paper, kind, strength, stream, (height, width), horizon)
    if not prepared.has_shadow:
        backdrop *= _contact_shadow(shown[..., 3])[..., None]
    out = np.full((height, width, 4), 255, np.uint8)
    out[..., :3] = to_bytes(shown[..., :3] + (1 - shown[..., 3:] / np.float32(255)) * backdrop)
    return out


def _suitable_papers(planes: Bytes) -> list[Paper]:
    """Return the papers that the thing stands out from, in its mean and along its outline."""
    is_thing = planes[..., 3] == 255
    rim = is_thing & dilate_disc(planes[..., 3] < SEEN_ALPHA, RIM)
    if not rim.any():
        return []
    mean = planes[is_thing][:, :3].mean(0, dtype=np.float64)
    outline = planes[rim][:, :3].astype(np.float32)

    def stands_out(paper: Paper) -> bool:
        return all(
            float(np.abs(mean - tone).sum()) >= MIN_DIFFERENCE
            and float((np.abs(outline - tone).sum(1) < ALIKE).mean()) <= MAX_ALIKE_RIM
            for tone in (np.array(one, np.float32) for one in paper)
        )

    return [paper for paper in PAPERS if stands_out(paper)]


def _contact_shadow(alpha: Floats) -> Floats:
    """Return the light 0..1 (h, w) below a thing of that alpha (h, w) float32, 0..255.

    The shadow is where the thing stands: at the lowest place of each column, the less the higher.
    """
    height, width = alpha.shape
    seen = resize_map(alpha / np.float32(255), SHADOW_SIDE, SHADOW_SIDE) > np.float32(0.5)
    row = np.arange(SHADOW_SIDE, dtype=np.float32)[:, None]
    lowest = np.where(seen, row, np.float32(-1)).max(0)
    rows = np.flatnonzero(seen.any(1))
    if not rows.size:
        return np.ones((height, width), np.float32)
    reach = np.float32(CONTACT * (rows[-1] + 1 - rows[0]))
    weight = np.clip(1 - (np.float32(rows[-1]) - lowest) / reach, 0, 1)
    contact = np.where(np.abs(row - lowest) <= np.float32(FOOT), weight, np.float32(0))
    shadow = crop(blur(contact, SHADOW_BLUR), 0.0, 0.0, 1.0, 1.0, (height, width))
    return np.asarray(1 - np.float32(SHADOW_DEPTH) * np.clip(shadow, 0, 1), np.float32)


def _extent(alpha: Bytes) -> Extent:
    """Find the extent of a cut-out along the first axis of its alpha (h, w) uint8."""
    lines = np.flatnonzero((alpha >= CORE_ALPHA).any(1))
    return Extent(float(lines[0]) / len(alpha), float(lines[-1] + 1) / len(alpha))


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
    length = max(one.length for one in extents)
    least = max(length / MOST_SIZE, MIN_WINDOW)
    most = max(min(length / LEAST_SIZE, MAX_WINDOW), least)
    side = max(1 + boldness * (least + size * (most - least) - 1), least)
    top, left = (
        one.place_window(side, low + share * (high - low))
        for one, share, (low, high) in zip(extents, places, CENTRES, strict=True)
    )
    return top, left, side
