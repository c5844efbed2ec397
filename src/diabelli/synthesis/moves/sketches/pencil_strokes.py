"""Strokes of a pencil: groups of parallel hatches, and lines along the edges of things."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats

GROUP = 9
"""Strokes that are laid beside each other by one movement of the hand."""
MIN_PRESSURE = 0.02
"""Pressure in the middle of a single line below which it is left out."""
STEP = np.float32(3.0)
"""Length of the pieces of a stroke, in pixels of the reference size."""


class Hatching(NamedTuple):
    """How one layer of strokes is laid; lengths are in pixels of the reference size.

    Attributes:
        density: of the layer where the pressure is 1.
        spacing: distance of strokes.
        length: of strokes.
        width: of strokes.
        follow: how far strokes follow the edges of things, 0..1; from 0.5 on they are single.
        lag: share of the last pressure that the hand keeps, 0..1.
        slope: of strokes, down by across.
    """

    density: float
    spacing: float
    length: float
    width: float
    follow: float
    lag: float
    slope: float

    def finer(self, share: float) -> Hatching:
        """Return the same layer with strokes of a share of their size."""
        return self._replace(
            spacing=self.spacing * share,
            length=self.length * share,
            width=self.width * share,
            lag=self.lag * share,
        )


class Strokes(NamedTuple):
    """Strokes of one pencil.

    Attributes:
        seeds: (n, 2) float32, row and column of the middle, in pixels of the reference size.
        aims: (n, 2) float32, unit vectors down and across.
        colours: (n, 3) float32, density of the pencil in each channel.
        lengths: (n,) float32, in pixels of the reference size.
        bends: (n,) float32, change of direction for each piece.
        amounts: (n,) float32, density of a full stroke.
    """

    seeds: Floats
    aims: Floats
    colours: Floats
    lengths: Floats
    bends: Floats
    amounts: Floats


def hatched(
    pressure: Floats, flow: Floats, colours: Floats, layer: Hatching, stream: RandomStream
) -> Strokes:
    """Place groups of parallel strokes over a sheet, or single ones that follow its edges.

    Args:
        pressure: (rows, columns) float32, 0..1.
        flow: (rows, columns, 2) float32, directions of edges, unit vectors down and across.
        colours: density of the pencil in each channel: (3,), or (rows, columns, 3) float32.
        layer: how the strokes are laid.
        stream: random numbers.
    """
    rows, columns = pressure.shape
    many = 1 if layer.follow >= 0.5 else GROUP
    cell = float(np.sqrt(0.8 * layer.spacing * layer.length * many))
    down, across = int(rows / cell) + 1, int(columns / cell) + 1
    count = down * across
    chance, parts = stream.uniform(count, 6), stream.uniform(count, many, 4)
    cell_y, cell_x = np.divmod(np.arange(count), across)
    middle = np.stack([(cell_y + chance[:, 0]) * cell, (cell_x + chance[:, 1]) * cell], 1)
    slope = layer.slope + (chance[:, 2] - 0.5) * 0.35
    aims = _units(np.stack([slope, np.ones(count)], 1))
    own = flow[_nearest(middle, (rows, columns))].astype(np.float64)
    own *= np.where((own * aims).sum(1) < 0, -1, 1)[:, None]
    aims = _units(aims + min(2 * layer.follow, 0.95) * (own - aims))
    side = np.stack([-aims[:, 1], aims[:, 0]], 1)
    offsets = np.arange(many) - (many - 1) / 2 + (parts[..., 0] - 0.5) * 0.7
    slides = (parts[..., 1] - 0.5) * 0.22 * layer.length
    seeds = middle[:, None] + layer.spacing * offsets[..., None] * side[:, None]
    seeds = (seeds + slides[..., None] * aims[:, None]).reshape(-1, 2)
    turned = (aims[:, None] + (parts[..., 2:3] - 0.5) * 0.12 * side[:, None]).reshape(-1, 2)
    at = _nearest(seeds, (rows, columns))
    inks = colours if colours.ndim > 1 else np.broadcast_to(colours, (rows, columns, 3))
    taken = inks[at].astype(np.float64)
    if colours.ndim > 1:
        # Each group is laid with one pencil of a box.
        taken *= 1 + 0.3 * (np.repeat(chance[:, None, 3:], many, 1).reshape(-1, 3) - 0.5)
    arrays = (
        seeds,
        turned,
        taken,
        (layer.length * (0.75 + 0.5 * parts[..., 3])).ravel(),
        np.repeat((chance[:, 5] - 0.5) * 0.05, many),
        layer.density * layer.spacing / layer.width * (0.75 + 0.5 * parts[..., 2].ravel()),
    )
    used = pressure[at] > MIN_PRESSURE if many == 1 else np.ones(len(seeds), np.bool_)
    return Strokes(*(np.ascontiguousarray(one[used], np.float32) for one in arrays))


def _units(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return vectors (n, 2) of length 1."""
    squares = vectors * vectors
    length = np.sqrt(squares[:, 0] + squares[:, 1])
    return np.asarray(vectors / np.maximum(length, 1e-6)[:, None])


