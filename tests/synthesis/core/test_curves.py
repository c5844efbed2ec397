"""Curves: cubic ramps, the shoulder and the bell."""

import numpy as np
import pytest

from diabelli.synthesis.core.curves import bell, ramp, shoulder, smoothstep


def test_both_ramps_are_one_curve():
    """One is for arrays, the other for use inside kernels."""
    values = np.linspace(-0.5, 1.5, 41, dtype=np.float32)
    np.testing.assert_array_equal(smoothstep(0, 1, values), [ramp(value) for value in values])


def test_a_ramp_rises_between_its_bounds():
    """It is 0 below, 1 above and a half in the middle; with swapped bounds it falls."""
    values = np.array([1, 2, 3, 4, 5], np.float32)
    np.testing.assert_array_equal(smoothstep(2, 4, values), [0, 0, 0.5, 1, 1])
    np.testing.assert_array_equal(smoothstep(4, 2, values), [1, 1, 0.5, 0, 0])


def test_a_bell_is_close_to_a_gaussian():
    """It ends at a distance of 2.12, where a Gaussian is below a hundredth of its top."""
    distance = np.linspace(0, 3, 61)
    found = [bell(np.float32(x * x)) for x in distance]
    np.testing.assert_allclose(found, np.exp(-(distance**2)), atol=0.05)
    assert bell(np.float32(0)) == 1
    assert bell(np.float32(4.5)) == pytest.approx(0)


@pytest.mark.parametrize("knee", [0.5, 0.7])
def test_a_shoulder_compresses_bright_light_alone(knee):
    """Below the knee light stays; above it rises with the same slope, and less than to 1."""
    knee = np.float32(knee)
    values = np.linspace(0, 20, 2001, dtype=np.float32)
    found = np.array([shoulder(value, knee) for value in values])
    np.testing.assert_array_equal(found[values <= knee], values[values <= knee])
    assert (np.diff(found) > 0).all()
    assert found.max() < 1
    beyond = shoulder(knee + np.float32(0.001), knee) - knee
    assert beyond == pytest.approx(0.001, rel=0.01)
