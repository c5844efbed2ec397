"""Pattern of a cross-stitch: the thread of each cross, and lines of backstitch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cross_stitch.backstitch import (
    FINE,
    Lines,
    dark_lines,
    stitched,
    trace,
)
from diabelli.synthesis.moves.cross_stitch.motif import HALF, SAMPLES, Motif
from diabelli.synthesis.moves.cross_stitch.threads import assign_threads, choose_threads, dyed

BARE, SPLIT = -1, -2
"""Codes of cells without a cross, and of those with four small ones."""
EVEN, POWER = np.float32(0.01), np.float32(0.8)
"""Weight of all pixels in the colour of a cross, and of those that differ from the surroundings."""
MAX_SPLIT, MIN_LOST = 0.3, 0.045
"""Largest share of the crosses that are replaced by four small ones, and least difference."""
SUBJECT, EVEN_STITCHES = 0.35, 0.012
"""Value of the subject map up to which, and difference from the stitches around, 0..1, up to which
stitches are of a gradation."""
OUTLINE, DETAIL = Lines(0.8, 0.5, 12), Lines(0.5, 0.2, 7)
"""Bounds of outlines, and of dark lines within."""
DEEP = np.float32(0.4)
"""Colour of a line in that of the places beside it."""


class Pattern(NamedTuple):
    """A pattern.

    Attributes:
        codes: (rows, columns) int16, threads of crosses, BARE, or SPLIT.
        petite: (2 rows, 2 columns) int16, threads of small crosses.
        threads: (count, 3) float32, 0..1.
        lines: (n, 4) float32, ends of backstitches in cells.
        line_colours: (n, 3) float32, 0..1.
    """

    codes: NDArray[np.int16]
    petite: NDArray[np.int16]
    threads: Floats
    lines: Floats
    line_colours: Floats


def shrink(fine: Floats, factor: int) -> Floats:
    """Shrink a picture; pixels that differ from those around count most, so that eyes stay.

    Weber et al., "Rapid, detail-preserving image downscaling" (2016).

    Args:
        fine: (factor h, factor w, 3) float32.
        factor: of the sizes.
    """
    height, width = fine.shape[0] // factor, fine.shape[1] // factor
    cells = fine.reshape(height, factor, width, factor, 3)
    around = blur(np.ascontiguousarray(cells.mean((1, 3))), 0.6)
    apart = np.sqrt(np.square(cells - around[:, None, :, None]).sum(-1))
    weights = EVEN + POWER * apart
    total = (cells * weights[..., None]).sum((1, 3)) / weights.sum((1, 3))[..., None]
    return np.asarray(total, np.float32)


def _nearby(subject: Floats) -> Floats:
    """Return a subject map that reaches a little beyond the subject."""
    return blur(subject, 1.5)


def _smooth(stitches: Floats) -> NDArray[np.bool_]:
    """Return where stitches (rows, columns, 3), 0..1, differ little from those around."""
    apart = np.abs(stitches - blur(stitches, 1.5)).max(2)
    return np.asarray(blur(apart, 1.5) < EVEN_STITCHES)


def doubled(values: Floats) -> Floats:
    """Return values (rows, columns, ...) of crosses for each of four small ones."""
    return np.repeat(np.repeat(values, 2, 0), 2, 1)


def draw_pattern(motif: Motif, count: int) -> Pattern:
    """Draw the pattern of a motif, with that count of threads."""
    fine = motif.colours
    rows, columns = fine.shape[0] // SAMPLES, fine.shape[1] // SAMPLES
    shares = motif.place.reshape(rows, SAMPLES, columns, SAMPLES).mean((1, 3))
    # A thin strip may have no place that is covered by half.
    covered = shares >= min(np.nextafter(HALF, 1), shares.max())
    stitches, small = shrink(fine, SAMPLES), shrink(fine, SAMPLES // 2)
    threads = choose_threads(stitches, covered, count)
    smooth = _smooth(stitches) & (_nearby(motif.subject) < SUBJECT)
    codes = assign_threads(stitches, threads, motif.subject, smooth)
    none = np.zeros(small.shape[:2], np.bool_)
    petite = assign_threads(small, threads, doubled(motif.subject), none)
    # Where small crosses differ from the large one; details of the subject count most.
    lost = np.abs(small - doubled(stitches)).max(2).reshape(rows, 2, columns, 2).mean((1, 3))
    lost *= np.float32(0.6) + np.float32(0.4) * motif.subject
    ranked = np.sort(lost[covered])
    least = max(float(ranked[int((1 - MAX_SPLIT) * (len(ranked) - 1))]), MIN_LOST)
    codes[lost > least] = SPLIT
    codes[~covered] = BARE
    return Pattern(codes, petite, dyed(threads), *_lines(motif))


def _lines(motif: Motif) -> tuple[Floats, Floats]:
    """Return backstitches and their colours."""
    size = tuple(one * FINE // SAMPLES for one in motif.place.shape)
    height, width = size
    picture = resize_map(motif.colours, height, width)
    inside = blur(np.clip(resize_map(motif.place, height, width), 0, 1), 1.2)
    dark = dark_lines(luma(picture)) * smoothstep(0.6, 0.9, inside)
    near = resize_map(motif.subject, height, width)
    found = trace(dark * smoothstep(0.2, 0.6, near), DETAIL)
    if motif.is_cut:
        found = trace(np.maximum(1 - np.abs(2 * inside - 1), 0), OUTLINE) + found
    if not found:
        return np.zeros((0, 4), np.float32), np.zeros((0, 3), np.float32)
    stitches = np.concatenate([stitched(path) for path in found])
    middle = ((stitches[:, :2] + stitches[:, 2:]) / 2 * FINE).astype(np.int64)
    middle = np.clip(middle, 0, np.array(size) - 1)
    colours = blur(picture, 1.5)[middle[:, 0], middle[:, 1]]
    return stitches, np.asarray(colours * DEEP, np.float32)
