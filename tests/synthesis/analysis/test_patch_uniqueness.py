"""Patch uniqueness against exhaustive comparison, and invariants."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.patch_uniqueness import (
    MIN_DISPLACEMENT,
    NEIGHBOUR_RANK,
    _distances_elsewhere,
    patch_uniqueness,
)
from diabelli.synthesis.core.types import PATCH
from oracles.exhaustive import all_distances


def image(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)


def all_elsewhere(picture: np.ndarray) -> np.ndarray:
    """NEIGHBOUR_RANK-th smallest distance to a patch beyond MIN_DISPLACEMENT, or 0."""
    distances = all_distances(picture, picture)
    rows, columns = distances.shape[:2]
    out = np.zeros((rows, columns), np.int64)
    for y, x in np.ndindex(rows, columns):
        v, u = np.indices((rows, columns))
        elsewhere = (v - y) ** 2 + (u - x) ** 2 > MIN_DISPLACEMENT**2
        found = np.sort(distances[y, x][elsewhere])
        if len(found) >= NEIGHBOUR_RANK:
            out[y, x] = found[NEIGHBOUR_RANK - 1]
    return out


@pytest.mark.parametrize("shape", [(12, 12), (19, 19), (8, 30), (24, 11), (20, 27)])
def test_the_nearest_elsewhere_are_found(shape):
    """The kernel equals exhaustive comparison."""
    picture = image(*shape)
    found = _distances_elsewhere(picture.astype(np.int32))
    np.testing.assert_array_equal(found, all_elsewhere(picture))


def test_what_has_no_elsewhere_has_no_distance():
    """A picture of one patch gives 0."""
    assert not _distances_elsewhere(image(PATCH, PATCH).astype(np.int32)).any()


def test_uniqueness_is_a_share():
    """Uniqueness is within 0..1, one value per patch."""
    rare = patch_uniqueness(image(40, 52))
    assert rare.shape == (40 - PATCH + 1, 52 - PATCH + 1)
    assert rare.dtype == np.float32
    assert rare.min() >= 0
    assert rare.max() <= 1


def test_a_uniform_picture_has_nothing_unique():
    """Uniqueness is 0 where all patches are equal."""
    assert not patch_uniqueness(np.full((48, 48, 4), 77, np.uint8)).any()


def test_the_only_object_in_a_picture_is_unique():
    """A single disc in a repeating pattern is unique, the pattern is not."""
    y, x = np.indices((48, 48))
    pattern = np.where((y // 2 + x // 2) % 2, 90, 110)
    grey = np.where((y - 24) ** 2 + (x - 20) ** 2 < 36, 230, pattern)
    rare = patch_uniqueness(np.repeat(grey[..., None], 4, -1).astype(np.uint8))
    assert rare[20, 16] > 0.9
    assert rare[2:8, 30:].max() < 0.2


def test_a_mirrored_picture_is_as_unique():
    """Mirroring a picture mirrors its uniqueness."""
    picture = image(30, 34, 3)
    mirrored = patch_uniqueness(np.ascontiguousarray(picture[:, ::-1]))
    np.testing.assert_allclose(mirrored[:, ::-1], patch_uniqueness(picture), atol=1e-5)
