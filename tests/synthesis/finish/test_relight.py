"""Relighting: small, neutral at strength 0, and without effect on white and black."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.finish.relight import random_light, relight


def image(channels: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (40, 50, channels), np.uint8)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def test_no_strength_changes_no_light():
    """At strength 0 the image is unchanged."""
    np.testing.assert_array_equal(
        relight(image(), random_light(0, RandomStream(1), grey=False)), image()
    )


def test_more_strength_is_another_light():
    """The change grows with the strength, and stays gentle."""
    changes = [
        np.mean(
            [
                apart(relight(image(), random_light(s, RandomStream(k), grey=False)), image())
                for k in range(20)
            ]
        )
        for s in (0.1, 0.5, 1.0)
    ]
    assert changes == sorted(changes)
    assert 2 < changes[-1] < 30


@pytest.mark.parametrize("seed", range(5))
def test_black_and_white_stay_themselves(seed):
    """Paper stays white and ink stays black under every light."""
    light = random_light(1.0, RandomStream(seed), grey=False)
    for value in (0, 255):
        paper = np.full((30, 30, 3), value, np.uint8)
        np.testing.assert_array_equal(relight(paper, light), paper)


@pytest.mark.parametrize("seed", range(5))
def test_grey_stays_grey(seed):
    """A picture without colour gets a light without colour."""
    grey = np.repeat(image()[..., :1], 3, -1)
    lit_grey = relight(grey, random_light(1.0, RandomStream(seed), grey=True))
    assert (np.ptp(lit_grey, axis=-1) == 0).all()


def test_light_is_warm_or_cold_rather_than_green():
    """Red and blue diverge much more than green from both."""
    tilts = []
    for seed in range(20):
        red, green, blue = (
            float(curve[128]) for curve in random_light(1.0, RandomStream(seed), grey=False).curves
        )
        tilts.append((abs(red - blue), abs(green - (red + blue) / 2)))
    warm, tinted = np.mean(tilts, axis=0)
    assert warm > 3 * tinted
    assert warm > 5


def test_light_is_more_or_less_colourful():
    """Differences between channels grow or shrink; vivid colours do not grow."""
    pale, pure = (np.full((9, 9, 3), colour, np.uint8) for colour in ((120, 100, 90), (255, 0, 0)))
    light = random_light(0, RandomStream(1), grey=False)
    spans = [np.ptp(relight(pale, replace(light, colour=colour))[0, 0]) for colour in (0.7, 1, 1.4)]
    assert spans == [22, 30, 40]
    np.testing.assert_array_equal(relight(pure, replace(light, colour=1.4)), pure)
    drawn = [random_light(1.0, RandomStream(seed), grey=False).colour for seed in range(20)]
    assert 0.7 < min(drawn) < 0.9
    assert 1.1 < max(drawn) < 1.4


def test_light_is_more_or_less_contrasty():
    """Some lights draw dark and bright values apart, some together."""
    spans = []
    for seed in range(20):
        curve = random_light(1.0, RandomStream(seed), grey=True).curves[0].astype(int)
        spans.append(curve[176] - curve[80])
    assert min(spans) < 85
    assert max(spans) > 107


@pytest.mark.parametrize("seed", range(5))
def test_lighter_stays_lighter(seed):
    """Tone curves are monotone."""
    curves = random_light(1.0, RandomStream(seed), grey=False).curves
    assert (np.diff(curves.astype(int), axis=1) >= 0).all()


def test_light_falls_on_the_subject_or_around_it():
    """The subject gets brighter than its surroundings for some seeds, darker for others."""
    flat, subject = np.full((64, 64, 3), 120, np.uint8), np.zeros((64, 64), np.float32)
    subject[16:48, 16:48] = 1
    differences = []
    for seed in range(20):
        with_it, without = (
            relight(flat, random_light(1.0, RandomStream(seed), grey=True, subject=where)).astype(
                int
            )
            for where in (subject, None)
        )
        apart = with_it - without
        differences.append(apart[24:40, 24:40].mean() - apart[[0, -1]].mean())
    assert min(differences) < -8
    assert max(differences) > 8


def test_light_is_warmer_here_than_there():
    """The ratio of red to blue varies over the picture."""
    flat = np.full((64, 64, 3), 120, np.uint8)
    for seed in range(5):
        found = relight(flat, random_light(1.0, RandomStream(seed), grey=False)).astype(int)
        assert np.ptp(found[..., 0] - found[..., 2]) > 3


def test_alpha_is_not_lit():
    """Alpha is unchanged."""
    source = image(4)
    found = relight(source, random_light(1.0, RandomStream(2), grey=False))
    np.testing.assert_array_equal(found[..., 3], source[..., 3])
    assert (found[..., :3] != source[..., :3]).any()


def test_light_is_the_same_at_every_size():
    """The light at a position does not depend on the image size."""
    light = random_light(1.0, RandomStream(3), grey=False)
    small, large = (relight(np.full((s, s, 3), 120, np.uint8), light) for s in (33, 129))
    assert np.abs(small.astype(int) - large[::4, ::4]).max() <= 1


def test_a_source_is_left_alone():
    """The input is not modified."""
    source = image()
    relight(source, random_light(1.0, RandomStream(4), grey=False))
    np.testing.assert_array_equal(source, image())


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (16, 3)])
def test_small_images_can_be_lit(shape):
    """Any size from one pixel up."""
    assert relight(
        image()[: shape[0], : shape[1]].copy(), random_light(1, RandomStream(5), grey=False)
    ).any()