def _nearest(
    places: NDArray[np.float64], size: tuple[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows and columns of the pixels at places (n, 2)."""
    v, u = (np.clip(places[:, k], 0, size[k] - 1).astype(np.int64) for k in range(2))
    return v, u


@kernel
def _at(values: Floats, y: np.float32, x: np.float32) -> np.float32:
    """Return a map (h, w) at a place, by bilinear interpolation."""
    height, width = values.shape
    y = min(max(y, np.float32(0)), np.float32(height - 1))
    x = min(max(x, np.float32(0)), np.float32(width - 1))
    v, u = min(int(y), height - 2), min(int(x), width - 2)
    a, b = y - np.float32(v), x - np.float32(u)
    above = values[v, u] + b * (values[v, u + 1] - values[v, u])
    below = values[v + 1, u] + b * (values[v + 1, u + 1] - values[v + 1, u])
    return above + a * (below - above)


@kernel
def lay_strokes(
    density: Floats,
    pressure: Floats,
    flow: Floats,
    strokes: Strokes,
    corner: tuple[int, int],
    scale: np.float32,
    width: np.float32,
    follow: np.float32,
    lag: np.float32,
) -> None:
    """Add strokes to the density (h, w, 3) of a sheet that is `scale` times the reference size.

    Args:
        density: changed in place.
        pressure: (rows, columns) float32, 0..1, of a part of the sheet at the reference size.
        flow: (rows, columns, 2) float32, directions of edges, unit vectors down and across.
        strokes: of the pencil, placed in that part.
        corner: first row and column of that part.
        scale: of the sheet.
        width: of the strokes in pixels of the reference size.
        follow: how far a stroke follows the flow, 0..1.
        lag: share of the last pressure that the hand keeps, 0..1.
    """
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    high, wide = density.shape[0], density.shape[1]
    rows, columns = pressure.shape
    above, before = np.float32(corner[0]) + half, np.float32(corner[1]) + half
    broad = width * scale
    thin = min(broad, one)
    radius = max(broad, one) * half
    for k in range(len(strokes.seeds)):
        for way in range(2):
            y, x = strokes.seeds[k, 0], strokes.seeds[k, 1]
            sign = one if way == 0 else -one
            down, across = strokes.aims[k, 0] * sign, strokes.aims[k, 1] * sign
            reach = strokes.lengths[k] * half
            bend = strokes.bends[k] * sign
            last = _at(pressure, y, x)
            gone = zero
            while gone < reach:
                if follow > zero:
                    v = min(max(int(y + half), 0), rows - 1)
                    u = min(max(int(x + half), 0), columns - 1)
                    p, q = flow[v, u, 0], flow[v, u, 1]
                    if p * down + q * across < zero:
                        p, q = -p, -q
                    down += follow * (p - down)
                    across += follow * (q - across)
                down, across = down - bend * across, across + bend * down
                length = max(np.sqrt(down * down + across * across), np.float32(1e-4))
                down, across = down / length, across / length
                to_y, to_x = y + STEP * down, x + STEP * across
                inside = -STEP < to_y < np.float32(rows) + STEP
                inside = inside and -STEP < to_x < np.float32(columns) + STEP
                if not inside:
                    break
                now = _at(pressure, to_y, to_x)
                now = now + lag * (last - now)
                # The hand lifts the pencil towards the end.
                rest = (reach - gone) / (np.float32(0.45) * reach)
                lift = min(rest, one)
                force = half * (last + now) * lift * strokes.amounts[k] * thin
                if force > np.float32(0.004):
                    y0, x0 = (y + above) * scale - half, (x + before) * scale - half
                    y1, x1 = (to_y + above) * scale - half, (to_x + before) * scale - half
                    steep = abs(y1 - y0) > abs(x1 - x0)
                    if steep:
                        m0, m1, n0, n1 = y0, y1, x0, x1
                        most, other = high, wide
                    else:
                        m0, m1, n0, n1 = x0, x1, y0, y1
                        most, other = wide, high
                    if m0 > m1:
                        m0, m1, n0, n1 = m1, m0, n1, n0
                    slope = (n1 - n0) / max(m1 - m0, np.float32(1e-3))
                    slant = one / np.sqrt(one + slope * slope)
                    span = (radius + half) / slant
                    for m in range(max(int(np.ceil(m0)), 0), min(int(np.ceil(m1)), most)):
                        middle = n0 + slope * (np.float32(m) - m0)
                        low = max(int(np.ceil(middle - span)), 0)
                        top = min(int(np.floor(middle + span)), other - 1)
                        for n in range(low, top + 1):
                            away = abs(np.float32(n) - middle) * slant
                            share = min(max(radius + half - away, zero), one) * force
                            row, column = (m, n) if steep else (n, m)
                            for c in range(3):
                                density[row, column, c] += share * strokes.colours[k, c]
                last = now
                y, x = to_y, to_x
                gone += STEP
