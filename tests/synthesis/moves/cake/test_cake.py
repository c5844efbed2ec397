"""A cake: the print on it shows all of the picture, with cream around it."""

import numpy as np
import pytest

from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.cake.cake import SIZES, show_cake
from diabelli.synthesis.moves.cake.cream import ROSETTE, SHELL, SWIRL, pipe
from oracles.sources import opaque

SHAPES = [(300, 300), (240, 420), (420, 240)]


def shown(image, seed=1, *, grey=False):
    return show_cake(image, RandomStream(seed), grey=grey)


def even(level, shape=(300, 300)):
    return opaque(np.full((*shape, 3), level))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(6))
def test_the_print_shows_all_of_the_picture_upright_and_uncovered(shape, seed):
    """What differs between two pictures of one mean is the print, which is half of the canvas."""
    height, width = shape
    source = np.zeros((height, width, 3), np.uint8)
    source[::2, ::2] = 255
    source[:, : width // 2, 0] = 255 - source[:, : width // 2, 0]
    colours = resize(opaque(source), height, width)
    size = SIZES[0]
    made = shown(colours, seed)
    rows, columns = round(size * height), round(size * width)
    top, left = (height - rows) // 2, (width - columns) // 2
    part = made[top : top + rows, left : left + columns, :3].astype(float)
    assert rows * columns > 0.45 * height * width
    half = columns // 2
    assert part[:, : half - 3, 0].mean() > 1.15 * part[:, half + 3 :, 0].mean()
    assert part[:, : half - 3, 1].mean() == pytest.approx(part[:, half + 3 :, 1].mean(), rel=0.15)


@pytest.mark.parametrize("seed", range(12))
def test_corners_of_the_picture_are_where_they_belong(seed):
    """No cream hides a corner, and no side is mirrored."""
    source = np.full((300, 300, 3), 120, np.uint8)
    source[:40, :40] = 255, 0, 255
    source[:40, -40:] = 0, 255, 0
    source[-40:, :40] = 0, 255, 255
    source[-40:, -40:] = 0, 0, 0
    made = shown(opaque(source), seed)[..., :3].astype(int)
    near, far = 62, 238
    assert made[near, near, 0] > made[near, near, 1] + 60
    assert made[near, far, 1] > made[near, far, 0] + 60
    assert made[far, near, 2] > made[far, near, 0] + 60
    assert made[far, far].max() < 60


@pytest.mark.parametrize("seed", range(4))
def test_the_print_keeps_its_tones(seed):
    """The middle of the print is about as bright as the picture, so a face keeps its tones."""
    for level in (60, 128, 200):
        assert abs(shown(even(level), seed)[120:180, 120:180, :3].mean() - level) < 12


@pytest.mark.parametrize("shape", [SWIRL, ROSETTE, SHELL])
def test_cream_has_ridges_and_an_end(shape):
    """It is high in its middle and lower than wide, and ends within its patch."""
    made = pipe(shape, 40.0, (0.0, 0.0), (1.0, 0.0))
    middle = made.shape[0] // 2
    assert made[middle, middle] > 20
    assert made.max() < 60
    assert (made[0] < 0).all()
    assert (made[:, 0] < 0).all()
