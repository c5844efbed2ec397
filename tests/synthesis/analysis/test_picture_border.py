"""Borders: thin even lines along the edges are found, pictures are not."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.picture_border import (
    MAX_WIDTH,
    NO_BORDER,
    border_insets,
)
from oracles.sources import SOURCES, meadow

SIDE = 256


def shown(draw) -> np.ndarray:
    """Return a picture of SIDE pixels, (SIDE, SIDE, 4)."""
    return np.dstack([draw(SIDE), np.full((SIDE, SIDE), 255, np.uint8)])


@pytest.mark.parametrize("draw", [*SOURCES.values(), meadow])
def test_a_picture_without_a_border_has_none(draw):
    """Grass, faces, skies and pebbles at the edges are no border."""
    assert border_insets(shown(draw)) == NO_BORDER


@pytest.mark.parametrize("grey", [0, 255])
@pytest.mark.parametrize("width", [1, 2, 4])
def test_black_and_white_lines_are_a_border(grey, width):
    """Each edge has its own; one pixel more is left out."""
    image = shown(meadow)
    image[:width, :, :3] = grey
    found = border_insets(image)
    assert found.top == pytest.approx((width + 1) / SIDE)
    assert found == NO_BORDER._replace(top=found.top)
    turned = border_insets(np.ascontiguousarray(image.transpose(1, 0, 2)[:, ::-1]))
    assert turned == NO_BORDER._replace(right=found.top)
    assert turned.mirrored() == NO_BORDER._replace(left=found.top)


def test_a_line_beside_a_part_of_the_edge_is_a_border():
    """The line of a tilted scan ends before the corner."""
    image = shown(meadow)
    image[-2:, : SIDE * 4 // 5, :3] = 0
    assert border_insets(image).bottom == 0
    image[-1:, :, :3] = 0
    assert border_insets(image).bottom == pytest.approx(3 / SIDE)


def test_a_wide_bar_is_no_border():
    """It belongs to the picture."""
    image = shown(meadow)
    image[: int(MAX_WIDTH * SIDE) + 2, :, :3] = 0
    assert border_insets(image) == NO_BORDER
