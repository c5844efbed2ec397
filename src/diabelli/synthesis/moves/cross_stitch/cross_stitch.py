"""Move: the subject of a photograph, or all of it, as a counted cross-stitch in a hoop."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.cross_stitch.cross_stitch_suitability import Stitchable
from diabelli.synthesis.moves.cross_stitch.garland import SPRIGS, WREATH, add_border, add_garland
from diabelli.synthesis.moves.cross_stitch.hoop import Ring, lay_hoop
from diabelli.synthesis.moves.cross_stitch.hoop_grounds import draw_ground
from diabelli.synthesis.moves.cross_stitch.motif import (
    CELLS,
    ELLIPSE,
    FILLED,
    FULLER,
    HALF,
    find_motif,
)
from diabelli.synthesis.moves.cross_stitch.needlework import Light, sew
from diabelli.synthesis.moves.cross_stitch.pattern import draw_pattern
from diabelli.synthesis.moves.cross_stitch.placing import RADIUS
from diabelli.synthesis.moves.cross_stitch.screw import lay_screw
from diabelli.synthesis.moves.cross_stitch.skein import lay_skeins

CROSS_STITCH = "cross_stitch"
"""Name of the move."""
LINENS = (
    (0.93, 0.90, 0.83),
    (0.84, 0.77, 0.65),
    (0.80, 0.86, 0.90),
    (0.82, 0.87, 0.79),
    (0.93, 0.84, 0.82),
    (0.24, 0.28, 0.36),
)
"""Colours of cloth: ivory, flax, pale blue, sage, pink and navy, 0..1."""
FITTING = 3
"""Number of those that differ most from a motif, of which one is drawn."""
RIM, RIM_SHARE = 6.0, 0.8
"""Deviation of a blur in pixels, and its value up to which a place is of the rim of a motif."""
MAX_LONG = 1.4
"""How much longer a hoop is in a long canvas, at most."""
TOP = 0.016
"""How far below the middle of the canvas the hoop is, as its screw is above it."""
PIXELS = (4, 12)
"""Bounds of the pixels along a cross at which it is drawn."""
THREADS = 48
"""Number of colours of threads."""
LIGHT = (-0.8, 0.6)
"""Direction towards the light, down and aside."""
GARLAND = (0.75, 1.25)
"""Angle of half of a garland."""
SKEINS = 0.6
"""Share of the pictures with skeins of thread."""
GARLANDS, WITHIN, WIDE = (0.6, 0.85), 0.76, 0.74
"""Shares of cut motifs with a garland and of whole pictures within a wreath, and shares of
the half axes of the cloth that these fill, and pictures with fuller corners."""


def show_cross_stitch(
    image: Bytes, subject: Floats, need: Stitchable, stream: RandomStream, *, grey: bool
) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, of a hoop in which it is stitched.

    Args:
        image: (h, w, 4) uint8, opaque.
        subject: (n, n) float32, 0..1, subject map.
        need: the subject that is stitched alone, or how all of the image is.
        stream: random numbers.
        grey: whether the image is black and white.
    """
    height, width = image.shape[:2]
    side = min(height, width)
    down, across = (RADIUS * min(one / side, MAX_LONG) for one in (height, width))
    ring = Ring(TOP, down, across)
    has_garland = stream.between(0, 1) < GARLANDS[need.outline is None] and need.has_room
    filled, power, arcs = FILLED, ELLIPSE, WREATH
    if need.outline:
        arcs = ((0.0, stream.between(*GARLAND)),)
    elif need.is_wide:
        filled, power, arcs = WIDE, FULLER, SPRIGS
    elif has_garland:
        filled = WITHIN
    motif = find_motif(image, subject, need.outline, down, across, filled, power)
    pattern = draw_pattern(motif, THREADS)
    inside = motif.place >= min(np.nextafter(HALF, 1), motif.place.max())
    mean = motif.colours[inside].astype(np.float64).mean(0).astype(np.float32)
    rim = inside & (blur(inside.astype(np.float32), RIM) < RIM_SHARE)
    linen = _linen(motif.colours[rim], stream)
    if not motif.is_cut:
        pattern = add_border(pattern, (filled * down, filled * across), power, linen, stream)
    if has_garland:
        pattern = add_garland(pattern, (down, across), arcs, linen, stream, grey=grey)
    lit = Light(LIGHT[0], LIGHT[1] if stream.between(0, 1) < 0.5 else -LIGHT[1])
    pixels = min(max(2 * round(0.5 * side / CELLS), PIXELS[0]), PIXELS[1])
    cloth = _cut_to(sew(pattern, linen, lit, pixels, stream), (down, across), pixels)
    canvas = draw_ground(255 * mean, stream, height, width) / np.float32(255)
    if stream.between(0, 1) < SKEINS:
        lay_skeins(canvas, pattern.threads, lit, stream)
    lay_hoop(canvas, cloth, ring, lit, stream)
    lay_screw(canvas, ring, lit)
    out = np.full((height, width, 4), 255, np.uint8)
    out[..., :3] = np.clip(canvas * 255 + np.float32(0.5), 0, 255)
    return out


def _cut_to(cloth: Floats, axes: tuple[float, float], pixels: int) -> Floats:
    """Return the part of a cloth in the rectangle around its ellipse."""
    margins = [
        round((size - 2 * one * CELLS * pixels) / 2)
        for size, one in zip(cloth.shape, axes, strict=False)
    ]
    top, left = margins
    return cloth[top : cloth.shape[0] - top, left : cloth.shape[1] - left]


def _linen(rim: Floats, stream: RandomStream) -> Floats:
    """Draw the colour of a cloth, (3,) float32, of those that differ most from a rim (n, 3)."""
    apart = [float(np.abs(rim - np.array(one, np.float32)).sum(1).mean()) for one in LINENS]
    order = sorted(range(len(LINENS)), key=lambda k: (-apart[k], k))
    return np.array(LINENS[order[int(stream.between(0, FITTING))]], np.float32)
