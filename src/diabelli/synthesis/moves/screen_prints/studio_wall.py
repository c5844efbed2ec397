"""Wall of a studio on which sheets are pinned, clipped or taped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.murals.brickwork import LATTICE, STRETCHERS, Bond, lay_stones
from diabelli.synthesis.moves.reliefs.relief import Relief
from diabelli.synthesis.moves.reliefs.table import noise
from diabelli.synthesis.moves.screen_prints.printing_tools import put_clip, put_pin, put_strip
from diabelli.synthesis.moves.screen_prints.sheet_layout import Layout
from diabelli.synthesis.moves.screen_prints.sheet_relief import lay_flat, place_on

BRICKS, CORK, PLASTER = range(3)
KINDS = (BRICKS, CORK, PLASTER, PLASTER)
"""Kinds of walls, of which one is chosen."""
PINS, CLIPS, TAPE = range(3)
"""What holds sheets."""
PLASTERS = (
    (0.62, 0.6, 0.56),
    (0.3, 0.33, 0.35),
    (0.16, 0.24, 0.3),
    (0.5, 0.33, 0.25),
    (0.075, 0.08, 0.09),
    (0.36, 0.4, 0.33),
    (0.55, 0.4, 0.15),
)
"""Shares of light that plaster reflects: white, grey, blue, clay, black, sage and ochre."""
WHITEWASH, PINBOARD, STEEL = (0.64, 0.62, 0.58), (0.44, 0.27, 0.13), (0.075, 0.075, 0.078)
"""The same for whitewashed bricks, cork, and clips."""
COURSE, BRICK = 0.085, (3.1, 0.11, 0.16, 0.8)
"""Height of a course of bricks in sides; length, joint, edge and roughness as in `Bond`."""
PIN, CLIP = 0.013, (0.02, 0.026)
"""Radius of a pin, and halves of the height and width of a clip, in sides."""
DROPS = (0.011, 0.004, 0.004)
"""Distances of what holds a sheet from its upper edge, in sides."""
AWAY = (0.86, 0.6, 0.6)
"""The same from its middle, in halves of its width."""


def draw_studio_wall(
    relief: Relief, layout: Layout, inks: Sequence[Floats], stream: RandomStream
) -> None:
    """Draw a wall and what holds sheets on a relief, in place; see `draw_printer_table`."""
    kind = KINDS[int(stream.between(0, len(KINDS)))]
    if kind == BRICKS:
        _lay_bricks(relief, stream)
    else:
        _coat(relief, kind, stream)
    lay_flat(relief, layout.sheets)
    side, holder = relief.side, int(stream.between(0, 3))
    for number, sheet in enumerate(layout.sheets):
        ink = inks[number % len(inks)]
        colour = ink[int(stream.between(1, len(ink) - 1))]
        down = DROPS[holder] * side - float(sheet.tall)
        for end in (-1, 1):
            at = place_on(sheet, down, end * AWAY[holder] * float(sheet.wide))
            if holder == PINS:
                put_pin(relief, at, PIN * side, colour)
            elif holder == CLIPS:
                put_clip(relief, at, (CLIP[0] * side, CLIP[1] * side), np.array(STEEL, np.float32))
            else:
                put_strip(relief, at, stream)


def _lay_bricks(relief: Relief, stream: RandomStream) -> None:
    """Draw whitewashed bricks, in place; their faces are at height 0."""
    rows, columns = relief.height.shape
    lattice = stream.normal(LATTICE, LATTICE).astype(np.float32)
    y, x = (
        np.arange(count, dtype=np.float32) / np.float32(COURSE * relief.side)
        for count in (rows, columns)
    )
    bond = Bond(STRETCHERS, *(np.float32(one) for one in BRICK))
    stones = lay_stones(y, np.ones(rows, np.float32), x, bond, lattice)
    relief.height[:] = np.float32(0.007 * relief.side) * (np.clip(stones[..., 0], 0, 1.2) - 1)
    level = 1 + np.float32(0.05) * (stones[..., 2] + stones[..., 3])
    level *= np.float32(0.84) + np.float32(0.16) * stones[..., 1]
    relief.colour[:] = np.array(WHITEWASH, np.float32) * level[..., None]


def _coat(relief: Relief, kind: int, stream: RandomStream) -> None:
    """Draw cork or painted plaster, in place."""
    rows, columns = relief.height.shape
    slow, fine = noise(rows, columns, 5, stream), noise(rows, columns, 90, stream)
    if kind == CORK:
        cells = noise(rows, columns, 200, stream)
        level = 1 + np.float32(0.13) * cells + np.float32(0.1) * fine + np.float32(0.04) * slow
        dark = smoothstep(1.3, 1.9, fine + np.float32(0.5) * cells)
        level *= 1 - np.float32(0.45) * dark
        tone = PINBOARD
    else:
        tone = PLASTERS[int(stream.between(0, len(PLASTERS)))]
        level = 1 + np.float32(0.05) * slow + np.float32(0.025) * fine
        relief.height[:] = np.float32(0.0005 * relief.side) * np.clip(fine + slow, -3, 3)
    relief.colour[:] = np.array(tone, np.float32) * level[..., None]
