"""Value noise: it passes through its lattice, is smooth between, and repeats."""

import numpy as np
import pytest

from diabelli.synthesis.core.noise import value_noise

LATTICE = np.random.default_rng(5).normal(size=(4, 6)).astype(np.float32)


def at(down, across):
    return value_noise(LATTICE, np.float32(down), np.float32(across))


def test_noise_passes_through_its_lattice_and_repeats():
    """Beyond the last row and column the first ones follow."""
    for row, column in np.ndindex(8, 12):
        assert at(row, column) == LATTICE[row % 4, column % 6]


def test_noise_is_level_at_its_lattice_and_between_its_neighbours():
    """Half-way it is the mean of both; close to a point it hardly changes."""
    assert at(1.5, 2) == pytest.approx((LATTICE[1, 2] + LATTICE[2, 2]) / 2, abs=1e-6)
    assert at(1.02, 2) == pytest.approx(LATTICE[1, 2], abs=2e-3 * float(np.ptp(LATTICE)))
