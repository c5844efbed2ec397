"""A snow globe: it shows the picture in its middle, and snow hides neither faces nor lettering."""

import numpy as np
import pytest

from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.still_lifes.ball_window import Window
from diabelli.synthesis.moves.still_lifes.glass_ball import SLOPE
from diabelli.synthesis.moves.still_lifes.snow_globe import (
    FOOT,
    Globe,
    _flakes,
    hides,
    show_snow_globe,
)
from diabelli.synthesis.moves.still_lifes.tabletop import Tabletop
from diabelli.synthesis.moves.still_lifes.turned_base import SEAT, Materials, draw_base
from oracles.sources import opaque

SIDE = 400
NOTHING = np.zeros((GRID, GRID), bool)
ALL = np.ones((GRID, GRID), bool)
MIDDLE = Window(0.5, 0.5, 0.5)


def split(column):
    """Return a picture that is dark to the left of a column and bright to the right of it."""
    colours = np.full((SIDE, SIDE, 3), 40)
    colours[:, int(column * SIDE) :] = 200
    return opaque(colours)


def shown(image):
    """Return an image in a globe without flakes."""
    return show_snow_globe(image, Globe(MIDDLE, ALL, NOTHING), RandomStream(1))


def place():
    """Return the radius, and the row and column of the middle of the sphere, in sides."""
    stream = RandomStream(1)
    radius = stream.between(0.262, 0.285)
    return radius, FOOT - SEAT * radius, 0.5 + stream.between(-0.05, 0.05)


@pytest.mark.parametrize("offset", [-0.15, 0.0, 0.12])
@pytest.mark.parametrize("down", [-0.4, 0.0, 0.3])
def test_the_middle_keeps_straight_lines(offset, down):
    """An upright edge is upright in the globe, at its own place, so proportions are kept."""
    radius, middle, column = place()
    across = offset / (SLOPE * 0.5)
    row = round((middle + down * radius) * SIDE)
    left, right = (round((column + s * 0.65 * radius) * SIDE) for s in (-1, 1))
    line = shown(split(0.5 + offset))[row, left:right, 1].astype(int)
    found = left + np.argmax(np.diff(line)) + 1
    assert found == pytest.approx((column + across * radius) * SIDE, abs=2)


def test_snow_covers_the_bottom():
    """It is white where the picture is dark, and not in the middle."""
    radius, middle, column = place()
    image = shown(opaque(np.full((SIDE, SIDE, 3), 60)))[..., 1].astype(int)
    x = round(column * SIDE)
    assert image[round((middle + 0.72 * radius) * SIDE), x] > 120
    assert image[round((middle + 0.3 * radius) * SIDE), x] < 80


def before(places, flakes):
    """Return the flakes that float before some places."""
    at = ((0.5 + SLOPE * 0.5 * flakes[:, :2]) * GRID).astype(int)
    return flakes[places[tuple(at.T)]]


def test_no_flake_floats_before_a_face():
    """Before the subject they are few and small; elsewhere there are many."""
    face = NOTHING.copy()
    face[20:44, 20:44] = True
    free = _flakes(Globe(MIDDLE, NOTHING, NOTHING), RandomStream(1))
    assert 40 <= len(free) <= 90
    assert len(before(face, free)) > 10
    assert len(before(face, _flakes(Globe(MIDDLE, face, NOTHING), RandomStream(1)))) == 0
    few = before(face, _flakes(Globe(MIDDLE, NOTHING, face), RandomStream(1)))
    assert 0 < len(few) < len(before(face, free))
    assert few[:, 2].max() < 0.01


def test_snow_hides_no_face():
    """A face in the lower part of the sphere suits no globe; in its middle it does."""
    low, high = NOTHING.copy(), NOTHING.copy()
    low[46:56, 28:38] = True
    high[26:38, 28:38] = True
    assert hides(MIDDLE, low)
    assert not hides(MIDDLE, high)
    assert not hides(MIDDLE, NOTHING)


@pytest.mark.parametrize("columns", [slice(8, 27), slice(-27, -8)])
def test_the_foot_has_no_holes(columns):
    """Beside the ring of metal, each column of the foot is one unbroken run."""
    light = np.full(3, 0.2, np.float32)
    grey = np.full((8, 8, 3), 0.2, np.float32)
    noise = RandomStream(1).normal(32, 32).astype(np.float32)
    one = np.float32(1)
    table = Tabletop(grey, grey, light, light, one, one, one)
    materials = Materials(light, light, noise)
    base = draw_base(120, table, materials, lamp=1, is_mirrored=False)
    covered = base[:, columns, 3] > 0.3
    starts = (np.diff(covered.astype(int), axis=0) == 1).sum(0)
    np.testing.assert_array_equal(starts, 1)


def test_the_table_mirrors_only_the_base():
    """Its image fades before the sphere would be seen in it."""
    bright = opaque(np.full((2 * SIDE, SIDE, 3), 200))
    column = round(place()[2] * SIDE)
    below = shown(bright)[SIDE // 2 + round(FOOT * SIDE) + 20 :, column, 1].astype(int)
    assert np.abs(np.diff(below)).max() < 12
