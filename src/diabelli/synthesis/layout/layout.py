"""Layouts: smooth random correspondences from the canvas to the source.

Started from noise, every patch method copies a portrait or makes a collage of it. Started from the
source under a random smooth map, it makes another picture of the same scene. A layout composes

- a frame: a part of the source, optionally mirrored, stretched to the canvas; beyond the edges the
  source is reflected,
- monotone maps of columns and rows, so that upright objects stay upright, almost linear across
  rigid regions (axis-aligned deformation: Panozzo, Weber, Sorkine 2012),
- a flow that displaces rigid regions as wholes, smooth between them (as-rigid-as-possible:
  Igarashi, Moscovich, Hughes 2005), which stretches rather than shears.

Held cells, such as faces, keep their proportions: the frame alone scales and moves them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import dilate
from diabelli.synthesis.core.grid import GRID, centres, sample_bilinear, upsample_noise
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.sor import solve_sor
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.layout.frame import Frame
from diabelli.synthesis.strength import StrengthParams

BORDER_STIFFNESS = 1000
"""Additional stiffness against displacement across the frame's edges."""
MIN_SPACING = 0.5
"""Minimum distance of neighbouring grid cells, as a share of their original distance."""
FREE_STIFFNESS = 12
"""Stiffness of free cells; a flow decays towards the edges over its square root, in cells."""
SHEAR_STIFFNESS = 1500
"""Additional stiffness against shear: leaning towers and sloping horizons are noticed."""
RIGID_STIFFNESS = 2500
"""Additional stiffness of rigid cells."""
HELD_STIFFNESS = 1e6
"""Stiffness against any displacement of held cells by the flow."""
LAYOUT_PASSES = 3
"""Fixed-point iterations of layout and displaced rigidity."""
FREE_SHARE = 1e-6
"""Share of a line from which it is not fixed; less is rounding."""
SMOOTHING_REACH = 3
"""Distance in cells over which slopes of maps of lines are smoothed."""
SOR_ITERATIONS = 60
"""SOR iterations per pass; the passes together let a displacement cross the grid."""
VERTICAL_SHARE = 0.75
"""Vertical movement as a share of horizontal movement."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Source position of each place of the canvas.

    Attributes:
        mirrored: whether the source is mirrored left to right first.
        rows: (GRID, GRID) float32, vertical positions in shares of the height; slightly below 0 and
            above 1 the source is reflected.
        columns: (GRID, GRID) float32, horizontal positions in shares of the width.
    """

    mirrored: bool
    rows: Floats
    columns: Floats

    @property
    def scale(self) -> float:
        """Mean factor by which the source is shrunk; below 1 it is enlarged."""
        down = float(self.rows[-1].mean() - self.rows[0].mean())
        across = float(self.columns[:, -1].mean() - self.columns[:, 0].mean())
        return (down * across) ** 0.5 * GRID / (GRID - 1)

    def symmetrised(self) -> Layout:
        """Return the mean of the layout and its mirror image, which keeps symmetric pictures so."""
        return Layout(
            self.mirrored,
            (self.rows + self.rows[:, ::-1]) / np.float32(2),
            (self.columns + 1 - self.columns[:, ::-1]) / np.float32(2),
        )


def random_layout(
    rigidity: Floats,
    held: Floats,
    frame: Frame,
    params: StrengthParams,
    stream: RandomStream,
    *,
    mirrored: bool,
) -> Layout:
    """Draw a layout over a frame.

    Rigid regions move with the layout that depends on them. The layout is therefore computed
    LAYOUT_PASSES times, each time with the rigidity at its last position.

    Args:
        rigidity: (GRID, GRID) float32, 0..1, already mirrored if `mirrored`.
        held: (GRID, GRID) float32, 0..1, cells that are not deformed; already mirrored as well.
        frame: already mirrored if `mirrored`.
        params: parameters of the strength.
        stream: random numbers.
        mirrored: whether the source is mirrored.
    """
    framed, fixed = frame.within(rigidity)[..., None], frame.within(held)
    lines = [upsample_noise(stream.normal(1, 5), GRID)[0] for _ in range(2)]
    drifts = [_smooth_noise(stream) for _ in range(2)]
    flows = [np.zeros((GRID, GRID), np.float32) for _ in range(2)]
    rows, columns = np.meshgrid(centres(GRID), centres(GRID), indexing="ij")
    for _ in range(LAYOUT_PASSES):
        stiff = sample_bilinear(framed, rows, columns)[..., 0]
        down = _monotone(stiff.mean(1), fixed.max(1), VERTICAL_SHARE * params.stretch_sd, lines[0])
        across = _monotone(stiff.mean(0), fixed.max(0), params.stretch_sd, lines[1])
        straight = np.meshgrid(down, across, indexing="ij")
        for axis, amount in enumerate((VERTICAL_SHARE * params.flow_sd, params.flow_sd)):
            drift = np.float32(amount) * drifts[axis]
            flows[axis] = _flow(stiff, fixed, drift, flows[axis], axis)
        rows, columns = (_apply_flow(straight[axis], flows[axis], axis) for axis in range(2))
    return Layout(
        mirrored,
        (frame.top + frame.height * rows).astype(np.float32),
        (frame.left + frame.width * columns).astype(np.float32),
    )


