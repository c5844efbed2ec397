"""A ball of glass: its middle keeps shapes, and it shows the part of a picture that suits it."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.still_lifes.glass_ball import (
    EVEN_RADIUS,
    FOOT,
    SLOPE,
    Window,
    find_window,
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


def spot(rows, columns):
    found = np.zeros((GRID, GRID), bool)
    found[rows, columns] = True
    return found


def ring(least, most):
    """Return where the distance from the middle is between bounds, in sides."""
    down, across = np.indices((GRID, GRID)) / GRID - 0.5
    away = np.hypot(down, across)
    return (away > least) & (away < most)


def test_faces_at_the_rim_are_refused():
    """The rim would bend or cut them; in the middle they keep their shape, corners are not seen."""
    nothing = np.zeros((GRID, GRID), np.float32)
    assert find_window(nothing, ring(0.34, 0.44)) is None
    assert find_window(nothing, ring(0.48, 0.52)) is None
    assert find_window(nothing, ring(0, 0.2)) is not None
    assert find_window(nothing, ring(0.6, 1)) is not None


def test_a_window_holds_its_subject():
    """A small subject beside the middle moves it, a large one makes it wider."""
    nothing = spot(slice(0), slice(0))
    beside = find_window(spot(slice(28, 36), slice(4, 14)).astype(np.float32), nothing)
    large = find_window(spot(slice(8, 56), slice(8, 56)).astype(np.float32), nothing)
    assert beside.column < 0.5
    assert large.half > beside.half


def test_the_lamp_shines_beside_the_subject():
    """Its window is no spot on a head."""
    nothing = spot(slice(0), slice(0))
    left = find_window(spot(slice(10, 30), slice(14, 26)).astype(np.float32), nothing)
    right = find_window(spot(slice(10, 30), slice(38, 50)).astype(np.float32), nothing)
    assert left.is_lit_from_right
    assert not right.is_lit_from_right
    assert left.has_lamp
    assert right.has_lamp


def test_no_lamp_shines_on_a_face():
    """Faces on both sides leave no room for it."""
    both = spot(slice(18, 24), slice(18, 46))
    window = find_window(both.astype(np.float32), both)
    assert not window.has_lamp
    image = opaque(np.full((SIDE, SIDE, 3), 20))
    bright = [
        show_glass_ball(image, one, RandomStream(1))[: SIDE // 2, ..., 1].max()
        for one in (MIDDLE, replace(MIDDLE, has_lamp=False))
    ]
    assert bright[0] > bright[1] + 50


def test_a_head_above_the_ball_is_refused():
    """A subject that goes on below the ball, as a ridge or a body, is not."""
    nothing = spot(slice(0), slice(0))
    upper = spot(slice(0, 20), slice(8, 56)).astype(np.float32)
    assert find_window(upper, nothing) is None
    assert find_window(upper[::-1].copy(), nothing) is not None
