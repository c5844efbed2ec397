"""Shadows are soft masks with both light and shade."""

import numpy as np
import pytest

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.lights import shadows
from diabelli.synthesis.moves.lights.lighting import FIELD_SIDE


@pytest.mark.parametrize("seed", range(8))
def test_a_mask_has_light_and_shade_and_no_hard_edge(seed):
    """An edge is at least three cells wide, so that it looks like a penumbra."""
    mask = shadows.window(RandomStream(seed))
    assert mask.shape == (FIELD_SIDE, FIELD_SIDE)
    assert mask.dtype == np.float32
    assert mask.min() >= 0
    assert mask.max() <= 1
    assert (mask > 0.8).mean() > 0.1
    assert (mask < 0.2).mean() > 0.02
    steps = max(np.abs(np.diff(mask, axis=axis)).max() for axis in (0, 1))
    assert steps < 0.4


def test_seeds_draw_different_masks():
    """No two of ten are alike, and one seed always draws the same."""
    masks = [shadows.window(RandomStream(seed)) for seed in range(10)]
    assert np.array_equal(masks[3], shadows.window(RandomStream(3)))
    for one in range(10):
        for other in range(one):
            assert np.abs(masks[one] - masks[other]).mean() > 0.03
