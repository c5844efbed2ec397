"""People: the cells where a person may be, in colour, in grey and in the dark."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.bare_skin import bare_skin
from diabelli.synthesis.analysis.people import People, find_people
from diabelli.synthesis.core.grid import GRID

HEAD = (slice(6, 22), slice(23, 34))
"""Cells of the head in the portrait of scikit-image."""


@pytest.fixture(scope="module")
def portrait():
    return pytest.importorskip("skimage.data").astronaut()


def grey(image):
    """Return an image without colour."""
    return np.repeat(image[..., 1:2], 3, axis=2)


def dark(image):
    """Return an image in dim light, in which skin is darker than the box of skin colours."""
    return image // 4


@pytest.mark.parametrize("change", [np.array, grey, dark])
def test_a_head_is_found_in_any_light(portrait, change):
    """Hair and eyes belong to it."""
    cells = find_people(change(portrait)).cells
    assert cells.shape == (GRID, GRID)
    assert cells.dtype == np.float32
    assert set(np.unique(cells)) == {0.0, 1.0}
    assert cells[HEAD].min() == 1


def test_bare_skin_is_found_where_there_is_enough(portrait):
    """A face has it; a person with a few cells of it is ignored."""
    bare = find_people(portrait).bare
    assert bare[11:19, 26:31].min() == 1
    assert bare[:25, :10].max() == 0
    far = np.full((512, 512, 3), 90, np.uint8)
    far[200:264, 200:264] = portrait[::8, ::8]
    assert find_people(far).bare.max() == 0


def test_ground_is_not_a_person():
    """Nothing is held in a picture of grass."""
    grass = pytest.importorskip("skimage.data").grass()
    assert find_people(np.repeat(grass[..., None], 3, axis=2)).cells.mean() < 0.1


def test_skin_is_that_of_bare_skin(portrait):
    """The person map is computed once for both."""
    np.testing.assert_array_equal(find_people(portrait).skin, bare_skin(portrait))


@pytest.mark.parametrize(("side", "is_small"), [(6, False), (20, True), (110, False)])
def test_small_faces_are_bare_skin_without_a_large_face(side, is_small):
    """A few places of skin may be of anything, and a large face fills its window."""
    skin, cells = np.zeros((192, 192), np.float32), np.zeros((GRID, GRID), np.float32)
    skin[40 : 40 + side, 40 : 40 + side] = 1
    assert People(skin, cells, cells).has_small_faces == is_small
