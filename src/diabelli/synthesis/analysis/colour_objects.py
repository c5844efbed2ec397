"""Things: what in a photograph has one vivid colour that is not nature's.

Leaves, sky and water hold no red to speak of; skin is too pale, and so is all fur but that of foxes
and tigers, whose hues must be purer than theirs.  What is left is paint, cloth and petals.  Where
much of a hue stays in doubt, such as between a red flag and a red cheek, or covers more than a
quarter of the picture, one hue within it may yet be a thing, if edges part it from the rest: a red
saucer on brown wood.
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
"""The shares of a picture that things of a colour cover at least and at most."""
MAX_NATURAL_RED = -0.1
"""Hues with less red than that, as a share of their chroma, are those of leaves, sky and water."""
FUR_BLUE_RANGE = (-0.85, -0.57)
"""The hues of fur: those with so much blue, as a share of their chroma."""
MIN_FUR_HUE_PURITY = 0.55
"""The purity that a quarter of a thing of such a hue has at least: shade is less pure than fur."""
MAX_AMBIGUITY = 0.5
"""How much of it may stay in doubt, as a share of what does not."""
NARROW_COSINE, ADJACENT_COSINE = 0.992, 0.96
"""The cosines of the cone of a hue that is told from others close by, and of the cone around it
that must be nearly empty: 7 and 16 degrees."""
MAX_ADJACENT_SHARE = 0.3
"""What is between the two at most, as a share of what is within the narrower."""
MAX_NARROW_AREA = 0.4
"""The share of a picture that things of so narrow a hue cover at most."""
MAX_WEAK_EDGE_SHARE = 0.3
"""How much of their outline may be without an edge."""
MEAN_SHIFT_ITERATIONS = 6
"""How often the middle of a narrow cone moves to the mean of what is in it."""
MIN_CHROMA = 20
"""Chroma below which a colour is not counted, in grey levels."""
PURITY_LUMA_OFFSET = 40
"""What luma is raised by in purity, chroma / (luma + DIM), so that dark pixels count little."""
MIN_PURITY, SEED_PURITY = 0.2, 0.42
"""Purity below which a pixel is unlikely to belong to a thing, and above which it surely does."""
HUE_COSINE = 0.75
"""The cosine of the angle within which a hue is the thing's."""
MIN_FOREIGN_CHROMA = 32
"""Chroma above which a colour of a hue close by is surely not of the thing: shades have less."""
EDGE_CONTRAST = 18
"""The difference of two neighbours, in grey levels, that halves the walk between them."""
MIN_CONDUCTANCE = 0.02
"""How easily a walk crosses even where neighbours are unlike: so it reaches into a shine."""
SOR_ITERATIONS = 80
"""Sweeps of relaxation, enough for a walk to cross a thing."""


@dataclass(frozen=True, slots=True)
class ColourObject:
    """The things of one colour.

    Attributes:
        blue, red: their mean hue, as a unit vector of (Cb, Cr).
        area: the share of the picture that surely belongs to them.
        like: the cosine of the angle within which a hue is theirs.
    """

    blue: float
    red: float
    area: float
    like: float = HUE_COSINE

    def has(self, colours: Floats, like: float | None = None) -> NDArray[np.bool_]:
        """Which colours of a palette are of its hue, however pale or dark.

        like: another cosine than its own.
        """
        cosine = np.float32(self.like if like is None else like)
        along = colours[:, 1] * np.float32(self.blue) + colours[:, 2] * np.float32(self.red)
        return np.asarray((along > cosine * colours[:, 3]) & (colours[:, 3] > 8))


def purity(colours: Floats) -> Floats:
    """How pure each colour of a palette is: its chroma beside its luma."""
    return colours[:, 3] / (colours[:, 0] + np.float32(PURITY_LUMA_OFFSET))


def is_pure(colours: Floats) -> NDArray[np.bool_]:
    """Which colours of a palette are surely paint, cloth or petals, if their hue is."""
    return np.asarray((purity(colours) > SEED_PURITY) & (colours[:, 3] > MIN_CHROMA))


def find_colour_objects(image: Bytes) -> list[ColourObject]:
    """The things in `image` (h, w, 3 or 4) uint8, the largest first, one for each hue."""
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
    """Whether a thing that was told from others by its hue is one to the eye, too."""
    likely = random_walk(small, colour_object)
    return (
        ambiguity(small, colour_object, likely) < MAX_AMBIGUITY
        and weak_edge_share(small, likely) < MAX_WEAK_EDGE_SHARE
    )


