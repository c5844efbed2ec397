"""The benchmark pictures are complete, square and reproducible."""

import numpy as np
import pytest

import pictures
from drawn import DRAWN


@pytest.mark.parametrize("name", pictures.NAMES)
def test_each_picture_is_square(name):
    """Each exists, is square, in colour, and large enough."""
    image = pictures.load(name)
    assert image.dtype == np.uint8
    assert image.shape[0] == image.shape[1] >= 128
    assert image.shape[2] in (3, 4)


@pytest.mark.parametrize("name", DRAWN)
def test_drawn_pictures_do_not_change(name):
    """Drawing one twice gives the same pixels."""
    np.testing.assert_array_equal(pictures.load(name), pictures.load(name))


def test_a_wrong_name_is_refused_with_the_valid_ones():
    """An unknown name in --only is refused with the list of names."""
    with pytest.raises(ValueError, match=r"no picture is called cofee; known: astronaut"):
        pictures.chosen("astronaut,cofee")
