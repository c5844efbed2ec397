"""Motif of a cross-stitch: the part of a picture that is stitched, at the size of its pattern."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.cut_out import CutOut
from diabelli.synthesis.analysis.matte import refine_matte
from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import crop, resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.cross_stitch.placing import Place, place_scene, place_subject

HALF = 0.5
"""Value of a map from which a place is taken."""
SIDE = 480
"""Side in pixels at which the picture is cut out."""
CELLS = 128
"""Crosses in a side of the canvas."""
FILLED, ELLIPSE, FULLER = 0.9, 2, 6
"""Share of the half axes of the cloth that a whole picture fills; powers of curves around it."""
SAMPLES = 4
"""Pixels of the picture along a cross."""
LOCAL, LOCAL_REACH = np.float32(0.45), 3.0
"""How much stronger differences from the surroundings are, and deviation of these in pixels."""
DARK, LEAST_KNEE, MOST_KNEE = 0.36, 0.8, 1.8
"""Median of the brightest channel, 0..1, to which darker pictures are lifted, and bounds of the
curve that lifts dark tones."""
CALM_REACH, EVEN = 6.0, (0.03, 0.01)
"""Deviation of a blur in pixels, and differences from it, 0..1, between which a place is even."""
SOFT, INNER, OWN, FRINGE = 1.2, (0.52, 0.98), (0.6, 1.0), 2.5
"""Deviation of the blur of a matte, in pixels; its values that become 0 and 1; those between which
places have the subject's own colours; deviation of the blur that continues these."""
LEAST_WEIGHT = np.float32(0.02)
"""Least weight by which a mean is divided."""
BLACKENED = 0.5
"""How far dark places become black."""
BLACK, WHITE = (0.12, 0.01), (0.75, 0.99)
"""Largest value that becomes black and least that becomes white, 0..1, and the shares of the motif
that are darker."""


class Motif(NamedTuple):
    """The picture that is stitched.

    Attributes:
        colours: (SAMPLES rows, SAMPLES columns, 3) float32, 0..1.
        place: (SAMPLES rows, SAMPLES columns) float32, 0..1, where it is stitched.
        subject: (rows, columns) float32, 0..1, subject map.
        is_cut: whether it is of the subject alone.
    """

    colours: Floats
    place: Floats
    subject: Floats
    is_cut: bool


def find_motif(
    image: Bytes,
    subject: Floats,
    outline: CutOut | None,
    down: float,
    across: float,
    filled: float = FILLED,
    power: int = ELLIPSE,
) -> Motif:
    """Return the motif of an image.

    Args:
        image: (h, w, 4) uint8.
        subject: (n, n) float32, 0..1, subject map.
        outline: of the subject; None to stitch all of the picture.
        down: half of the height of the cloth in a hoop, in sides of the canvas.
        across: half of the width.
        filled: share of these that a whole picture fills.
        power: of the curve around it: ELLIPSE or FULLER.
    """
    small = resize(image, *size_with_area(image.shape[0], image.shape[1], SIDE))
    colours = small[..., :3].astype(np.float32) / np.float32(255)
    matte = cut_mask(small, outline) if outline else np.zeros(small.shape[:2], np.float32)
    is_cut = bool((matte > HALF).any())
    if is_cut:
        place = place_subject(matte > HALF, down, across)
        colours = _without_fringe(colours, matte)
    else:
        matte = matte + 1
        place = place_scene(subject, matte.shape, filled * down, filled * across)
    rows, columns = (2 * int(np.ceil(one * CELLS)) for one in (down, across))
    planes = np.dstack([colours, matte, resize_map(subject, *matte.shape)])
    planes = np.clip(_at(planes.astype(np.float32), place, rows, columns), 0, 1)
    if is_cut:
        shown = planes[..., 3] * _within(place, matte.shape, rows, columns)
        if not (shown > HALF).any():
            return find_motif(image, subject, None, down, across, filled, power)
    else:
        # The edge of the picture is repeated beyond it.
        shown = _disc(rows, columns, filled * down, filled * across, power).astype(np.float32)
    colours = _toned(_calm(planes[..., :3], planes[..., 4]), shown > HALF)
    near = resize_map(np.ascontiguousarray(planes[..., 4]), rows, columns)
    return Motif(colours, shown.astype(np.float32), np.clip(near, 0, 1), is_cut)


