"""Places: where in a photograph the things of a colour lie.

Shade and shine belong to a thing though they are dull or pale, so its place is found by a random
walk (Grady 2006): from what is surely part of it, over neighbours of like colour.  Skin holds the
walk back, and where a thing's hue is told from one close by, what is of that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.thing import FAINT, LIKE, PALE, PURE, ColourObject, purity
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import Bytes, Floats, blur, resize
from diabelli.synthesis.finish.hue_shift import SMALL, is_skin, palette

STRONG = 32
"""Chroma above which a colour of a hue close by is surely not of the thing: shades have less."""
UNLIKE = 18
"""The difference of two neighbours, in grey levels, that halves the walk between them."""
EASE = 0.02
"""How easily a walk crosses even where neighbours are unlike: so it reaches into a shine."""
STEPS = 80
"""Sweeps of relaxation, enough for a walk to cross a thing."""


def object_mask(image: Bytes, thing: ColourObject) -> Floats:
    """Where in `image` (h, w, 3 or 4) uint8 a thing lies, (SMALL, SMALL) float32, 0..1."""
    # Every third pixel of a large image tells as much, in a ninth of the time.
    step = max(1, min(image.shape[:2]) // (3 * SMALL))
    likely = random_walk(resize(np.ascontiguousarray(image[::step, ::step]), SMALL, SMALL), thing)
    return np.clip(2 * likely - np.float32(0.5), 0, 1).astype(np.float32)


def ambiguity(small: Bytes, thing: ColourObject, likely: Floats) -> float:
    """How much of the thing's hue is neither in nor out, as a share of what is in.

    likely: its `walk` in `small`.
    """
    colours, likely = palette(small), likely.reshape(-1)
    counted = thing.has(colours) & (colours[:, 3] > FAINT)
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
    return float((np.concatenate(steps) < UNLIKE).sum() / max(sum(map(len, steps)), 1))


def random_walk(small: Bytes, thing: ColourObject) -> Floats:
    """How likely a random walk from each pixel of `small` (SMALL, SMALL, 3 or 4) uint8 comes to
    the thing before it comes to what is not: (SMALL, SMALL) float32."""
    colours = palette(small)
    like, pure = thing.has(colours), purity(colours)
    # What is surely not: skin, and what the thing's cone was narrowed for.
    foreign = like & is_skin(colours)
    foreign |= thing.has(colours, LIKE) & ~like & (colours[:, 3] > STRONG)
    sure = like & (pure > PURE) & ~foreign
    # Dark skin can be as pure as paint, and a shine as pale as skin: the majority is right.
    painted = _local_density(sure) > _local_density(foreign)
    sure, foreign = sure & painted, foreign & ~painted
    if thing.like > LIKE:  # among much that is foreign, one of so narrow a hue is there by chance
        like = like & painted
    paint = np.clip((pure - PALE) / np.float32(PURE - PALE), 0, np.float32(0.9))
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
    return blur(mask.reshape(SMALL, SMALL).astype(np.float32), 5.0).reshape(-1)


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
                    apart /= np.float32(UNLIKE * UNLIKE)
                    ease[axis, y, x] = one / (one + apart * apart) + np.float32(EASE)
    out = np.zeros((rows + 2, columns + 2), np.float32)
    out[1:-1, 1:-1] = likely
    pace = np.empty_like(likely)
    for y in range(rows):
        for x in range(columns):
            around = ease[0, y, x] + ease[0, y + 1, x] + ease[1, y, x] + ease[1, y, x + 1]
            pace[y, x] = np.float32(1.6) / (pull[y, x] + around)
    for _ in range(STEPS):
        for y in range(rows):
            for x in range(columns):
                total = pull[y, x] * (likely[y, x] - out[y + 1, x + 1])
                total += ease[0, y, x] * (out[y, x + 1] - out[y + 1, x + 1])
                total += ease[0, y + 1, x] * (out[y + 2, x + 1] - out[y + 1, x + 1])
                total += ease[1, y, x] * (out[y + 1, x] - out[y + 1, x + 1])
                total += ease[1, y, x + 1] * (out[y + 1, x + 2] - out[y + 1, x + 1])
                out[y + 1, x + 1] += pace[y, x] * total
    return out[1:-1, 1:-1].copy()
