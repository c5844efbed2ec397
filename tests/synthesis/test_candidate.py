"""Candidates: one for each seed, and the choice of those that lie apart."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from diabelli.synthesis.candidate import THUMB, Candidate, difference, pick_apart, propose
from diabelli.synthesis.composition import study
from diabelli.synthesis.dial import dial
from oracles.sources import face


@pytest.fixture(scope="module")
def studied():
    return study(face(200), 256, 256)


@pytest.fixture(scope="module")
def candidates(studied) -> list[Candidate]:
    return [propose(studied, dial(0.8), seed) for seed in range(8)]


def with_thumb(like: Candidate, seed: int, value: int, chances: int = 0) -> Candidate:
    """A candidate that looks like one grey level."""
    thumb = np.full((THUMB, THUMB, 4), value, np.uint8)
    return Candidate(seed, like.guide, like.dial, like.canvas, chances, thumb)


def picked(like: Candidate, values: list[int], n: int, chances: list[int] | None = None):
    """Which grey levels are picked, in their order."""
    passed = chances or [0] * len(values)
    made = [with_thumb(like, k, v, c) for k, (v, c) in enumerate(zip(values, passed, strict=True))]
    return [int(one.thumb[0, 0, 0]) for one in pick_apart(made, n)]


def test_a_candidate_is_its_seeds_alone(studied, candidates):
    """Proposed again, in another order, it is the same."""
    for seed in (5, 2):
        again = propose(studied, dial(0.8), seed)
        assert again.chances == candidates[seed].chances
        np.testing.assert_array_equal(again.thumb, candidates[seed].thumb)


def test_candidates_differ(candidates):
    """No two seeds propose the same picture, and both orientations are tried."""
    assert all(difference(one, other) > 0 for one, other in combinations(candidates, 2))
    assert {one.guide.layout.mirrored for one in candidates} == {False, True}


def test_differences_are_distances(candidates):
    """Nothing differs from itself, and both ways are equally long."""
    one, other = candidates[:2]
    assert difference(one, one) == 0
    assert difference(one, other) == difference(other, one)


def test_the_first_candidate_is_always_picked(candidates):
    """The request's own seed comes first, however much it looks like another."""
    for n in range(1, 9):
        chosen = pick_apart(candidates, n)
        assert len(chosen) == n
        assert chosen[0] is candidates[0]
        assert len({one.seed for one in chosen}) == n


def test_each_choice_lies_farthest_from_those_before(candidates):
    """Greedily, the next is the one whose nearest chosen neighbour is farthest."""
    assert picked(candidates[0], [100, 90, 200, 0, 150], 4) == [100, 200, 0, 150]
    assert picked(candidates[0], [0, 255, 1, 2, 3], 3) == [0, 255, 3]


def test_those_that_passed_at_once_go_first(candidates):
    """A candidate that needed another chance waits for those that did not."""
    chosen = picked(candidates[0], [0, 255, 10, 20, 200], 4, [2, 1, 0, 0, 2])
    assert chosen == [0, 20, 10, 255]


def test_more_variations_go_on_where_fewer_stopped(candidates):
    """The first picks of a large choice are those of a small one."""
    seeds = [[one.seed for one in pick_apart(candidates, n)] for n in (3, 6)]
    assert seeds[1][:3] == seeds[0]


def test_a_hopeless_candidate_is_the_guide(studied):
    """Where the gate lets nothing through, the source under its layout is taken."""
    closed = replace(dial(0.8), garble=-1.0)
    candidate = propose(studied, closed, 3)
    assert candidate.canvas is None
    assert candidate.chances == 2


def test_an_open_gate_takes_the_first_chance(studied):
    """Where the gate lets everything through, no second chance is needed."""
    open_ = replace(dial(0.8), garble=1e9)
    candidate = propose(studied, open_, 3)
    assert candidate.canvas is not None
    assert candidate.chances == 0
