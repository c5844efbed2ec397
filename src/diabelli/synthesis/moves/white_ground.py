"""White ground: the even, bright ground of a studio photograph, and the subject cut out of it.

A cut-out keeps shadows: how much of the ground's light a place has is its least channel beside
the ground's, so a shadow is half clear, and so is a soft edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.subject_map import subject_map
from diabelli.synthesis.core.filters import blur, dilate_disc, gradient, luma
from diabelli.synthesis.core.resample import resize_map, to_bytes
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.drawn_layer import flood_from_edges

Value = TypeVar("Value", bound=np.generic)
MIN_LEVEL, MAX_TINT = 200, 14
"""Least channel and largest difference of channels of a ground, in grey levels."""
MIN_EDGE = 0.4
"""Share of the picture's edges that the ground has."""
MAX_UNEVENNESS, MAX_UNEVEN_EDGE = 12, 0.15
"""Difference from the ground's colour in grey levels; share of the white edges that may have it."""
MAX_SLOPE = 3.0
"""Change of luma, in grey levels a pixel at the size of decisions, at which a ground is even."""
DEEPEST_SHADOW, PURE, EDGE_LIGHT = 0.35, 0.93, 0.75
"""Least channel beside the ground's: of a shadow, of ground that may be uneven, and of ground at
the edge of the picture."""
SURELY_GROUND, SURE_SUBJECT, CORE = 0.3, 0.8, 0.95
"""Values of the subject map below which a place is ground or a shadow; above which it is the
subject; above which it is, although an even colour joins it to the ground."""
SHADOW_REACH, GAP_REACH = 16, 4
"""Distance in pixels from ground at which uneven places are its shadow, and white ones ground."""
MIN_SHADOW_LIGHT = 0.45
"""Least channel beside the ground's of an uneven, coloured shadow."""
SOFT_EDGE = 3
"""Pixels by which the ground reaches over soft edges."""
MAX_LIT, MAX_SHADED_EDGE = 0.004, 0.03
"""Shares of the picture that is brighter than the ground, and of its edges that is in a shadow,
whose form would show on another ground."""
RIM = 6
"""Distance in pixels from the ground at which the subject map is unsure of every subject."""
WHITE, MAX_TINT_OF_WHITE, MAX_WHITE = 0.9, 0.12, 0.0125
"""Least channel beside the ground's and largest difference of channels of places that may be white
parts of the subject or holes in it; their area, at most, in areas of the subject."""
REST, MAX_TINT_OF_REST, MAX_REST = 0.95, 0.08, 0.005
"""The same for places that are as white as the ground and are left, in narrow holes as well."""
MAX_JOINED = 0.005
"""Area of the subject, by the subject map, that an even colour joins to the ground."""
UNSURE, MAX_UNSURE = (0.15, 0.85), 0.1
"""Values of the subject map that decide nothing, and the area that may have them."""
MAX_APART = 0.012
"""Area of places that are no ground, nor of the subject by the subject map."""
MIN_SUBJECT, MAX_SUBJECT = 0.05, 0.75
"""Shares of the picture that the sure subject has."""


@dataclass(frozen=True, slots=True, eq=False)
class WhiteGround:
    """The white ground of a photograph.

    Attributes:
        colour: (3,) float32, 0..255.
        share: (h, w) float32, 0..1, whether a place may show the ground, shaded or not.
    """

    colour: Floats
    share: Floats


