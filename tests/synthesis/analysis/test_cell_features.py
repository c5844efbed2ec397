"""Cell features: shapes, values and mirroring."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.cell_features import (
    ISOLATED_STIFFNESS_GAIN,
    LINE_DENSITY,
    SLOPE_ACROSS,
    SMOOTHNESS,
    STIFFNESS,
    SUBJECT,
    TEXTURE,
    TEXTURE_ENERGY,
    cell_features,
)
from diabelli.synthesis.analysis.source_analysis import analyse
from diabelli.synthesis.core.alpha import premultiply
from diabelli.synthesis.core.grid import GRID
from oracles.sources import bricks, face, landscape

HALF = np.full((GRID, GRID), 0.5, np.float32)
FEATURES = np.ones((3, 40, 40), np.float32)


def cells(image, plain=HALF):
    return cell_features(image, HALF, HALF, plain, FEATURES)


@pytest.mark.parametrize("size", [(256, 256), (40, 40), (100, 300)])
def test_cells_have_their_shapes(size):
    """The shapes do not depend on the size of the image."""
    found = cells(np.zeros((*size, 4), np.uint8))
    assert found.features.shape == (GRID, GRID, TEXTURE + 3)
    assert found.appearance.shape == (2 * GRID, 2 * GRID, 5)
    assert found.features.dtype == found.appearance.dtype == np.float32


def test_features_are_in_their_places():
    """Subject and smoothness are copied; a flat image has no texture energy, noise has."""
    flat = cells(np.full((256, 256, 4), 90, np.uint8))
    assert (flat.features[..., SUBJECT] == 0.5).all()
    assert (flat.features[..., SMOOTHNESS] == 0.5).all()
    assert np.abs(flat.features[..., TEXTURE_ENERGY]).max() < 1e-3
    noise = np.random.default_rng(0).integers(0, 256, (256, 256, 4), np.uint8)
    assert cells(noise).features[..., TEXTURE_ENERGY].min() > 5


def test_what_stands_in_a_plain_is_firmer():
    """Rigidity counts 1 + ISOLATED_STIFFNESS_GAIN times in a smooth area, once elsewhere."""
    image = np.zeros((256, 256, 4), np.uint8)
    inside, outside = cells(image, HALF * 2), cells(image, HALF * 0)
    np.testing.assert_allclose(
        inside.features[..., STIFFNESS], 0.5 * (1 + ISOLATED_STIFFNESS_GAIN), rtol=1e-5
    )
    np.testing.assert_allclose(outside.features[..., STIFFNESS], 0.5, rtol=1e-5)


@pytest.mark.parametrize("mortar", [90, 200])
def test_walls_are_lined_and_noise_is_not(mortar):
    """Parallel lines of any contrast have line density and no texture energy; noise has neither."""
    wall = cells(premultiply(bricks(256, mortar))).features
    assert wall[..., LINE_DENSITY].mean() > 0.9
    noise = np.random.default_rng(1).integers(60, mortar, (64, 64, 4), np.uint8)
    speckles = cells(np.repeat(np.repeat(noise, 4, 0), 4, 1)).features
    assert speckles[..., LINE_DENSITY].mean() < 0.01
    assert speckles[..., TEXTURE_ENERGY].mean() > 2 * wall[..., TEXTURE_ENERGY].mean()


@pytest.mark.parametrize("draw", [face, landscape])
def test_mirrored_cells_are_those_of_the_mirrored_image(draw):
    """Features and appearance are mirrored; horizontal gradients change their sign."""
    one = analyse(premultiply(draw(256)), 256, 256).cells.mirrored()
    other = analyse(premultiply(np.ascontiguousarray(draw(256)[:, ::-1])), 256, 256).cells
    for axis in (0, 1, 2, SLOPE_ACROSS - 1, SLOPE_ACROSS):
        np.testing.assert_allclose(one.appearance[..., axis], other.appearance[..., axis], atol=0.6)
    np.testing.assert_allclose(
        one.features[..., TEXTURE_ENERGY], other.features[..., TEXTURE_ENERGY], atol=0.1
    )
    np.testing.assert_array_equal(
        one.mirrored().appearance, one.mirrored().mirrored().mirrored().appearance
    )
