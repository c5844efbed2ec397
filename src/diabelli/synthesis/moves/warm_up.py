"""Warm-up: every move made once, which compiles or loads all of their kernels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from diabelli.synthesis.analysis.source_analysis import analyse
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves import photograph
from diabelli.synthesis.moves.drawings import drawing
from diabelli.synthesis.moves.lights.light import LIGHTS
from diabelli.synthesis.moves.remakes import REMAKES, remakes_of_any
from diabelli.synthesis.moves.seasons.season import SEASONS
from diabelli.synthesis.moves.still_lifes.instant_print import LAYOUTS
from diabelli.synthesis.moves.things import thing
from diabelli.synthesis.moves.water.shore import Shore

CHANGES = (
    photograph.WATER,
    *LIGHTS,
    *sorted(thing.THINGS),
    *sorted(SEASONS),
    *sorted(REMAKES),
)
"""Names of all changes of photographs but another frame."""


def suited_by_all(shown: photograph.Photograph) -> photograph.Photograph:
    """Return a photograph as if all moves suited it, to make each of CHANGES once."""
    return replace(
        shown,
        shores=[Shore(top=0.1, left=0.0, size=1.0, line=0.6, cost=0.0)],
        things=thing.THINGS,
        remakes=remakes_of_any(REMAKES),
    )


def run_all_moves(side: int = 96, *, backwards: bool = False) -> None:
    """Make every move once on synthetic pictures, which compiles or loads all of their kernels.

    Args:
        side: of the pictures, in pixels.
        backwards: whether the last moves are made first.
    """
    ink = np.full((side, side, 4), 255, np.uint8)
    ink[side // 4 : side // 2, side // 4 : side // 2, :3] = (20, 40, 160)
    drawn = drawing.prepare(ink, lambda: ink)
    if drawn is not None:
        for treatment in drawing.treatments(drawn):
            drawing.render(drawn, treatment, 1.0, RandomStream(1), side, side)
    # All of it is even, as a clear sky.
    ramp = np.repeat(np.linspace(20, 240, side).astype(np.uint8)[:, None, None], side, axis=1)
    hazy = np.concatenate([ramp, ramp, 255 - ramp, np.full_like(ramp, 255)], axis=2)
    analysis = analyse(hazy, side, side)
    shown = photograph.prepare((analysis, analysis.mirrored()), hazy, 1.0)
    if shown is not None:
        shown = suited_by_all(shown)
        for name in reversed(CHANGES) if backwards else CHANGES:
            photograph.render(shown, (name,), 1.0, RandomStream(1), side, side)
        # One stream chooses one of these layouts, so the others are made here.
        for _, layout in LAYOUTS:
            layout(hazy, RandomStream(1))
