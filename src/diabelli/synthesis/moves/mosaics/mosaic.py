"""Move: the picture as a mosaic of marble, or of glass, in a border."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, gradient, luma, wide_blur
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import crop, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.mosaics.board import Board, medallion, panel
from diabelli.synthesis.moves.mosaics.border import pattern
from diabelli.synthesis.moves.mosaics.mosaic_suitability import Tileable
from diabelli.synthesis.moves.mosaics.tile_layout import (
    ACROSS,
    DOWN,
    LONG,
    SIZE,
    WIDE,
    lay_out,
)
from diabelli.synthesis.moves.mosaics.tile_relief import Relief, show_tiles

MOSAIC = "mosaic"
"""Name of the move."""
SIDE = 600
"""Side in pixels at which tiles are laid, so that they are the same at every size."""
LEAST, FINE, COARSE = 4.0, 4.8, 12.5
"""Sides of tiles on words and spots, of other small ones, and of the largest, in pixels."""
KEPT, OWN, EYES, SPOTS = 0.85, 0.42, 0.7, 0.85
"""Share of the picture's own detail that is painted on the tiles of words, and how far others are
laid and painted as words: the subject and detail, detail of the subject, such as eyes, and small
things in calm ground."""
MIN_ROOM = 0.2
"""Distance of the middle of a tile to a border, in sides, from which it is laid."""
ROUND = 0.55
"""Share of medallions where the picture suits one."""
Colour = tuple[float, float, float]


class Manner(NamedTuple):
    """What a mosaic is made of.

    Attributes:
        colour: factor of the colours' difference from grey.
        variation: deviation of the light of tiles of one colour.
        relief: how tiles and joints are seen.
        borders: pairs of colours 0..1 of borders, of which one is drawn.
    """

    colour: float
    variation: float
    relief: Relief
    borders: tuple[tuple[Colour, Colour], ...]


MANNERS = (
    # Marble.
    Manner(
        0.98,
        0.05,
        Relief(0.15, (0.56, 0.52, 0.46), 0.42, 0.07, 0.035, 0.0, 0.1),
        (
            ((0.2, 0.18, 0.17), (0.86, 0.82, 0.73)),
            ((0.24, 0.22, 0.22), (0.88, 0.84, 0.76)),
            ((0.19, 0.23, 0.22), (0.87, 0.84, 0.77)),
        ),
    ),
    # Glass.
    Manner(
        1.25,
        0.055,
        Relief(0.12, (0.34, 0.32, 0.3), 0.27, 0.06, 0.03, 0.06, 0.17),
        (
            ((0.08, 0.13, 0.36), (0.9, 0.87, 0.78)),
            ((0.34, 0.06, 0.08), (0.84, 0.66, 0.28)),
            ((0.05, 0.25, 0.27), (0.9, 0.87, 0.78)),
        ),
    ),
)


def show_mosaic(
    image: Bytes, subject: Floats, need: Tileable, stream: RandomStream, *, grey: bool = False
) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a mosaic.

    Args:
        image: (h, w, 4) uint8, opaque.
        subject: (rows, columns) float32, 0..1, subject map.
        need: how it may be laid.
        stream: random numbers.
        grey: whether the image is grey.
    """
    height, width = image.shape[:2]
    manner = MANNERS[int(stream.between(0, len(MANNERS)))]
    inks = np.array(manner.borders[int(stream.between(0, len(manner.borders)))], np.float32)
    if grey:
        inks = np.repeat(luma(inks)[:, None], 3, 1)
    words, lines, chances = need.fine, pattern(stream), stream.uniform(3)
    lit_from = 1 if chances[0] < 0.5 else -1
    if need.may_mirror and chances[1] < 0.5:
        image, subject, words = image[:, ::-1], subject[:, ::-1], words[:, ::-1]
    rows, columns = size_with_area(height, width, SIDE)
    board = medallion(rows, columns, lines, subject) if chances[2] < ROUND else None
    board = board or panel(rows, columns, lines)
    part, (top, left) = (*board.part, board.size), board.place
    field = (slice(top, top + board.size[0]), slice(left, left + board.size[1]))
    seen = _toned(np.clip(crop(image[..., :3].astype(np.float32), *part), 0, 255), manner)
    near, written = (np.clip(crop(one, *part), 0, 1) for one in (subject, words))
    inks = _inks(inks, seen)
    inside = board.inside[field][..., None]
    source = 255 * np.where(board.depth[..., None] < 0, inks[0], inks[1])
    source[field] = np.where(inside, seen, source[field])
    fine = np.zeros((rows, columns, 3), np.float32)
    found = detail(luma(seen))
    kept = np.maximum(_kept_places(near, written, found), np.float32(SPOTS) * _spots(luma(seen)))
    fine[field] = np.where(inside, np.dstack([found, near, kept]), 0)
    wall = stream.normal(6, 6).astype(np.float32)
    uneven = resize_map(stream.normal(14, 14).astype(np.float32), rows, columns)
    sizes = tile_sizes(*(fine[..., k] for k in range(3)))
    # Rows of one size would meet in straight seams.
    sizes *= 1 + np.float32(0.09) * np.clip(uneven, -2, 2)
    tiles, colours = lay_out(source, sizes)
    tiles, colours, pictured = _free_tiles(tiles, colours, board)
    sharp = _sharpened(colours, tiles, source)
    # Tiles at the edge of a border have taken a part of its colour.
    sharp[~pictured] = inks[1]
    colours = np.column_stack([sharp, pictured]).astype(np.float32)
    frame, marks = board.border
    painted = np.column_stack([inks[marks], np.zeros(len(marks))]).astype(np.float32)
    tiles, colours = np.concatenate([tiles, frame]), np.concatenate([colours, painted])
    # Numbers of deviation 1.
    chance = (3.46 * (stream.uniform(len(tiles), 4) - 0.5)).astype(np.float32)
    # Small tiles are chosen with care.
    care = np.clip(tiles[:, SIZE] / np.float32(9) - np.float32(0.1), 0.2, 1.1)[:, None]
    spread = chance[:, :1] + np.float32(0.2) * chance[:, 1:]
    gains = _wall_light(tiles, rows, columns, lit_from, wall)[:, None]
    gains = gains + np.float32(manner.variation) * care * spread
    colours[:, :3] = np.clip(colours[:, :3] * gains, 0, 1)
    painting = np.dstack([source / np.float32(255), np.float32(KEPT) * fine[..., 2]])
    return show_tiles((height, width), painting, tiles, colours, manner.relief, lit_from, stream)


