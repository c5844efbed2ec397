"""Sky of a woodblock print: where it is, whether it is sure, its gradation, and a sun or moon."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import (
    blur,
    dilate,
    dilate_disc,
    flood_from_edges,
)
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.sketches.woodblock_inks import Colour, Palette, to_rgb

MIN_SKY, MIN_FILLED, MIN_RIM = 0.1, 0.93, 0.84
"""Least shares: of the picture that is clear sky; of all that is above its lowest places; and of
its rim that has a clear edge."""
MAX_GROWTH = 1.18
"""Largest factor by which the sky goes on beyond the clear one; more is snow or fog."""
MIN_LUMA = 0.33
"""Mean luma 0..1 of a clear sky below which it is night."""
ALIKE, MAX_REST = 0.15, 0.02
"""Difference from the mean colour of the sky up to which a place may be of it, and the largest
share of the picture that such places may have beside the sky: it is seen through leaves."""
THIN, MAX_THIN = 4, 0.002
"""Radius in pixels of discs that do not fit into thin things, such as poles and palms, and the
largest share of the picture that such things have beside the sky, and edges within it."""
REACH = 4.5
"""Standard deviation, in cells of the clear sky, of the window in which the skyline is sought."""
MAX_STEP, MIN_EDGE = 0.025, 0.05
"""Change of colour per pixel up to which the sky goes on, and from which there is an edge."""
RELIEF = (0.6, 1.4)
"""Bounds of the factors by which clouds differ from the sky around."""
COARSE = 5
"""Factor by which the picture shrinks before the sky around is averaged."""
BAND, BAND_SHARE = 0.4, 0.2
"""Density of the band of deep ink at the top where no sky is dyed, and its share of the height."""
SUN_RADII = (0.036, 0.08)
"""Bounds of the radius of a sun in shorter sides."""
ROOM = 2.7
"""Distance of the middle of a sun to the rim of the sky, in radii."""


def find_sky(smooth: Floats, room: Floats) -> NDArray[np.bool_]:
    """Return the places (h, w) of a clear sky.

    It goes on from the clear sky up to edges of the picture, so its rim is the skyline.

    Args:
        smooth: (h, w, 3) float32, the smoothed picture: luma 0..1, and differences from it.
        room: (y, x) float32, distance to the rim of the clear sky in sides; 0 outside.
    """
    clear = clear_share(room, *smooth.shape[:2])
    near = resize_map(blur((room > 0).astype(np.float32), REACH), *clear.shape)
    even = (_steps(smooth) < MAX_STEP) & (near > 0.02)
    # It is joined to the upper edge.
    even[:, (0, -1)] &= clear[:, (0, -1)] > 0.5
    even[-1] = False
    below = ~dilate_disc(flood_from_edges(even), 1)
    below[0] = False
    # What it surrounds is of it.
    found = ~flood_from_edges(below)
    found[0] |= found[1]
    return found


def is_sure_sky(found: NDArray[np.bool_], smooth: Floats, light: Floats, room: Floats) -> bool:
    """Return whether a sky may get other colours.

    Args:
        found: (h, w), its places.
        smooth: (h, w, 3) float32, the smoothed picture: luma 0..1, and differences from it.
        light: (h, w) float32, luma 0..1 of the picture.
        room: (y, x) float32, distance to the rim of the clear sky in sides; 0 outside.
    """
    rows, columns = found.shape
    clear = clear_share(room, rows, columns)
    share, area = float(clear.mean()), _count(found)
    if share < MIN_SKY or float((clear * light).mean()) < MIN_LUMA * share:
        return False
    lowest = np.where(found.any(0), rows - np.argmax(found[::-1], axis=0), 0)
    above = _count(np.arange(rows)[:, None] < lowest)
    if area < MIN_FILLED * above or area > MAX_GROWTH * share * found.size:
        return False
    whole = dilate_disc(~dilate_disc(found, THIN), THIN)
    step = _steps(smooth)
    within = ~dilate_disc(~found, THIN) & (step > MIN_EDGE)
    if max(_count(~found & ~whole), _count(within)) > MAX_THIN * found.size:
        return False
    rim = dilate_disc(found, 2) & ~found
    if _count(rim & (dilate(step, 3) > MIN_EDGE)) < MIN_RIM * _count(rim):
        return False
    mean = (smooth * clear[..., None]).mean((0, 1), dtype=np.float64) / share
    apart = np.abs(smooth - mean.astype(np.float32))
    is_alike = apart[..., 0] + apart[..., 1] + apart[..., 2] < ALIKE
    rest = _count((is_alike & ~found & ~rim)[: int(lowest.max())])
    return rest < MAX_REST * found.size


def clear_share(room: Floats, rows: int, columns: int) -> Floats:
    """Return where the sky is clear, (rows, columns) float32, 0..1."""
    return np.clip(resize_map((room > 0).astype(np.float32), rows, columns), 0, 1)


def _steps(smooth: Floats) -> Floats:
    """Return the change of colours (h, w, 3) per pixel, in all channels together."""
    down, across = np.gradient(smooth, axis=(0, 1))
    change = np.abs(down) + np.abs(across)
    return np.asarray(change[..., 0] + change[..., 1] + change[..., 2], np.float32)


def _count(mask: NDArray[np.bool_]) -> int:
    """Return the number of places of a mask."""
    return int(np.count_nonzero(mask))


def dye_sky(colours: Floats, places: Floats, smooth: Floats, palette: Palette) -> None:
    """Give a sky the colours of a palette, and all else its light; clouds keep their contrast.

    Args:
        colours: (h, w, 3) float32, 0..1, changed in place.
        places: (h, w) float32, 0..1, how far they are of the sky.
        smooth: (h, w, 3) float32, the picture: luma 0..1, and differences from it.
        palette: inks.
    """
    rows = np.flatnonzero((places > 0.5).any(1))
    height, width = places.shape
    down = np.arange(height, dtype=np.float32)[:, None, None] / np.float32(rows[-1] + 1)
    top, middle, low = np.array(palette.sky, np.float32)
    wash = top + smoothstep(0.0, 0.6, down) * (middle - top)
    wash = wash + smoothstep(0.4, 1.0, down) * (low - wash)
    weight = places[..., None] + np.float32(1e-3)
    relief = to_rgb(smooth) + np.float32(0.15)
    both = np.concatenate([relief * weight, weight], 2)
    small = resize_map(both, max(height // COARSE, 1), max(width // COARSE, 1))
    around = np.maximum(resize_map(blur(small, 20.0 / COARSE), height, width), np.float32(1e-4))
    relief = np.clip(relief * around[..., 3:] / around[..., :3], *RELIEF)
    colours *= np.array(palette.land, np.float32)
    colours += places[..., None] * (np.clip(wash * relief, 0, 1) - colours)


def shade_top(colours: Floats, palette: Palette) -> None:
    """Lay a band of deep ink along the upper edge.

    Args:
        colours: (h, w, 3) float32, 0..1, changed in place.
        palette: inks.
    """
    down = np.arange(len(colours), dtype=np.float32)[:, None] / np.float32(len(colours))
    band = np.float32(BAND) * smoothstep(BAND_SHARE, 0.0, down)
    colours *= 1 - band[..., None] * (1 - np.array(palette.sky[0], np.float32))


def has_sun(room: Floats) -> bool:
    """Return whether a clear sky, as in `show_sun`, has room for a sun or moon."""
    return float(room.max()) > ROOM * SUN_RADII[0]


def show_sun(colours: Floats, room: Floats, colour: Colour, stream: RandomStream) -> None:
    """Show a sun or moon low in a sky that has room for it.

    Args:
        colours: (h, w, 3) float32, 0..1, changed in place.
        room: (y, x) float32, distance to the rim of the clear sky in sides.
        colour: of the disc, 0..1.
        stream: random numbers.
    """
    radius = min(stream.between(*SUN_RADII), 0.999 * float(room.max()) / ROOM)
    rows, columns = np.nonzero(room > ROOM * radius)
    y, x = (rows + 0.5) / room.shape[0], (columns + 0.5) / room.shape[1]
    # Low, and beside the middle.
    cost = np.abs(np.abs(x - 0.5) - 0.2) - 0.7 * y + 0.25 * stream.uniform(len(rows))
    at = int(np.argmin(cost))
    height, width = colours.shape[:2]
    size = np.float32(radius * min(height, width))
    v = np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5 - y[at] * height)
    u = np.arange(width, dtype=np.float32) + np.float32(0.5 - x[at] * width)
    inside = np.clip(size + np.float32(0.5) - np.sqrt(v * v + u * u), 0, 1)[..., None]
    graded = np.array(colour, np.float32) + np.float32(0.12) * np.clip(v / size, -1, 1)[..., None]
    colours += inside * (np.clip(graded, 0, 1) - colours)
