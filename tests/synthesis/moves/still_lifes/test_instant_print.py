"""An instant print: all of the picture, undistorted and unmirrored, before itself out of focus."""

import numpy as np
import pytest

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.still_lifes.instant_print import (
    BALL_GAP,
    BALL_RADII,
    FOOT,
    LOWER_MARGIN,
    SHIFT,
    SIZES,
    show_instant_print,
)
from oracles.sources import opaque

SIDE = 400
MOST_PAPER = 150
"""Green channel between that of the dark pictures of these tests and that of the paper."""


def squares():
    """Return a dark picture with four bright squares: red, green, blue and yellow, by rows."""
    colours = np.full((SIDE, SIDE, 3), 20)
    for row, column, colour in (
        (40, 40, (220, 40, 40)),
        (40, 280, (40, 220, 40)),
        (280, 40, (40, 40, 220)),
        (280, 280, (220, 220, 40)),
    ):
        colours[row : row + 80, column : column + 80] = colour
    return opaque(colours)


def grey_of(level):
    return opaque(np.full((SIDE, SIDE, 3), level))


def place_of_picture(seed):
    """Return the first row, the first column and the side of the picture in the print."""
    stream = RandomStream(seed)
    size = round(stream.between(*SIZES) * SIDE)
    sign = -1 if stream.between(0, 1) < 0.5 else 1
    stream.between(0, 1)
    radius = stream.between(*BALL_RADII)
    column = 0.5 + stream.between(-SHIFT, SHIFT) - sign * (BALL_GAP / 2 + radius)
    image = show_instant_print(grey_of(20), RandomStream(seed))[..., 1]
    middle = round(column * SIDE)
    is_paper = image > MOST_PAPER
    row = is_paper[round((FOOT - 0.045 - LOWER_MARGIN / 2) * SIDE)]
    left, right = (np.flatnonzero(row)[end] for end in (0, -1))
    assert (left + right + 1) / 2 == pytest.approx(column * SIDE, abs=1.5)
    top = np.argmax(is_paper[:, middle])
    top += np.argmin(is_paper[top:, middle])
    assert np.argmax(is_paper[top:, middle]) == size
    return top, (left + right + 1 - size) // 2, size


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_print_shows_all_of_the_picture(seed):
    """Each square is a square of its colour, at its own place and not mirrored."""
    top, left, size = place_of_picture(seed)
    image = show_instant_print(squares(), RandomStream(seed))[..., :3].astype(int)
    shown = image[top : top + size, left : left + size]
    brightest = shown.max(axis=2) > 100
    expected = squares()[..., :3].max(axis=2) > 100
    steps = ((np.arange(size) + 0.5) / size * SIDE).astype(int)
    assert (brightest != expected[steps][:, steps]).mean() < 0.02
    quarter, rest = round(0.2 * size), round(0.8 * size)
    assert shown[quarter, quarter].argmax() == 0
    assert shown[quarter, rest].argmax() == 1
    assert shown[rest, quarter].argmax() == 2
    assert shown[rest, rest].argmin() == 2


def test_the_print_is_in_front_of_a_blurred_picture():
    """The picture is sharp in the print, and soft above it."""
    top, _, size = place_of_picture(1)
    image = show_instant_print(squares(), RandomStream(1))[..., :3].astype(int)
    above = image[: top - round(0.05 * SIDE)]
    within = image[top + round(0.2 * size)]
    assert np.abs(np.diff(above, axis=1)).max() < 20
    assert np.abs(np.diff(within, axis=0)).max() > 80


def test_paper_and_wood_have_colours():
    """They are grey only if the scene is."""
    grey = opaque(np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 1)).repeat(3, axis=2))
    wooden = show_instant_print(grey, RandomStream(1)).astype(int)
    assert np.ptp(wooden[..., :3], axis=2).max() > 30
