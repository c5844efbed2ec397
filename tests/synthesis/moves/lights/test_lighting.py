"""Lightings change light only as their fields say."""

import numpy as np
import pytest

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.moves.lights.lighting import (
    FIELD_SIDE,
    Lighting,
    filled,
    illuminate,
    mixed,
)
from oracles.sources import landscape, opaque

NOTHING = filled(0.0, 0.0, 0.0)
SAME = filled(1.0, 1.0, 1.0)


def test_a_gain_of_one_changes_nothing_below_the_shoulder():
    """Rounding is exact, and alpha is kept."""
    image = opaque((landscape(60) // 4).astype(np.uint8))
    assert np.array_equal(illuminate(image, Lighting(SAME, SAME, NOTHING)), image)


def test_light_agrees_with_its_definition():
    """Gain, saturation, shoulder and glow, in this order, in squared values."""
    image = opaque(landscape(24))
    gain, glow = (1.4, 1.1, 0.8), (0.1, 0.05, 0.0)
    lighting = Lighting(
        filled(*gain),
        filled(*gain),
        filled(*glow),
        saturations=(0.5, 0.5),
    )
    light = (image[..., :3] / 255.0) ** 2
    grey = (light @ [0.25, 0.65, 0.1])[..., None]
    light = (grey + 0.5 * (light - grey)) * gain
    over = np.maximum(light - 0.8, 0)
    light = np.minimum(light, 0.8) + 0.2 * over / (over + 0.2)
    light = 1 - (1 - light) * (1 - np.array(glow))
    found = illuminate(image, lighting)[..., :3].astype(int)
    assert np.abs(found - np.rint(255 * np.sqrt(np.clip(light, 0, 1)))).max() <= 1


def test_pale_places_are_not_blown_where_headroom_is_small():
    """Low sun on a pale wall leaves its texture and its order; half-dark places get all of it."""
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    image = np.repeat(ramp, 4, axis=0)
    sun = filled(2.0, 1.25, 0.55)
    blown = illuminate(image, Lighting(sun, sun, NOTHING))[0].astype(int)
    found = illuminate(image, Lighting(sun, sun, NOTHING, headroom=0.5))[0].astype(int)
    assert np.array_equal(found[:120], blown[:120])
    assert (blown[215:240, :2] > 245).any()
    assert found[:240].max() < 250
    assert (np.diff(found, axis=0) >= 0).all()
    assert (found[:, 0] >= np.arange(256) - 1).all()
    assert found[255, 0] >= 254


def test_dark_and_bright_places_have_their_own_gain():
    """Luma decides, without a step."""
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    lighting = Lighting(filled(0.25, 0.25, 0.25), SAME, NOTHING)
    found = illuminate(np.repeat(ramp, 4, axis=0), lighting)[0, :, 0].astype(int)
    assert found[20] == 10
    assert found[220] == 220
    assert (np.diff(found) >= 0).all()
    assert np.diff(found).max() <= 4


def test_fields_stretch_to_every_size():
    """A picture of half the size is lit alike."""
    share = np.broadcast_to(smoothstep(0.2, 0.8, np.linspace(0, 1, FIELD_SIDE)), (FIELD_SIDE,) * 2)
    gain = mixed(share, np.float32([0.2, 0.2, 0.2]), np.float32([1, 1, 1]))
    lighting = Lighting(gain, gain, NOTHING)
    grey = np.full((128, 128, 4), 120, np.uint8)
    large, small = illuminate(grey, lighting), illuminate(grey[:64, :64], lighting)
    means = large.reshape(64, 2, 64, 2, 4).mean((1, 3))
    assert np.abs(means - small).max() <= 2


@pytest.mark.parametrize("boldness", [0.5, 1.3])
def test_boldness_scales_the_distance(boldness):
    """Half a boldness changes less, more changes more."""
    image = opaque(landscape(40))
    lighting = Lighting(filled(0.5, 0.6, 0.7), filled(0.5, 0.6, 0.7), NOTHING)

    def distance(one):
        return np.abs(illuminate(image, one).astype(int) - image).mean()

    assert (distance(lighting.scaled(boldness)) > distance(lighting)) == (boldness > 1)


def test_without_colour_grey_stays_grey():
    """Every channel gets the same light."""
    image = opaque(np.repeat(landscape(40)[..., :1], 3, axis=2))
    lighting = Lighting(filled(0.9, 0.6, 0.3), filled(1.2, 0.8, 0.3), filled(0.2, 0.1, 0.0))
    red, green, blue, _ = illuminate(image, lighting.without_colour()).transpose(2, 0, 1)
    assert np.array_equal(red, green)
    assert np.array_equal(green, blue)
