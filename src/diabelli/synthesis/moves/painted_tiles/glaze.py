"""Glazed tiles: joints, edges, uneven glaze, crazing, and the reflection of a window."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.curves import ramp
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.painted_tiles.tableau import Tableau

WHITES = ((0.905, 0.915, 0.912), (0.893, 0.91, 0.925), (0.915, 0.91, 0.89))
"""Colours of glaze, of which one is chosen."""
GROUTS = ((0.66, 0.64, 0.6), (0.56, 0.55, 0.54), (0.74, 0.72, 0.68))
"""Colours of joints."""
JOINT = 0.0052
"""Width of joints in shorter sides of the tableau."""
TILES = 521
"""Number of different tiles; it is a prime number, so rows of tiles differ."""
NODES = 64
"""Nodes along the sides of the noise."""
FAR = 20.0
"""Distance in nodes at which noise is read elsewhere, for another kind of unevenness."""


Triple: TypeAlias = tuple[np.float32, np.float32, np.float32]


class Joints(NamedTuple):
    """Positions of the joints on the image, in pixels.

    Attributes:
        downs: between rows of tiles.
        border_downs: between rows of the upright borders.
        acrosses: between columns.
        border_acrosses: between columns of the level borders.
        edge_down: height of a level border.
        edge_across: width of an upright border.
    """

    downs: Floats
    border_downs: Floats
    acrosses: Floats
    border_acrosses: Floats
    edge_down: np.float32
    edge_across: np.float32


class Colours(NamedTuple):
    """Colours and light of the tiles.

    Attributes:
        white: red, green and blue of the glaze.
        grout: the same of joints.
        window: place of the mirrored window, down and across from the side of the light, and half
            of its size.
        side: 1 for light from the left, -1 from the right.
    """

    white: Triple
    grout: Triple
    window: Triple
    side: np.float32


class Tile(NamedTuple):
    """Properties of a tile, random numbers of deviation 1."""

    turn: np.float32
    shift_down: np.float32
    shift_across: np.float32
    hue: np.float32
    light: np.float32
    tilt_down: np.float32
    tilt_across: np.float32
    crazing: np.float32


class Bounds(NamedTuple):
    """Joints around a tile, in pixels."""

    top: np.float32
    low: np.float32
    left: np.float32
    right: np.float32


class Place(NamedTuple):
    """Place on a tile.

    Attributes:
        v: place on the image, down, in shorter sides.
        u: the same across.
        row: the same down, in heights.
        column: the same across, in widths.
        dy: distance from the middle of the tile, down, in pixels.
        dx: the same across.
        py: the same down on the tile, which is turned and moved by a hair.
        px: the same across.
        height: of the tile, in pixels.
        width: of the tile, in pixels.
        shorter: side of the image, in pixels.
    """

    v: np.float32
    u: np.float32
    row: np.float32
    column: np.float32
    dy: np.float32
    dx: np.float32
    py: np.float32
    px: np.float32
    height: np.float32
    width: np.float32
    shorter: np.float32


class Unevenness(NamedTuple):
    """Noise at a place, of deviation 1, from coarse to fine."""

    slow: np.float32
    wave: np.float32
    fine: np.float32


def glazed(
    absorbed: Floats, tableau: Tableau, size: tuple[int, int], stream: RandomStream
) -> Bytes:
    """Return the image (h, w, 4) uint8 of painted tiles.

    Args:
        absorbed: (rows, columns, 4) float32, absorbance of the painting at the reference size, and
            0..1, bare glaze, which mirrors a window.
        tableau: how tiles are laid.
        size: (h, w) of the image.
        stream: random numbers.
    """
    height, width = size
    white = _triple(WHITES[int(stream.between(0, len(WHITES)))])
    grout = _triple(GROUTS[int(stream.between(0, len(GROUTS)))])
    side = 1 if stream.between(0, 1) < 0.5 else -1
    lattice = stream.normal(NODES, NODES).astype(np.float32)
    tiles = (3.46 * (stream.uniform(TILES, 8) - 0.5)).astype(np.float32)
    window = stream.between(0.2, 0.42), stream.between(0.2, 0.38), stream.between(0.15, 0.24)
    out = np.empty((height, width, 4), np.uint8)
    rows, columns = absorbed.shape[:2]
    joints = Joints(
        _scaled(tableau.downs, rows, height),
        _scaled(tableau.border[0], rows, height),
        _scaled(tableau.acrosses, columns, width),
        _scaled(tableau.border[1], columns, width),
        np.float32(tableau.edge * height / rows),
        np.float32(tableau.edge * width / columns),
    )
    colours = Colours(white, grout, _triple(window), np.float32(side))
    _shade(out, resize_map(absorbed, height, width), joints, tiles, lattice, colours)
    return out


def _triple(numbers: tuple[float, float, float]) -> Triple:
    """Return three numbers as float32."""
    return np.float32(numbers[0]), np.float32(numbers[1]), np.float32(numbers[2])


def _scaled(cuts: Floats, old: int, new: int) -> Floats:
    """Return the positions of joints on an axis of another size in pixels."""
    return np.asarray(cuts * np.float32(new / old), np.float32)


@kernel
def _joint_before(cuts: Floats, place: np.float32) -> int:
    """Return the index of the joint before a place."""
    index = 0
    while index < len(cuts) - 2 and place >= cuts[index + 1]:
        index += 1
    return index


@kernel
def _edge_distance(
    edge_y: np.float32, edge_x: np.float32, gap: np.float32, corner: np.float32
) -> np.float32:
    """Return the distance in pixels from the edge of a tile with round corners.

    Args:
        edge_y: distance from its upper or lower edge, before rounding.
        edge_x: the same from its left or right edge.
        gap: half of the width of a joint.
        corner: radius of its corners.
    """
    zero = np.float32(0)
    a, b = max(corner + gap - edge_y, zero), max(corner + gap - edge_x, zero)
    if a > zero and b > zero:
        return corner + gap - np.sqrt(a * a + b * b)
    return min(edge_y, edge_x)


@kernel
def _sample(painting: Floats, y: np.float32, x: np.float32, out: NDArray[np.float64]) -> None:
    """Interpolate the absorbance (h, w, 4) of a painting at a place in pixels, into `out` (3,)."""
    height, width = painting.shape[:2]
    zero = np.float32(0)
    sy, sx = min(max(y, zero), np.float32(height - 1)), min(max(x, zero), np.float32(width - 1))
    j, i = min(int(sy), max(height - 2, 0)), min(int(sx), max(width - 2, 0))
    below, beside = min(j + 1, height - 1), min(i + 1, width - 1)
    fy, fx = sy - np.float32(j), sx - np.float32(i)
    for c in range(3):
        above = painting[j, i, c] + fx * (painting[j, beside, c] - painting[j, i, c])
        under = painting[below, i, c] + fx * (painting[below, beside, c] - painting[below, i, c])
        out[c] = above + fy * (under - above)


@kernel
def _window_light(window: Triple, row: np.float32, column: np.float32) -> np.float32:
    """Return how much of a window with two bars is mirrored at a place, 0..1.

    Args:
        window: place of its middle, and half of its width.
        row: of the place, in heights of the image.
        column: of the place from the side of the light, in widths of the image.
    """
    one = np.float32(1)
    wv = (row - window[0] - np.float32(0.25) * (column - window[1])) / (
        np.float32(1.25) * window[2]
    )
    wu = (column - window[1]) / window[2]
    pane = ramp((one - abs(wv)) * np.float32(5)) * ramp((one - abs(wu)) * np.float32(5))
    bars = min(abs(wu), abs(wv + np.float32(0.1)))
    return pane * (np.float32(0.35) + np.float32(0.65) * ramp(bars * np.float32(9)))


@kernel
def _flaws(
    lattice: Floats, v: np.float32, u: np.float32, crazing: np.float32, fine: np.float32
) -> np.float32:
    """Return the absorbance of pinholes, and of cracks of the glaze on some tiles.

    Args:
        lattice: noise of deviation 1.
        v: place down, in shorter sides.
        u: place across, in shorter sides.
        crazing: random number of the tile, of deviation 1.
        fine: fine noise at the place, of deviation 1.
    """
    one, half, zero, far = np.float32(1), np.float32(0.5), np.float32(0), np.float32(FAR)
    hole = value_noise(lattice, v * np.float32(140) + far, u * np.float32(140) + far)
    pit = max(hole - np.float32(2.75), zero) * np.float32(0.8)
    crack = zero
    if crazing > np.float32(0.6):
        net = value_noise(lattice, v * np.float32(17) + crazing * far, u * np.float32(17) + far)
        net += np.float32(0.35) * fine * half
        crack = max(one - abs(net) * np.float32(22), zero) * np.float32(0.055)
    return np.float32(0.16) * pit + crack


@kernel
def _unevenness(lattice: Floats, v: np.float32, u: np.float32) -> Unevenness:
    """Return the noise at a place down and across, in shorter sides."""
    far = np.float32(FAR)
    return Unevenness(
        value_noise(lattice, v * np.float32(3.1), u * np.float32(3.1)),
        value_noise(lattice, v * np.float32(9) + far, u * np.float32(9) + far),
        value_noise(lattice, v * np.float32(90), u * np.float32(90) + far),
    )


@kernel
def _glaze_light(
    side: np.float32,
    tile: Tile,
    place: Place,
    noise: Unevenness,
    facing: np.float32,
    round_off: np.float32,
) -> np.float32:
    """Return how bright the glaze is, about 1.

    Args:
        side: 1 for light from the left, -1 from the right.
        tile: its properties.
        place: on the tile.
        noise: there.
        facing: 1 where the edge of the tile turns to the light, -1 where it turns away.
        round_off: how far the place is on the rounded edge, 0..1.
    """
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    tilt = -place.dy / place.height + side * -place.dx / place.width
    light = one + np.float32(0.07) * facing * round_off * (
        one if facing > zero else np.float32(1.6)
    )
    light += np.float32(0.003) * tile.light + np.float32(0.006) * noise.slow
    light += np.float32(0.003) * tilt * tile.tilt_down + np.float32(0.004) * noise.wave
    light += np.float32(0.045) * (half - place.row)
    return light + np.float32(0.03) * side * (half - place.column)


@kernel
def _mirrored_window(colours: Colours, tile: Tile, place: Place, noise: Unevenness) -> np.float32:
    """Return how much of the window a place mirrors, 0..1: each tile another part."""
    row = place.row + np.float32(0.05) * tile.tilt_down + np.float32(0.012) * noise.wave
    column = place.column if colours.side > np.float32(0) else np.float32(1) - place.column
    column += np.float32(0.05) * tile.tilt_across + np.float32(0.012) * noise.slow
    return _window_light(colours.window, row, column)


@kernel
def _place_on_tile(
    tile: Tile, bounds: Bounds, size: tuple[int, int], y: np.float32, x: np.float32
) -> Place:
    """Return the place on a tile of a place on the image.

    Args:
        tile: its properties.
        bounds: joints around it.
        size: rows and columns of the image.
        y: place on the image, down, in pixels.
        x: the same across.
    """
    half = np.float32(0.5)
    shorter = np.float32(min(size[0], size[1]))
    dy, dx = y - half * (bounds.top + bounds.low), x - half * (bounds.left + bounds.right)
    turn, shift = np.float32(0.001) * tile.turn, np.float32(0.0005) * shorter
    v, u = y / shorter, x / shorter
    return Place(
        v,
        u,
        v * shorter / np.float32(size[0]),
        u * shorter / np.float32(size[1]),
        dy,
        dx,
        dy - turn * dx - shift * tile.shift_down,
        dx + turn * dy - shift * tile.shift_across,
        bounds.low - bounds.top,
        bounds.right - bounds.left,
        shorter,
    )


@kernel
def _shade_pixel(
    pixel: NDArray[np.uint8],
    bare: np.float32,
    amounts: NDArray[np.float64],
    colours: Colours,
    tile: Tile,
    place: Place,
    noise: Unevenness,
) -> None:
    """Fill a pixel.

    Args:
        pixel: (4,) uint8, the result.
        bare: how bare the glaze is, 0..1.
        amounts: (3,) absorbance of painting and flaws.
        colours: of glaze and joints, and the light.
        tile: its properties.
        place: on the tile.
        noise: there.
    """
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    gap = half * np.float32(JOINT) * place.shorter
    edge_y = half * place.height - abs(place.py)
    edge_x = half * place.width - abs(place.px)
    edge = _edge_distance(edge_y, edge_x, gap, np.float32(0.006) * place.shorter)
    rough = noise.wave * np.float32(0.8) + noise.fine * np.float32(0.12)
    inner = edge - gap + np.float32(0.0009) * place.shorter * rough
    cover = min(max(inner + half, zero), one)
    # Glaze is thin at edges and gathers beside them.
    rim = min(max(inner / (np.float32(0.016) * place.shorter), zero), one)
    round_off = (one - rim) * (one - rim)
    if edge_y < edge_x:
        facing = one if place.py < zero else -one
    else:
        facing = colours.side * (one if place.px < zero else -one)
    light = _glaze_light(colours.side, tile, place, noise, facing, round_off)
    gloss = np.float32(0.36) * _mirrored_window(colours, tile, place, noise)
    gloss *= one - np.float32(0.3) * round_off
    gloss *= min(max(bare, zero), one)
    gloss += np.float32(0.3) * round_off * rim * max(facing, zero) * np.float32(1.2)
    shadow = min(max(one - (gap - edge) / max(gap, half), zero), one)
    depth = np.float32(0.82) + np.float32(0.05) * noise.fine - np.float32(0.1) * shadow
    hue = np.float32(0.003) * tile.hue
    for c in range(3):
        share = max(one - amounts[c] / np.float32(16), zero)
        for _ in range(4):
            share *= share
        tint = one + (hue if c == 0 else zero) - (hue if c == 2 else zero)
        value = (colours.white[c] * tint - np.float32(0.02) * round_off) * share * light
        value += gloss * (np.float32(1.05) - value)
        joint = colours.grout[c] * depth
        value = joint + cover * (value - joint)
        pixel[c] = np.uint8(min(max(value, zero), one) * np.float32(255) + half)
    pixel[3] = np.uint8(255)


@kernel
def _shade(
    out: Bytes, painting: Floats, joints: Joints, tiles: Floats, lattice: Floats, colours: Colours
) -> None:
    """Fill the image.

    Args:
        out: (h, w, 4) uint8, the result.
        painting: (h, w, 4) float32, absorbance, and bare glaze.
        joints: of the tiles.
        tiles: (n, 8) float32, of which each row makes a `Tile`.
        lattice: noise of deviation 1.
        colours: of glaze and joints, and the light.
    """
    half = np.float32(0.5)
    height, width = out.shape[:2]
    amounts = np.empty(3, np.float64)
    for row in range(height):
        y = np.float32(row) + half
        inner, outer = _joint_before(joints.downs, y), _joint_before(joints.border_downs, y)
        is_cap = min(y, np.float32(height) - y) < joints.edge_down
        acrosses = joints.border_acrosses if is_cap else joints.acrosses
        beside = 0
        for column in range(width):
            x = np.float32(column) + half
            while beside < len(acrosses) - 2 and x >= acrosses[beside + 1]:
                beside += 1
            is_side = min(x, np.float32(width - column) - half) < joints.edge_across
            above = outer if is_side else inner
            downs = joints.border_downs if is_side else joints.downs
            bounds = Bounds(downs[above], downs[above + 1], acrosses[beside], acrosses[beside + 1])
            number = (43 * above + beside + (211 if is_side else 0)) % len(tiles)
            one = tiles[number]
            tile = Tile(one[0], one[1], one[2], one[3], one[4], one[5], one[6], one[7])
            place = _place_on_tile(tile, bounds, (height, width), y, x)
            # The painting is sampled where the tile has it.
            down = np.float32(row) + (place.py - place.dy)
            _sample(painting, down, np.float32(column) + (place.px - place.dx), amounts)
            noise = _unevenness(lattice, place.v, place.u)
            flaws = _flaws(lattice, place.v, place.u, tile.crazing, noise.fine)
            for c in range(3):
                amounts[c] = max(amounts[c], np.float32(0)) + flaws
            bare = painting[row, column, 3]
            _shade_pixel(out[row, column], bare, amounts, colours, tile, place, noise)
