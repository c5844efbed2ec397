"""Plants that are used together on a sheet."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeAlias

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cyanotypes.ferns import feather, fern, maidenhair, sword_fern
from diabelli.synthesis.moves.cyanotypes.grasses import barley, blades, foxtail, oats
from diabelli.synthesis.moves.cyanotypes.sprigs import (
    BIRCH,
    EUCALYPTUS,
    OAK,
    OLIVE,
    ROWAN,
    VETCH,
    WILLOW,
    cosmos,
    daisy,
    sprig,
)
from diabelli.synthesis.moves.cyanotypes.umbels import umbel

Grow: TypeAlias = Callable[[RandomStream], Floats]
"""Returns the marks (n, MARK) of a plant of length 1."""
SPRIG = {
    name: partial(sprig, foliage)
    for name, foliage in (
        ("rowan", ROWAN),
        ("olive", OLIVE),
        ("eucalyptus", EUCALYPTUS),
        ("birch", BIRCH),
        ("willow", WILLOW),
        ("vetch", VETCH),
        ("oak", OAK),
    )
}


class Flora(NamedTuple):
    """Plants that are used together.

    Attributes:
        tall: long ones.
        low: short ones, of which wreaths are made.
        accents: few between these.
    """

    tall: tuple[Grow, ...]
    low: tuple[Grow, ...]
    accents: tuple[Grow, ...]


FLORAS = (
    Flora((fern, sword_fern), (fern, SPRIG["vetch"], maidenhair), (umbel, oats)),
    Flora((umbel, oats, foxtail), (SPRIG["rowan"], fern), (cosmos, daisy)),
    Flora((barley, oats, foxtail), (SPRIG["olive"], SPRIG["willow"], blades), (daisy, umbel)),
    Flora((SPRIG["willow"], sword_fern), (SPRIG["eucalyptus"], SPRIG["olive"]), (feather, umbel)),
    Flora((cosmos, umbel, daisy), (SPRIG["vetch"], maidenhair, SPRIG["rowan"]), (oats, fern)),
    Flora((SPRIG["oak"], fern), (SPRIG["birch"], SPRIG["rowan"]), (barley, feather)),
    Flora((sword_fern, SPRIG["vetch"]), (maidenhair, SPRIG["eucalyptus"]), (cosmos, foxtail)),
)
