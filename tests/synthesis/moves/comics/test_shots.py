"""Shots of a photograph: which part a panel shows."""

import numpy as np
import pytest

from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.moves.comics.page_layout import CLOSE, DETAIL, WIDE, Panel
from diabelli.synthesis.moves.comics.page_plan import MAX_RISK
from diabelli.synthesis.moves.comics.shots import (
    MAX_ENLARGEMENT,
    Interest,
    Shot,
    choose_shot,
    choose_shots,
)

NONE, ALL = (np.full((GRID, GRID), one, np.float32) for one in (0, 1))
SIZE = (1200, 1200)
WHOLE = Shot(0.0, 0.0, 1.0, 1.0)


def panel(kind, height=0.4, width=0.4):
    """Return a rectangular panel."""
    return Panel(((0.0, 0.0), (0.0, width), (height, width), (height, 0.0)), kind)


def marked(rows, columns):
    """Return a map which is 1 there."""
    found = NONE.copy()
    found[rows, columns] = 1
    return found


def shown(part, **changes):
    """Return the interest of a photograph with one thing."""
    return Interest(NONE, part, part, np.maximum(part, 0.3), NONE, 0.0)._replace(**changes)


def contains(shot, rows, columns):
    """Return whether a shot shows a part of the grid."""
    top, left = shot.top * GRID, shot.left * GRID
    bottom, right = top + shot.height * GRID, left + shot.width * GRID
    return (
        top <= rows.start + 0.5
        and bottom >= rows.stop - 0.5
        and left <= columns.start + 0.5
        and right >= columns.stop - 0.5
    )


def test_a_wide_shot_shows_all():
    """Where its panel has the aspect of the photograph, nothing is lost."""
    shot = choose_shot(panel(WIDE), shown(ALL), SIZE, 800, [])
    assert shot.height == shot.width == 1
    assert shot.risk == 0


def test_a_wide_shot_of_a_long_panel_keeps_the_head():
    """A head at the lower edge is shown, and one that does not fit is a risk."""
    rows, columns = slice(40, 60), slice(20, 40)
    head = marked(rows, columns)
    shot = choose_shot(panel(WIDE, 0.3, 0.6), shown(head, heads=head), SIZE, 800, [])
    assert contains(shot, rows, columns)
    tall = marked(slice(5, 60), slice(20, 40))
    shot = choose_shot(panel(WIDE, 0.3, 0.6), shown(tall, heads=tall), SIZE, 800, [])
    assert shot.risk > MAX_RISK


@pytest.mark.parametrize("kind", [CLOSE, DETAIL])
@pytest.mark.parametrize("corner", [(6, 6), (6, 44), (40, 10)])
def test_a_close_shot_shows_a_whole_thing(kind, corner):
    """It is closer than the wide one, and around the thing."""
    rows, columns = slice(corner[0], corner[0] + 16), slice(corner[1], corner[1] + 14)
    thing = marked(rows, columns)
    interest = shown(thing, heads=thing / 2, whole=thing)
    shot = choose_shot(panel(kind), interest, SIZE, 800, [WHOLE])
    assert contains(shot, rows, columns)
    assert shot.height < 0.7
    assert shot.risk < MAX_RISK


def test_no_shot_shows_a_body_without_its_head():
    """A long figure is shown whole, or its upper part is."""
    figure, head = marked(slice(10, 64), slice(24, 40)), marked(slice(10, 20), slice(27, 36))
    interest = shown(figure, heads=head, face=10 / GRID)
    for kind in (CLOSE, DETAIL):
        shot = choose_shot(panel(kind), interest, SIZE, 800, [WHOLE])
        assert contains(shot, slice(10, 20), slice(27, 36))


def test_two_shots_differ():
    """The second one of two things shows the other one."""
    both = marked(slice(10, 24), slice(6, 20)) + marked(slice(40, 54), slice(40, 54))
    panels = [panel(WIDE), panel(CLOSE), panel(DETAIL)]
    shots = choose_shots(panels, shown(both), SIZE, 800, np.inf)
    assert shots[0].height == 1
    apart = abs(shots[1].top - shots[2].top) + abs(shots[1].left - shots[2].left)
    assert apart > 0.3


def test_small_photographs_are_hardly_enlarged():
    """A page has at most twice the pixels of the photograph, unless even all of it is smaller."""
    thing = marked(slice(28, 36), slice(28, 36))
    for side in (200, 400, 1200):
        shot = choose_shot(panel(DETAIL), shown(thing), (side, side), 800, [WHOLE])
        assert MAX_ENLARGEMENT * side * shot.height + 1e-6 >= 0.4 * 800


def test_a_small_face_is_a_risk():
    """Smaller panels lose more of it."""
    face = marked(slice(30, 33), slice(30, 33))
    interest = shown(face, heads=face, face=3 / GRID)
    large, small = (
        choose_shot(panel(WIDE, side, side), interest, SIZE, 800, []) for side in (0.6, 0.2)
    )
    assert large.risk < small.risk


def test_a_risky_panel_ends_the_search():
    """Its layout is not made."""
    tall = marked(slice(5, 60), slice(20, 40))
    panels = [panel(WIDE, 0.3, 0.6), panel(CLOSE)]
    assert choose_shots(panels, shown(tall, heads=tall), SIZE, 800, MAX_RISK) is None


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (400, 3), (4000, 90)])
def test_shots_are_within_photographs_of_any_aspect(size):
    """No side is beyond the frame."""
    for kind, taken in ((WIDE, []), (CLOSE, [WHOLE])):
        shot = choose_shot(panel(kind, 0.2, 0.5), shown(ALL), size, 800, taken)
        assert shot.top >= -1e-9
        assert shot.left >= -1e-9
        assert max(shot.top + shot.height, shot.left + shot.width) < 1 + 1e-9