def find_white_ground(image: Bytes) -> WhiteGround | None:
    """Find the white ground of an opaque photograph; None if it has none, or an unsure one.

    Args:
        image: (h, w, 3 or more) uint8, about 512 pixels a side.
    """
    image = image[..., :3]
    edges = _edges(image)
    white = edges[(edges.min(1) >= MIN_LEVEL) & (np.ptp(edges, axis=1) <= MAX_TINT)]
    if len(white) < MIN_EDGE * len(edges):
        return None
    colour = np.median(white, axis=0).astype(np.float32)
    if (np.abs(white - colour).max(1) > MAX_UNEVENNESS).mean() > MAX_UNEVEN_EDGE:
        return None
    subject = np.clip(resize_map(subject_map(image), *image.shape[:2]), 0, 1)
    levels = np.minimum(image / colour, np.float32(1))
    joined = flood_from_edges(_find_even(image, levels.min(2)))
    least, tint = levels.min(2), np.ptp(levels, axis=2)
    ground = joined & ((subject < CORE) | (least > PURE))
    shaded = (least > MIN_SHADOW_LIGHT) & (subject < SURELY_GROUND)
    bare = (least > PURE) & (tint < MAX_TINT_OF_WHITE) & dilate_disc(ground, GAP_REACH)
    ground |= bare | (shaded & dilate_disc(ground, SHADOW_REACH))
    reached = dilate_disc(ground, SOFT_EDGE)
    rest = ~reached & (least > REST) & (tint < MAX_TINT_OF_REST)
    is_clear = rest.sum() <= MAX_REST * (subject > 0.5).sum()
    if not is_clear or not _is_sure(image, colour, levels, subject, joined):
        return None
    return WhiteGround(colour, blur(reached.astype(np.float32), SOFT_EDGE / 2))


def _edges(values: NDArray[Value]) -> NDArray[Value]:
    """Return the values along the four edges of (h, w, ...)."""
    return np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])


def _find_even(image: Bytes, least: Floats) -> NDArray[np.bool_]:
    """Mark the places (h, w) whose colour changes slowly, from a bright edge of the picture on.

    Args:
        image: (h, w, 3) uint8.
        least: (h, w) float32, 0..1, least channel beside the ground's.
    """
    down, across = gradient(blur(luma(image), 1.0))
    slope = np.sqrt(down * down + across * across)
    even = ((slope < MAX_SLOPE) & (least > DEEPEST_SHADOW)) | (least > PURE)
    for line in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        even[line] &= least[line] > EDGE_LIGHT
    return np.asarray(even)


def _is_sure(
    image: Bytes, colour: Floats, levels: Floats, subject: Floats, joined: NDArray[np.bool_]
) -> bool:
    """Return whether every place is surely of the subject or of the ground.

    Args:
        image: (h, w, 3) uint8.
        colour: (3,) float32, of the ground.
        levels: (h, w, 3) float32, 0..1, channels beside the ground's.
        subject: (h, w) float32, 0..1, subject map.
        joined: (h, w), places that an even colour joins to the edges.
    """
    sure, area = subject > SURE_SUBJECT, (subject > 0.5).sum()
    if not MIN_SUBJECT <= sure.mean() <= MAX_SUBJECT:
        return False
    least, tint = levels.min(2), np.ptp(levels, axis=2)
    lit = (image > colour + np.float32(MAX_UNEVENNESS)).any(2) & joined
    shaded = (subject < SURELY_GROUND) & (least > DEEPEST_SHADOW) & (least < EDGE_LIGHT)
    inside = ~dilate_disc(joined & (subject < SURELY_GROUND), RIM)
    seen = inside & (subject > SURELY_GROUND)
    limits = (
        (lit, MAX_LIT * lit.size),
        (_edges(shaded), MAX_SHADED_EDGE * len(_edges(shaded))),
        (seen & (least > WHITE) & (tint < MAX_TINT_OF_WHITE), MAX_WHITE * area),
        (seen & joined, MAX_JOINED * area),
        (inside & (subject > UNSURE[0]) & (subject < UNSURE[1]), MAX_UNSURE * area),
        (inside & (subject < SURELY_GROUND) & (least < PURE), MAX_APART * area),
    )
    return all(places.sum() <= limit for places, limit in limits)


def cut_out(image: Bytes, ground: WhiteGround) -> Bytes:
    """Make the ground of an image transparent, and its shadows half transparent.

    Args:
        image: (h, w, 3 or more) uint8, of any size.
        ground: found in the same picture.

    Returns:
        (h, w, 4) uint8, premultiplied.
    """
    colours = image[..., :3].astype(np.float32)
    least = np.minimum((colours / ground.colour).min(2), np.float32(1))
    light = np.clip(resize_map(ground.share, *least.shape), 0, 1) * least
    planes = np.empty((*least.shape, 4), np.float32)
    planes[..., :3] = colours - light[..., None] * ground.colour
    planes[..., 3] = np.float32(255) * (1 - light)
    return to_bytes(planes)
