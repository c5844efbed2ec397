"""White ground: the even, bright ground of a studio photograph, found exactly.

Each place is of the ground, shaded or not, or of a thing. Places that may be either are doubts; a
picture with more than a few of them has no sure ground.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.subject_map import subject_map
from diabelli.synthesis.core.filters import blur, dilate, dilate_disc, gradient, luma
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.drawn_layer import flood_from_edges

Mask: TypeAlias = NDArray[np.bool_]
Value = TypeVar("Value", bound=np.generic)
MIN_LEVEL, MAX_TINT = 200, 14
"""Least channel and largest difference of channels of a ground, in grey levels."""
MIN_EDGE = 0.4
"""Share of the picture's edges that the ground has."""
MAX_UNEVENNESS, MAX_UNEVEN_EDGE = 12, 0.15
"""Difference from the ground's colour in grey levels; share of the white edges that may have it."""
MAX_SLOPE = 3.0
"""Change of luma, in grey levels a pixel at the size of decisions, up to which a ground is even."""
MAX_GREY_SLOPE, MAX_GREY_TINT = 6.0, 0.04
"""The same where channels differ less, as shares of the ground's."""
DEEPEST_SHADOW, EDGE_LIGHT = 0.35, 0.75
"""Least channel beside the ground's of a shadow, and of ground at the edge of the picture."""
MAX_SHADOW_TINT = 0.07
"""Largest difference of channels, beside the ground's, of a shadow."""
PURE, MOST_LIGHT = 0.96, 1.05
"""Least and largest channel beside the ground's of ground that is uneven."""
PALE, MAX_PALE_TINT = 0.9, 0.06
"""Least channel beside the ground's and largest difference of channels of places that may be the
ground."""
SLIT, PASSED = 2, 4
"""Half the width in pixels of a slit, through which the ground around does not pass, and distance
up to which places beside what it reaches are not enclosed."""
NEAR_EDGE, CLEAN_EDGE = 4, 0.94
"""Width in pixels of the margin at the picture's edges, and least channel beside the ground's of
ground without any shadow."""
WEAK_EDGE, SOFT_PALE = 36.0, (0.6, 60)
"""Span of luma or tint within 5 x 5 pixels below which an outline is weak, in grey levels; least
channel and difference from the ground of places that fade into it."""
SHADE_REACH = 2.0
"""Standard deviation in pixels of the filter that continues a shadow below the thing's edge."""
LIMITS = {
    "weak": 0.035,
    "soft": 0.1,
    "grey": 0.5,
    "faint": 0.15,
    "inside": 0.02,
    "apart": 0.01,
    "lit": 0.004,
    "edge": 0.001,
    "enclosed": 0.00025,
}
"""The most of each doubt; see `_doubts`."""
MIN_THING, MAX_THING = 0.04, 0.75
"""Shares of the picture that the thing has."""


@dataclass(frozen=True, slots=True, eq=False)
class WhiteGround:
    """The white ground of a photograph.

    Attributes:
        colour: (3,) float32, 0..255.
        places: (h, w) float32, 1 on the ground, shaded or not, 0 on the thing.
        light: (h, w) float32, 0..1, the ground's light beside its colour, continued below the edge
            of the thing.
    """

    colour: Floats
    places: Floats
    light: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """A photograph beside its ground.

    Attributes:
        image: (h, w, 3) uint8.
        colour: (3,) float32, of the ground.
        least: (h, w) float32, least channel beside the ground's.
        most: the same of the largest channel.
        difference: (h, w) float32, largest difference of a channel from the ground.
        slope: (h, w) float32, change of luma per pixel.
        joined: (h, w), ground that an even colour joins to the edges of the picture.
    """

    image: Bytes
    colour: Floats
    least: Floats
    most: Floats
    difference: Floats
    slope: Floats
    joined: Mask

    @property
    def tint(self) -> Floats:
        """Largest difference of channels beside the ground's, (h, w) float32."""
        return self.most - self.least


def find_white_ground(image: Bytes) -> WhiteGround | None:
    """Find the white ground of an opaque photograph; None if it has none, or an unsure one.

    Args:
        image: (h, w, 3 or more) uint8, about 512 pixels a side.
    """
    view = _view(image[..., :3])
    if view is None or not MIN_THING <= 1 - view.joined.mean() <= MAX_THING:
        return None
    doubts = _doubts(view)
    if any(doubts[name] > limit for name, limit in LIMITS.items()):
        return None
    places = view.joined.astype(np.float32)
    weight = blur(places, SHADE_REACH)
    shade = blur(places * np.minimum(view.least, 1), SHADE_REACH)
    light = np.where(weight > 0.01, shade / np.maximum(weight, np.float32(0.01)), 1)
    return WhiteGround(view.colour, places, np.minimum(light, 1).astype(np.float32))


