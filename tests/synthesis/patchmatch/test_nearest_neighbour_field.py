"""Nearest-neighbour fields: expected positions and upsampling."""

import numpy as np
import pytest

from diabelli.synthesis.core.types import PATCH
from diabelli.synthesis.patchmatch.nearest_neighbour_field import (
    expected_field,
    patch_mask,
    upsample_field,
)
from diabelli.synthesis.patchmatch.patchmatch import POSITION_UNIT


def itself(height: int, width: int) -> np.ndarray:
    """Return the identity field."""
    shape = (height - PATCH + 1, width - PATCH + 1)
    return np.moveaxis(np.indices(shape), 0, -1).astype(np.int32)


def random_field(height: int, width: int, seed: int) -> np.ndarray:
    """Return a uniformly random field."""
    shape = (height - PATCH + 1, width - PATCH + 1)
    return np.random.default_rng(seed).integers(0, shape, (*shape, 2), np.int32)


def inside(field: np.ndarray, height: int, width: int) -> bool:
    """Return whether every match is a patch of a source of that size."""
    limits = (height - PATCH, width - PATCH)
    return bool((field >= 0).all() and (field <= limits).all())


@pytest.mark.parametrize("shape", [(16, 16), (16, 50), (41, 23)])
def test_places_that_do_not_move_are_expected_where_they_are(shape):
    """The identity expects each patch at its own place."""
    rows, columns = (g.astype(np.float32) for g in np.indices(shape))
    np.testing.assert_array_equal(expected_field(rows, columns), itself(*shape) * POSITION_UNIT)


def test_expectations_have_fractions():
    """A displacement by a quarter pixel is kept."""
    rows, columns = (g.astype(np.float32) for g in np.indices((20, 20)))
    expected = expected_field(rows + np.float32(0.25), columns - np.float32(0.5))
    middle = expected[3:-3, 3:-3] - (itself(20, 20) * POSITION_UNIT)[3:-3, 3:-3]
    assert (middle == (POSITION_UNIT // 4, -POSITION_UNIT // 2)).all()


def test_wild_places_are_expected_inside():
    """Every expected position is a patch of the source, for any layout."""
    rows, columns = np.random.default_rng(0).normal(0, 100, (2, 30, 22)).astype(np.float32)
    expected = expected_field(rows, columns)
    assert inside(-(-expected // POSITION_UNIT), 30, 22)
    assert inside(expected // POSITION_UNIT, 30, 22)


def test_a_patch_counts_if_any_of_its_pixels_does():
    """The mask of patches is the mask of pixels, widened by the patch."""
    pixels = (np.random.default_rng(1).random((25, 31)) < 0.01).astype(np.uint8) * 7
    exact = np.lib.stride_tricks.sliding_window_view(pixels, (PATCH, PATCH)).any((2, 3))
    assert exact.any()
    assert not exact.all()
    np.testing.assert_array_equal(patch_mask(pixels), exact)


@pytest.mark.parametrize(
    ("old", "new"), [((40, 40), (58, 58)), ((16, 60), (24, 88)), ((50, 21), (100, 42))]
)
def test_a_field_that_moves_nothing_still_does_not_a_level_up(old, new):
    """The identity is upsampled to the identity."""
    np.testing.assert_array_equal(upsample_field(itself(*old), old, new), itself(*new))


def test_the_same_size_changes_nothing():
    """A field upsampled to its own size is unchanged."""
    field = random_field(30, 20, 2)
    np.testing.assert_array_equal(upsample_field(field, (30, 20), (30, 20)), field)


@pytest.mark.parametrize(
    ("old", "new"),
    [((40, 40), (58, 58)), ((16, 16), (16, 23)), ((16, 300), (17, 301)), ((256, 256), (300, 512))],
)
def test_upsampled_fields_stay_inside(old, new):
    """Random fields point into the larger source after upsampling."""
    carried = upsample_field(random_field(*old, 3), old, new)
    assert carried.shape == (new[0] - PATCH + 1, new[1] - PATCH + 1, 2)
    assert inside(carried, *new)


def test_displacements_grow_with_the_level():
    """Displacements scale with the size."""
    field = np.clip(itself(40, 40) + np.int32([3, -2]), 0, 40 - PATCH).astype(np.int32)
    carried = upsample_field(field, (40, 40), (80, 80)) - itself(80, 80)
    assert (carried[12:-12, 12:-12] == (6, -4)).all()
