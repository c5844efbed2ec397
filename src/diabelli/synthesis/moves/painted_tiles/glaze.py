"""Glazed tiles: joints, edges, uneven glaze, crazing, and the reflection of a window."""

from __future__ import annotations

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
    white = np.array(WHITES[int(stream.between(0, len(WHITES)))], np.float32)
    grout = np.array(GROUTS[int(stream.between(0, len(GROUTS)))], np.float32)
    side = 1 if stream.between(0, 1) < 0.5 else -1
    lattice = stream.normal(NODES, NODES).astype(np.float32)
    # Of deviation 1: turn, shift down and across, hue, light, tilt down and across, crazing.
    tiles = (3.46 * (stream.uniform(TILES, 8) - 0.5)).astype(np.float32)
    window = np.array(
        [stream.between(0.2, 0.42), stream.between(0.2, 0.38), stream.between(0.15, 0.24)],
        np.float32,
    )
    out = np.empty((height, width, 4), np.uint8)
    rows, columns = absorbed.shape[:2]
    _shade(
        out,
        resize_map(absorbed, height, width),
        _scaled(tableau.downs, rows, height),
        _scaled(tableau.border[0], rows, height),
        _scaled(tableau.acrosses, columns, width),
        _scaled(tableau.border[1], columns, width),
        (np.float32(tableau.edge * height / rows), np.float32(tableau.edge * width / columns)),
        tiles,
        lattice,
        white,
        grout,
        window,
        side,
    )
    return out


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
def _window_light(window: Floats, row: np.float32, column: np.float32) -> np.float32:
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
def _shade(
    out: Bytes,
    painting: Floats,
    downs: Floats,
    border_downs: Floats,
    acrosses: Floats,
    border_acrosses: Floats,
    edges: tuple[np.float32, np.float32],
    tiles: Floats,
    lattice: Floats,
    white: Floats,
    grout: Floats,
    window: Floats,
    side: int,
) -> None:
    """Fill the image.

    Args:
        out: (h, w, 4) uint8, the result.
        painting: (h, w, 4) float32, absorbance, and bare glaze.
        downs: positions of joints between rows of tiles, in pixels.
        border_downs: the same of the upright borders.
        acrosses: the same of columns.
        border_acrosses: the same of the level borders.
        edges: height and width of the border in pixels.
        tiles: (n, 8) float32, of deviation 1.
        lattice: noise of deviation 1.
        white: (3,) colour of the glaze.
        grout: (3,) colour of joints.
        window: place of the reflection, down and across from its side, and half its size.
        side: 1 for light from the left, -1 from the right.
    """
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    height, width = out.shape[:2]
    shorter = np.float32(min(height, width))
    gap = half * np.float32(JOINT) * shorter
    far, amounts = np.float32(FAR), np.empty(3, np.float64)
    for y in range(height):
        v = (np.float32(y) + half) / shorter
        middle = np.float32(y) + half
        is_cap = min(middle, np.float32(height) - middle) < edges[0]
        inner_row, outer_row = _joint_before(downs, middle), _joint_before(border_downs, middle)
        across = border_acrosses if is_cap else acrosses
        column = 0
        for x in range(width):
            u = (np.float32(x) + half) / shorter
            while column < len(across) - 2 and np.float32(x) + half >= across[column + 1]:
                column += 1
            left, right = across[column], across[column + 1]
            is_side = min(np.float32(x) + half, np.float32(width - x) - half) < edges[1]
            if is_side:
                top, low = border_downs[outer_row], border_downs[outer_row + 1]
                k = (43 * outer_row + column + 211) % len(tiles)
            else:
                top, low = downs[inner_row], downs[inner_row + 1]
                k = (43 * inner_row + column) % len(tiles)
            dy = np.float32(y) + half - half * (top + low)
            dx = np.float32(x) + half - half * (left + right)
            turn = np.float32(0.001) * tiles[k, 0]
            shift = np.float32(0.0005) * shorter
            # Position on the tile, which is turned and moved by a hair.
            py = dy - turn * dx - shift * tiles[k, 1]
            px = dx + turn * dy - shift * tiles[k, 2]
            wave = value_noise(lattice, v * np.float32(9) + far, u * np.float32(9) + far)
            fine = value_noise(lattice, v * np.float32(90), u * np.float32(90) + far)
            slow = value_noise(lattice, v * np.float32(3.1), u * np.float32(3.1))
            edge_y = half * (low - top) - abs(py)
            edge_x = half * (right - left) - abs(px)
            edge = _edge_distance(edge_y, edge_x, gap, np.float32(0.006) * shorter)
            rough = (
                np.float32(0.0009) * shorter * (wave * np.float32(0.8) + fine * np.float32(0.12))
            )
            inner = edge - gap + rough
            cover = min(max(inner + half, zero), one)
            # Painting, sampled where the tile has it.
            _sample(painting, np.float32(y) + (py - dy), np.float32(x) + (px - dx), amounts)
            # Glaze is thin at edges and gathers beside them.
            rim = min(max(inner / (np.float32(0.016) * shorter), zero), one)
            round_off = (one - rim) * (one - rim)
            lit = -dy / (low - top) + np.float32(side) * -dx / (right - left)
            if edge_y < edge_x:
                facing = one if py < zero else -one
            else:
                facing = np.float32(side) * (one if px < zero else -one)
            light = one + np.float32(0.07) * facing * round_off * (
                one if facing > zero else np.float32(1.6)
            )
            light += np.float32(0.003) * tiles[k, 4] + np.float32(0.006) * slow
            light += np.float32(0.003) * lit * tiles[k, 5] + np.float32(0.004) * wave
            light += np.float32(0.045) * (half - v * shorter / np.float32(height))
            light += np.float32(0.03) * np.float32(side) * (half - u * shorter / np.float32(width))
            # A window, mirrored by each tile a little elsewhere.
            mirror_v = (
                v * shorter / np.float32(height)
                + np.float32(0.05) * tiles[k, 5]
                + np.float32(0.012) * wave
            )
            mirror_u = u * shorter / np.float32(width)
            if side < 0:
                mirror_u = one - mirror_u
            mirror_u += np.float32(0.05) * tiles[k, 6] + np.float32(0.012) * slow
            pane = _window_light(window, mirror_v, mirror_u)
            gloss = np.float32(0.36) * pane * (one - np.float32(0.3) * round_off)
            gloss *= min(max(painting[y, x, 3], zero), one)
            glint = np.float32(0.3) * round_off * rim * max(facing, zero) * np.float32(1.2)
            flaws = _flaws(lattice, v, u, tiles[k, 7], fine)
            shadow = min(max(one - (gap - edge) / max(gap, half), zero), one)
            for c in range(3):
                amount = max(amounts[c], zero) + flaws
                share = max(one - amount / np.float32(16), zero)
                for _ in range(4):
                    share *= share
                tint = one
                if c == 0:
                    tint += np.float32(0.003) * tiles[k, 3]
                elif c == 2:
                    tint -= np.float32(0.003) * tiles[k, 3]
                body = white[c] * tint - np.float32(0.02) * round_off
                value = body * share * light
                value += (gloss + glint) * (np.float32(1.05) - value)
                joint = grout[c] * (
                    np.float32(0.82) + np.float32(0.05) * fine - np.float32(0.1) * shadow
                )
                value = joint + cover * (value - joint)
                out[y, x, c] = np.uint8(min(max(value, zero), one) * np.float32(255) + half)
            out[y, x, 3] = np.uint8(255)
