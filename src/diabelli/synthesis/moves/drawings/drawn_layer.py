"""The ink of a drawing, cut from its even ground.

Every pixel of an anti-aliased edge is a mixture I = a F + (1 - a) G of an ink F and the ground G.
With G known, and F taken from the neighbour that differs most from G, the share a follows (colour
difference matting).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.alpha import MAX_CLEAR_ALPHA, unpremultiply
from diabelli.synthesis.core.chroma import colour_differences
from diabelli.synthesis.core.filters import dilate, flood_from_edges, luma
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Bytes, Floats

GROUND_TOLERANCE = 10
"""Largest difference of a channel from the ground's colour, in grey levels."""
MIN_GROUND_BORDER = 0.9
"""Minimum share of the pixels along the edges that have the ground's colour."""
BORDER = 2
"""Pixels along each edge whose colours are compared."""
MAX_INK, MIN_INK = 0.8, 0.004
"""Bounds of the share of the picture that is ink."""
EDGE_RADIUS = 2
"""Pixels from the ground within which a pixel may be a mixture of ink and ground."""
PURE_INK = 0.8
"""Minimum difference from the ground, as a share of the largest nearby, of unmixed ink."""
MAX_ASIDE = 12
"""Largest distance of a channel from a line of mixtures, in grey levels."""
OPAQUE = 0.97
"""Share of ink above which a pixel counts as opaque."""
MAX_SOFT_SHARE = 0.03
"""Maximum share of soft pixels in the ink: shadows and glows are no ink."""
EVEN_SPAN = 6
"""Exclusive upper bound of the span of luma, in grey levels, within 3 x 3 pixels of flat ink."""
MAX_ENCLOSED = 0.002
"""Share of the ink up to which enclosed ground is not noticed."""
MIN_INNER = 0.3
"""Minimum share of the ink away from its edges, if its flatness is to be measured."""
MIN_COLOUR_SHARE = 0.008
"""Minimum share of the ink of a colour that counts."""
MAX_MONO_RANGE = 64
"""Exclusive upper bound of the range of each channel of ink of one colour."""
MAX_INKS_OF_LETTERING = 2
"""Number of colours up to which enclosed ground is ground, as in letters; beyond, it is white
ink, as in eyes."""


@dataclass(frozen=True, slots=True, eq=False)
class DrawnLayer:
    """A drawing without its ground, cropped to its ink.

    Attributes:
        planes: (h, w, 4) uint8, premultiplied.
        extent: longer side of the ink, as a share of the picture's.
        ground: (3,) float32, colour of the ground 0..255; None if it is transparent.
        inks: (count, 4) float32, the colours that count, 0..255, and their share of the ink.
        enclosed: whether ground that the ink encloses is shown as ink.
        flat: share of the ink, away from its edges, whose brightness is even.
        clean: whether the ink can be shown on another ground; else it has shadows or glows.
        picture: (h, w, 4) uint8, the same part with its ground.
    """

    planes: Bytes
    extent: float
    ground: Floats | None
    inks: Floats
    enclosed: bool
    flat: float
    clean: bool
    picture: Bytes

    @property
    def mono(self) -> bool:
        """Whether all ink has about one colour."""
        return is_mono(self.inks)


def cut_layer(small: Bytes, detail: Callable[[], Bytes]) -> DrawnLayer | None:
    """Cut the ink of a drawing.

    Args:
        small: (h, w, 4) uint8, premultiplied, about 512 pixels a side; decides everything but
            details, so that it is the same at every size of the canvas.
        detail: returns the same picture at the size of the canvas, (h', w', 4) uint8; called only
            if `small` is a drawing.

    Returns:
        The layer, or None if the ground is not even or there is hardly any ink or ground.
    """
    colour = _ground_colour(small)
    if colour is None:
        return None
    clear = bool(colour[3] < MAX_CLEAR_ALPHA)
    ground = colour[:3]
    lettering = not clear and _is_lettering(small, ground)
    inked, alpha = _matte(small, None if clear else ground, lettering=lettering)
    if not MIN_INK < (alpha > 0.5).mean() < MAX_INK:
        return None
    rows, columns = np.flatnonzero((alpha > 0.02).any(1)), np.flatnonzero((alpha > 0.02).any(0))
    detailed = detail()
    box = _box(small, detailed, rows, 0), _box(small, detailed, columns, 1)
    planes, _ = _matte(detailed, None if clear else ground, lettering=lettering)
    return DrawnLayer(
        planes=np.ascontiguousarray(planes[box]),
        extent=max(np.ptp(rows) / small.shape[0], np.ptp(columns) / small.shape[1]),
        ground=None if clear else ground,
        inks=ink_colours(unpremultiply(inked, transparent=True)[alpha > 0.8 * alpha.max()]),
        enclosed=not (clear or lettering) and _encloses_ground(small, ground, alpha),
        flat=_flat_share(inked, alpha),
        clean=clear or _soft_share(small, ground, alpha) <= MAX_SOFT_SHARE,
        picture=np.ascontiguousarray(detailed[box]),
    )


