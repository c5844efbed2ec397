"""Move: the picture as a screen print in flat inks, alone or four times, in a workshop."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.screen_prints.ink_sets import chosen_inks
from diabelli.synthesis.moves.screen_prints.pencil_marks import number_print
from diabelli.synthesis.moves.screen_prints.print_sheet import NODES, lay_sheet, pull_print
from diabelli.synthesis.moves.screen_prints.screen_print_suitability import Stencilled
from diabelli.synthesis.moves.screen_prints.sheet_layout import MISFIT
from diabelli.synthesis.moves.screen_prints.sheet_relief import covered
from diabelli.synthesis.moves.screen_prints.stencils import SIDE, cut_stencils, patch_of
from diabelli.synthesis.moves.screen_prints.workshop import chosen_place, draw_workshop
from diabelli.synthesis.moves.still_lifes.tabletop import finished

SCREEN_PRINT = "screen_print"
"""Name of the move."""
PAPERS = ((0.938, 0.933, 0.916), (0.938, 0.922, 0.883), (0.927, 0.927, 0.927))
"""Colours of papers."""
SHADOWS, SHADOW = ((0.004, 0.005), (0.012, 0.016)), 0.25
"""How far down shadows of sheets are and how soft, in sides, and the share of light that each
takes."""
SMALLER, DECKLE = 0.625, 0.0018
"""Factor of the side at which stencils of four prints are cut, and how uneven the edges of sheets
are at most, in sides."""
MIN_SIGNED = 0.3
"""Half of the width of a sheet, in sides, from which it is numbered and signed."""


def show_screen_print(image: Bytes, need: Stencilled, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as screen prints in a workshop.

    Args:
        image: (h, w, 4) uint8, opaque.
        need: places that are printed finely, and whether it is printed four times.
        stream: random numbers.
    """
    height, width = image.shape[:2]
    place, layout = chosen_place(height, width, stream, small=need.small, four=need.four)
    count = 1 + max(placed.inks for placed in layout.prints)
    inks = chosen_inks(count, stream, warm=need.warm)
    wet = [np.square(one) for one in inks]
    ground, light, above = draw_workshop(place, layout, (height, width), wet, stream)
    side = SIDE if not need.four else round(SMALLER * SIDE)
    stencils = cut_stencils(image, need.fine, side)
    paper = np.array(PAPERS[int(stream.between(0, len(PAPERS)))], np.float32)
    lattice = stream.normal(NODES, NODES).astype(np.float32)
    deckle = np.float32(stream.between(0, DECKLE))
    layer = np.zeros((height, width, 4), np.float32)
    for sheet in layout.sheets:
        for shift, soft in SHADOWS:
            shade = covered(sheet, (height, width), soft, (shift, 0.6 * shift))
            ground *= (1 - np.float32(SHADOW) * shade)[..., None]
        lay_sheet(layer, sheet, paper, deckle, lattice)
    for placed in layout.prints:
        is_patch = placed.level >= 0
        size = placed.size
        maps = patch_of(placed.level, *size) if is_patch else stencils.at(*size)
        sheet, ink = layout.sheets[placed.sheet], inks[placed.inks]
        pull_print(layer, maps, sheet, placed.area, ink, stream, misfit=MISFIT, cell=placed.cell)
    for number, sheet in enumerate(layout.sheets):
        own = [placed for placed in layout.prints if placed.sheet == number]
        if float(sheet.wide) > MIN_SIGNED * float(sheet.side):
            number_print(layer, sheet, own[-1], stream)
    shown = (layer[..., 3] * (1 - above))[..., None]
    ground += shown * (np.square(layer[..., :3]) * light[..., None] - ground)
    return finished(np.ascontiguousarray(ground))
