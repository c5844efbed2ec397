"""Inks of screen prints: sets that were picked by hand, from the key to the lightest."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats

Inks: TypeAlias = tuple[str, str, str, str, str]
"""Inks as red, green and blue in hexadecimal digits, by growing luma."""

INK_SETS: tuple[Inks, ...] = (
    # Indigo, magenta, orange, yellow.
    ("1d1338", "b5176e", "f2593c", "fdbc3e", "fff3cf"),
    # Wine, purple, rose, peach.
    ("350f22", "9c1f95", "f4648c", "ffb694", "ffeede"),
    # Deep blue, blue, green, lime.
    ("131c4a", "2460bf", "2aa790", "b9df63", "f8fbd6"),
    # Oxblood, vermilion, amber, cream.
    ("330d12", "c9301f", "f08530", "fbc968", "fff4d6"),
    # Plum, violet, pink, pale rose.
    ("26103f", "6a35b8", "e45fae", "fdb4c6", "fff0ec"),
    # Ink blue, ultramarine, turquoise, mint.
    ("161738", "3f3fbf", "1d9fb8", "8fdcc4", "f0fbe8"),
    # Forest, petrol green, leaf green, lemon.
    ("0c2620", "0f6a5c", "52a843", "e3d747", "fdfbd2"),
    # Navy, violet, coral, apricot.
    ("111a40", "6b3a9e", "ee6a6e", "fdbf86", "fff2dc"),
    # Midnight, cobalt, lilac, pale pink.
    ("0f1440", "2b50c6", "9a7fe0", "f9b6d4", "fff2f0"),
    # Aubergine, crimson, tangerine, butter.
    ("2a1030", "b31f52", "f47a45", "fdd479", "fff7da"),
    # Petrol, teal, aqua, pale lemon.
    ("0b2436", "0e6c8a", "35b1b0", "c8e58c", "fbfbdb"),
    # Violet black, violet, rose, amber.
    ("1c1046", "6b2bb0", "e5487f", "ffb24d", "fff1c9"),
    # Navy, royal blue, sea green, butter.
    ("101f4d", "1f5fae", "3fa7a0", "ddd98a", "fffbe0"),
)
"""Sets of which neighbours are alike in hue, so that a face is in one colour as it changes."""
SKIN_INKS = slice(2, 4)
"""The inks of skin: the middle one and the pale one."""


def colours(inks: Inks) -> Floats:
    """Return inks (n, 3) float32, 0..1."""
    levels = [[int(ink[at : at + 2], 16) for at in (0, 2, 4)] for ink in inks]
    return np.array(levels, np.float32) / np.float32(255)


def chosen_inks(count: int, stream: RandomStream, *, warm: bool = False) -> list[Floats]:
    """Return that many different sets of inks, (n, 3) float32 each, 0..1.

    Args:
        count: of the sets.
        stream: random numbers.
        warm: whether sets in which skin would be green or blue come last.
    """
    order = np.argsort(stream.uniform(len(INK_SETS)))
    sets = [colours(INK_SETS[int(number)]) for number in order]
    if warm:
        sets.sort(key=lambda inks: not is_warm(inks))
    return sets[:count]


def is_warm(inks: Floats) -> bool:
    """Return whether red is the strongest in the middle ink and in the pale one, as in skin."""
    return bool((inks[SKIN_INKS].argmax(1) == 0).all())
