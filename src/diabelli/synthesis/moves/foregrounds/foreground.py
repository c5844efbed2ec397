"""Pictures taken through blossoms or leaves before the lens, far out of focus."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from diabelli.synthesis.core.filters import blur, disc_blurred
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.foregrounds.arrangement import LAYERS, Piece, Thing, arranged
from diabelli.synthesis.moves.foregrounds.sprigs import (
    Colour,
    add_disc,
    draw_blossom,
    draw_leaf,
    draw_twig,
)
from diabelli.synthesis.moves.lights.lighting import FIELD_SIDE, Lighting, filled, illuminate
from diabelli.synthesis.moves.scene import Scene
from diabelli.synthesis.moves.seasons.scatter import random_air
from diabelli.synthesis.moves.seasons.thin_sheets import Air, lay_over
from diabelli.synthesis.moves.things.keep_clear import SIDE, free_distance

FOREGROUND = "foreground"
"""Name of the move."""
BLOSSOMS, FOLIAGE = "blossoms", "foliage"
PINKS = (
    ((252, 214, 226), (226, 120, 158)),
    ((255, 236, 238), (238, 164, 186)),
    ((246, 186, 208), (214, 92, 138)),
    ((255, 247, 238), (232, 206, 170)),
)
GREENS = (
    ((112, 150, 50), (168, 190, 88)),
    ((78, 118, 44), (130, 160, 72)),
    ((140, 156, 48), (186, 186, 84)),
)
"""Colours of petals and of leaves, and of their veins, 0..255."""
YOUNG, YOUNG_LEAVES = ((132, 142, 66), (176, 160, 92)), 0.14
"""Colours of young leaves among blossoms, and their share."""
TWIGS = {BLOSSOMS: (74, 54, 46), FOLIAGE: (82, 74, 44)}
"""Colours of twigs, 0..255."""


GAINS, FOLIAGE_GAIN = (0.42, 1.15), 1.2
"""Bounds of the light on a thing relative to the others, and that on leaves."""
SPARKLES, SPARKLE_SIZES, SPARKLE_LEVELS, SPARKLING = (10, 22), (0.5, 0.9), (0.05, 0.34), 2
"""Bounds of the number of bright points at one distance, of their radius in that of the blur, and
of their light; number of the nearest layers that have them."""
PORTRAIT = 0.5
"""How much of a portrait a picture is, 0..1, above which clothes may be hidden at the edges; in
groups small faces are there."""
CELLS = 3.5
"""Radius of a blur in cells of its raster, if these are larger than pixels."""
VEIL, VEIL_BLUR = (0.075, 0.058, 0.036), 0.12
"""Light in the air near the foreground, and the deviation of its rim, in sides."""


def show_foreground(
    image: Bytes, names: Collection[str], scene: Scene, stream: RandomStream
) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, seen through blossoms or foliage.

    Args:
        image: (h, w, 4) uint8, opaque.
        names: of the foregrounds that suit it, of which one is drawn.
        scene: properties of the source.
        stream: random numbers.
    """
    name = sorted(names)[int(stream.between(0, len(names)))]
    air = random_air(image, stream, grey=scene.grey)
    height, width = image.shape[:2]
    side = float(np.sqrt(height * width))
    distance = free_distance(image, clothes_at_edges=scene.portrait > PORTRAIT)
    things, pieces, cover = arranged(distance, (height / side, width / side), stream)
    out = _veiled(image, cover, air)
    palette = PINKS if name == BLOSSOMS else GREENS
    colours = palette[int(stream.between(0, len(palette)))]
    for index in range(len(LAYERS) - 1, -1, -1):
        _lay_layer(
            out,
            index,
            [one for one in things if one.layer == index],
            [one for one in pieces if one.layer == index],
            (name, colours),
            air,
            stream,
        )
    return out


def _lay_layer(
    out: Bytes,
    index: int,
    things: list[Thing],
    pieces: list[Piece],
    look: tuple[str, tuple[Colour, ...]],
    air: Air,
    stream: RandomStream,
) -> None:
    """Draw all that is at one distance on an image (h, w, 4) uint8, in place.

    Args:
        out: the image.
        index: of the layer.
        things: at this distance.
        pieces: of twigs at this distance.
        look: name of the foreground and its colours.
        air: light.
        stream: random numbers.
    """
    name, colours = look
    height, width = out.shape[:2]
    side = float(np.sqrt(height * width))
    radius = LAYERS[index].blur * side
    step = max(1.0, radius / CELLS)
    scale, disc = side / step, radius / step
    margin = int(disc) + 3
    rows, columns = int(height / step) + 2 * margin + 1, int(width / step) + 2 * margin + 1
    raster = np.zeros((rows, columns, 4), np.float32)
    for piece in pieces:
        draw_twig(raster, piece, scale, margin, TWIGS[name], air)
    for one in things:
        cell = (one.row * scale + margin, one.column * scale + margin, one.size * scale)
        gain = stream.between(*GAINS) * (FOLIAGE_GAIN if name == FOLIAGE else 1.0)
        if name == BLOSSOMS and stream.between(0, 1) > YOUNG_LEAVES:
            draw_blossom(raster, cell, colours, gain, air, stream)
        else:
            leafy = colours if name == FOLIAGE else YOUNG
            draw_leaf(raster, cell, (one.down, one.across), leafy, gain, air, stream)
    raster = disc_blurred(raster, np.float32(disc))
    for _ in range(int(stream.between(*SPARKLES)) if things and index < SPARKLING else 0):
        one = things[int(stream.between(0, len(things)))]
        row, column = (
            (place + 0.8 * one.size * move) * scale + margin
            for place, move in zip((one.row, one.column), stream.normal(2), strict=True)
        )
        size, level = stream.between(*SPARKLE_SIZES), stream.between(*SPARKLE_LEVELS)
        add_disc(raster, (row, column, size * disc), level, air)
    if air.grey:
        raster[..., :3] = raster[..., :3].mean(2, keepdims=True)
    # The raster begins its margin before the first pixel.
    first = -round(margin * step)
    lay_over(out, raster, first, first, np.float32(step))


def _veiled(image: Bytes, cover: Floats, air: Air) -> Bytes:
    """Return an image with a warm veil of light near what covers it."""
    near = resize_map(blur(cover, VEIL_BLUR * SIDE), FIELD_SIDE, FIELD_SIDE)
    glow = np.clip(near[..., None], 0, 1) * (
        np.array(VEIL, np.float32) * np.float32(min(1.6 * float(air.sky.mean()), 1.0))
    )
    veil = Lighting(
        filled(1.05, 1.03, 1.0),
        filled(1.05, 1.02, 0.97),
        np.asarray(glow, np.float32),
        headroom=0.5,
    )
    return illuminate(image, veil.without_colour() if air.grey else veil)