def _ground_colour(planes: Bytes) -> Floats | None:
    """Return the colour (4,) float32 along the edges, opaque or clear; None if it is not even."""
    border = np.concatenate(
        [
            planes[:BORDER].reshape(-1, 4),
            planes[-BORDER:].reshape(-1, 4),
            planes[:, :BORDER].reshape(-1, 4),
            planes[:, -BORDER:].reshape(-1, 4),
        ]
    ).astype(np.float32)
    colour = np.median(border, axis=0).astype(np.float32)
    if (np.abs(border - colour).max(1) <= GROUND_TOLERANCE).mean() < MIN_GROUND_BORDER:
        return None
    return None if MAX_CLEAR_ALPHA <= colour[3] < 255 else colour


def _box(small: Bytes, detailed: Bytes, places: NDArray[np.int64], axis: int) -> slice:
    """Return the part of an axis of the detailed picture that holds the places of the small."""
    scale = detailed.shape[axis] / small.shape[axis]
    return slice(int(places[0] * scale), int(np.ceil((places[-1] + 1) * scale)))


def _is_lettering(planes: Bytes, ground: Floats) -> bool:
    """Return whether the ink has so few colours that enclosed ground is ground."""
    difference = _difference(planes, ground)
    strongest = difference >= np.float32(PURE_INK) * dilate(difference, EDGE_RADIUS)
    ink = planes[(difference > GROUND_TOLERANCE) & strongest]
    inks = ink_colours(ink) if len(ink) else np.zeros((0, 4), np.float32)
    return len(inks) <= MAX_INKS_OF_LETTERING or is_mono(inks)


def _difference(planes: Bytes, ground: Floats) -> Floats:
    """Return the largest difference of a channel from the ground, (h, w) float32."""
    return np.asarray(np.abs(planes[..., :3].astype(np.float32) - ground).max(2))


def _matte(planes: Bytes, ground: Floats | None, *, lettering: bool) -> tuple[Bytes, Floats]:
    """Return the ink (h, w, 4) uint8, premultiplied, and its alpha (h, w) float32, 0..1."""
    if ground is None:
        return planes, planes[..., 3].astype(np.float32) / np.float32(255)
    difference = _difference(planes, ground)
    even = difference <= GROUND_TOLERANCE
    return _unmix(planes, ground, difference, even if lettering else flood_from_edges(even))


@kernel
def _unmix(
    planes: Bytes, ground: Floats, difference: Floats, outside: NDArray[np.bool_]
) -> tuple[Bytes, Floats]:
    """Solve I = a F + (1 - a) G near the ground; other ink is opaque.

    F is the neighbour farthest from G of those on whose line to G the colour I is.

    Returns:
        The ink (h, w, 4) uint8, premultiplied, and alpha (h, w) float32, 0..1.
    """
    height, width = difference.shape
    out = np.zeros((height, width, 4), np.uint8)
    alpha = np.zeros((height, width), np.float32)
    for y in range(height):
        for x in range(width):
            if outside[y, x]:
                continue
            near, best, a = False, np.float32(-1), np.float32(1)
            for j in range(max(0, y - EDGE_RADIUS), min(height, y + EDGE_RADIUS + 1)):
                for i in range(max(0, x - EDGE_RADIUS), min(width, x + EDGE_RADIUS + 1)):
                    near = near or outside[j, i]
                    if outside[j, i] or difference[j, i] <= best:
                        continue
                    share, aside = _project(planes[y, x], planes[j, i], ground)
                    if aside <= np.float32(MAX_ASIDE):
                        best, a = difference[j, i], share
            if not near or a > np.float32(OPAQUE):
                a = np.float32(1)
            alpha[y, x] = a
            for c in range(3):
                mixed = np.float32(planes[y, x, c]) - (np.float32(1) - a) * ground[c]
                mixed = min(max(mixed + np.float32(0.5), np.float32(0)), np.float32(255) * a)
                out[y, x, c] = np.uint8(mixed)
            out[y, x, 3] = np.uint8(np.float32(255) * a + np.float32(0.5))
    return out, alpha