def _vivid_candidates(colours: Floats) -> list[ColourObject]:
    """What might be things, by the colours (pixels, 4) of a palette."""
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
    """What of a thing is of one hue, if hardly anything is of a hue beside that.

    Its hue is found by mean shift (Comaniciu, Meer 2002) from the thing's.
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
    """The thing whose hue is the mean of a palette's."""
    blue, red = colours[:, 1:3].mean(0, dtype=np.float64)
    length = np.sqrt(blue * blue + red * red)
    return ColourObject(float(blue / length), float(red / length), area, like)


def _is_pure_enough(colour_object: ColourObject, colours: Floats) -> bool:
    """Whether what is of these colours cannot be fur: its hue is none of fur's, or a quarter of
    it is purer."""
    tawny = FUR_BLUE_RANGE[0] < colour_object.blue < FUR_BLUE_RANGE[1]
    return bool(not tawny or (purity(colours) > MIN_FUR_HUE_PURITY).mean() > 0.25)


def object_mask(image: Bytes, colour_object: ColourObject) -> Floats:
    """Where in `image` (h, w, 3 or 4) uint8 a thing lies, (SMALL, SMALL) float32, 0..1."""
    # Every third pixel of a large image tells as much, in a ninth of the time.
    step = max(1, min(image.shape[:2]) // (3 * PALETTE_SIDE))
    likely = random_walk(
        resize(np.ascontiguousarray(image[::step, ::step]), PALETTE_SIDE, PALETTE_SIDE),
        colour_object,
    )
    return np.clip(2 * likely - np.float32(0.5), 0, 1).astype(np.float32)


def ambiguity(small: Bytes, colour_object: ColourObject, likely: Floats) -> float:
    """How much of the thing's hue is neither in nor out, as a share of what is in.

    likely: its `walk` in `small`.
    """
    colours, likely = palette(small), likely.reshape(-1)
    counted = colour_object.has(colours) & (colours[:, 3] > MIN_CHROMA)
    certain = counted & (likely >= 0.8)
    return float((counted & (likely > 0.2) & ~certain).sum() / max(int(certain.sum()), 1))


def weak_edge_share(small: Bytes, likely: Floats) -> float:
    """The share of a thing's outline in `small` (SMALL, SMALL, 3 or 4) uint8 that no edge shows:
    where neighbours in and out differ by less than UNLIKE.

    likely: its `walk` in `small`.
    """
    inside, colours = likely > 0.5, small[..., :3].astype(np.float32)
    steps = []
    for axis in (0, 1):
        outline = np.diff(inside.astype(np.int8), axis=axis) != 0
        steps.append(np.abs(np.diff(colours, axis=axis)).max(2)[outline])
    return float((np.concatenate(steps) < EDGE_CONTRAST).sum() / max(sum(map(len, steps)), 1))


def random_walk(small: Bytes, colour_object: ColourObject) -> Floats:
    """How likely a random walk from each pixel of `small` (SMALL, SMALL, 3 or 4) uint8 comes to
    the thing before it comes to what is not: (SMALL, SMALL) float32."""
    colours = palette(small)
    like, pure = colour_object.has(colours), purity(colours)
    # What is surely not: skin, and what the thing's cone was narrowed for.
    foreign = like & is_skin(*colours.T[:3])
    foreign |= colour_object.has(colours, HUE_COSINE) & ~like & (colours[:, 3] > MIN_FOREIGN_CHROMA)
    sure = like & (pure > SEED_PURITY) & ~foreign
    # Dark skin can be as pure as paint, and a shine as pale as skin: the majority is right.
    painted = _local_density(sure) > _local_density(foreign)
    sure, foreign = sure & painted, foreign & ~painted
    if (
        colour_object.like > HUE_COSINE
    ):  # among much that is foreign, one of so narrow a hue is there by chance
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
    """How much of a mask of SMALL x SMALL pixels lies around each of them."""
    return blur(mask.reshape(PALETTE_SIDE, PALETTE_SIDE).astype(np.float32), 5.0).reshape(-1)


@kernel
def _solve_random_walk(colours: Floats, likely: Floats, pull: Floats) -> Floats:
    """The x with the least sum of pull (x - likely)^2 + ease (difference of neighbours)^2.

    By successive over-relaxation; neighbours of like colours are at ease with each other.
    """
    rows, columns = likely.shape
    one = np.float32(1)
    # Around the picture lies a rim that nothing is at ease with.
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
