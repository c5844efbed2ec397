"""Raster of twigs, blossoms, leaves and bright points at one distance before the lens."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.foregrounds.arrangement import Piece, unit
from diabelli.synthesis.moves.seasons.sheet_raster import Light, Pose, render_sheet
from diabelli.synthesis.moves.seasons.thin_shapes import LEAVES, PETALS, birch, petal
from diabelli.synthesis.moves.seasons.thin_sheets import Air

Colour = tuple[int, int, int]
FIFTH = 0.7265425280053609
"""Tangent of half the angle between two petals."""
MIDDLE: tuple[Colour, ...] = ((214, 196, 96), (206, 120, 90), (214, 196, 96), (214, 196, 96))
"""Colours of the middle of a blossom, 0..255."""
REACH = 1.08
"""Distance in its half sides that no sheet exceeds."""
SPARKLE = (1.25, 1.12, 0.9)
"""Colour of bright points in that of the light."""


def add_disc(raster: Floats, cell: tuple[float, float, float], level: float, air: Air) -> None:
    """Add a bright point out of focus: row, column and radius in cells of the raster, in place."""
    row, column, radius = cell
    reach = int(radius) + 2
    top, left = max(int(row) - reach, 0), max(int(column) - reach, 0)
    part = raster[top : max(int(row) + reach + 1, 0), left : max(int(column) + reach + 1, 0)]
    if not part.size:
        return
    down = np.arange(part.shape[0], dtype=np.float32)[:, None] + np.float32(top + 0.5 - row)
    across = np.arange(part.shape[1], dtype=np.float32)[None] + np.float32(left + 0.5 - column)
    away = np.sqrt(down * down + across * across)
    inside = np.clip(np.float32(radius) - away + np.float32(0.5), 0, 1)
    rim = np.float32(0.85) + np.float32(0.3) * np.square(np.clip(away / np.float32(radius), 0, 1))
    part[..., :3] += (np.float32(level) * inside * rim)[..., None] * (
        air.key * np.array(SPARKLE, np.float32)
    )


def draw_twig(
    raster: Floats, piece: Piece, scale: float, margin: int, colour: Colour, air: Air
) -> None:
    """Draw a piece of a twig, in place."""
    first, last = (np.array(end) * scale + margin for end in (piece.first, piece.last))
    width = piece.width * scale
    low, high = np.minimum(first, last) - width - 1, np.maximum(first, last) + width + 2
    top, left = max(int(low[0]), 0), max(int(low[1]), 0)
    part = raster[top : max(int(high[0]), 0), left : max(int(high[1]), 0)]
    if not part.size:
        return
    down = np.arange(part.shape[0])[:, None] + top + 0.5 - first[0]
    across = np.arange(part.shape[1])[None] + left + 0.5 - first[1]
    ahead = last - first
    share = np.clip(
        (down * ahead[0] + across * ahead[1]) / max(float((ahead * ahead).sum()), 1e-6), 0, 1
    )
    v, u = down - share * ahead[0], across - share * ahead[1]
    cover = np.clip(width - np.sqrt(v * v + u * u) + 0.5, 0, 1).astype(np.float32)[..., None]
    lit = np.clip(0.8 + 0.5 * (v * air.toward[0] + u * air.toward[1]) / max(width, 1e-3), 0.3, 1.3)
    light = np.square(np.array(colour, np.float32) / 255) * (air.sky + 0.6 * air.key)
    own = np.concatenate(
        [cover * (lit.astype(np.float32)[..., None] * light.astype(np.float32)), cover], axis=2
    )
    part *= 1 - cover
    part += own


def draw_blossom(
    raster: Floats,
    cell: tuple[float, float, float],
    colours: tuple[Colour, ...],
    gain: float,
    air: Air,
    stream: RandomStream,
) -> None:
    """Draw five petals around a place: row, column, and half size in cells of the raster."""
    row, column, size = cell
    normal = unit(np.array([*(0.5 * stream.normal(2)), 1.0]))
    radial = unit(np.cross(normal, stream.normal(3)))
    cosine, sine = rotation(FIFTH)
    cup = stream.between(0.15, 0.5)
    for _ in range(5):
        beside = np.cross(normal, radial)
        out = unit(radial + cup * normal)
        upper = unit(normal - cup * radial)
        axes = np.stack([beside, -out, upper]).astype(np.float32)
        place = (row + 0.5 * size * out[0], column + 0.5 * size * out[1], 0.55 * size)
        maps = petal(int(stream.between(0, PETALS)))
        _add(
            raster,
            place,
            axes,
            maps,
            (*colours, colours[1], colours[0]),
            (0.95, 0.03),
            0.25,
            gain,
            air,
        )
        radial = cosine * radial + sine * beside
    axes = np.stack([radial, np.cross(normal, radial), normal]).astype(np.float32)
    place = (row, column, 0.13 * size)
    _add(raster, place, axes, petal(0), MIDDLE, (0.4, 0.0), 0.0, gain, air)


def draw_leaf(
    raster: Floats,
    cell: tuple[float, float, float],
    grown: tuple[float, float],
    colours: tuple[Colour, ...],
    gain: float,
    air: Air,
    stream: RandomStream,
) -> None:
    """Draw a leaf at a place: row, column, and half size in cells of the raster."""
    upper = unit(np.array([*(0.6 * stream.normal(2)), 1.0]))
    across = unit(np.cross(upper, -np.array([*grown, 0.3 * float(stream.normal(1)[0])])))
    axes = np.stack([-across, np.cross(upper, -across), upper]).astype(np.float32)
    maps, bend = birch(int(stream.between(0, LEAVES))), stream.between(-0.4, 0.4)
    _add(raster, cell, axes, maps, (*colours, colours[0], colours[1]), (1.3, 0.1), bend, gain, air)


def _add(
    raster: Floats,
    cell: tuple[float, float, float],
    axes: Floats,
    maps: Floats,
    colours: tuple[Colour, ...],
    surface: tuple[float, float],
    bend: float,
    gain: float,
    air: Air,
) -> None:
    """Lay a sheet over a raster, in place."""
    row, column, size = cell
    reach = int(REACH * size) + 2
    top, left = max(int(row) - reach, 0), max(int(column) - reach, 0)
    low, right = min(int(row) + reach, raster.shape[0]), min(int(column) + reach, raster.shape[1])
    if top >= low or left >= right:
        return
    numbers = (row - top, column - left, size, bend, 1.0, 0.0, *surface, 1.0, 0.0, 0.0)
    own = np.zeros((low - top, right - left, 4), np.float32)
    pose = Pose(axes, *map(np.float32, numbers))
    light = np.float32(gain)
    linear = np.square(np.array(colours, np.float32) / np.float32(255))
    render_sheet(own, pose, maps, linear, Light(air.toward, light * air.key, light * air.sky))
    part = raster[top:low, left:right]
    part *= 1 - own[..., 3:]
    part += own
