"""Inks of screen prints: sets that were picked by hand, from the key to the lightest."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats

Inks: TypeAlias = tuple[str, str, str, str, str]
"""Inks as red, green and blue in hexadecimal digits, by growing luma."""

CALM_SETS: tuple[Inks, ...] = (
    # Indigo, magenta, orange, yellow.
    ("1d1338", "c2186b", "f4623a", "fdbf3b", "fff3cf"),
    # Navy, teal, coral, pink on cream.
    ("10233f", "0f6f8c", "f0586c", "f9b7a6", "fff2df"),
    # Plum, violet, hot pink, aqua on pale aqua.
    ("2b0f3d", "6d35b5", "f0559f", "7ddad2", "eefaf0"),
    # Black, green, orange, yellow.
    ("191a17", "0f7256", "ef7a1f", "fdca2e", "fff4bd"),
    # Wine, purple, rose, peach.
    ("350f22", "a3209a", "fb6a90", "ffbd9c", "ffeede"),
    # Deep blue, blue, green, lime on pale lime.
    ("131c4a", "2a66c8", "2fae8c", "c4e05a", "f8fbd6"),
    # Forest, petrol, orange, mint.
    ("0e2a26", "1d6a86", "ee7444", "a5dcc0", "f3fae6"),
    # Ink blue, ultramarine, turquoise, pale pink.
    ("161738", "4a3cc0", "21b0b4", "fbb8cf", "fff0ee"),
    # Oxblood, vermilion, amber, pale turquoise.
    ("330d12", "d23a22", "f09a2e", "a8dedb", "effaf5"),
    # Blue black, royal blue, salmon, lemon.
    ("14163a", "3552b8", "f2836b", "fbe06a", "fffbe2"),
)
"""Sets whose hues are in order, so that small things are as clear as in black and white."""
LOUD_SETS: tuple[Inks, ...] = (
    # Black green, red, turquoise, lemon.
    ("14211f", "d12a35", "2fa5a8", "f8d34c", "fff6c4"),
    # Navy, red, blue, cream.
    ("0d2638", "c8322f", "5f9fbd", "f1d9a0", "fbf2d8"),
    # Brown black, brick, sky blue, rose on pale rose.
    ("24160f", "b23a2c", "54a7d0", "f8b3c4", "ffeaea"),
    # Midnight, cobalt, pink, yellow.
    ("0f1440", "2450c4", "f0609e", "ffd23d", "fffbe0"),
    # Aubergine, crimson, lilac, pale yellow.
    ("26123a", "c4244f", "a68be0", "f6dd7c", "fff8dc"),
)
"""Sets with hues that jump, for large shapes."""


def colours(inks: Inks) -> Floats:
    """Return inks (n, 3) float32, 0..1."""
    levels = [[int(ink[at : at + 2], 16) for at in (0, 2, 4)] for ink in inks]
    return np.array(levels, np.float32) / np.float32(255)


def chosen_inks(count: int, stream: RandomStream, *, calm: bool) -> list[Floats]:
    """Return that many different sets of inks, (n, 3) float32 each, 0..1.

    Args:
        count: of sets, at most len(CALM_SETS).
        stream: random numbers.
        calm: whether hues are in order.
    """
    sets = CALM_SETS if calm else CALM_SETS + LOUD_SETS
    order = np.argsort(stream.uniform(len(sets)))
    return [colours(sets[int(number)]) for number in order[:count]]
