"""Move: the picture as a screen print in flat inks, alone or four times, in a workshop."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.screen_prints.inks import chosen_inks
from diabelli.synthesis.moves.screen_prints.pencil_marks import number_print
from diabelli.synthesis.moves.screen_prints.screen_print_suitability import Stencilled
from diabelli.synthesis.moves.screen_prints.sheet import NODES, lay_sheet, pull_print
from diabelli.synthesis.moves.screen_prints.stencils import SIDE, cut_stencils
from diabelli.synthesis.moves.screen_prints.workshop import chosen_layout, draw_workshop, shadow
from diabelli.synthesis.moves.still_lifes.tabletop import finished

SCREEN_PRINT = "screen_print"
"""Name of the move."""
PAPERS = ((0.88, 0.87, 0.84), (0.88, 0.85, 0.78), (0.86, 0.86, 0.86))
"""Shares of light that papers reflect."""
SHADOW = 0.5
"""Share of light that a shadow of a sheet takes."""


def show_screen_print(image: Bytes, need: Stencilled, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as screen prints in a workshop.

    Args:
        image: (h, w, 4) uint8, opaque.
        need: what is printed finely, and whether it is printed four times.
        stream: random numbers.
    """
    height, width = image.shape[:2]
    place = int(stream.between(0, 3))
    layout = chosen_layout(place, height, width, stream, four=need.four)
    inks = chosen_inks(len(layout.prints), stream)
    workshop = draw_workshop(place, layout, height, width, inks, stream)
    side = SIDE if len(inks) == 1 else SIDE * 5 // 8
    stencils = cut_stencils(image, need.fine, len(inks[0]), side)
    paper = np.array(PAPERS[int(stream.between(0, len(PAPERS)))], np.float32)
    lattice = stream.normal(NODES, NODES).astype(np.float32)
    deckle = np.float32(stream.between(0.0, 0.003))
    layer = np.zeros((height, width, 4), np.float32)
    ground = workshop.ground
    for sheet in layout.sheets:
        for shift, soft in ((0.004, 0.005), (0.012, 0.016)):
            shade = shadow(sheet, height, width, (shift, 0.6 * shift), soft)
            ground *= (1 - np.float32(SHADOW / 2) * shade)[..., None]
        lay_sheet(layer, sheet, paper, deckle, lattice)
    for ink, placed in zip(inks, layout.prints, strict=True):
        sheet = layout.sheets[placed.sheet]
        maps = stencils.at(*placed.size)
        pull_print(
            layer, maps, sheet, placed.area, ink, stream, misfit=layout.misfit, cell=layout.cell
        )
    last = layout.prints[-1]
    if last.sheet < 2:
        number_print(layer, layout.sheets[0], layout.prints[len(layout.prints) // len(layout.sheets) - 1], stream)
    shown = (layer[..., 3] * (1 - workshop.above))[..., None]
    ground += shown * (layer[..., :3] * workshop.light[..., None] - ground)
    return finished(np.ascontiguousarray(np.maximum(ground, 0), np.float32))
