"""Bilinear sampling of grids."""

import numpy as np
import pytest

from diabelli.synthesis.core.grid import GRID, centres, look_up, sample_bilinear


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


@pytest.mark.parametrize("shape", [(5, 7), (1, 7), (5, 1), (1, 1)])
def test_one_position_is_sampled_as_many_are(shape):
    """Maps of a single row or column are the same all along that axis."""
    values = np.random.default_rng(3).random((*shape, 2)).astype(np.float32)
    wide = np.repeat(np.repeat(values, 1 + (shape[0] == 1), 0), 1 + (shape[1] == 1), 1)
    places = np.random.default_rng(4).uniform(-0.9, 1.9, (2, 40, 1)).astype(np.float32)
    expected = sample_bilinear(wide, *places)
    found = np.empty(2, np.float32)
    for index, (row, column) in enumerate(places[..., 0].T):
        look_up(values, row, column, found)
        np.testing.assert_allclose(found, expected[index, 0], atol=1e-5)