def cut_mask(small: Bytes, outline: CutOut) -> Floats:
    """Return the matte (h, w) float32, 0..1, of a subject in an image (h, w, 4) uint8.

    It is a little smaller than the subject, so that nothing of the ground is left.
    """
    matte = refine_matte(small, outline.coarse)
    matte *= resize_map(outline.part, *matte.shape) > HALF
    return smoothstep(*INNER, blur(matte, SOFT))


def _without_fringe(colours: Floats, matte: Floats) -> Floats:
    """Return colours (h, w, 3) whose rim has the colours within the subject, as it is mixed."""
    own = smoothstep(*OWN, matte)[..., None]
    near = blur(colours * own, FRINGE) / np.maximum(blur(own, FRINGE), LEAST_WEIGHT)
    return np.asarray(near + own * (colours - near), np.float32)


def _at(planes: Floats, place: Place, rows: int, columns: int) -> Floats:
    """Return the part of planes (h, w, c) that is behind a pattern, SAMPLES pixels a cross."""
    cell = 1 / (CELLS * place.scale)
    height, width = planes.shape[:2]
    top, left = place.row - rows / 2 * cell, place.column - columns / 2 * cell
    box = (top / height, left / width, rows * cell / height, columns * cell / width)
    return crop(planes, *box, (rows * SAMPLES, columns * SAMPLES))


def _within(place: Place, size: tuple[int, int], rows: int, columns: int) -> NDArray[np.bool_]:
    """Return which pixels of a pattern are within a picture of that size."""
    inside = []
    for count, middle, limit in ((rows, place.row, size[0]), (columns, place.column, size[1])):
        step = np.arange(count * SAMPLES) + 0.5 - count * SAMPLES / 2
        position = middle + step / (SAMPLES * CELLS * place.scale)
        inside.append((position > 0) & (position < limit))
    return np.asarray(inside[0][:, None] & inside[1])


def shape_of(rows: int, columns: int, down: float, across: float, power: int) -> Floats:
    """Return a map (rows, columns) of crosses that is below 1 within |y|^power + |x|^power = 1.

    Args:
        rows: of the pattern.
        columns: of it.
        down: half of the height of the curve, in sides of the canvas.
        across: half of the width.
        power: of the curve.
    """
    v = np.abs(np.arange(rows) + 0.5 - rows / 2) / (down * CELLS)
    u = np.abs(np.arange(columns) + 0.5 - columns / 2) / (across * CELLS)
    return np.asarray(v[:, None] ** power + u**power, np.float32)


def _disc(rows: int, columns: int, down: float, across: float, power: int) -> NDArray[np.bool_]:
    """Return which pixels are of crosses that a whole picture fills."""
    disc = shape_of(rows, columns, down, across, power) < 1
    return np.repeat(np.repeat(disc, SAMPLES, 0), SAMPLES, 1)


def _calm(colours: Floats, near: Floats) -> Floats:
    """Return colours (h, w, 3), 0..1, with even places beside the subject (h, w) made smooth."""
    smooth = blur(colours, CALM_REACH)
    apart = np.abs(colours - smooth).max(2)
    share = smoothstep(*EVEN, blur(apart, CALM_REACH)) * (1 - near)
    return np.asarray(colours + share[..., None] * (smooth - colours), np.float32)


def _toned(colours: Floats, inside: NDArray[np.bool_]) -> Floats:
    """Return colours (h, w, 3), 0..1, of the whole range, with clear details."""
    steps = np.sort(colours.max(2)[inside])
    low = min(float(steps[int(BLACK[1] * (len(steps) - 1))]), BLACK[0])
    high = max(float(steps[int(WHITE[1] * (len(steps) - 1))]), WHITE[0])
    low *= BLACKENED
    tone = np.clip((colours - np.float32(low)) / np.float32(high - low), 0, 1)
    # Threads are in their shade, so dark tones are lifted, most in dark pictures; hues stay.
    middle = float(np.median(tone.max(2)[inside]))
    knee = MOST_KNEE
    if 0 < middle < DARK:
        knee = min(max(middle * (1 - DARK) / (DARK - middle), LEAST_KNEE), MOST_KNEE)
    tone = tone * (np.float32(1 + knee) / (tone.max(2, keepdims=True) + np.float32(knee)))
    # Beyond the motif is its mean, so that no other ground has an influence on its rim.
    known = inside.astype(np.float32)[..., None]
    weights = np.maximum(blur(known, LOCAL_REACH), LEAST_WEIGHT)
    around = blur(tone * known, LOCAL_REACH) / weights
    return np.asarray(np.clip(tone + LOCAL * (tone - around), 0, 1), np.float32)
