"""Object hue rotation: an object changes hue and keeps shade and highlights."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.colour_objects import find_colour_objects
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.finish.object_hue_shift import (
    ObjectHueRotation,
    random_object_hue_rotation,
    rotate_object_hue,
)
from synthesis.analysis.test_colour_objects import ORANGE, RED, YELLOW, ball, ground


def repaints(image: np.ndarray, strength: float = 1.0, count: int = 24) -> list[ObjectHueRotation]:
    """Return the results of many seeds for the objects in `image`."""
    things = find_colour_objects(image)
    drawn = [
        random_object_hue_rotation(things, strength, RandomStream(seed)) for seed in range(count)
    ]
    return [repaint for repaint in drawn if repaint is not None]


def test_the_object_turns_and_the_rest_stays():
    """No pixel of the background changes, and nearly all of the ball does."""
    image = ground()
    inside = ball(image, RED)
    for repaint in repaints(image, 0.7):
        moved = np.abs(rotate_object_hue(image, repaint).astype(int) - image).max(2)
        assert moved[~inside].max() == 0
        assert (moved[inside] > 8).mean() > 0.9


def test_shade_and_shine_stay():
    """Fully rotated pixels keep their largest channel, nothing gets brighter, and white stays."""
    image = ground()
    inside = ball(image, RED)
    white = image.min(2) == 255
    assert white.any()
    for repaint in repaints(image):
        after = rotate_object_hue(image, repaint)
        brighter = after.max(2).astype(int) - image.max(2)
        assert brighter.max() <= 1
        assert (brighter[inside] >= -1).mean() > 0.8
        assert (after[white] == 255).all()


def test_no_turn_makes_green():
    """Orange and yellow become red, pink or gold: red exceeds green for every seed."""
    for colour in (ORANGE, YELLOW):
        image = ground()
        inside = ball(image, colour)
        assert repaints(image)
        for repaint in repaints(image):
            after = rotate_object_hue(image, repaint)[inside].astype(int)
            assert (after[:, 0] >= after[:, 1] - 1).all()


def test_of_two_objects_each_has_its_turn():
    """One object is rotated at a time."""
    image = ground()
    ball(image, RED, (60, 60), 40)
    ball(image, YELLOW, (140, 140), 40)
    turned = {repaint.colour_object for repaint in repaints(image)}
    assert turned == set(find_colour_objects(image))


def test_a_higher_strength_rotates_more_often_and_further():
    """At strength 1 always, and each seed rotates further with growing strength."""
    image = ground()
    ball(image, RED)
    counts = [len(repaints(image, strength)) for strength in (0.1, 0.5, 1.0)]
    assert counts[0] < counts[1] < counts[2] == 24
    things = find_colour_objects(image)
    for seed in range(24):
        drawn = [
            random_object_hue_rotation(things, strength, RandomStream(seed))
            for strength in (0.3, 0.6, 1.0)
        ]
        angles = [repaint.cosine for repaint in drawn if repaint is not None]
        assert angles == sorted(angles, reverse=True)


@pytest.mark.parametrize("size", [(192, 192), (500, 300)])
def test_transparency_stays(size):
    """The fourth plane is unchanged at any size."""
    image = ground()
    ball(image, RED)
    (repaint, *_) = repaints(image)
    large = np.resize(np.dstack([image, image[..., 0]]), (*size, 4))
    np.testing.assert_array_equal(rotate_object_hue(large, repaint)[..., 3], large[..., 3])


def test_without_objects_no_hue_is_rotated():
    """A grey picture is unchanged."""
    assert repaints(ground()) == []
