"""Mounting of a sheet: on boards, linen or stone, or pegged on a line in a garden."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, gradient
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cyanotypes.fastenings import clip, hang
from diabelli.synthesis.moves.cyanotypes.grounds import BOARDS, GARDEN, GROUNDS, draw_ground
from diabelli.synthesis.moves.reliefs.table import noise

PAPER, TORN = 0.033, 0.0011
"""Distance of the edge of the paper from the frame of the canvas, and how rough it is, in sides."""
TOOTH, FALL, FLEX = 0.05, 0.09, 0.025
"""How much light differs with the slope of the grain, from one side to the other, and between parts
of the sheet that are not quite flat."""
LEAVES, SHADE = {GARDEN: 0.1}, 0.62
"""Share of light that leaves of trees take, by the ground, and that the sheet takes from it."""
FEW_LEAVES = 0.05
"""The same on all other grounds."""
SPREAD = (0.3, 0.62)
"""Bounds of the distance of a peg from the middle, for half of the width."""
CLIPPED = 0.7
"""Share of the sheets on boards that clips hold."""


def mounted(
    colours: Floats, place: tuple[Floats, Floats], grain: Floats, side: float, stream: RandomStream
) -> Floats:
    """Return a sheet on its ground, (rows, columns, 3) float32, linear light.

    Args:
        colours: (rows, columns, 3) float32, light that the sheet reflects.
        place: two (rows, columns) float32, distances down and to the right from its middle, in
            sides.
        grain: (rows, columns) float32, height of the grain of the paper.
        side: pixels of a side.
        stream: random numbers.
    """
    v, u = place
    rows, columns = v.shape
    half = rows / side / 2 - PAPER, columns / side / 2 - PAPER
    kind = GROUNDS[int(stream.between(0, len(GROUNDS)))]
    ground = draw_ground(kind, rows, columns, stream)
    rough = noise(rows, columns, 60, stream) + np.float32(0.7) * noise(rows, columns, 170, stream)
    away = np.minimum(np.float32(half[0]) - np.abs(v), np.float32(half[1]) - np.abs(u))
    away = away + np.float32(TORN) * rough
    cover = np.clip(away * np.float32(side) + np.float32(0.5), 0, 1)
    lean = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    light = _light(place, grain, lean, stream, LEAVES.get(kind, FEW_LEAVES))
    # The torn edge is thin and bright.
    light *= 1 + np.float32(0.05) * smoothstep(0.006, 0.0, away)
    if kind != GARDEN:
        shift = round(0.006 * side)
        shade = blur(np.roll(cover, (shift, round(-lean * shift)), (0, 1)), 0.007 * side)
        ground = ground * (1 - np.float32(SHADE) * shade)[..., None]
    paper = colours * light[..., None]
    scene = np.asarray(ground + cover[..., None] * (paper - ground), np.float32)
    top = rows / 2 - half[0] * side
    spread = stream.between(*SPREAD) * half[1] * side
    pegs = columns / 2 - spread, columns / 2 + stream.between(0.85, 1.15) * spread
    if kind == GARDEN:
        hang(scene, top, pegs, side, stream)
    elif kind == BOARDS and stream.between(0, 1) < CLIPPED:
        metal = int(stream.between(0, 3))
        for column in pegs if stream.between(0, 1) < 0.5 else (columns / 2,):
            clip(scene, top - 0.004 * side, column, side, metal, stream)
    return scene


def _light(
    place: tuple[Floats, Floats], grain: Floats, lean: float, stream: RandomStream, shade: float
) -> Floats:
    """Return the light (rows, columns) on a sheet from above and one side, about 1.

    Args:
        place: as for `mounted`.
        grain: as for `mounted`.
        lean: 1 for light from the right, -1 for light from the left.
        stream: random numbers.
        shade: share of light that leaves of trees take.
    """
    v, u = place
    rows, columns = grain.shape
    down, across = gradient(grain)
    light = 1 + np.float32(TOOTH) * (np.float32(lean) * across - down)
    light *= 1 + np.float32(FALL) * (np.float32(lean) * u - v)
    leaves = noise(rows, columns, 7, stream) + noise(rows, columns, 3, stream)
    light *= 1 - np.float32(shade) * smoothstep(0.1, 1.3, leaves)
    light *= 1 + np.float32(FLEX) * noise(rows, columns, 2, stream)
    return np.asarray(light, np.float32)
