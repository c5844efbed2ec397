"""Bilinear sampling of grids."""

import numpy as np

from diabelli.synthesis.core.grid import GRID, centres, sample_bilinear


def test_sampling_is_exact_at_centres_and_reflected_beyond_edges():
    """At a cell's centre the sample is the cell's value; beyond an edge it is reflected."""
    values = np.random.default_rng(9).random((GRID, GRID, 2)).astype(np.float32)
    rows, columns = np.meshgrid(centres(GRID), centres(GRID), indexing="ij")
    same = sample_bilinear(values, rows.astype(np.float32), columns.astype(np.float32))
    np.testing.assert_allclose(same, values, atol=1e-4)
    above = sample_bilinear(
        values, (rows - 4 / GRID).astype(np.float32), columns.astype(np.float32)
    )
    np.testing.assert_allclose(above[:4], values[3::-1], atol=1e-4)