def _free_tiles(
    tiles: Floats, colours: Floats, board: Board
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return the tiles beside a border, their colours, and which are of the picture.

    They are smaller where they would reach below the border.

    Args:
        tiles: (n, 7) float32.
        colours: (n, 3) float32, 0..1.
        board: with the border.
    """
    v, u = (
        np.clip(tiles[:, k] + 0.5, 0, n - 1).astype(np.int64)
        for k, n in enumerate(board.depth.shape)
    )
    room = board.depth[v, u]
    down, across = (one[v, u] for one in gradient(board.depth))
    free = room > np.float32(MIN_ROOM) * tiles[:, SIZE]
    along = np.abs(down * tiles[:, DOWN] + across * tiles[:, ACROSS])
    beside = np.abs(across * tiles[:, DOWN] - down * tiles[:, ACROSS])
    reach = along * tiles[:, LONG] + beside * tiles[:, WIDE]
    fit = np.clip(room / np.maximum(reach, np.float32(0.1)), 0.3, 1)
    # Only what reaches towards the border becomes shorter.
    tiles[:, LONG] *= 1 - along * (1 - fit)
    tiles[:, WIDE] *= 1 - beside * (1 - fit)
    return tiles[free], colours[free], board.inside[v, u][free]


def _kept_places(near: Floats, words: Floats, fine: Floats) -> Floats:
    """Return how far each place is laid finely and painted, (h, w) float32, 0..1.

    Args:
        near: (h, w) float32, 0..1, subject map.
        words: (h, w) float32, 0..1, places that may be words.
        fine: (h, w) float32, 0..1, detail.
    """
    if words.max() > 0:
        # The map of lettering is coarse.
        height, width = words.shape
        soft = blur(resize_map(words, -(-height // 4), -(-width // 4)), 2.5)
        words = np.clip(resize_map(np.clip(2 * soft, 0, 1), height, width), 0, 1)
    near = smoothstep(0.3, 0.7, near)
    own = np.maximum(np.float32(OWN) * np.maximum(near, fine), np.float32(EYES) * near * fine)
    return np.maximum(words, own)


def _wall_light(tiles: Floats, rows: int, columns: int, side: int, wall: Floats) -> Floats:
    """Return the light (n,) of tiles on an uneven wall that is lit from above, from one side."""
    down, across = tiles[:, 0] / np.float32(rows), tiles[:, 1] / np.float32(columns)
    uneven = resize_map(wall, 60, 60)
    v, u = (np.clip(60 * one, 0, 59).astype(np.int64) for one in (down, across))
    light = (
        np.float32(1.02)
        + np.float32(0.07 * side) * (across - np.float32(0.5))
        - np.float32(0.07) * (down - np.float32(0.5))
    )
    return np.asarray(light + np.float32(0.03) * uneven[v, u], np.float32)


def detail(light: Floats) -> Floats:
    """Return how much detail there is at each place of a picture, (h, w) float32, 0..1.

    Args:
        light: (h, w) float32, luma 0..255.
    """
    height, width = light.shape
    down, across = gradient(blur(light, 0.8))
    steep = np.minimum(np.sqrt(down * down + across * across), np.float32(20))
    small = resize_map(steep, height // 4, width // 4)
    near = blur(small, 1.6) + np.float32(0.5) * blur(small, 5.0)
    return np.clip(resize_map(smoothstep(0.6, 5.0, near), height, width), 0, 1)


def _spots(light: Floats) -> Floats:
    """Return where small things stand in calm ground, (h, w) float32, 0..1.

    Args:
        light: (h, w) float32, luma 0..255.
    """
    spots = smoothstep(15, 40, np.abs(light - blur(light, 4.0)))
    alone = spots * np.clip(1 - 3 * wide_blur(spots, 12.0), 0, 1)
    return np.clip(np.float32(2.5) * blur(alone, 1.5), 0, 1)


def tile_sizes(fine: Floats, near: Floats, kept: Floats) -> Floats:
    """Return the sides of tiles (h, w) float32: small where there is detail.

    Args:
        fine: (h, w) float32, 0..1, detail.
        near: (h, w) float32, 0..1, subject map.
        kept: (h, w) float32, 0..1, how far places are laid finely.
    """
    held = smoothstep(0.2, 0.7, near)
    fine = np.maximum(fine * (np.float32(0.8) + np.float32(0.2) * held), np.float32(0.55) * held)
    sizes = np.float32(COARSE) + np.float32(FINE - COARSE) * fine
    # Where most places are kept, their tiles are as large as others.
    share = min(max((float(kept.mean()) - 0.4) / 0.4, 0), 1)
    sizes += kept * (np.float32(LEAST + (FINE - LEAST) * share) - sizes)
    height, width = fine.shape
    calm = blur(resize_map(sizes, height // 4, width // 4), 1.2)
    return np.clip(resize_map(calm, height, width), LEAST, COARSE)


def _inks(inks: Floats, colours: Floats) -> Floats:
    """Return the colours (3, 3) of a border: two, and a strong one of the picture (h, w, 3)."""
    colours = colours[::6, ::6].reshape(-1, 3) / np.float32(255)
    bright = colours.max(1) - colours.min(1) + np.float32(0.2) * luma(colours)
    order = np.argsort(bright, kind="stable")
    part = colours[order[-max(len(order) // 12, 1) :]]
    found = np.array([np.sort(part[:, c])[len(part) // 2] for c in range(3)], np.float32)
    light = max(float(luma(found)), 0.05)
    goal = min(max(light, 0.3), 0.68)
    own = np.clip(found * np.float32(goal / light), 0.03, 0.95)
    return np.concatenate([inks, own[None]]).astype(np.float32)


def _toned(source: Floats, manner: Manner) -> Floats:
    """Return the colours (h, w, 3), 0..255, of stones: neither as dark nor as dim as a shade."""
    order = np.sort(luma(source[::4, ::4]).ravel()) / np.float32(255)
    high = max(float(order[len(order) * 49 // 50]), 0.1)
    gain = min(max(0.85 / high, 1.0), 1.5)
    lift = min(max((0.42 - float(order[len(order) // 2]) * gain) * 2.4, 0), 0.6)
    image = source / np.float32(255) * np.float32(gain)
    np.minimum(image, 1, out=image)
    image += np.float32(lift) * image * np.square(1 - image)
    light = luma(image)[..., None]
    image = light + np.float32(manner.colour) * (image - light)
    return np.asarray(255 * np.clip(image, 0.035, 0.975), np.float32)


def _sharpened(colours: Floats, tiles: Floats, source: Floats) -> Floats:
    """Return colours (n, 3), 0..1, of tiles with more difference from their surroundings."""
    high, wide = source.shape[:2]
    soft = blur(resize_map(source, high // 4, wide // 4), 2.5) / np.float32(255)
    v, u = (np.clip(tiles[:, k] / 4, 0, soft.shape[k] - 1).astype(np.int64) for k in (0, 1))
    care = np.clip(tiles[:, SIZE] / np.float32(6) - np.float32(0.3), 0.2, 1)[:, None]
    return np.clip(colours + np.float32(0.4) * care * (colours - soft[v, u]), 0.035, 0.975)
