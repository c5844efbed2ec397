"""PatchMatch against every possible match on tiny pictures, and invariants."""

import numpy as np
import pytest

from diabelli.synthesis.core.types import PATCH
from diabelli.synthesis.patchmatch.patchmatch import (
    MU_SHIFT,
    PATCH_ROW_BYTES,
    POSITION_UNIT,
    MatchPrior,
    evaluate,
    patch_ssd,
    patchmatch_pass,
)
from oracles.exhaustive import all_distances, all_penalties, bends, chosen

SIDE = 12
PLACES = SIDE - PATCH + 1


class Match:
    """A canvas, a source and a field between them, drawn from `seed`."""

    def __init__(self, seed: int, *, mu: int = 0, source: tuple[int, int] = (SIDE, SIDE)) -> None:
        draw = np.random.default_rng(seed)
        self.canvas = draw.integers(0, 256, (SIDE, SIDE, 4), np.uint8)
        self.source = draw.integers(0, 256, (*source, 4), np.uint8)
        self.places = (source[0] - PATCH + 1, source[1] - PATCH + 1)
        shape = (PLACES, PLACES)
        self.field = draw.integers(0, self.places, (*shape, 2), np.int32)
        self.prior = MatchPrior(
            expected=draw.integers(
                0, np.multiply(self.places, POSITION_UNIT), (*shape, 2), np.int32
            ),
            mu=mu << MU_SHIFT,
            smoothness=0,
            active=np.ones(shape, bool),
        )
        self.assess()

    def assess(self) -> None:
        self.costs = evaluate(self.canvas, self.source, self.field, self.prior)

    def sweep(self, turn: int, *, smoothness: int = 0, radius: int = SIDE) -> None:
        self.prior = self.prior._replace(smoothness=smoothness)
        patchmatch_pass(
            self.canvas, self.source, self.field, self.costs, self.prior,
            radius, turn % 2 == 0, turn,
        )  # fmt: skip

    def all_costs(self) -> np.ndarray:
        return all_distances(self.canvas, self.source) + all_penalties(
            self.prior.expected, self.prior.mu, self.places
        )


def test_the_distance_is_the_squared_difference():
    """Two patches differ by the sum of the squared differences of their bytes."""
    match = Match(1)
    exact = all_distances(match.canvas, match.source)
    flat, flat_source = match.canvas.reshape(-1), match.source.reshape(-1)
    for y, x, v, u in np.ndindex(exact.shape):
        t, s = 4 * (y * SIDE + x), 4 * (v * SIDE + u)
        found = patch_ssd(flat, t, 4 * SIDE, flat_source, s, 4 * SIDE, PATCH_ROW_BYTES, 1 << 30)
        assert found == exact[y, x, v, u]


def test_the_greatest_distance_fits():
    """Black against white is the largest distance there is, and does not overflow."""
    black, white = np.zeros(SIDE * SIDE * 4, np.uint8), np.full(SIDE * SIDE * 4, 255, np.uint8)
    found = patch_ssd(black, 0, 4 * SIDE, white, 0, 4 * SIDE, PATCH_ROW_BYTES, 1 << 30)
    assert found == 4 * PATCH * PATCH * 255**2


@pytest.mark.parametrize("share", [0.25, 0.75, 1.0, 1.25])
def test_a_bound_ends_the_comparison_early_but_never_wrongly(share):
    """Below the bound the distance is exact, from there on it is at least the bound."""
    match = Match(2)
    exact = int(all_distances(match.canvas, match.source)[0, 0, 1, 2])
    bound = int(exact * share)
    found = patch_ssd(
        match.canvas.reshape(-1), 0, 4 * SIDE,
        match.source.reshape(-1), 4 * (SIDE + 2), 4 * SIDE, PATCH_ROW_BYTES, bound,
    )  # fmt: skip
    assert found == exact if exact < bound else bound <= found <= exact


@pytest.mark.parametrize("mu", [0, 3, 2000])
def test_evaluate_prices_every_match(mu):
    """A match costs its SSD plus its distance from the expected position."""
    match = Match(3, mu=mu, source=(14, 20))
    np.testing.assert_array_equal(match.costs, chosen(match.all_costs(), match.field))


