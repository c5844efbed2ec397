"""Shadows are soft masks with both light and shade, and bend with depth."""

import numpy as np
import pytest

from diabelli.synthesis.core.grid import centres
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.lights.leaf_shade import leaf_shade
from diabelli.synthesis.moves.lights.shadows import (
    CELLS,
    MOST_BEND,
    Places,
    bent_places,
    blinds,
    window,
)

SHADOWS = (window, blinds, leaf_shade)


def flat_places(height=1.0, width=1.0):
    """Return the places of a picture that is all at one distance."""
    rows, columns = centres(round(CELLS * height)), centres(round(CELLS * width))
    return Places(*np.meshgrid(rows, columns, indexing="ij"), height, width)


@pytest.mark.parametrize("draw", SHADOWS)
@pytest.mark.parametrize("seed", range(8))
def test_a_mask_has_light_and_shade_and_no_hard_edge(draw, seed):
    """An edge is at least three cells wide, so that it looks like a penumbra."""
    mask = draw(RandomStream(seed), flat_places())
    assert mask.shape == (CELLS, CELLS)
    assert mask.dtype == np.float32
    assert mask.min() >= 0
    assert mask.max() <= 1
    assert (mask > 0.8).mean() > 0.1
    assert (mask < 0.2).mean() > 0.02
    steps = max(np.abs(np.diff(mask, axis=axis)).max() for axis in (0, 1))
    assert steps < 0.4


@pytest.mark.parametrize("draw", SHADOWS)
def test_seeds_draw_different_masks(draw):
    """No two of ten are alike, and one seed always draws the same."""
    masks = [draw(RandomStream(seed), flat_places()) for seed in range(10)]
    assert np.array_equal(masks[3], draw(RandomStream(3), flat_places()))
    for one in range(10):
        for other in range(one):
            assert np.abs(masks[one] - masks[other]).mean() > 0.03


@pytest.mark.parametrize("draw", SHADOWS)
def test_masks_are_of_the_shape_of_the_picture(draw):
    """Wide and high pictures have square cells."""
    for size in ((0.5, 2.0), (1.6, 0.625)):
        mask = draw(RandomStream(1), flat_places(*size))
        assert mask.shape == tuple(round(CELLS * one) for one in size)
        assert mask.max() - mask.min() > 0.8


@pytest.mark.parametrize("seed", range(6))
def test_a_blind_has_many_bands(seed):
    """Down the middle of the picture, light and shade alternate at least four times."""
    mask = blinds(RandomStream(seed), flat_places())
    counts = [
        int((np.diff((mask[:, column] > 0.5).astype(int)) == 1).sum())
        for column in range(CELLS // 4, 3 * CELLS // 4, 10)
    ]
    assert max(counts) >= 4


@pytest.mark.parametrize("seed", range(4))
def test_edges_of_leaves_are_of_several_widths(seed):
    """Low twigs have sharp shadows, and the crown has soft ones."""
    mask = leaf_shade(RandomStream(seed), flat_places())
    down, across = np.gradient(mask)
    slope = np.hypot(down, across)[(mask > 0.2) & (mask < 0.8)]
    assert np.quantile(slope, 0.95) > 3 * np.quantile(slope, 0.2)


def test_a_shadow_bends_at_the_rim_of_a_thing_alone():
    """An even ground is one plane; on a bright thing the shadow is moved, a little."""
    even = np.full((240, 320, 4), 128, np.uint8)
    thing = even.copy()
    thing[80:160, 110:210, :3] = 240
    flat, bent = (bent_places(one, RandomStream(2)) for one in (even, thing))
    assert flat.rows.shape == (round(CELLS * flat.height), round(CELLS * flat.width))
    plane = centres(len(flat.rows))[:, None]
    moved = np.abs(bent.rows - plane)
    assert moved.max() <= MOST_BEND + 1e-6
    assert moved.max() > 0.005
    assert moved.max() > 2 * np.abs(flat.rows - plane).max()
