"""Colour objects: parts of a photograph with one vivid, non-natural colour.

Foliage, sky and water contain almost no red. Skin is too pale, and so is fur, except that of foxes
and tigers, whose hues must be purer. The rest is paint, cloth and petals. Where a large part of a
hue stays ambiguous, as between a red flag and a red cheek, or covers more than MAX_AREA, a narrower
hue can still form an object if edges separate it: a red saucer on brown wood.

Shade and highlights belong to an object although they are dull or pale. A random walk (Grady 2006)
over neighbours of similar colour, seeded with certain pixels, therefore finds its mask. Skin and
the hues excluded by a narrow cone act as seeds of the background.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.chroma import PALETTE_SIDE, hues, in_hue_group, is_skin, palette
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.types import Bytes, Floats

MIN_AREA, MAX_AREA = 0.012, 0.25
"""Minimum and maximum share of the picture that an object covers."""
MAX_NATURAL_RED = -0.1
"""Maximum Cr, as a share of chroma, of the hues of foliage, sky and water."""
FUR_BLUE_RANGE = (-0.85, -0.57)
"""Range of Cb, as a share of chroma, of the hues of fur."""
MIN_FUR_HUE_PURITY = 0.55
"""Purity that a quarter of an object with a fur hue must exceed; shade is less pure than fur."""
MAX_AMBIGUITY = 0.5
"""Maximum ambiguous area of an object, as a share of its certain area."""
NARROW_COSINE, ADJACENT_COSINE = 0.992, 0.96
"""Cosines of the narrow hue cone (7 degrees) and of the cone around it (16 degrees)."""
MAX_ADJACENT_SHARE = 0.3
"""Maximum area between the two cones, as a share of the area within the narrow one."""
MAX_NARROW_AREA = 0.4
"""Maximum share of the picture that an object with a narrow hue covers."""
MAX_WEAK_EDGE_SHARE = 0.3
"""Maximum share of its outline without an edge."""
MEAN_SHIFT_ITERATIONS = 6
"""Mean shift iterations for the axis of a narrow cone."""
MIN_CHROMA = 20
"""Chroma in grey levels below which a colour is not counted."""
PURITY_LUMA_OFFSET = 40
"""Offset of luma in purity, chroma / (luma + offset), so that dark pixels weigh little."""
MIN_PURITY, SEED_PURITY = 0.2, 0.42
"""Purity below which a pixel is unlikely to belong to an object, and above which it is a seed."""
HUE_COSINE = 0.75
"""Cosine of the angle within which a hue belongs to an object."""
MIN_FOREIGN_CHROMA = 32
"""Chroma above which an adjacent hue is certainly foreign; shades have less."""
EDGE_CONTRAST = 18
"""Difference of two neighbours, in grey levels, that halves the conductance between them."""
MIN_CONDUCTANCE = 0.02
"""Conductance between unlike neighbours, so that the walk reaches into highlights."""
SOR_ITERATIONS = 80
"""SOR iterations, enough for a walk to cross an object."""


@dataclass(frozen=True, slots=True)
class ColourObject:
    """All regions of one vivid colour.

    Attributes:
        blue: Cb of the mean hue; (blue, red) is a unit vector.
        red: Cr of the mean hue.
        area: share of the picture that certainly belongs to it.
        like: cosine of the angle within which a hue belongs to it.
    """

    blue: float
    red: float
    area: float
    like: float = HUE_COSINE

    def has(self, colours: Floats, like: float | None = None) -> NDArray[np.bool_]:
        """Mask of the colours of a palette with the object's hue, at any purity: (pixels,) bool.

        Args:
            colours: (pixels, 4) float32 palette.
            like: cosine of the angle; the object's by default.
        """
        cosine = np.float32(self.like if like is None else like)
        along = colours[:, 1] * np.float32(self.blue) + colours[:, 2] * np.float32(self.red)
        return np.asarray((along > cosine * colours[:, 3]) & (colours[:, 3] > 8))


def purity(colours: Floats) -> Floats:
    """Purity (pixels,) float32 of a palette: chroma / (luma + PURITY_LUMA_OFFSET)."""
    return colours[:, 3] / (colours[:, 0] + np.float32(PURITY_LUMA_OFFSET))


def is_pure(colours: Floats) -> NDArray[np.bool_]:
    """Mask of the colours of a palette that are pure enough for paint, cloth or petals."""
    return np.asarray((purity(colours) > SEED_PURITY) & (colours[:, 3] > MIN_CHROMA))


def find_colour_objects(image: Bytes) -> list[ColourObject]:
    """Find the objects in `image` (h, w, 3 or 4) uint8: one per hue, largest first."""
    small = resize(image, PALETTE_SIDE, PALETTE_SIDE)
    colours = palette(small)
    apart: list[ColourObject] = []
    for colour_object in sorted(
        _vivid_candidates(colours), key=lambda colour_object: -colour_object.area
    ):
        if all(
            one.blue * colour_object.blue + one.red * colour_object.red < HUE_COSINE
            for one in apart
        ):
            apart.append(colour_object)
    found = []
    for colour_object in apart:
        if (
            colour_object.area < MAX_AREA
            and ambiguity(small, colour_object, random_walk(small, colour_object)) < MAX_AMBIGUITY
        ):
            found.append(colour_object)
        elif (narrow := _narrow_by_mean_shift(colours, colour_object)) and _has_clear_outline(
            small, narrow
        ):
            found.append(narrow)
    return found


def _has_clear_outline(small: Bytes, colour_object: ColourObject) -> bool:
    """Return whether an object with a narrow hue is separated from its surroundings by edges."""
    likely = random_walk(small, colour_object)
    return (
        ambiguity(small, colour_object, likely) < MAX_AMBIGUITY
        and weak_edge_share(small, likely) < MAX_WEAK_EDGE_SHARE
    )


def _vivid_candidates(colours: Floats) -> list[ColourObject]:
    """Object candidates of a palette (pixels, 4), one for each hue group."""
    pure = is_pure(colours)
    found = []
    for hue in hues():
        members = pure & in_hue_group(colours, hue)
        area = float(members.mean())
        if hue[1] <= MAX_NATURAL_RED or area <= MIN_AREA:
            continue
        colour_object = _mean_colour_object(colours[members], area, HUE_COSINE)
        if _is_pure_enough(colour_object, colours[members]):
            found.append(colour_object)
    return found


def _narrow_by_mean_shift(colours: Floats, colour_object: ColourObject) -> ColourObject | None:
    """Narrow an object to one hue if almost no pixels have an adjacent hue.

    The hue is found by mean shift (Comaniciu, Meer 2002), started at the object's hue.

    Returns:
        The narrow object, or None.
    """
    pure = colours[is_pure(colours)]
    narrow = colour_object
    for _ in range(MEAN_SHIFT_ITERATIONS):
        members = narrow.has(pure, NARROW_COSINE)
        if not members.any():
            return None
        share = float(members.sum()) / len(colours)
        narrow = _mean_colour_object(pure[members], share, NARROW_COSINE)
    beside = float(narrow.has(pure, ADJACENT_COSINE).sum()) / len(colours) - narrow.area
    fits = MIN_AREA < narrow.area < MAX_NARROW_AREA and beside < MAX_ADJACENT_SHARE * narrow.area
    return narrow if fits and _is_pure_enough(narrow, pure[narrow.has(pure)]) else None


def _mean_colour_object(colours: Floats, area: float, like: float) -> ColourObject:
    """Return the object whose hue is the mean of a palette's."""
    blue, red = colours[:, 1:3].mean(0, dtype=np.float64)
    length = np.sqrt(blue * blue + red * red)
    return ColourObject(float(blue / length), float(red / length), area, like)


