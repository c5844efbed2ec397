"""Extension limits: how far a frame may extend beyond each edge."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.extension import (
    SIDEWAYS_FACTOR,
    SIDEWAYS_OFFSET,
    extension_limits,
)
from diabelli.synthesis.core.grid import GRID

NOTHING = np.zeros((GRID, GRID), np.float32)
EVEN = np.zeros((GRID, GRID, 3), np.float32)
SMOOTH = np.ones((GRID, GRID), np.float32)


def test_there_is_room_above_as_far_as_all_is_one():
    """Up to a subject, or to another texture."""
    assert extension_limits(NOTHING, EVEN, NOTHING, SMOOTH, divisible=True).top == 1
    low = NOTHING.copy()
    low[20:, 10:40] = 1
    assert extension_limits(low, EVEN, NOTHING, SMOOTH, divisible=True).top == 20 / GRID
    sky = EVEN.copy()
    sky[12:] = 1
    assert extension_limits(NOTHING, sky, NOTHING, SMOOTH, divisible=True).top == 12 / GRID


@pytest.mark.parametrize("divisible", [False, True])
def test_there_is_room_aside_up_to_a_subject(divisible):
    """Divisible sources have larger limits; the limit is 0 where the subject is cut."""
    right = NOTHING.copy()
    right[20:50, 48:] = 1
    found = extension_limits(right, EVEN, NOTHING, SMOOTH, divisible=divisible)
    assert found.right == 0
    assert found.left == pytest.approx(
        48 / GRID * SIDEWAYS_FACTOR + SIDEWAYS_OFFSET if divisible else 47 / GRID
    )
    assert (
        extension_limits(right[:, ::-1], EVEN, NOTHING, SMOOTH, divisible=divisible)
        == found.mirrored()
    )


@pytest.mark.parametrize(("share", "loose"), [(0.5, 1.0), (0.7, 0.5), (0.9, 0.0)])
def test_there_is_no_room_around_a_wall(share, loose):
    """Parallel lines throughout set all limits to 0."""
    found = extension_limits(NOTHING, EVEN, NOTHING + np.float32(share), SMOOTH, divisible=True)
    side = SIDEWAYS_FACTOR + SIDEWAYS_OFFSET
    assert found == pytest.approx((loose, loose * side, loose * side), abs=1e-5)


def test_no_mirror_image_shows_a_tip():
    """Parts too thin for a subject's edge are not reflected either."""
    tip = NOTHING.copy()
    tip[12:, 30] = 1
    tip[50, 9:] = 0.2
    found = extension_limits(tip, EVEN, NOTHING, SMOOTH, divisible=False)
    assert found == pytest.approx((11 / GRID, 8 / GRID, 0))
    assert extension_limits(tip, EVEN, NOTHING, SMOOTH, divisible=True).top > 12 / GRID


def test_only_smooth_strips_are_reflected():
    """Sources that are not divisible extend as far as all is smooth; others are not reflected."""
    rough = SMOOTH.copy()
    rough[10:, 20:40] = 0
    whole = extension_limits(NOTHING, EVEN, NOTHING, rough, divisible=False)
    assert whole == pytest.approx((9 / GRID, 19 / GRID, 23 / GRID))
    parted = extension_limits(NOTHING, EVEN, NOTHING, rough, divisible=True)
    assert parted == extension_limits(NOTHING, EVEN, NOTHING, SMOOTH, divisible=True)


def test_a_rough_edge_is_not_passed():
    """A line along an edge would be shown twice."""
    lined = SMOOTH.copy()
    lined[0] = 0
    assert extension_limits(NOTHING, EVEN, NOTHING, lined, divisible=False).top == 0
