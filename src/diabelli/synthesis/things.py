"""Things: what in a photograph has one vivid colour that is not nature's, and where it lies.

Leaves, sky and water hold no red to speak of; skin is too pale, and so is all fur but that of foxes
and tigers, whose hues must be purer than theirs.  What is left is paint, cloth and petals.  Shade
and shine belong to a thing though they are dull or pale, so its place is found by a random walk
(Grady 2006): from what is surely part of it, over neighbours of like colour.  Where much stays in
doubt, such as between a red flag and a red cheek, there is no thing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.compiled import compiled
from diabelli.synthesis.recolour import SMALL, hues, is_near, is_skin, palette
from diabelli.synthesis.resample import Bytes, Floats, blur, resize

LEAST, MOST = 0.012, 0.25
"""The shares of a picture that things of a colour cover at least and at most."""
FAINT = 20
"""Chroma below which a colour is not counted, in grey levels."""
NATURAL = -0.1
"""Hues with less red than that, as a share of their chroma, are those of leaves, sky and water."""
DIM = 40
"""What luma is raised by in purity, chroma / (luma + DIM), so that dark pixels count little."""
PALE, PURE = 0.2, 0.42
"""Purity below which a pixel is unlikely to belong to a thing, and above which it surely does."""
TAWNY = (-0.85, -0.57)
"""The hues of fur: those with so much blue, as a share of their chroma."""
PURER = 0.55
"""The purity that a quarter of a thing of such a hue has at least: shade is less pure than fur."""
LIKE = 0.75
"""The cosine of the angle within which a hue is the thing's."""
UNLIKE = 18
"""The difference of two neighbours, in grey levels, that halves the walk between them."""
EASE = 0.02
"""How easily a walk crosses even where neighbours are unlike: so it reaches into a shine."""
STEPS = 80
"""Sweeps of relaxation, enough for a walk to cross a thing."""
DOUBT = 0.5
"""How much of it may stay in doubt, as a share of what does not."""


@dataclass(frozen=True, slots=True)
class Thing:
    """The things of one colour.

    Attributes:
        blue, red: their mean hue, as a unit vector of (Cb, Cr).
        area: the share of the picture that surely belongs to them.
    """

    blue: float
    red: float
    area: float


def things_of(image: Bytes) -> list[Thing]:
    """The things in `image` (h, w, 3 or 4) uint8, the largest first, one for each hue."""
    small = resize(image, SMALL, SMALL)
    apart: list[Thing] = []
    for thing in sorted(_vivid(palette(small)), key=lambda thing: -thing.area):
        if all(one.blue * thing.blue + one.red * thing.red < LIKE for one in apart):
            apart.append(thing)
    return [thing for thing in apart if thing.area < MOST and _doubt(small, thing) < DOUBT]


def place_of(image: Bytes, thing: Thing) -> Floats:
    """Where in `image` (h, w, 3 or 4) uint8 a thing lies, (SMALL, SMALL) float32, 0..1."""
    # Every third pixel of a large image tells as much, in a ninth of the time.
    step = max(1, min(image.shape[:2]) // (3 * SMALL))
    walk = _walk(resize(np.ascontiguousarray(image[::step, ::step]), SMALL, SMALL), thing)
    return np.clip(2 * walk - np.float32(0.5), 0, 1).astype(np.float32)


def _vivid(colours: Floats) -> list[Thing]:
    """What might be things, by the colours (pixels, 4) of a palette."""
    purity = _purity(colours)
    pure = (purity > PURE) & (colours[:, 3] > FAINT)
    found = []
    for hue in hues():
        members = pure & is_near(colours, hue)
        area = float(members.mean())
        if hue[1] <= NATURAL or area <= LEAST:
            continue
        blue, red = colours[members, 1:3].mean(0, dtype=np.float64)
        length = np.sqrt(blue * blue + red * red)
        thing = Thing(float(blue / length), float(red / length), area)
        tawny = TAWNY[0] < thing.blue < TAWNY[1]
        if not tawny or (purity[members] > PURER).mean() > 0.25:
            found.append(thing)
    return found


def _purity(colours: Floats) -> Floats:
    return colours[:, 3] / (colours[:, 0] + np.float32(DIM))


def _has_hue(colours: Floats, thing: Thing) -> NDArray[np.bool_]:
    """Which colours of a palette are of the thing's hue, however pale or dark."""
    along = colours[:, 1] * np.float32(thing.blue) + colours[:, 2] * np.float32(thing.red)
    return np.asarray((along > np.float32(LIKE) * colours[:, 3]) & (colours[:, 3] > 8))


def _doubt(small: Bytes, thing: Thing) -> float:
    """How much of the thing's hue is neither in nor out, as a share of what is in."""
    colours, walk = palette(small), _walk(small, thing).reshape(-1)
    counted = _has_hue(colours, thing) & (colours[:, 3] > FAINT)
    certain = counted & (walk >= 0.8)
    return float((counted & (walk > 0.2) & ~certain).sum() / max(int(certain.sum()), 1))


def _walk(small: Bytes, thing: Thing) -> Floats:
    """How likely a random walk from each pixel of `small` (SMALL, SMALL, 3 or 4) uint8 comes to
    the thing before it comes to what is not: (SMALL, SMALL) float32."""
    colours = palette(small)
    like, purity = _has_hue(colours, thing), _purity(colours)
    skin = like & is_skin(colours)
    sure = like & (purity > PURE) & ~skin
    # Dark skin can be as pure as paint, and a shine as pale as skin: the majority is right.
    painted = _crowd(sure) > _crowd(skin)
    sure, skin = sure & painted, skin & ~painted
    likely = np.clip((purity - PALE) / np.float32(PURE - PALE), 0, np.float32(0.9)) * (like & ~skin)
    pull = np.where(sure, 4, np.where(skin, 2, np.where(like, 0.005, 0.001)))
    shape = small.shape[:2]
    return _walked(
        small[..., :3].astype(np.float32),
        np.where(sure, 1, likely).astype(np.float32).reshape(shape),
        pull.astype(np.float32).reshape(shape),
    )


def _crowd(mask: NDArray[np.bool_]) -> Floats:
    """How much of a mask of SMALL x SMALL pixels lies around each of them."""
    return blur(mask.reshape(SMALL, SMALL).astype(np.float32), 5.0).reshape(-1)


@compiled
def _walked(colours: Floats, likely: Floats, pull: Floats) -> Floats:
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