@kernel
def _project(pixel: Bytes, ink: Bytes, ground: Floats) -> tuple[np.float32, np.float32]:
    """Project a colour on the line from the ground to an ink.

    Returns:
        The position on the line, 0..1, and the largest distance of a channel from it.
    """
    along = total = np.float32(0)
    for c in range(3):
        f = np.float32(ink[c]) - ground[c]
        along += (np.float32(pixel[c]) - ground[c]) * f
        total += f * f
    share = min(max(along / max(total, np.float32(1)), np.float32(0)), np.float32(1))
    aside = np.float32(0)
    for c in range(3):
        shown = ground[c] + share * (np.float32(ink[c]) - ground[c])
        aside = max(aside, abs(np.float32(pixel[c]) - shown))
    return share, aside


def is_mono(inks: Floats) -> bool:
    """Return whether colours (count, 4) 0..255, with shares, are about the same."""
    return bool(np.ptp(inks[:, :3], axis=0).max() < MAX_MONO_RANGE)


def ink_colours(colours: Bytes) -> Floats:
    """Return the mean colours and shares of the cells of 64 levels that hold enough ink."""
    cells = (colours[:, :3] // 64).astype(np.int64)
    index = cells[:, 0] * 16 + cells[:, 1] * 4 + cells[:, 2]
    counts = np.bincount(index, minlength=64)
    kept = np.flatnonzero(counts > MIN_COLOUR_SHARE * len(colours))
    sums = [np.bincount(index, colours[:, c].astype(np.float64), 64)[kept] for c in range(3)]
    means = np.stack(sums, 1) / counts[kept, None]
    return np.concatenate([means, counts[kept, None] / len(colours)], axis=1).astype(np.float32)


def _soft_share(planes: Bytes, ground: Floats, alpha: Floats) -> float:
    """Return the share of ink that is grey, pale and without an edge, as a shadow is."""
    colour = planes[..., :3].astype(np.float32)
    light, blue, red = colour_differences(colour)
    ground_light, ground_blue, ground_red = colour_differences(ground[None])
    grey = (np.abs(blue - ground_blue) < 6) & (np.abs(red - ground_red) < 6)
    pale = (ground_light - light > 3) & (ground_light - light < 60)
    ink = alpha > 0.02
    slope = np.zeros_like(light)
    slope[1:] = np.abs(light[1:] - light[:-1])
    slope[:, 1:] = np.maximum(slope[:, 1:], np.abs(light[:, 1:] - light[:, :-1]))
    soft = ink & grey & pale & (slope > 0.4) & (slope < 5)
    return float(soft.sum() / max(int(ink.sum()), 1))


def _encloses_ground(planes: Bytes, ground: Floats, alpha: Floats) -> bool:
    """Return whether enough opaque pixels have the colour of the ground."""
    even = _difference(planes, ground) <= GROUND_TOLERANCE
    return bool(((alpha == 1) & even).sum() > MAX_ENCLOSED * (alpha > 0.5).sum())


def _flat_share(planes: Bytes, alpha: Floats) -> float:
    """Return the share of opaque pixels with opaque neighbours whose luma spans few levels.

    Ink of thin strokes has hardly any such pixels, and counts as flat.
    """
    light = luma(planes)
    inner = -dilate(-alpha, 1) >= 1
    if inner.sum() < MIN_INNER * (alpha > 0.5).sum():
        return 1.0
    span = dilate(light, 1) + dilate(-light, 1)
    return float((inner & (span < EVEN_SPAN)).sum() / inner.sum())
