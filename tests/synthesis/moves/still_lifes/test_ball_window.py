"""The part of a picture that a ball shows: it bends no face, and cuts no person and no thing."""

import numpy as np
import pytest

from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.moves.still_lifes.ball_window import find_window

NOTHING = np.zeros((GRID, GRID), bool)
NO_PEOPLE = np.zeros((GRID, GRID), np.float32)


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
    assert find_window(NO_PEOPLE, ring(0.34, 0.44), NO_PEOPLE) is None
    assert find_window(NO_PEOPLE, ring(0.48, 0.52), NO_PEOPLE) is None
    assert find_window(NO_PEOPLE, ring(0, 0.2), NO_PEOPLE) is not None
    assert find_window(NO_PEOPLE, ring(0.6, 1), NO_PEOPLE) is not None


def test_a_window_holds_its_subject():
    """A small subject beside the middle moves it, a large one makes it wider."""
    beside = find_window(spot(slice(28, 36), slice(7, 17)).astype(np.float32), NOTHING, NO_PEOPLE)
    large = find_window(spot(slice(8, 56), slice(8, 56)).astype(np.float32), NOTHING, NO_PEOPLE)
    assert beside.column < 0.5
    assert large.half > beside.half


def test_the_lamp_shines_beside_the_subject():
    """Its window is no spot on a head."""
    left = find_window(spot(slice(10, 30), slice(14, 26)).astype(np.float32), NOTHING, NO_PEOPLE)
    right = find_window(spot(slice(10, 30), slice(38, 50)).astype(np.float32), NOTHING, NO_PEOPLE)
    assert left.is_lit_from_right
    assert not right.is_lit_from_right
    assert left.has_lamp
    assert right.has_lamp


def test_a_head_above_the_ball_is_refused():
    """A subject that goes on below the ball, as a ridge or a body, is not."""
    upper = spot(slice(0, 20), slice(8, 56)).astype(np.float32)
    assert find_window(upper, NOTHING, NO_PEOPLE) is None
    assert find_window(upper[::-1].copy(), NOTHING, NO_PEOPLE) is not None


@pytest.mark.parametrize("columns", [(0, 10), (54, 64)])
def test_no_person_is_at_the_rim(columns):
    """Someone in the middle may, and a body may go on below the ball."""
    someone = spot(slice(20, 44), slice(*columns)).astype(np.float32)
    assert find_window(NO_PEOPLE, NOTHING, someone) is None
    assert find_window(NO_PEOPLE, NOTHING, np.roll(someone, 27 if columns[0] == 0 else -27, 1))
    bust = spot(slice(16, 40), slice(24, 40)).astype(np.float32)
    bust[44:, 8:56] = 1
    assert find_window(NO_PEOPLE, NOTHING, bust) is not None
    few = spot(slice(30, 36), slice(*columns)).astype(np.float32)
    assert find_window(NO_PEOPLE, NOTHING, few) is not None


def test_a_clear_subject_is_shown_whole():
    """A cyclist would lose a wheel; a scene, or what may be one, goes on beyond the ball."""
    wide = spot(slice(24, 40), slice(2, 62)).astype(np.float32)
    wide[24:34, 16:48] = 0
    assert find_window(wide, NOTHING, NO_PEOPLE) is None
    assert find_window(spot(slice(24, 40), slice(14, 50)).astype(np.float32), NOTHING, NO_PEOPLE)
    unsure = 0.7 * wide
    assert find_window(unsure.astype(np.float32), NOTHING, NO_PEOPLE) is not None
