"""Focal part of a picture: what a sketch shows in colour and detail."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, dilate
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats

DOWN, ACROSS = (0.24, 0.44), (0.28, 0.48)
"""Bounds of the half axes of the focal part, as shares of the height and of the width."""
STRUCTURED, RUGGED = (0.03, 0.09), (0.03, 0.06)
"""Mean strengths of lines, and mean differences of tones, between which things begin."""


class Focus(NamedTuple):
    """How far each place is drawn, as maps (h, w) float32, 0..1.

    Attributes:
        washes: how far it is painted.
        lines: how strongly lines are drawn.
        detail: how fine they are.
        held: how surely it is of things.
    """

    washes: Floats
    lines: Floats
    detail: Floats
    held: Floats


def focal_part(near: Floats, tone: Floats, strength: Floats, stream: RandomStream) -> Focus:
    """Return how far each place is drawn: less apart from the focal part, and not at the rim.

    Args:
        near: (h, w) float32, 0..1, subject map.
        tone: (h, w) float32, 0..1.
        strength: (h, w) float32, of lines.
        stream: random numbers.
    """
    size = near.shape
    rows, columns = -(-size[0] // 4), -(-size[1] // 4)
    near, tone, strength = (
        resize_map(one, rows, columns) for one in (near, tone, np.minimum(strength, 1))
    )
    rough = resize_map(stream.normal(7, 7).astype(np.float32), rows, columns)
    rough += np.float32(0.5) * resize_map(stream.normal(22, 22).astype(np.float32), rows, columns)
    dense = blur(strength, 4.0)
    weight = near + np.float32(0.5) * dense / np.float32(max(float(dense.max()), 0.05))
    apart = _distance(np.maximum(weight, 0)) + np.float32(0.13) * rough
    held = np.clip(np.float32(1.3) * blur(near, 3.5), 0, 1)
    # All that has contrasts is painted, so that no thing is cut; bare are sky, walls and ground.
    rugged = blur(np.abs(tone - blur(tone, 2.5)), 4.0)
    held = np.maximum(held, np.maximum(smoothstep(*STRUCTURED, dense), smoothstep(*RUGGED, rugged)))
    rim = _room(rows, columns) + np.float32(0.03) * rough
    detail = np.maximum(smoothstep(1.7, 0.8, apart), held)
    lines = np.maximum(smoothstep(1.7, 1.0, apart), held) * smoothstep(0.0, 0.08, rim)
    wash = np.maximum(smoothstep(1.5, 0.9, apart), held)
    # No hole is in a wash.
    wash = np.maximum(wash, smoothstep(0.35, 0.65, blur(wash, 8.0)))
    wash *= smoothstep(0.005, 0.11, rim)
    # No small wash is apart from the others, and no line is far from all washes.
    dense = blur(wash, 10.0)
    wash *= blur(_joined(wash > 0.25, dense == dense.max()), 1.0)
    lines *= smoothstep(0.02, 0.2, blur(wash, 3.0))
    maps = (wash, lines, detail * smoothstep(0.0, 0.1, rim), held)
    return Focus(*(np.clip(resize_map(one, *size), 0, 1) for one in maps))


def _room(rows: int, columns: int) -> Floats:
    """Return the room up to a rounded frame, (rows, columns) float32, 0 at it, 1 in the middle."""
    y = ((2 * np.arange(rows) + 1) / rows - 1)[:, None]
    x = ((2 * np.arange(columns) + 1) / columns - 1)[None, :]
    down, across = y * y * y, x * x * x
    return (1 - np.sqrt(np.sqrt(np.sqrt(down * down * y * y + across * across * x * x)))).astype(
        np.float32
    )


def _distance(weight: Floats) -> Floats:
    """Return the distance from the middle of a weight (h, w), 1 at the rim of the focal part.

    It is an ellipse with axes in proportion to the deviations of the weight.
    """
    rows, columns = weight.shape
    y = ((np.arange(rows) + 0.5) / rows)[:, None]
    x = ((np.arange(columns) + 0.5) / columns)[None, :]
    centred = np.maximum(1 - 1.6 * ((y - 0.52) ** 2 + (x - 0.5) ** 2), 0.05)
    total = weight * centred
    mass = total.sum()
    squares = np.zeros(weight.shape)
    for places, factor, bounds in ((y, 1.8, DOWN), (x, 1.9, ACROSS)):
        middle = float((total * places).sum() / mass)
        deviation = float(np.sqrt((total * (places - middle) ** 2).sum() / mass))
        squares += ((places - middle) / min(max(factor * deviation, bounds[0]), bounds[1])) ** 2
    return np.sqrt(squares).astype(np.float32)


def _joined(places: NDArray[np.bool_], seeds: NDArray[np.bool_]) -> Floats:
    """Return the places (h, w) that are joined to seeds, 0 or 1."""
    found = np.asarray(places & seeds, np.float32)
    count = -1
    while count != (count := int(np.count_nonzero(found))):
        found = dilate(found, 2) * places
    return np.asarray(found, np.float32)
