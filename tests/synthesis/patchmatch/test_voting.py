"""Voting against counting every vote, and edge cases."""

import numpy as np
import pytest

from diabelli.synthesis.core.types import PATCH
from diabelli.synthesis.patchmatch.voting import TILE_SIDE, gaussian_window, vote, vote_weights
from oracles.exhaustive import votes

SIDE = 13
SHAPE = (SIDE - PATCH + 1, SIDE - PATCH + 1)
FREE = np.full((SIDE, SIDE), 255, np.uint8)


def drawn(seed: int, source: tuple[int, int] = (12, 15)):
    """Return a source, a field into it and weights of its matches."""
    draw = np.random.default_rng(seed)
    field = draw.integers(0, np.subtract(source, PATCH - 1), (*SHAPE, 2), np.int32)
    weights = draw.uniform(0.1, 1, SHAPE).astype(np.float32)
    return draw.integers(0, 256, (*source, 4), np.uint8), field, weights


def guide(seed: int = 99) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE, 4), np.uint8)


@pytest.mark.parametrize("seed", range(3))
def test_the_canvas_is_the_mean_of_the_votes(seed):
    """Each pixel is the rounded weighted mean of the votes of all patches over it."""
    source, field, weights = drawn(seed)
    found = vote(source, field, weights, gaussian_window(3), guide(), FREE)
    exact = votes(source, field, weights, gaussian_window(3))
    assert np.abs(found - exact).max() <= 0.501


def test_agreement_is_shown_as_it_is():
    """Where all patches come from one place, the canvas is that place."""
    source = drawn(1, (20, 20))[0]
    field = np.moveaxis(np.indices(SHAPE), 0, -1).astype(np.int32) + np.int32([3, 5])
    canvas = vote(source, field, np.ones(SHAPE, np.float32), gaussian_window(3), guide(), FREE)
    np.testing.assert_array_equal(canvas, source[3 : 3 + SIDE, 5 : 5 + SIDE])


def test_the_guide_is_shown_where_nothing_is_free():
    """Votes change nothing where freedom is 0."""
    source, field, weights = drawn(2)
    freedom = np.where(np.indices((SIDE, SIDE))[1] < 6, 0, 255).astype(np.uint8)
    canvas = vote(source, field, weights, gaussian_window(3), guide(), freedom)
    np.testing.assert_array_equal(canvas[:, :6], guide()[:, :6])
    assert (canvas[:, 6:] != guide()[:, 6:]).any()


@pytest.mark.parametrize("freedom", [1, 100, 254])
def test_half_free_pixels_are_mixed(freedom):
    """Between, the canvas is votes and guide in the proportion of the freedom."""
    source, field, weights = drawn(3)
    canvas = vote(source, field, weights, gaussian_window(3), guide(), np.full_like(FREE, freedom))
    share = freedom / 255
    mixed = share * votes(source, field, weights, gaussian_window(3)) + (1 - share) * guide()
    assert np.abs(canvas - mixed).max() <= 1.01


def test_a_patch_of_no_weight_has_no_vote():
    """It is as if the patches of weight 0 pointed anywhere."""
    source, field, weights = drawn(4)
    weights[::2, 1::2] = 0
    first = vote(source, field, weights, gaussian_window(3), guide(), FREE)
    field[::2, 1::2] = 0
    np.testing.assert_array_equal(
        first, vote(source, field, weights, gaussian_window(3), guide(), FREE)
    )


def test_a_vote_leaves_its_guide_alone():
    """The guide is not modified."""
    source, field, weights = drawn(5)
    shown = guide()
    vote(source, field, weights, gaussian_window(3), shown, FREE)
    np.testing.assert_array_equal(shown, guide())


def test_votes_stay_within_the_colours_of_the_source():
    """A mean of colours is never darker or lighter than all of them."""
    source, field, weights = drawn(6)
    source = source // 4 + np.uint8(100)
    canvas = vote(source, field, weights, gaussian_window(3), guide(), FREE)
    assert canvas.min() >= source.min()
    assert canvas.max() <= source.max()


def test_better_matches_weigh_more():
    """Weights fall as costs grow, from 1 towards 0 but never to it."""
    costs = np.sort(np.random.default_rng(7).integers(0, 10**6, (9, 9), np.int32), axis=None)
    weights = vote_weights(costs.reshape(9, 9), np.ones((9, 9), bool)).reshape(-1)
    assert (np.diff(weights) <= 0).all()
    assert weights[0] > 0.9
    assert weights[-1] > 0


@pytest.mark.parametrize("cost", [0, 7, 2**30])
def test_equal_matches_weigh_the_same(cost):
    """Where all costs are equal, so are all weights."""
    weights = vote_weights(np.full((5, 6), cost, np.int32), np.ones((5, 6), bool))
    assert len(np.unique(weights)) == 1
    assert np.isfinite(weights).all()


def test_one_terrible_match_does_not_silence_the_others():
    """The scale of the weights is a percentile, not the maximum."""
    costs = np.full((10, 10), 100, np.int32)
    costs[3, 3] = 2**30
    weights = vote_weights(costs, np.ones((10, 10), bool))
    assert weights[0, 0] > 0.4
    assert 0 < weights[3, 3] < 1e-4


def test_only_active_matches_weigh():
    """Inactive patches have no vote, and their costs do not affect the scale."""
    costs = np.zeros((10, 10), np.int32)
    active = np.indices((10, 10)).sum(0) % 5 == 0
    costs[active] = 100
    weights = vote_weights(costs, active)
    assert not weights[~active].any()
    assert weights[active].min() > 0.4


def test_large_canvases_are_voted_tile_by_tile():
    """Over many tiles, and where only some of the canvas is free, the votes are the same."""
    draw = np.random.default_rng(8)
    height, width = 2 * TILE_SIDE + 9, TILE_SIDE + 5
    shape = (height - PATCH + 1, width - PATCH + 1)
    source = draw.integers(0, 256, (40, 30, 4), np.uint8)
    field = draw.integers(0, (40 - PATCH + 1, 30 - PATCH + 1), (*shape, 2), np.int32)
    weights = draw.uniform(0.1, 1, shape).astype(np.float32)
    freedom = np.zeros((height, width), np.uint8)
    freedom[5:50, 3:20] = 255
    shown = np.zeros((height, width, 4), np.uint8)
    canvas = vote(source, field, weights, gaussian_window(3), shown, freedom)
    exact = votes(source, field, weights, gaussian_window(3))
    free = freedom > 0
    assert np.abs(canvas[free] - exact[free]).max() <= 0.501
    assert not canvas[~free].any()


def test_a_patch_weighs_most_at_its_middle():
    """The window is largest at its middle and isotropic."""
    window = gaussian_window(PATCH / 3)
    assert window.shape == (PATCH, PATCH)
    np.testing.assert_array_equal(window, window.T)
    np.testing.assert_allclose(window, window[::-1], rtol=1e-6)
    assert (np.diff(window[PATCH // 2])[PATCH // 2 :] < 0).all()
    assert window.min() > 0
