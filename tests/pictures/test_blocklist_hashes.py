"""Blocked pictures are recognised after edits, and other pictures are not."""

import numpy as np
import pytest
from skimage import data

from diabelli.pictures.blocklist_hashes import hashes_to_query, hashes_to_store
from diabelli.pictures.pdq import MAX_MATCH_DISTANCE, hamming_distances, pack_hashes

NAMES = ("astronaut", "camera", "chelsea", "coffee", "coins", "logo", "moon", "rocket")


def named(name: str) -> np.ndarray:
    """One of scikit-image's sample pictures as (row, column, 3)."""
    image = getattr(data, name)()
    return np.dstack([image] * 3) if image.ndim == 2 else image[..., :3]


def hash_distance(known: np.ndarray, image: np.ndarray) -> int:
    """Return the minimum distance of the hashes of `image` and the stored `known`, in bits."""
    return int(
        hamming_distances(
            pack_hashes(hashes_to_query(image)), pack_hashes(hashes_to_store(known))
        ).min()
    )


@pytest.mark.parametrize("percent", range(6))
@pytest.mark.parametrize("name", ["astronaut", "camera", "chelsea", "coins"])
def test_a_trimmed_picture_is_recognised(name, percent):
    """Up to a twentieth of each side."""
    image = named(name)
    rows, columns = (side * percent // 100 for side in image.shape[:2])
    trimmed = image[rows : len(image) - rows, columns : image.shape[1] - columns]
    assert hash_distance(image, trimmed) <= MAX_MATCH_DISTANCE


@pytest.mark.parametrize("name", ["chelsea", "coffee", "rocket"])
def test_the_square_of_a_wide_picture_is_recognised(name):
    """The whole by its square, and the square by the whole, also when rotated."""
    image = named(name)
    side = min(image.shape[:2])
    left = (image.shape[1] - side) // 2
    square = image[:, left : left + side]
    assert hash_distance(image, square) <= MAX_MATCH_DISTANCE
    assert hash_distance(square, image) <= MAX_MATCH_DISTANCE
    assert hash_distance(image, np.rot90(square)) <= MAX_MATCH_DISTANCE


def test_other_pictures_are_not_recognised():
    """For all stored hashes of one and all computed ones of the other."""
    images = {name: named(name) for name in NAMES}
    for one, known in images.items():
        for other, image in images.items():
            assert one == other or hash_distance(known, image) > 2 * MAX_MATCH_DISTANCE, (
                one,
                other,
            )


def test_a_featureless_picture_is_not_recognised():
    """It has no hash."""
    grey = np.full((99, 60, 3), 128, np.uint8)
    assert hashes_to_store(grey) == ()
    assert hashes_to_query(grey) == ()
