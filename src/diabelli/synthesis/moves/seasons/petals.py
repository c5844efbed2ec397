"""Season: spring, with petals of cherries in soft, bright light."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.lights.lighting import (
    FIELD_SIDE,
    Lighting,
    filled,
    illuminate,
    mixed,
)
from diabelli.synthesis.moves.scene import Scene
from diabelli.synthesis.moves.seasons.scatter import (
    Kind,
    Swarm,
    random_air,
    random_sheet,
    scatter,
)
from diabelli.synthesis.moves.seasons.thin_shapes import PETALS, petal
from diabelli.synthesis.moves.seasons.thin_sheets import Air, draw_sheet

SWARM = Swarm((90, 150), (9, 17), (0.018, 0.026), (0.3, 2.6), (0.008, 0.014), 0.6)
COLOURS = (
    ((255, 230, 236), (246, 172, 194), (255, 250, 250), (254, 222, 230)),
    ((255, 244, 245), (249, 202, 213), (255, 252, 250), (254, 236, 239)),
    ((254, 214, 226), (240, 142, 172), (255, 236, 240), (250, 200, 216)),
)
"""Colours of the middle, of the base and veins, a third that no petal shows, and of the underside,
0..255."""
PETAL = Kind(
    variants=PETALS,
    gains=(0.92, 1.03),
    bends=(-0.75, 0.75),
    least_facing=0.25,
    translucency=0.95,
    gloss=0.05,
    opacity=0.96,
    falls=(0.0, 0.15),
    sways=(-0.1, 0.1),
)
GLOW, NEAR_GLOW = (0.13, 0.085, 0.09), 0.08
"""Light in the air beside the light, and its share on the other side."""
SHADES, LIGHTS, SATURATIONS = (1.12, 1.07, 1.07), (1.06, 1.01, 1.01), (1.0, 0.98)
"""Gains of linear light in the shades and in bright places, and of saturation in both."""


def show_petals(image: Bytes, scene: Scene, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, behind petals.

    Args:
        image: (h, w, 4) uint8, opaque.
        scene: properties of the source.
        stream: random numbers.
    """
    air = random_air(image, stream, grey=scene.grey)
    out = _in_spring(image, air)
    colours = COLOURS[int(stream.between(0, len(COLOURS)))]
    for place in scatter(image, SWARM, stream):
        draw_sheet(out, random_sheet(place, PETAL, petal, colours, stream), air)
    return out


def _in_spring(image: Bytes, air: Air) -> Bytes:
    """Return an image in soft, bright light with a rosy glow from the side of the light."""
    down = (np.arange(FIELD_SIDE, dtype=np.float32) + np.float32(0.5)) / np.float32(FIELD_SIDE)
    beside = 1 - down if air.toward[1] > 0 else down
    far = smoothstep(1.3, 0.0, np.sqrt(np.square(beside[None]) + np.square(down[:, None])))
    glow = np.array(GLOW, np.float32) * np.float32(min(2 * float(air.sky.mean()), 1.0))
    lighting = Lighting(
        filled(*SHADES),
        filled(*LIGHTS),
        mixed(far, np.float32(NEAR_GLOW) * glow, glow),
        saturations=SATURATIONS,
        headroom=0.4,
    )
    return illuminate(image, lighting.without_colour() if air.grey else lighting)
