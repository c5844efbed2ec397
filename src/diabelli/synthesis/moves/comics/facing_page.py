"""Facing page of an open comic, of which an edge is seen, with the fold and its staples."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.comics.colour_schemes import Scheme
from diabelli.synthesis.moves.comics.comic_sheet import RIGHT, Sheet, coverage

PAPER = (0.965, 0.94, 0.875)
"""Colour of aged paper, 0..1."""
MARGIN, OUTER_MARGIN, GAP, BORDER = 0.03, 0.033, 0.008, 0.0042
"""Widths of the inner margin, of the outer one in shorter sides of the page, of half a gutter, and
of the ink around a panel, in sides."""
CUTS = ((-0.2, -0.06), (0.08, 0.24))
"""Bounds of the places of gutters, in heights of the page."""
RAYS, RAYS_FAR = (5.0, 9.0), 0.5
"""Bounds of the number of rays for a side, and the distance of their centre from the fold."""
PERIOD = 0.02
"""Distance of dots, in sides."""
FOLD = ((0.016, 0.42), (0.11, 0.2))
"""Reach and depth of the shadows beside the fold."""
STAPLE, STAPLE_WIDTH, STAPLE_AT = 0.034, 0.0034, 0.24
"""Length and width of staples, in sides; their distance from the middle, in heights of the page."""
STEEL = (0.5, 0.51, 0.53)
"""Linear light of a staple."""


def add_facing_page(
    scene: Floats,
    v: Floats,
    u: Floats,
    sheet: Sheet,
    scheme: Scheme,
    side: int,
    stream: RandomStream,
) -> None:
    """Add the facing page, the fold and its staples to a scene, in place.

    Args:
        scene: (rows, columns, 3) float32, linear light.
        v: (rows, columns) float32, places on the plane of the page: down from its middle.
        u: the same, to the right.
        sheet: the page, of an open comic.
        scheme: colours of the panels of the facing page.
        side: of the canvas, in pixels.
        stream: random numbers.
    """
    # Distance from the fold, below 0 on the facing page.
    away = np.float32(sheet.width / 2) + (u if sheet.spine == RIGHT else -u)
    tall = np.float32(sheet.height / 2) - np.abs(v)
    colour = np.broadcast_to(np.array(PAPER, np.float32), scene.shape).copy()
    edge = sheet.height / 2 - OUTER_MARGIN * min(sheet.height, sheet.width)
    cuts = [stream.between(*one) * sheet.height for one in CUTS]
    bounds = (-edge, *cuts, edge)
    kinds = np.argsort(stream.uniform(3))
    for number in range(3):
        top, low = np.float32(bounds[number] + GAP), np.float32(bounds[number + 1] - GAP)
        inside = np.minimum(np.minimum(v - top, low - v), -away - np.float32(MARGIN))
        share = np.clip((v - top) / (low - top), 0, 1)
        drawn = _panel(int(kinds[number]), v - (top + low) / 2, away, share, scheme, stream)
        drawn *= coverage(inside - np.float32(BORDER), side)[..., None]
        colour += coverage(inside, side)[..., None] * (drawn - colour)
    cover = coverage(np.minimum(tall, -away), side)[..., None]
    scene += cover * (np.square(colour) - scene)
    near = np.abs(away)
    shade = sum(np.float32(depth) * smoothstep(reach, 0.0, near) for reach, depth in FOLD)
    scene *= 1 - (shade * coverage(tall, side))[..., None]
    for sign in (-1, 1):
        middle = np.abs(v - np.float32(sign * STAPLE_AT * sheet.height))
        inside = np.minimum(np.float32(STAPLE / 2) - middle, np.float32(STAPLE_WIDTH / 2) - near)
        round_light = np.float32(0.5) + np.float32(0.7) * smoothstep(-0.001, 0.0012, away)
        scene *= 1 - np.float32(0.5) * smoothstep(-0.006, 0.0, inside)[..., None]
        steel = np.array(STEEL, np.float32) * round_light[..., None]
        scene += coverage(inside, side)[..., None] * (steel - scene)


def _panel(
    kind: int, v: Floats, away: Floats, share: Floats, scheme: Scheme, stream: RandomStream
) -> Floats:
    """Return the colours of a panel, (rows, columns, 3) float32, 0..1: rays, dots or a sky.

    Args:
        kind: 0 for rays, 1 for dots that grow downwards, 2 for a sky.
        v: places down from its middle.
        away: distance from the fold, below 0.
        share: places down from its upper edge, in its height.
        scheme: its colours.
        stream: random numbers.
    """
    low, high = (np.array(one, np.float32) / np.float32(255) for one in scheme.ramp[2:4])
    deep = np.array(scheme.ramp[1], np.float32) / np.float32(255)
    if kind == 2:
        return np.asarray(deep + share[..., None] * (high - deep), np.float32)
    if kind == 1:
        y, x = (v + away) / np.float32(PERIOD), (v - away) / np.float32(PERIOD)
        y, x = y - np.floor(y) - np.float32(0.5), x - np.floor(x) - np.float32(0.5)
        radius = np.float32(0.12) + np.float32(0.4) * share
        ink = smoothstep(0.05, -0.05, np.sqrt(y * y + x * x) - radius)
        return np.asarray(high + ink[..., None] * (low - high), np.float32)
    slope = v / np.maximum(np.float32(RAYS_FAR) + away, np.float32(0.05))
    turn = slope * np.float32(stream.between(*RAYS)) + np.float32(0.25)
    ray = smoothstep(0.22, 0.28, np.abs(turn - np.floor(turn) - np.float32(0.5)))
    return np.asarray(low + ray[..., None] * (high - low), np.float32)
