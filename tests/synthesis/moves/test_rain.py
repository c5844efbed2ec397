"""Rain on a window in front of a picture."""

import numpy as np
import pytest

from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.rain import show_rain
from oracles.sources import landscape


def opaque(image: np.ndarray) -> np.ndarray:
    return np.concatenate([image, np.full_like(image[..., :1], 255)], axis=2)


def changed(image: np.ndarray, rained: np.ndarray) -> np.ndarray:
    """Return where a picture differs clearly, (h, w) bool."""
    return np.abs(image[..., :3].astype(int) - rained[..., :3]).max(axis=2) > 20


def test_drops_change_a_part_of_the_picture():
    """The rest is hardly blurred, and the input stays as it is."""
    image = opaque(resize(opaque(landscape(200)), 300, 300)[..., :3])
    before = image.copy()
    rained = show_rain(image, RandomStream(1))
    assert np.array_equal(image, before)
    assert (rained[..., 3] == 255).all()
    assert 0.01 < changed(image, rained).mean() < 0.3


def test_a_drop_shows_the_picture_upside_down():
    """A large drop on the horizon is bright below and dark above."""
    image = np.full((400, 400, 4), 255, np.uint8)
    image[200:, :, :3] = 20
    upper, lower = [], []
    for seed in range(6):
        rained = show_rain(image, RandomStream(seed))[..., :3].astype(int).mean(2)
        upper.append(rained[150:190].min())
        lower.append(rained[210:250].max())
    assert min(upper) < 120
    assert max(lower) > 150


@pytest.mark.parametrize("level", [0, 255])
def test_even_pictures_get_no_new_colour(level):
    """There is nothing to refract but the shine and the shade of drops."""
    image = np.full((120, 120, 4), 255, np.uint8)
    image[..., :3] = level
    rained = show_rain(image, RandomStream(1))[..., :3].astype(int)
    assert np.ptp(rained, axis=2).max() == 0


def test_seeds_differ_and_repeat():
    """Each seed has other drops."""
    image = opaque(landscape(150))
    first = show_rain(image, RandomStream(1))
    assert np.array_equal(first, show_rain(image, RandomStream(1)))
    assert changed(first, show_rain(image, RandomStream(2))).mean() > 0.01


def test_drops_are_of_one_size_at_every_size_of_the_picture():
    """Twice the side shows the same drops."""
    small, large = opaque(landscape(150)), opaque(resize(opaque(landscape(150)), 300, 300)[..., :3])
    near, far = show_rain(small, RandomStream(3)), show_rain(large, RandomStream(3))
    halved = far.reshape(150, 2, 150, 2, 4).mean((1, 3))
    assert np.abs(halved - near).mean() < 6
