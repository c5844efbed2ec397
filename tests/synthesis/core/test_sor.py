"""Successive over-relaxation against a direct solver."""

import numpy as np

from diabelli.synthesis.core.sor import solve_sor

ROWS, COLUMNS = 5, 7


def test_the_solution_equals_that_of_a_direct_solver():
    """After enough sweeps the result solves the linear system, steps included."""
    draw = np.random.default_rng(4)
    shape = (ROWS, COLUMNS)
    source, down, right = (draw.random(shape, np.float32) for _ in range(3))
    step_down, step_right = (draw.normal(0, 1, shape).astype(np.float32) for _ in range(2))
    index = np.arange(ROWS * COLUMNS).reshape(shape)
    matrix, b = np.zeros((index.size, index.size)), source.reshape(-1).astype(float)
    links = [
        (index[:-1], index[1:], down[:-1], step_down[:-1]),
        (index[:, :-1], index[:, 1:], right[:, :-1], step_right[:, :-1]),
    ]
    for one, other, weight, step in links:
        matrix[one, other] = matrix[other, one] = -weight
        np.add.at(b, one, step)
        np.add.at(b, other, -step)
    diagonal = (0.5 - matrix.sum(1)).astype(np.float32)
    np.fill_diagonal(matrix, diagonal)
    u = np.zeros(shape, np.float32)
    solve_sor(
        u, source, diagonal.reshape(shape), down, right, step_down, step_right, 1.5, 200
    )  # fmt: skip
    np.testing.assert_allclose(u.reshape(-1), np.linalg.solve(matrix, b), atol=1e-4)
