"""Premultiplied alpha: round trips, and invisible colours."""

import numpy as np
import pytest

from diabelli.synthesis.core.alpha import is_transparent, premultiply, unpremultiply


def image(channels: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (9, 14, channels), np.uint8)


def test_opaque_pictures_are_unchanged():
    """Three channels give the same three back, with a constant fourth plane between."""
    planes = premultiply(image(3))
    assert (planes[..., 3] == 255).all()
    np.testing.assert_array_equal(unpremultiply(planes, transparent=False), image(3))


def test_a_useless_alpha_is_dropped():
    """A picture with four channels that is opaque everywhere is opaque."""
    opaque = np.dstack([image(3), np.full((9, 14), 255, np.uint8)])
    np.testing.assert_array_equal(
        unpremultiply(premultiply(opaque), transparent=is_transparent(premultiply(opaque))),
        image(3),
    )


def test_binary_alpha_is_exact():
    """Colours are exact where alpha is 255, and alpha is exact everywhere."""
    source = image(4)
    source[..., 3] = np.where(source[..., 3] < 128, 0, 255)
    back = unpremultiply(premultiply(source), transparent=True)
    np.testing.assert_array_equal(back[..., 3], source[..., 3])
    shown = source[..., 3] == 255
    np.testing.assert_array_equal(back[shown], source[shown])


def test_invisible_colours_are_forgotten():
    """Where alpha is 0 all planes are 0."""
    source = image(4)
    source[:, :7, 3] = 0
    assert not premultiply(source)[:, :7].any()


@pytest.mark.parametrize("alpha", [1, 2, 17, 128, 200, 254])
def test_half_transparent_colours_come_back_within_rounding(alpha):
    """The error of a colour is at most half a level of the remaining range."""
    source = image(4)
    source[..., 3] = alpha
    back = unpremultiply(premultiply(source), transparent=True).astype(int)
    assert (back[..., 3] == alpha).all()
    assert np.abs(back - source)[..., :3].max() <= 255 / alpha / 2 + 1


def test_colours_are_never_brighter_than_their_alpha():
    """Premultiplied colours never exceed alpha."""
    source = image(4, seed=5)
    planes = premultiply(source)
    assert (planes[..., :3] <= planes[..., 3:]).all()


def test_a_wholly_transparent_picture_stays_so():
    """A fully transparent picture stays so."""
    source = image(4)
    source[..., 3] = 0
    np.testing.assert_array_equal(
        unpremultiply(premultiply(source), transparent=True), np.zeros_like(source)
    )
