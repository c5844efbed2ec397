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
    Swarm,
    linear_colours,
    random_air,
    random_axes,
    random_direction,
    scatter,
)
from diabelli.synthesis.moves.seasons.thin_shapes import PETALS, petal
from diabelli.synthesis.moves.seasons.thin_sheets import Air, Sheet, draw_sheet

SWARM = Swarm((90, 150), (9, 17), (0.018, 0.026), (0.3, 4.3), (0.012, 0.022), 0.6)
COLOURS = (
    ((255, 230, 236), (246, 172, 194), (255, 250, 250), (254, 222, 230)),
    ((255, 244, 245), (249, 202, 213), (255, 252, 250), (254, 236, 239)),
    ((254, 214, 226), (240, 142, 172), (255, 236, 240), (250, 200, 216)),
)
"""Colours of the middle, of the base and veins, of nothing, and of the underside, 0..255."""
GAINS, BENDS, LEAST_FACING = (0.92, 1.03), (-0.75, 0.75), 0.25
"""Bounds of the light of a petal relative to the others, and of its bend; see `random_axes`."""
TRANSLUCENCY, GLOSS, OPACITY = 0.95, 0.05, 0.96
"""Properties of a petal; see `Sheet`."""
FALLS, SWAYS = (0.0, 0.15), (-0.1, 0.1)
"""Bounds of the movement during the exposure, down and across, in half sides of the maps."""
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
        motion = (place.size * stream.between(*FALLS), place.size * stream.between(*SWAYS))
        sheet = Sheet(
            petal(int(stream.between(0, PETALS))),
            linear_colours(colours, stream.between(*GAINS)),
            *place,
            random_axes(stream, LEAST_FACING),
            stream.between(*BENDS),
            random_direction(stream, 2),
            TRANSLUCENCY,
            GLOSS,
            OPACITY,
            motion,
        )
        draw_sheet(out, sheet, air)
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