def test_a_penalty_is_bounded():
    """With any prior the cost of a far match does not overflow."""
    match = Match(4, source=(10, 60))
    match.prior = match.prior._replace(mu=2**31 - 1)
    match.assess()
    assert (match.costs > 0).all()
    np.testing.assert_array_equal(match.costs, chosen(match.all_costs(), match.field))


@pytest.mark.parametrize("mu", [0, 100, 5000])
def test_enough_passes_find_the_best_match_of_all(mu):
    """On a tiny picture, with wide random search, all matches are optimal."""
    match = Match(5, mu=mu)
    for turn in range(40):
        match.sweep(turn)
    np.testing.assert_array_equal(match.costs, match.all_costs().min((2, 3)))


def test_a_few_passes_come_near_the_best_matches():
    """Four passes come close to the optimum."""
    match = Match(6, source=(20, 20))
    best, before = match.all_costs().min((2, 3)).sum(), match.costs.sum()
    for turn in range(4):
        match.sweep(turn)
    assert match.costs.sum() - best < 0.25 * (before - best)


def test_a_copy_is_found():
    """A canvas that is a part of the source is matched with that part, at no cost."""
    match = Match(7, source=(24, 24))
    match.canvas = np.ascontiguousarray(match.source[5 : 5 + SIDE, 9 : 9 + SIDE])
    match.assess()
    for turn in range(30):
        match.sweep(turn, radius=24)
    assert not match.costs.any()
    expected = np.moveaxis(np.indices((PLACES, PLACES)), 0, -1) + np.int32([5, 9])
    np.testing.assert_array_equal(match.field, expected)


@pytest.mark.parametrize("bend", [0, 2000, 100_000])
@pytest.mark.parametrize("mu", [0, 500])
def test_the_energy_never_grows(mu, bend):
    """No pass increases the sum of costs and smoothness, and most decrease it."""
    match = Match(8, mu=mu, source=(30, 17))
    energies = [int(match.costs.sum()) + bend * bends(match.field)]
    for turn in range(8):
        match.sweep(turn, smoothness=bend, radius=8)
        energies.append(int(match.costs.sum()) + bend * bends(match.field))
    assert energies == sorted(energies, reverse=True)
    assert energies[-1] < energies[0]


def test_costs_stay_those_of_the_field():
    """The costs after a pass equal those of the field's matches."""
    match = Match(9, mu=50, source=(18, 25))
    for turn in range(4):
        match.sweep(turn, smoothness=2000)
        np.testing.assert_array_equal(match.costs, chosen(match.all_costs(), match.field))


@pytest.mark.parametrize("source", [(PATCH, PATCH), (PATCH, 31), (40, 9)])
@pytest.mark.parametrize("radius", [1, 7, 1000])
def test_matches_stay_inside_the_source(source, radius):
    """Neither propagation nor a wide random search leads out of the source."""
    match = Match(10, source=source)
    for turn in range(6):
        match.sweep(turn, radius=radius)
        assert (match.field >= 0).all()
        assert (match.field < match.places).all()


def test_inactive_patches_are_unchanged():
    """An inactive patch keeps its match and costs nothing."""
    match = Match(11)
    match.canvas[:] = match.source[:] = 7
    match.prior.active[:] = np.indices((PLACES, PLACES)).sum(0) % 2 == 0
    match.assess()
    before = match.field.copy()
    for turn in range(6):
        match.sweep(turn, smoothness=2000)
    still = ~match.prior.active
    np.testing.assert_array_equal(match.field[still], before[still])
    assert not match.costs[still].any()
    assert (match.field[match.prior.active] != before[match.prior.active]).any()


def test_a_smooth_field_is_preferred():
    """The higher the smoothness weight, the fewer neighbours disagree."""
    left = []
    for bend in (0, 20_000, 1_000_000):
        match = Match(12, source=(16, 16))
        for turn in range(20):
            match.sweep(turn, smoothness=bend)
        left.append(bends(match.field))
    assert left == sorted(left, reverse=True)
    assert left[0] > left[-1]


def test_the_random_search_depends_on_the_seed_only():
    """The same seed gives the same field, another seed another one."""
    fields = []
    for seed in (1, 1, 3):
        match = Match(13, source=(40, 40))
        match.sweep(seed, radius=40)
        fields.append(match.field)
    np.testing.assert_array_equal(fields[0], fields[1])
    assert (fields[0] != fields[2]).any()
