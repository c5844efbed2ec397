"""Hue rotation: one group of colours changes, all others stay."""

import numpy as np
import pytest

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.finish.hue_shift import HueRotation, random_hue_rotation, rotate_hue

LUMA = np.array([0.299, 0.587, 0.114])
RED, BLUE, SKIN = (210, 30, 40), (30, 60, 200), (225, 180, 150)


def flag(left, right, channels: int = 3) -> np.ndarray:
    """Two colours side by side on white."""
    image = np.full((90, 90, channels), 255, np.uint8)
    image[20:70, 10:40, :3] = left
    image[20:70, 50:80, :3] = right
    return image


def turns(image, strength=0.5, count=12) -> list[HueRotation]:
    drawn = [random_hue_rotation(image, strength, RandomStream(seed)) for seed in range(count)]
    return [turn for turn in drawn if turn is not None]


def test_one_of_two_colours_changes():
    """Each rotation takes one group; over many seeds each group is taken."""
    image = flag(RED, BLUE)
    changed = set()
    for turn in turns(image):
        after = rotate_hue(image, turn)
        moved = [bool(np.abs(after[45, x].astype(int) - image[45, x]).max() > 15) for x in (20, 60)]
        assert sum(moved) == 1
        changed.add(moved.index(True))
    assert changed == {0, 1}


def test_white_grey_and_black_stay():
    """Colours without chroma belong to no group."""
    image = flag(RED, (90, 90, 90))
    image[0] = 0
    for turn in turns(image):
        after = rotate_hue(image, turn)
        np.testing.assert_array_equal(after[0], image[0])
        np.testing.assert_array_equal(after[45, 60], image[45, 60])
        np.testing.assert_array_equal(after[5, 5], image[5, 5])


def test_brightness_stays():
    """A rotated colour keeps its luma; it is desaturated rather than clipped."""
    image = flag(RED, BLUE)
    for turn in turns(image):
        after = rotate_hue(image, turn)
        assert np.abs((after - image.astype(float)) @ LUMA).max() < 2


def test_the_blends_of_an_edge_turn_with_it():
    """Blends between a rotated colour and white show no rim of the old one."""
    ramp = np.linspace(0, 1, 64)[:, None]
    image = np.broadcast_to((255 - ramp * (255 - np.array(BLUE)))[:, None], (64, 40, 3))
    image = np.ascontiguousarray(image.round().astype(np.uint8))
    for turn in turns(image):
        after = rotate_hue(image, turn)[:, 0].astype(float)
        straight = 255 + ramp * (after[-1] - 255)
        assert np.abs(after - straight).max() < 6


@pytest.mark.parametrize("strengths", [(0.2, 0.5, 1.0)])
def test_a_stronger_turn_goes_further(strengths):
    """The angle grows with the strength for each seed."""
    angles = [[turn.cosine for turn in turns(flag(RED, RED), strength)] for strength in strengths]
    for weak, medium, strong in zip(*angles, strict=True):
        assert weak > medium > strong
    assert min(angles[0]) > 0.8


@pytest.mark.parametrize("image", [flag((80, 80, 80), (9, 9, 9)), flag(SKIN, SKIN)])
def test_nothing_is_turned_where_nothing_may_be(image):
    """Neither a grey picture nor skin is rotated."""
    assert turns(image) == []


def test_alpha_stays_and_clear_pixels_do_not_count():
    """The alpha channel is copied; invisible colours are no group."""
    image = flag(RED, BLUE, 4)
    image[:, 45:, 3] = 0
    for turn in turns(image):
        after = rotate_hue(image, turn)
        np.testing.assert_array_equal(after[..., 3], image[..., 3])
        assert np.abs(after[45, 20].astype(int) - image[45, 20]).max() > 15