def _is_pure_enough(colour_object: ColourObject, colours: Floats) -> bool:
    """Return whether the colours cannot be fur: no fur hue, or a quarter of them is purer."""
    tawny = FUR_BLUE_RANGE[0] < colour_object.blue < FUR_BLUE_RANGE[1]
    return bool(not tawny or (purity(colours) > MIN_FUR_HUE_PURITY).mean() > 0.25)


def object_mask(image: Bytes, colour_object: ColourObject) -> Floats:
    """Mask of an object in an image.

    Args:
        image: (h, w, 3 or 4) uint8.
        colour_object: the object.

    Returns:
        (PALETTE_SIDE, PALETTE_SIDE) float32, 0..1.
    """
    # Every third pixel of a large image is sufficient, in a ninth of the time.
    step = max(1, min(image.shape[:2]) // (3 * PALETTE_SIDE))
    likely = random_walk(
        resize(np.ascontiguousarray(image[::step, ::step]), PALETTE_SIDE, PALETTE_SIDE),
        colour_object,
    )
    return np.clip(2 * likely - np.float32(0.5), 0, 1).astype(np.float32)


def ambiguity(small: Bytes, colour_object: ColourObject, likely: Floats) -> float:
    """Ambiguous area of the object's hue as a share of its certain area.

    Args:
        small: (PALETTE_SIDE, PALETTE_SIDE, 3 or 4) uint8.
        colour_object: the object.
        likely: (PALETTE_SIDE, PALETTE_SIDE) float32, its `random_walk` in `small`.
    """
    colours, likely = palette(small), likely.reshape(-1)
    counted = colour_object.has(colours) & (colours[:, 3] > MIN_CHROMA)
    certain = counted & (likely >= 0.8)
    return float((counted & (likely > 0.2) & ~certain).sum() / max(int(certain.sum()), 1))


def weak_edge_share(small: Bytes, likely: Floats) -> float:
    """Share of an object's outline where the two sides differ by less than EDGE_CONTRAST.

    Args:
        small: (PALETTE_SIDE, PALETTE_SIDE, 3 or 4) uint8.
        likely: (PALETTE_SIDE, PALETTE_SIDE) float32, its `random_walk` in `small`.
    """
    inside, colours = likely > 0.5, small[..., :3].astype(np.float32)
    steps = []
    for axis in (0, 1):
        outline = np.diff(inside.astype(np.int8), axis=axis) != 0
        steps.append(np.abs(np.diff(colours, axis=axis)).max(2)[outline])
    return float((np.concatenate(steps) < EDGE_CONTRAST).sum() / max(sum(map(len, steps)), 1))


def random_walk(small: Bytes, colour_object: ColourObject) -> Floats:
    """Probability that a random walk from each pixel reaches the object before the background.

    Args:
        small: (PALETTE_SIDE, PALETTE_SIDE, 3 or 4) uint8.
        colour_object: the object whose certain pixels are the seeds.

    Returns:
        (PALETTE_SIDE, PALETTE_SIDE) float32, 0..1.
    """
    colours = palette(small)
    like, pure = colour_object.has(colours), purity(colours)
    # Certain negatives: skin, and the colours that the narrowed cone excludes.
    foreign = like & is_skin(*colours.T[:3])
    foreign |= colour_object.has(colours, HUE_COSINE) & ~like & (colours[:, 3] > MIN_FOREIGN_CHROMA)
    sure = like & (pure > SEED_PURITY) & ~foreign
    # Dark skin can be as pure as paint, and a highlight as pale as skin: the majority decides.
    painted = _local_density(sure) > _local_density(foreign)
    sure, foreign = sure & painted, foreign & ~painted
    if (
        colour_object.like > HUE_COSINE
    ):  # isolated pixels of a narrow hue among foreign ones are chance
        like = like & painted
    paint = np.clip((pure - MIN_PURITY) / np.float32(SEED_PURITY - MIN_PURITY), 0, np.float32(0.9))
    likely = np.where(sure, 1, paint * (like & ~foreign))
    pull = np.where(sure, 4, np.where(foreign, 2, np.where(like, 0.005, 0.001)))
    shape = small.shape[:2]
    return _solve_random_walk(
        small[..., :3].astype(np.float32),
        likely.astype(np.float32).reshape(shape),
        pull.astype(np.float32).reshape(shape),
    )


def _local_density(mask: NDArray[np.bool_]) -> Floats:
    """Blurred mask of PALETTE_SIDE^2 pixels, flat float32, 0..1."""
    return blur(mask.reshape(PALETTE_SIDE, PALETTE_SIDE).astype(np.float32), 5.0).reshape(-1)


@kernel
def _solve_random_walk(colours: Floats, likely: Floats, pull: Floats) -> Floats:
    """Minimise sum pull (x - likely)^2 + conductance (difference of neighbours)^2 by SOR.

    It updates by residuals, which rounds differently from `solve_sor`; merging would change
    pictures.

    Args:
        colours: (rows, columns, 3) float32, 0..255; similar neighbours have a high conductance.
        likely: (rows, columns) float32, 0..1, prior.
        pull: (rows, columns) float32, weight of the prior.

    Returns:
        x, (rows, columns) float32.
    """
    rows, columns = likely.shape
    one = np.float32(1)
    # A border without conductance around the picture.
    ease = np.zeros((2, rows + 1, columns + 1), np.float32)  # from the pixel above, from the left
    for y in range(rows):
        for x in range(columns):
            for axis in range(2):
                v, u = y - 1 + axis, x - axis
                if v >= 0 and u >= 0:
                    apart = np.float32(0)
                    for c in range(3):
                        difference = colours[y, x, c] - colours[v, u, c]
                        apart += difference * difference
                    apart /= np.float32(EDGE_CONTRAST * EDGE_CONTRAST)
                    ease[axis, y, x] = one / (one + apart * apart) + np.float32(MIN_CONDUCTANCE)
    out = np.zeros((rows + 2, columns + 2), np.float32)
    out[1:-1, 1:-1] = likely
    pace = np.empty_like(likely)
    for y in range(rows):
        for x in range(columns):
            around = ease[0, y, x] + ease[0, y + 1, x] + ease[1, y, x] + ease[1, y, x + 1]
            pace[y, x] = np.float32(1.6) / (pull[y, x] + around)
    for _ in range(SOR_ITERATIONS):
        for y in range(rows):
            for x in range(columns):
                total = pull[y, x] * (likely[y, x] - out[y + 1, x + 1])
                total += ease[0, y, x] * (out[y, x + 1] - out[y + 1, x + 1])
                total += ease[0, y + 1, x] * (out[y + 2, x + 1] - out[y + 1, x + 1])
                total += ease[1, y, x] * (out[y + 1, x] - out[y + 1, x + 1])
                total += ease[1, y, x + 1] * (out[y + 1, x + 2] - out[y + 1, x + 1])
                out[y + 1, x + 1] += pace[y, x] * total
    return out[1:-1, 1:-1].copy()
