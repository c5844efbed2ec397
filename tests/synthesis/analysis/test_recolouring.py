"""Recolouring: objects that come out in one piece, and those that would be patched."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.colour_objects import find_colour_objects
from diabelli.synthesis.analysis.recolouring import leftover, recolourable_objects, split_outline

SIDE = 192


def painted(*discs) -> np.ndarray:
    """Return discs of (colour, row, column, radius) on grey."""
    image = np.full((SIDE, SIDE, 4), 255, np.uint8)
    image[..., :3] = 128
    y, x = np.indices((SIDE, SIDE))
    for colour, row, column, radius in discs:
        image[np.hypot(y - row, x - column) < radius, :3] = colour
    return image


def test_a_red_ball_on_grey_can_be_recoloured():
    """All of the hue is in the mask."""
    image = painted(((205, 30, 40), 96, 96, 44))
    assert recolourable_objects(image) == find_colour_objects(image) != []


def test_a_red_ball_among_pale_red_ones_cannot():
    """The pale ones, too dull for the mask, would keep the old hue."""
    image = painted(
        ((205, 30, 40), 60, 60, 24), ((170, 120, 120), 130, 130, 50), ((170, 120, 120), 40, 150, 30)
    )
    assert find_colour_objects(image)
    assert recolourable_objects(image) == []


@pytest.mark.parametrize("colour", [(240, 175, 20), (25, 70, 190)], ids=["lemon", "water"])
def test_lemons_and_deep_water_keep_their_colour(colour):
    """They are objects by their purity, but no other hue suits them."""
    image = painted((colour, 96, 96, 44))
    assert find_colour_objects(image)
    assert recolourable_objects(image) == []


def test_leftover_is_the_chroma_outside():
    """Nothing is left over of a mask that holds all, half of one that holds two thirds."""
    vivid = np.full((6, 6), 30, np.float32)
    mask = np.zeros((6, 6), np.float32)
    mask[:4] = 1
    assert leftover(vivid, np.ones((6, 6), np.float32)) == 0
    assert leftover(vivid, mask) == pytest.approx(0.5)


def test_an_outline_within_one_hue_is_split():
    """It is not split where one side is grey."""
    mask = np.zeros((8, 8), np.float32)
    mask[:, :4] = 1
    vivid = np.full((8, 8), 30, np.float32)
    assert split_outline(vivid, mask) == pytest.approx(1)
    vivid[:4, 4:] = 0
    assert split_outline(vivid, mask) == pytest.approx(0.5)
    assert split_outline(vivid * mask, mask) == 0
