"""Shores: water begins where it hides and cuts little."""

import numpy as np
import pytest

from diabelli.synthesis.moves.water.shore import SIDE, Shore, find_shores
from oracles.sources import landscape

AIM = 0.62


def best(image: np.ndarray, subject: np.ndarray) -> Shore:
    return min(find_shores(image, subject, AIM), key=lambda shore: shore.cost)


def standing(top: int, bottom: int) -> np.ndarray:
    """Return the map of a thing between two rows of SIDE."""
    subject = np.zeros((SIDE, SIDE), np.float32)
    subject[top:bottom, 40:80] = 1
    return subject


def test_water_begins_below_the_subject():
    """Its lower end is above the water, and its head within the frame."""
    shore = best(landscape(200), standing(30, 90))
    assert shore.top + shore.line * shore.size >= 88 / SIDE
    assert shore.top <= 30 / SIDE


def test_a_high_subject_is_shown_whole_with_less_water():
    """A frame that must show more above the water shows less of it."""
    low, high = best(landscape(200), standing(60, 90)), best(landscape(200), standing(4, 110))
    assert high.line > low.line


def test_water_costs_more_where_the_subject_reaches_the_lower_edge():
    """There, it hides a part of it."""
    free, cut = best(landscape(200), standing(30, 90)), best(landscape(200), standing(10, SIDE))
    assert cut.cost > free.cost + 0.5


def test_every_shore_shows_only_the_source():
    """The part above the water is within it, and so is the mirrored part."""
    for shore in find_shores(landscape(200), standing(60, 90), AIM):
        assert shore.top >= -1e-9
        assert shore.top + shore.line * shore.size <= 1
        assert 0 <= shore.left <= 1 - shore.size + 1e-9
        assert shore.line >= 0.525  # else the reflection would reach beyond the upper edge


@pytest.mark.parametrize("left", [0.0, 0.08])
def test_a_shore_is_mirrored_with_its_source(left):
    """Its part of the mirrored source is the mirror image of its part."""
    shore = Shore(top=0.1, left=left, size=0.92, line=0.6, cost=0.0)
    assert shore.mirrored().left == pytest.approx(0.08 - left)
    assert shore.mirrored().mirrored().left == pytest.approx(left)
