"""Landscapes of paper theatres, of which the one that suits a figure is drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.chroma import colour_differences
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.paper_theatre import inks as palettes
from diabelli.synthesis.moves.paper_theatre.fields import (
    draw_autumn,
    draw_before_autumn,
    draw_before_fields,
    draw_before_meadow,
    draw_fields,
    draw_meadow,
)
from diabelli.synthesis.moves.paper_theatre.inks import Inks
from diabelli.synthesis.moves.paper_theatre.stage import Stage
from diabelli.synthesis.moves.paper_theatre.stand import Stand
from diabelli.synthesis.moves.paper_theatre.waters import (
    draw_beach,
    draw_before_beach,
    draw_before_lake,
    draw_lakeside,
)
from diabelli.synthesis.moves.paper_theatre.wilds import (
    draw_alps,
    draw_before_alps,
    draw_before_desert,
    draw_before_night,
    draw_desert,
    draw_night,
)

CHROMA_WEIGHT = 0.35
"""Weight of differences of chroma beside those of luma."""
FITTING = 0.6
"""Share of the palettes, those that differ most from the figure, of which a seed chooses."""
BACKS = (1.0, 0.5, 0.3)
"""Weights of the differences from the sky, from far hills and from the ground."""

Draw = Callable[[Stage, Inks, Stand], None]


class Landscape(NamedTuple):
    """A kind of landscape.

    Attributes:
        palettes: inks of which a seed chooses.
        behind: draws all that is behind the figure.
        before: draws all that is before it.
    """

    palettes: tuple[Inks, ...]
    behind: Draw
    before: Draw


LANDSCAPES = (
    Landscape(palettes.MEADOW, draw_meadow, draw_before_meadow),
    Landscape(palettes.AUTUMN, draw_autumn, draw_before_autumn),
    Landscape(palettes.DESERT, draw_desert, draw_before_desert),
    Landscape(palettes.ALPS, draw_alps, draw_before_alps),
    Landscape(palettes.LAKE, draw_lakeside, draw_before_lake),
    Landscape(palettes.BEACH, draw_beach, draw_before_beach),
    Landscape(palettes.NIGHT, draw_night, draw_before_night),
    Landscape(palettes.FIELDS, draw_fields, draw_before_fields),
)


def fitting_landscape(colour: Floats, stream: RandomStream) -> tuple[Landscape, Inks]:
    """Draw a landscape and its inks, of those that differ most from a figure.

    Args:
        colour: (3,) float32, 0..1, mean of the figure along its outline.
        stream: random numbers.
    """
    options = [(one, inks) for one in LANDSCAPES for inks in one.palettes]
    scores = [_contrast(colour, inks) for _, inks in options]
    order = sorted(range(len(options)), key=lambda k: (-scores[k], k))
    kept = [options[k] for k in order[: round(FITTING * len(options))]]
    # Each landscape is as likely, with few palettes as with many.
    totals = np.cumsum([1 / len(one.palettes) for one, _ in kept])
    at = int(np.searchsorted(totals, stream.between(0, float(totals[-1]))))
    return kept[min(at, len(kept) - 1)]


def _contrast(colour: Floats, inks: Inks) -> float:
    """Return how much a figure of that colour differs from a landscape."""
    own = colour * np.array(inks.light, np.float32)
    high, low = (np.array(one, np.float32) for one in inks.sky)
    backs = np.stack([low, (high + low) / 2, *np.array([inks.far, inks.ground], np.float32)])
    light, blue, red = (np.abs(one) for one in colour_differences(own - backs))
    apart = light + np.float32(CHROMA_WEIGHT) * (blue + red)
    sky, far, ground = min(apart[0], apart[1]), apart[2], apart[3]
    return float(BACKS[0] * sky + BACKS[1] * far + BACKS[2] * ground)
