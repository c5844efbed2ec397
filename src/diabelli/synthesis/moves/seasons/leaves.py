"""Season: autumn, with falling leaves of maples and birches, and foliage in their colours."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur
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
from diabelli.synthesis.moves.seasons.foliage_colour import recolour_foliage
from diabelli.synthesis.moves.seasons.scatter import (
    Kind,
    Swarm,
    random_air,
    random_sheet,
    scatter,
)
from diabelli.synthesis.moves.seasons.thin_shapes import LEAVES, birch, maple
from diabelli.synthesis.moves.seasons.thin_sheets import draw_sheet

SWARM = Swarm((40, 75), (6, 11), (0.032, 0.046), (0.3, 2.6), (0.009, 0.015), 0.5)
COLOURS = (
    ((196, 62, 28), (222, 140, 44), (92, 48, 24), (196, 112, 74)),
    ((226, 120, 28), (238, 178, 56), (120, 66, 28), (214, 146, 84)),
    ((232, 176, 40), (206, 190, 74), (138, 92, 36), (218, 184, 104)),
    ((150, 38, 30), (204, 88, 40), (74, 36, 24), (168, 92, 76)),
    ((176, 104, 48), (206, 150, 80), (96, 60, 34), (180, 134, 92)),
    ((214, 92, 30), (232, 168, 52), (112, 52, 24), (206, 130, 78)),
)
"""Colours of a leaf, of its veins, of its spots and edges, and of its underside, 0..255."""
MAPLES, MAPLE_SIZE, BIRCH_SIZE = (0.3, 0.9), 1.15, 0.8
"""Bounds of the share of maples, and sizes of both relative to the place."""
LEAF = Kind(
    variants=LEAVES,
    gains=(0.75, 1.1),
    bends=(-0.5, 0.5),
    least_facing=0.3,
    # Light that shines through is tinted, and so weaker than 1.1.
    translucency=1.1,
    gloss=0.12,
    opacity=1.0,
    falls=(0.0, 0.12),
    sways=(-0.05, 0.05),
)
GOLD, RUST, STRAW = (1.32, 0.93, 0.3), (1.42, 0.72, 0.3), (1.14, 0.98, 0.56)
"""Colours of trees, and of grass, relative to luma."""
PATCHES, RUSTY, GRASS = (7.0, 13.0), (-0.4, 0.6), (0.3, 0.68)
"""Bounds of the size of patches of one colour, in cells, and of how much of it is rust, in
deviations; rows between which foliage below turns from trees to grass."""
FOLIAGE_LIFT, FOLIAGE_SHARE, FULL_GREENERY = 0.2, 0.88, 0.15
"""How far the luma of foliage goes to its square root, how far it changes colour, and share of
greenery from which it does so wholly."""
LIGHT, WARMTH = ((1.05, 0.99, 0.9), (1.04, 1.0, 0.93)), (0.012, 0.008, 0.003)
"""Gains of linear light in the shades and in bright places, and light in the air."""


def show_leaves(image: Bytes, scene: Scene, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, behind falling leaves.

    Args:
        image: (h, w, 4) uint8, opaque.
        scene: properties of the source.
        stream: random numbers.
    """
    air = random_air(image, stream, grey=scene.grey)
    out = image.copy() if scene.grey else _in_autumn(image, scene, stream)
    maples = stream.between(*MAPLES)
    for place in scatter(image, SWARM, stream):
        is_maple = stream.between(0, 1) < maples
        size = place.size * (MAPLE_SIZE if is_maple else BIRCH_SIZE)
        colours = COLOURS[int(stream.between(0, len(COLOURS)))]
        shape = maple if is_maple else birch
        sheet = random_sheet(place._replace(size=size), LEAF, shape, colours, stream)
        draw_sheet(out, sheet, air)
    return out


def _in_autumn(image: Bytes, scene: Scene, stream: RandomStream) -> Bytes:
    """Return an image whose trees are gold and rust, and whose grass is pale."""
    patches = blur(
        stream.normal(FIELD_SIDE, FIELD_SIDE).astype(np.float32), stream.between(*PATCHES)
    )
    patches = (patches - patches.mean()) / patches.std() + np.float32(stream.between(*RUSTY))
    rows = np.asarray((np.arange(FIELD_SIDE) + 0.5) / FIELD_SIDE, np.float32)[:, None]
    low = np.repeat(smoothstep(*GRASS, rows), FIELD_SIDE, axis=1)
    gold, rust, straw = (np.array(colour, np.float32) for colour in (GOLD, RUST, STRAW))
    tint = mixed(low, mixed(smoothstep(-0.6, 1.2, patches), gold, rust), straw)
    share = FOLIAGE_SHARE * min(scene.greenery / FULL_GREENERY, 1.0)
    leafy = recolour_foliage(image, tint, lift=FOLIAGE_LIFT, share=share)
    dark, bright = LIGHT
    return illuminate(
        leafy, Lighting(filled(*dark), filled(*bright), filled(*WARMTH), headroom=0.4)
    )
