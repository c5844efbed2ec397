"""A ball of glass: its middle keeps shapes, and it shows the part of a picture that suits it."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.still_lifes.ball_window import Window, find_window
from diabelli.synthesis.moves.still_lifes.glass_ball import (
    EVEN_RADIUS,
    FOOT,
    SLOPE,
    show_glass_ball,
)
from oracles.sources import opaque

MIDDLE = Window(0.5, 0.5, 0.5)
SIDE = 400


def split(column):
    """Return a picture that is dark to the left of a column and bright to the right of it."""
    colours = np.full((SIDE, SIDE, 3), 40)
    colours[:, int(column * SIDE) :] = 200
    return opaque(colours)


def shown(image):
    return show_glass_ball(image, MIDDLE, RandomStream(1))


def place():
    """Return the radius and the column of the middle of the ball, in sides."""
    stream = RandomStream(1)
    return stream.between(0.295, 0.325), 0.5 + stream.between(-0.05, 0.05)


@pytest.mark.parametrize("offset", [-0.15, 0.0, 0.12])
@pytest.mark.parametrize("down", [-0.4, 0.0, 0.3])
def test_the_middle_keeps_straight_lines(offset, down):
    """An upright edge is upright in the ball, at its own place, so proportions are kept."""
    radius, column = place()
    row = round((FOOT - radius + 0.004 + down * radius) * SIDE)
    across = offset / (SLOPE * 0.5)
    assert across**2 + down**2 < EVEN_RADIUS**2
    left, right = (round((column + s * 0.65 * radius) * SIDE) for s in (-1, 1))
    line = shown(split(0.5 + offset))[row, left:right, 1].astype(int)
    found = left + np.argmax(np.diff(line)) + 1
    assert found == pytest.approx((column + across * radius) * SIDE, abs=2)


def test_the_ball_is_in_front_of_a_blurred_picture():
    """The edge that is sharp in the ball is soft beside it."""
    image = shown(split(0.5))[..., 1].astype(int)
    radius, _ = place()
    beside = image[: round((FOOT - 2 * radius) * SIDE) - 8]
    within = image[round((FOOT - radius) * SIDE)]
    assert np.abs(np.diff(beside, axis=1)).max() < 15
    assert np.abs(np.diff(within)).max() > 60


def test_no_lamp_shines_on_a_face():
    """Faces on both sides leave no room for it."""
    both = np.zeros((GRID, GRID), bool)
    both[18:24, 18:46] = True
    window = find_window(both.astype(np.float32), both, np.zeros((GRID, GRID), np.float32))
    assert not window.has_lamp
    image = opaque(np.full((SIDE, SIDE, 3), 20))
    bright = [
        show_glass_ball(image, one, RandomStream(1))[: SIDE // 2, ..., 1].max()
        for one in (MIDDLE, replace(MIDDLE, has_lamp=False))
    ]
    assert bright[0] > bright[1] + 50
