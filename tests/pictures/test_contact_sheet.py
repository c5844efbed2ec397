"""The contact sheet."""

import numpy as np

from diabelli.pictures import contact_sheet


def test_images_are_laid_out_in_reading_order():
    """Five images take three columns and two rows."""
    greys = [0, 50, 100, 150, 200]
    made = contact_sheet([np.full((9, 9, 3), grey, np.uint8) for grey in greys])
    tile = made.shape[1] // 3
    middles = [
        made[row * tile + tile // 2, column * tile + tile // 2, 0]
        for row in (0, 1)
        for column in (0, 1, 2)
    ]
    assert middles == [*greys, 255]


def test_shapes_and_alpha_are_supported():
    """Every image keeps its aspect in the middle of its tile, on white."""
    made = contact_sheet([np.zeros((2, 8, 3), np.uint8), np.zeros((5, 5, 4), np.uint8)])
    assert made.shape[2] == 3
    dark = (made == 0).all(axis=2)
    assert dark.sum(axis=0).max() * 4 == dark.sum(axis=1).max()


def test_one_image_makes_a_sheet():
    """An image of one pixel is sufficient."""
    assert contact_sheet([np.zeros((1, 1, 3), np.uint8)]).shape[0] > 1
