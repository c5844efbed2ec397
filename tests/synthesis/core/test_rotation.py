"""Rotations without trigonometric functions."""

import numpy as np
import pytest

from diabelli.synthesis.core.rotation import rotation


@pytest.mark.parametrize("angle", [-1.2, -0.3, 0.0, 0.7, 2.0])
def test_a_rotation_is_given_by_half_its_tangent(angle):
    """Cosine and sine are those of the angle."""
    expected = (np.cos(angle), np.sin(angle))
    np.testing.assert_allclose(rotation(np.tan(angle / 2)), expected, atol=1e-12)
