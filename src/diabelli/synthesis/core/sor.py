"""Successive over-relaxation (SOR) of quadratic energies on a 4-connected grid."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats


@kernel
def solve_sor(
    u: Floats,
    source: Floats,
    diagonal: Floats,
    down: Floats,
    right: Floats,
    step_down: Floats,
    step_right: Floats,
    omega: float,
    iterations: int,
) -> None:
    """Relax the linear system of a quadratic energy, in place.

    The system has one row for each cell i:
    diagonal_i u_i = source_i + sum over neighbours j of (w_ij u_j + step_ij).

    Args:
        u: (rows, columns) float32, initial value and result.
        source: (rows, columns) float32.
        diagonal: (rows, columns) float32, above 0.
        down: (rows, columns) float32, weight w between a cell and the one below; last row unused.
        right: (rows, columns) float32, weight w between a cell and the one to the right; last
            column unused.
        step_down: (rows, columns) float32, `step` of a cell towards the one below; the cell below
            gets its negative.
        step_right: (rows, columns) float32, likewise to the right.
        omega: relaxation factor, 1..2.
        iterations: Gauss-Seidel sweeps in reading order.
    """
    rows, columns = u.shape
    factor = np.float32(omega)
    for _ in range(iterations):
        for y in range(rows):
            for x in range(columns):
                total = source[y, x]
                if y > 0:
                    total += down[y - 1, x] * u[y - 1, x]
                    total -= step_down[y - 1, x]
                if y + 1 < rows:
                    total += down[y, x] * u[y + 1, x]
                    total += step_down[y, x]
                if x > 0:
                    total += right[y, x - 1] * u[y, x - 1]
                    total -= step_right[y, x - 1]
                if x + 1 < columns:
                    total += right[y, x] * u[y, x + 1]
                    total += step_right[y, x]
                u[y, x] += factor * (total / diagonal[y, x] - u[y, x])