def _apply_flow(places: NDArray[np.float64], flow: Floats, axis: int) -> Floats:
    """Add the flow to positions (GRID, GRID) along `axis`, scaled down so that nothing folds.

    Neighbours keep MIN_SPACING of a cell, and positions stay within the frame.
    """
    kept = flow - _overflow(places + flow, axis)
    steps, turns = np.diff(places, axis=axis), np.diff(kept, axis=axis)
    room = (steps - MIN_SPACING / GRID) / np.maximum(-turns, 1e-9)
    share = min(1.0, float(room.min()))
    return np.clip(places + share * kept, 0, 1).astype(np.float32)


def _overflow(places: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Linear part (GRID, GRID) of the positions that moves the canvas's edges out of the frame.

    Clipping instead would stretch the cells at the frame's edge into streaks.
    """
    lines = np.moveaxis(places, axis, 0)
    start = np.minimum((3 * lines[0] - lines[1]) / 2, 0)
    end = np.maximum((3 * lines[-1] - lines[-2]) / 2 - 1, 0)
    along = centres(GRID)[:, None]
    return np.moveaxis((1 - along) * start + along * end, 0, axis)


def _monotone(
    stiff: Floats, fixed: Floats, amplitude: float, noise: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Monotone map of [0, 1] onto itself at GRID cell centres, most linear on stiff lines.

    It leaves fixed lines where they are.

    Args:
        stiff: (GRID,) float32, mean rigidity of each line, 0..1.
        fixed: (GRID,) float32, greatest share of a held cell in each line, 0..1.
        amplitude: amplitude of the logarithm of the slope on free lines; a fifth of it on stiff
            ones.
        noise: (GRID,) float64, smooth.

    Returns:
        (GRID,) float64.
    """
    rigid = stiff.astype(np.float64) / max(float(stiff.max()), 0.25)
    slope = _exponential(np.clip(noise * amplitude / (1 + 6 * rigid), -0.4, 0.4))
    slope = _smoothed(slope)
    near = dilate(fixed[:, None], SMOOTHING_REACH)[:, 0]
    free = 1 - _smoothed(near.astype(np.float64))
    gaps = np.cumsum(np.diff(free > FREE_SHARE, prepend=False))
    for gap in range(1, int(gaps[-1]) + 1, 2):
        inside = gaps == gap
        part = free[inside]
        slope[inside] *= part.sum() / (part * slope[inside]).sum()
    slope = 1 + free * (slope - 1)
    ends = np.cumsum(slope)
    return (ends - slope / 2) / ends[-1]


def _smoothed(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weighted mean of each value (GRID,) and those up to SMOOTHING_REACH away."""
    padded = np.pad(line, SMOOTHING_REACH, mode="edge")
    out = np.zeros(GRID)
    for k, weight in enumerate((1, 3, 6, 7, 6, 3, 1)):
        out += padded[k : k + GRID] * (weight / 27)
    return out


def _exponential(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pade approximant of exp(x) for |x| < 1, exact to a thousandth.

    It uses exactly rounded operations only; the library's exp differs between machines.
    """
    even, odd = 1 + x * x / 12, x / 2
    return (even + odd) / (even - odd)


def _smooth_noise(stream: RandomStream) -> Floats:
    """Smooth noise (GRID, GRID) float32 with a standard deviation of about 1."""
    coarse, fine = (upsample_noise(stream.normal(nodes, nodes), GRID) for nodes in (3, 5))
    return (coarse + 0.6 * fine).astype(np.float32)


def _flow(stiff: Floats, fixed: Floats, drift: Floats, before: Floats, axis: int) -> Floats:
    """Displacement along `axis` that follows `drift`: constant on stiff cells, 0 on fixed ones.

    All maps are (GRID, GRID) float32.
    """
    stiffness = FREE_STIFFNESS + np.float32(RIGID_STIFFNESS) * stiff * stiff * stiff
    anchors = np.float32(HELD_STIFFNESS) * fixed
    return _solve_displacement(drift, stiffness, anchors, before, axis)


@kernel
def _solve_displacement(
    drift: Floats, stiffness: Floats, anchors: Floats, before: Floats, axis: int
) -> Floats:
    """Minimise sum (u - drift)^2 + stiffness |grad u|^2 + anchors u^2.

    u is near 0 across the frame's edges.

    Args:
        drift: (rows, columns) float32.
        stiffness: (rows, columns) float32.
        anchors: (rows, columns) float32.
        before: (rows, columns) float32, initial value.
        axis: 0 for vertical displacement, 1 for horizontal.

    Returns:
        u, (rows, columns) float32.
    """
    rows, columns = drift.shape
    diagonal = np.float32(1) + anchors
    links = np.zeros((2, rows, columns), np.float32)
    for y in range(rows):
        for x in range(columns):
            for dy, dx in ((-1, 0), (1, 0), (0, -1), (0, 1)):
                v, w = y + dy, x + dx
                if 0 <= v < rows and 0 <= w < columns:
                    k = np.float32(0.5) * (stiffness[y, x] + stiffness[v, w])
                    if (dy != 0) != (axis == 0):
                        k += np.float32(SHEAR_STIFFNESS)
                    diagonal[y, x] += k
                    if dy + dx > 0:
                        links[0 if dy != 0 else 1, y, x] = k
                elif (dy != 0) == (axis == 0):
                    diagonal[y, x] += stiffness[y, x] + np.float32(BORDER_STIFFNESS)
    u, steps = before.copy(), np.zeros((rows, columns), np.float32)
    solve_sor(u, drift, diagonal, links[0], links[1], steps, steps, 1.8, SOR_ITERATIONS)
    return u
