"""Things: what in a photograph has one vivid colour that is not nature's.

Leaves, sky and water hold no red to speak of; skin is too pale, and so is all fur but that of foxes
and tigers, whose hues must be purer than theirs.  What is left is paint, cloth and petals.  Where
much of a hue stays in doubt, such as between a red flag and a red cheek, or covers more than a
quarter of the picture, one hue within it may yet be a thing, if edges part it from the rest: a red
saucer on brown wood.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.analysis.place import ambiguity, random_walk, weak_edge_share
from diabelli.synthesis.analysis.thing import LIKE, ColourObject, is_pure, purity
from diabelli.synthesis.core.resample import Bytes, Floats, resize
from diabelli.synthesis.finish.hue_shift import SMALL, hues, is_near, palette

LEAST, MOST = 0.012, 0.25
"""The shares of a picture that things of a colour cover at least and at most."""
NATURAL = -0.1
"""Hues with less red than that, as a share of their chroma, are those of leaves, sky and water."""
TAWNY = (-0.85, -0.57)
"""The hues of fur: those with so much blue, as a share of their chroma."""
PURER = 0.55
"""The purity that a quarter of a thing of such a hue has at least: shade is less pure than fur."""
DOUBT = 0.5
"""How much of it may stay in doubt, as a share of what does not."""
NARROW, BESIDE = 0.992, 0.96
"""The cosines of the cone of a hue that is told from others close by, and of the cone around it
that must be nearly empty: 7 and 16 degrees."""
FEW = 0.3
"""What is between the two at most, as a share of what is within the narrower."""
LARGE = 0.4
"""The share of a picture that things of so narrow a hue cover at most."""
SEAMLESS = 0.3
"""How much of their outline may be without an edge."""
SHIFTS = 6
"""How often the middle of a narrow cone moves to the mean of what is in it."""


def find_colour_objects(image: Bytes) -> list[ColourObject]:
    """The things in `image` (h, w, 3 or 4) uint8, the largest first, one for each hue."""
    small = resize(image, SMALL, SMALL)
    colours = palette(small)
    apart: list[ColourObject] = []
    for thing in sorted(_vivid(colours), key=lambda thing: -thing.area):
        if all(one.blue * thing.blue + one.red * thing.red < LIKE for one in apart):
            apart.append(thing)
    found = []
    for thing in apart:
        if thing.area < MOST and ambiguity(small, thing, random_walk(small, thing)) < DOUBT:
            found.append(thing)
        elif (narrow := _narrowed(colours, thing)) and _stands_apart(small, narrow):
            found.append(narrow)
    return found


def _stands_apart(small: Bytes, thing: ColourObject) -> bool:
    """Whether a thing that was told from others by its hue is one to the eye, too."""
    likely = random_walk(small, thing)
    return ambiguity(small, thing, likely) < DOUBT and weak_edge_share(small, likely) < SEAMLESS


def _vivid(colours: Floats) -> list[ColourObject]:
    """What might be things, by the colours (pixels, 4) of a palette."""
    pure = is_pure(colours)
    found = []
    for hue in hues():
        members = pure & is_near(colours, hue)
        area = float(members.mean())
        if hue[1] <= NATURAL or area <= LEAST:
            continue
        thing = _mean_thing(colours[members], area, LIKE)
        if _is_pure_enough(thing, colours[members]):
            found.append(thing)
    return found


def _narrowed(colours: Floats, thing: ColourObject) -> ColourObject | None:
    """What of a thing is of one hue, if hardly anything is of a hue beside that.

    Its hue is found by mean shift (Comaniciu, Meer 2002) from the thing's.
    """
    pure = colours[is_pure(colours)]
    narrow = thing
    for _ in range(SHIFTS):
        members = narrow.has(pure, NARROW)
        if not members.any():
            return None
        share = float(members.sum()) / len(colours)
        narrow = _mean_thing(pure[members], share, NARROW)
    beside = float(narrow.has(pure, BESIDE).sum()) / len(colours) - narrow.area
    fits = LEAST < narrow.area < LARGE and beside < FEW * narrow.area
    return narrow if fits and _is_pure_enough(narrow, pure[narrow.has(pure)]) else None


def _mean_thing(colours: Floats, area: float, like: float) -> ColourObject:
    """The thing whose hue is the mean of a palette's."""
    blue, red = colours[:, 1:3].mean(0, dtype=np.float64)
    length = np.sqrt(blue * blue + red * red)
    return ColourObject(float(blue / length), float(red / length), area, like)


def _is_pure_enough(thing: ColourObject, colours: Floats) -> bool:
    """Whether what is of these colours cannot be fur: its hue is none of fur's, or a quarter of
    it is purer."""
    tawny = TAWNY[0] < thing.blue < TAWNY[1]
    return bool(not tawny or (purity(colours) > PURER).mean() > 0.25)
