"""Saliency against exhaustive comparison, and invariants."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.saliency import (
    HEIGHT_WEIGHT,
    MIN_DISPLACEMENT,
    SALIENCY_GRID,
    _nearest_elsewhere,
    descriptors,
    saliency,
)
from diabelli.synthesis.core.alpha import premultiply
from oracles.sources import SOURCES, face


def all_nearest(features: np.ndarray) -> np.ndarray:
    """Smallest distance of each cell to a cell elsewhere, vertical distance included."""
    rows, columns = features.shape[1:]
    out = np.full((rows, columns), np.float32(1e9), np.float32)
    for y, x in np.ndindex(rows, columns):
        for v, u in np.ndindex(rows, columns):
            if (v - y) ** 2 + (u - x) ** 2 >= MIN_DISPLACEMENT**2 * rows * columns:
                apart = ((features[:, y, x] - features[:, v, u]).astype(np.float64) ** 2).sum()
                out[y, x] = min(out[y, x], apart + (HEIGHT_WEIGHT * (v - y) / rows) ** 2)
    return out


@pytest.mark.parametrize("shape", [(3, 8, 8), (1, 5, 11), (7, 12, 6)])
def test_the_nearest_region_elsewhere_is_found(shape):
    """The kernel equals exhaustive comparison."""
    features = np.random.default_rng(0).random(shape, np.float32)
    found = _nearest_elsewhere(features)
    np.testing.assert_allclose(found, all_nearest(features), rtol=1e-5)


@pytest.mark.parametrize("name", SOURCES)
def test_saliency_is_a_share(name):
    """Saliency is within 0..1 on its grid for any picture."""
    salient = saliency(descriptors(premultiply(SOURCES[name](128))))
    assert salient.shape == (SALIENCY_GRID, SALIENCY_GRID)
    assert salient.min() >= 0
    assert salient.max() <= 1


@pytest.mark.parametrize("shape", [(16, 16), (16, 400), (300, 17)])
def test_small_and_long_pictures_have_a_saliency(shape):
    """Sizes down to two patches a side are accepted."""
    picture = np.random.default_rng(1).integers(0, 256, (*shape, 4), np.uint8)
    assert np.isfinite(saliency(descriptors(picture))).all()


def test_a_uniform_picture_has_nothing_salient():
    """Where all regions are equal, none is salient."""
    assert saliency(descriptors(np.full((256, 256, 4), 128, np.uint8))).max() < 0.1


def test_a_subject_stands_out():
    """A face is more salient than the wall around it."""
    salient = saliency(descriptors(premultiply(face(256))))
    middle, corner = salient[18:30, 18:30], salient[:8, :8]
    assert middle.mean() > 2 * corner.mean()
    assert middle.max() > 0.5
