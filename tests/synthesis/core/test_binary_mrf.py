"""Binary MRF against every labelling of tiny grids, and invariants."""

import numpy as np
import pytest

from diabelli.synthesis.core.binary_mrf import minimise_binary_mrf
from oracles.exhaustive import cost_of, least_cost

SHAPE = (3, 4)


def problem(seed: int, *, bond: float, shape: tuple[int, int] = SHAPE):
    """Return random unary costs, and pairwise costs that favour equal labels."""
    draw = np.random.default_rng(seed)
    own = draw.uniform(0, 10, (*shape, 2)).astype(np.float32)
    pairs = np.zeros((2, *shape, 4), np.float32)
    pairs[..., 1:3] = draw.uniform(0, bond, (2, *shape, 2))
    pairs[..., 0] = draw.uniform(0, bond / 4, (2, *shape))
    return own, pairs[0], pairs[1]


@pytest.mark.parametrize("bond", [0, 2, 10])
@pytest.mark.parametrize("seed", range(8))
def test_the_cheapest_labelling_of_all_is_found(seed, bond):
    """On tiny grids the energy is minimal, or nearly."""
    own, right, down = problem(seed, bond=bond)
    found = cost_of(minimise_binary_mrf(own, right, down, 30), own, right, down)
    assert found <= 1.01 * least_cost(own, right, down) + 1e-4


def test_without_pairs_each_cell_is_optimal():
    """Without pairwise costs each cell takes its cheaper label."""
    own, right, down = problem(1, bond=0, shape=(20, 30))
    np.testing.assert_array_equal(
        minimise_binary_mrf(own, 0 * right, 0 * down, 3), own[..., 1] < own[..., 0]
    )


def test_strong_bonds_make_all_agree():
    """With high pairwise costs the whole grid takes the label that is cheaper in total."""
    own, right, down = problem(2, bond=0, shape=(12, 12))
    right[..., 1:3] = down[..., 1:3] = 1000
    own[..., 0] += 1
    labels = minimise_binary_mrf(own, right, down, 40)
    assert labels.all()


def test_a_cut_runs_where_it_is_cheap():
    """Between two fixed cells, the border is at the weakest pair."""
    own = np.zeros((1, 9, 2), np.float32)
    own[0, 0, 1] = own[0, 8, 0] = 100
    right = np.zeros((1, 9, 4), np.float32)
    right[0, :, 1:3] = 5
    right[0, 5, 1:3] = 1
    labels = minimise_binary_mrf(own, right, np.zeros_like(right), 20)
    np.testing.assert_array_equal(labels[0], np.arange(9) > 5)


def test_more_sweeps_are_never_much_worse():
    """The energy converges: forty sweeps are no worse than twenty."""
    own, right, down = problem(3, bond=6, shape=(30, 30))
    few, many = (
        cost_of(minimise_binary_mrf(own, right, down, n), own, right, down) for n in (20, 40)
    )
    assert many <= 1.002 * few


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (5, 1)])
def test_lines_and_single_cells_are_cut_too(shape):
    """Grids of one row, column or cell are solved exactly."""
    own, right, down = problem(4, bond=5, shape=shape)
    found = cost_of(minimise_binary_mrf(own, right, down, 20), own, right, down)
    assert found == pytest.approx(least_cost(own, right, down), abs=1e-4)