def _view(image: Bytes) -> _View | None:
    """See a photograph (h, w, 3) uint8 beside its ground; None if its edges are not white."""
    edges = _edges(image)
    white = edges[(edges.min(1) >= MIN_LEVEL) & (np.ptp(edges, axis=1) <= MAX_TINT)]
    if len(white) < MIN_EDGE * len(edges):
        return None
    colour = np.median(white, axis=0).astype(np.float32)
    if (np.abs(white - colour).max(1) > MAX_UNEVENNESS).mean() > MAX_UNEVEN_EDGE:
        return None
    levels = image / colour
    least, most = levels.min(2), levels.max(2)
    down, across = gradient(blur(luma(image), 1.0))
    slope = np.sqrt(down * down + across * across)
    tint = most - least
    soft = (slope < MAX_SLOPE) & (tint < MAX_SHADOW_TINT)
    soft |= (slope < MAX_GREY_SLOPE) & (tint < MAX_GREY_TINT)
    even = soft & (least > DEEPEST_SHADOW)
    even |= (least > PURE) & (most < MOST_LIGHT)
    for line in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        even[line] &= least[line] > EDGE_LIGHT
    difference = np.abs(image - colour).max(2)
    return _View(image, colour, least, most, difference, slope, flood_from_edges(even))


def _doubts(view: _View) -> dict[str, float]:
    """Measure the doubts about the outline of the thing.

    Lengths are in roots of the thing's area, areas in its area.

    Returns:
        weak: length of the outline where thing and ground are alike.
        soft: length of it where the thing fades into the ground.
        grey: length of grey places beside the ground that may be its shadow, unless the thing is
            grey within, too.
        faint: length of faint edges within the ground, as of white parts of the thing.
        inside: ground that the subject map takes for the subject.
        apart: parts of the thing that are far from the subject.
        lit: places that are brighter than the ground.
        edge: share of a margin at the picture's edges that a thing or a shadow has.
        enclosed: places of about the ground's colour that the thing encloses, or that are joined to
            the ground around through slits alone, as a share of the picture. They may be holes or
            white parts of the thing.
    """
    area, thing = _area(view), ~view.joined
    light, tint = luma(view.image), 255 * view.tint
    span = np.maximum(dilate(light, 2) + dilate(-light, 2), dilate(tint, 2) + dilate(-tint, 2))
    outline = thing & dilate_disc(view.joined, 1)
    beside = thing & dilate_disc(view.joined, 4) & ~outline & (view.slope < MAX_SLOPE)
    soft = beside & (view.least > SOFT_PALE[0]) & (view.difference < SOFT_PALE[1])
    grey = thing & (view.tint < 0.05) & (view.least > 0.45) & (view.least < 0.92)
    inner = thing & ~dilate_disc(view.joined, 14)
    margin = thing & ~inner & ~dilate_disc(view.joined, 3)
    is_grey = (grey & inner).sum() > 0.02 * max(inner.sum(), 1)
    smooth = np.abs(blur(view.image.astype(np.float32), 0.7) - view.colour).max(2)
    around = dilate_disc(thing & (view.difference > 40), 6)
    faint = view.joined & ~around & (smooth >= 6) & dilate_disc(smooth <= 2, 2)
    subject = np.clip(resize_map(subject_map(view.image), *thing.shape), 0, 1)
    inside = view.joined & ~dilate_disc(thing, 4) & (subject > 0.5)
    near_edge = np.ones_like(thing)
    near_edge[NEAR_EDGE:-NEAR_EDGE, NEAR_EDGE:-NEAR_EDGE] = False
    apart = thing & (subject < 0.2) & ~dilate_disc(subject > 0.5, 16)
    return {
        "weak": float((outline & (span < WEAK_EDGE)).sum()) / np.sqrt(area),
        "soft": float(soft.sum()) / np.sqrt(area),
        "grey": 0.0 if is_grey else float((grey & margin).sum()) / np.sqrt(area),
        "faint": float(faint.sum()) / np.sqrt(area),
        "inside": float(inside.sum()) / area,
        "apart": float(apart.sum()) / area,
        "lit": float((view.joined & (view.most > 1.04)).sum()) / area,
        "edge": float((view.least < CLEAN_EDGE)[near_edge].mean()),
        "enclosed": float(_enclosed(view).mean()),
    }


def _enclosed(view: _View) -> Mask:
    """Find places (h, w) of about the ground's colour that the ground around does not reach."""
    pale = view.joined | ((view.least > PALE) & (view.tint < MAX_PALE_TINT))
    reached = flood_from_edges(~dilate_disc(~pale, SLIT))
    return pale & ~dilate_disc(reached, PASSED)


def _area(view: _View) -> float:
    """Return the number of pixels of the thing."""
    return float(np.count_nonzero(~view.joined))


def _edges(values: NDArray[Value]) -> NDArray[Value]:
    """Return the values along the four edges of (h, w, ...)."""
    return np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
