"""Layouts: smooth random correspondences from the canvas to the source.

Started from noise, every patch method makes a copy or a collage of a portrait.  Started from the source under
a random smooth map it makes another picture of the same thing.  A layout is the composition of

- a map of the columns and one of the rows, each monotone and nearly rigid where the source is salient
  (axis-aligned deformation: Panozzo, Weber, Sorkine 2012),
- a zoom, a shift that stays inside the frame, and a slight turn,
- a smooth field of small displacements, weaker where the source is salient,
- a wider wobble where nothing is salient at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.dial import Dial
from diabelli.synthesis.resample import Floats, resize_map
from diabelli.synthesis.stream import Stream

GRID = 64
"""A layout is held on a grid of GRID x GRID; it is smooth enough to be interpolated anywhere."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where each place of the canvas comes from.

    Attributes:
        rows, columns: (GRID, GRID) float32, the place in the source, as shares 0..1 of its height and width.
        mirrored: whether the source is to be mirrored left to right first.
    """

    rows: Floats
    columns: Floats
    mirrored: bool

    def places(self, height: int, width: int) -> tuple[Floats, Floats]:
        """The rows and columns, in pixels of a source of that size, for each pixel of a canvas as large."""
        rows = resize_map(self.rows, height, width) * np.float32(height) - np.float32(0.5)
        columns = resize_map(self.columns, height, width) * np.float32(width) - np.float32(0.5)
        return np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)


def random_layout(salience: Floats, dial: Dial, stream: Stream, *, mirrored: bool) -> Layout:
    """A layout of the strength of `dial` for a source whose salience (rows, columns) is 0..1.

    `salience` is that of the source as it will be used: mirrored already, if `mirrored`.
    """
    salient = np.clip(resize_map(salience, GRID, GRID), 0, 1).astype(np.float64)
    down = _monotone(salient.mean(1), 0.16 * dial.strength, stream)
    across = _monotone(salient.mean(0), 0.22 * dial.strength, stream)
    rows, columns = _framed(*np.meshgrid(down, across, indexing="ij"), dial.strength, stream)
    for axis, places in enumerate((rows, columns)):
        bend = smooth_noise(GRID, GRID, 4, stream) * 0.012 * dial.strength
        wobble = cubic(stream.normal(4, 4), GRID, GRID) * dial.wobble * (0.5, 1.0)[axis]
        places += bend * (1 - 0.6 * salient) + wobble * (1 - salient)
    return Layout(_inside(rows), _inside(columns), mirrored)


def _inside(places: NDArray[np.float64]) -> Floats:
    return np.clip(places, 0, 1).astype(np.float32)


def _monotone(salient: NDArray[np.float64], amplitude: float, stream: Stream) -> NDArray[np.float64]:
    """A monotone map of [0, 1] onto itself at GRID cell centres, rigid where `salient` is high.

    Its slope is the exponential of smooth noise, of `amplitude` where rigid and up to seven times that where
    free; an even slope is what keeps circles round.
    """
    rigidity = salient / max(float(salient.max()), 1e-3)
    slope = smooth_noise(1, GRID, 5, stream)[0] * amplitude / (0.15 + rigidity)
    scale = np.exp(np.clip(slope, -0.4, 0.4))
    scale = np.convolve(np.pad(scale, 3, mode="edge"), np.array([1, 3, 6, 7, 6, 3, 1]) / 27, "valid")
    ends = np.cumsum(scale)
    return (ends - scale / 2) / ends[-1]


def _framed(
    rows: NDArray[np.float64], columns: NDArray[np.float64], strength: float, stream: Stream
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The places under a zoom, a shift that stays inside the frame and a slight turn."""
    zoom = 1 + stream.between(0.02, 0.16) * strength
    margin = (1 - 1 / zoom) / 2
    middle_row = 0.5 + stream.between(-1, 1) * margin
    middle_column = 0.5 + stream.between(-1, 1) * margin
    turn = np.radians(1.2 * strength * float(stream.normal(1)[0]))
    y, x = (rows - 0.5) / zoom, (columns - 0.5) / zoom
    return (
        middle_row + x * np.sin(turn) + y * np.cos(turn),
        middle_column + x * np.cos(turn) - y * np.sin(turn),
    )


def smooth_noise(height: int, width: int, nodes: int, stream: Stream) -> NDArray[np.float64]:
    """Noise (height, width) of mean 0 and deviation 1, as smooth as `nodes` random values a side."""
    noise = cubic(stream.normal(nodes if height > 1 else 1, nodes), height, width)
    noise = noise - noise.mean()
    return noise / (noise.std() + 1e-6)


def cubic(nodes: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """The values of a coarse grid, interpolated smoothly to (height, width)."""
    return resize_map(nodes.astype(np.float32), height, width).astype(np.float64)
