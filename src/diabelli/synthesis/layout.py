"""Layouts: smooth random correspondences from the canvas to the source.

Started from noise, every patch method makes a copy or a collage of a portrait.  Started from the
source under a random smooth map it makes another picture of the same thing.  A layout is the
composition of

- a frame: a part of the source, perhaps mirrored, that is stretched to the canvas; it may reach
  beyond the source, which is continued by its mirror image there,
- a map of the columns and one of the rows, both monotone, so that what is upright stays upright,
  and nearly even across what is rigid (axis-aligned deformation: Panozzo, Weber, Sorkine 2012),
- a flow that displaces rigid regions as wholes and the rest smoothly between them (as rigid as
  possible: Igarashi, Moscovich, Hughes 2005).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.compiled import compiled
from diabelli.synthesis.dial import Dial
from diabelli.synthesis.frame import Frame
from diabelli.synthesis.resample import Floats, resize_map
from diabelli.synthesis.rigidity import GRID
from diabelli.synthesis.stream import Stream

HELD = 1000
"""How much harder still it is to move across the frame's edges."""
EVEN = 0.2
"""Neighbouring cells of the grid keep at least this share of their distance."""
FREE = 12
"""How hard it is to bend what is free: a flow fades to the edges over the root of this, in
cells."""
STIFF = 2500
"""How much harder it is to bend what is rigid than what is free."""
SWEEPS = 120
"""Sweeps of relaxation, enough for a displacement to cross the grid."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where each place of the canvas comes from.

    Attributes:
        mirrored: whether the source is mirrored left to right first.
        rows, columns: (GRID, GRID) float32, the place in the source, as shares of its sides; a
            little below 0 and above 1 the source is mirrored.
    """

    mirrored: bool
    rows: Floats
    columns: Floats

    @property
    def scale(self) -> float:
        """How much the source is shrunk, on average; below 1 it is enlarged."""
        down = float(self.rows[-1].mean() - self.rows[0].mean())
        across = float(self.columns[:, -1].mean() - self.columns[:, 0].mean())
        return (down * across) ** 0.5 * GRID / (GRID - 1)

    def symmetrised(self) -> Layout:
        """The mean of this layout and its mirror image: what is symmetric stays so under it."""
        return Layout(
            self.mirrored,
            (self.rows + self.rows[:, ::-1]) / np.float32(2),
            (self.columns + 1 - self.columns[:, ::-1]) / np.float32(2),
        )


def folded(shares: Floats) -> Floats:
    """Places beyond the source's edges, as shares of a side, mirrored back into it."""
    return (1 - np.abs(1 - np.abs(shares))).astype(np.float32)


def centres(count: int) -> Floats:
    """The middles of `count` cells, as shares 0..1 of their side."""
    return ((np.arange(count) + 0.5) / count).astype(np.float32)


def random_layout(
    rigidity: Floats, frame: Frame, dial: Dial, stream: Stream, *, mirrored: bool
) -> Layout:
    """A layout of the strength of `dial` over a frame of a source whose rigidity (GRID, GRID) is
    0..1.

    Both are those of the source as it will be used: mirrored already, if `mirrored`.
    """
    stiff = frame.within(rigidity)
    down = _monotone(stiff.mean(1), 0.75 * dial.stretch, stream)
    across = _monotone(stiff.mean(0), dial.stretch, stream)
    rows, columns = np.meshgrid(down, across, indexing="ij")
    rows = _moved(rows, _flow(stiff, 0.75 * dial.flow, stream, 0), 0)
    columns = _moved(columns, _flow(stiff, dial.flow, stream, 1), 1)
    rows, columns = frame.top + frame.height * rows, frame.left + frame.width * columns
    return Layout(mirrored, rows.astype(np.float32), columns.astype(np.float32))


def _moved(places: NDArray[np.float64], flow: Floats, axis: int) -> NDArray[np.float64]:
    """The places (GRID, GRID) along `axis`, displaced by the flow as far as nothing folds over.

    Neighbours stay at least EVEN of a cell apart, and nothing leaves the frame.
    """
    steps, turns = np.diff(places, axis=axis), np.diff(flow.astype(np.float64), axis=axis)
    room = (steps - EVEN / GRID) / np.maximum(-turns, 1e-9)
    share = min(1.0, float(room.min()))
    return np.clip(places + share * flow, 0, 1)


def _monotone(stiff: Floats, amplitude: float, stream: Stream) -> NDArray[np.float64]:
    """A monotone map of [0, 1] onto itself at GRID cell centres, most even where lines are stiff.

    Its slope is the exponential of smooth noise, of `amplitude` where a line is free and a fifth of
    it where stiff.
    """
    rigid = stiff.astype(np.float64) / max(float(stiff.max()), 0.25)
    noise = cubic(stream.normal(1, 5), GRID)[0]
    slope = _exponential(np.clip(noise * amplitude / (1 + 6 * rigid), -0.4, 0.4))
    padded = np.pad(slope, 3, mode="edge")
    slope = np.zeros(GRID)
    for k, weight in enumerate((1, 3, 6, 7, 6, 3, 1)):
        slope += padded[k : k + GRID] * (weight / 27)
    ends = np.cumsum(slope)
    return (ends - slope / 2) / ends[-1]


def _exponential(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """exp(x) for |x| < 1, to a thousandth: Pade's approximant, by operations that are exact by
    standard, where the library's exp differs from machine to machine."""
    even, odd = 1 + x * x / 12, x / 2
    return (even + odd) / (even - odd)


def _flow(stiff: Floats, amplitude: float, stream: Stream, axis: int) -> Floats:
    """A smooth displacement (GRID, GRID) along `axis`, of about `amplitude`, constant across
    what is stiff."""
    drift = amplitude * (cubic(stream.normal(3, 3), GRID) + 0.6 * cubic(stream.normal(5, 5), GRID))
    return _relax(
        drift.astype(np.float32),
        FREE + np.float32(STIFF) * stiff * stiff * stiff,
        axis,
    )


@compiled
def _relax(drift: Floats, stiffness: Floats, axis: int) -> Floats:
    """The displacement u with the least sum of (u - drift)^2 + stiffness |grad u|^2 that stays in
    the frame.

    By successive over-relaxation; across the frame's edges u is held near 0.
    """
    rows, columns = drift.shape
    u = drift.copy()
    for _ in range(SWEEPS):
        for y in range(rows):
            for x in range(columns):
                total, weight = drift[y, x], np.float32(1)
                for dy, dx in ((-1, 0), (1, 0), (0, -1), (0, 1)):
                    v, w = y + dy, x + dx
                    if 0 <= v < rows and 0 <= w < columns:
                        k = np.float32(0.5) * (stiffness[y, x] + stiffness[v, w])
                        total += k * u[v, w]
                        weight += k
                    elif (dy != 0) == (axis == 0):
                        weight += stiffness[y, x] + np.float32(HELD)
                u[y, x] += np.float32(1.8) * (total / weight - u[y, x])
    return u


def cubic(nodes: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """The values of a coarse grid interpolated smoothly to (side, side), or (1, side) of one
    row."""
    height = side if nodes.shape[0] > 1 else 1
    return resize_map(nodes.astype(np.float32), height, side).astype(np.float64)
