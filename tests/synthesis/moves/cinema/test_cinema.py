"""A cinema: its screen shows all of the picture, and lights the hall."""

import numpy as np
import pytest

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.cinema.cinema import show_cinema
from oracles.sources import opaque

SHAPES = [(300, 300), (240, 420), (420, 240)]


def shown(image, seed=1):
    return show_cinema(image, RandomStream(seed))


def even(level, shape=(300, 300)):
    return opaque(np.full((*shape, 3), level))


def with_corners(height, width):
    """Return a black picture with a red, a green, a blue and a white corner."""
    colours = np.zeros((height, width, 3), np.uint8)
    side = min(height, width) // 8
    colours[:side, :side, 0] = 255
    colours[:side, -side:, 1] = 255
    colours[-side:, :side, 2] = 255
    colours[-side:, -side:] = 255
    return opaque(colours)


def middle(mask):
    """Return the row and the column of the middle of a mask."""
    assert mask.any()
    return np.argwhere(mask).mean(0)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(4))
def test_the_screen_shows_all_of_the_picture_upright_in_its_proportions(shape, seed):
    """No corner is hidden or mirrored; the camera's turn shortens one side by a tenth at most."""
    height, width = shape
    red, green, blue = shown(with_corners(*shape), seed)[..., :3].astype(int).transpose(2, 0, 1)
    places = [
        middle((red > 150) & (green < 90)),
        middle((green > 150) & (red < 90)),
        middle((blue > 150) & (red < 90)),
        middle((blue > 150) & (red > 150) & (green > 150)),
    ]
    left, right = places[2][0] - places[0][0], places[3][0] - places[1][0]
    top, low = places[1][1] - places[0][1], places[3][1] - places[2][1]
    assert min(left, right, top, low) > 0
    assert min(left, right) > 0.88 * max(left, right)
    side = min(shape) // 8
    ratio = (top + low) / (left + right) * (height - side) / (width - side)
    assert ratio == pytest.approx(1, abs=0.04)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(4))
def test_neither_seats_nor_curtains_hide_an_edge_of_the_picture(shape, seed):
    """A band along an edge has about the same area as the band along the opposite one.

    The camera's turn makes the nearer side larger.
    """
    height, width = shape
    band = min(shape) // 16

    def area(rows, columns):
        colours = np.full((height, width, 3), (170, 0, 170), np.uint8)
        colours[rows, columns] = 0, 255, 0
        image = shown(opaque(colours), seed)
        return int(((image[..., 1] > 150) & (image[..., 0] < 130)).sum())

    top, low = (area(rows, slice(None)) for rows in (slice(band), slice(-band, None)))
    left, right = (area(slice(None), columns) for columns in (slice(band), slice(-band, None)))
    assert low == pytest.approx(top, rel=0.08)
    assert left == pytest.approx(right, rel=0.35)


def test_the_picture_is_the_only_light():
    """Without it the hall is dark; a bright half lights the curtain on its side."""
    assert shown(even(0))[..., :3].max() < 20
    colours = np.zeros((300, 300, 3), np.uint8)
    colours[:, :150] = 255
    image = shown(opaque(colours)).astype(int)
    assert image[100:200, :40, :3].mean() > 2 * image[100:200, -40:, :3].mean()


def test_the_screen_is_about_as_bright_as_the_picture():
    """The middle of the screen keeps its level, so a face keeps its tones."""
    for level in (60, 128, 200):
        found = shown(even(level))[130:150, 140:160, :3].mean()
        assert abs(found - level) < 16
