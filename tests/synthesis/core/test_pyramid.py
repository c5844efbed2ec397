"""Sizes of the levels of a pyramid."""

from itertools import pairwise

import pytest

from diabelli.synthesis.core.pyramid import WORK_LEVEL, pyramid_sizes, size_with_area
from diabelli.synthesis.core.types import PATCH

CANVASES = [
    (1, 1),
    (64, 64),
    (256, 256),
    (512, 512),
    (1024, 1024),
    (300, 900),
    (4096, 10),
    (10, 4096),
]


@pytest.mark.parametrize("canvas", CANVASES)
def test_levels_never_shrink_and_reach_the_canvas(canvas):
    """Each level is at least as large as the one before; the last holds the canvas."""
    sizes = pyramid_sizes(*canvas)
    for (height, width), (next_height, next_width) in pairwise(sizes):
        assert next_height >= height
        assert next_width >= width
        assert (next_height, next_width) != (height, width)
    assert sizes[-1][0] >= canvas[0]
    assert sizes[-1][1] >= canvas[1]


@pytest.mark.parametrize("canvas", CANVASES)
def test_every_level_holds_some_patches(canvas):
    """No level is narrower than two patches, at any aspect."""
    assert min(min(size) for size in pyramid_sizes(*canvas)) >= 2 * PATCH


def test_searched_levels_depend_on_the_aspect_alone():
    """Levels up to WORK_SIDE do not depend on the canvas size."""
    for one, other in (((256, 256), (2048, 2048)), ((300, 600), (1000, 2000))):
        assert pyramid_sizes(*one)[: WORK_LEVEL + 1] == pyramid_sizes(*other)[: WORK_LEVEL + 1]


def test_large_canvases_end_exactly():
    """The last level of a canvas larger than the searched ones has its size."""
    for canvas in ((512, 512), (1024, 1024), (1000, 700)):
        assert pyramid_sizes(*canvas)[-1] == canvas


@pytest.mark.parametrize("shape", [(100, 100), (640, 480), (30, 70)])
def test_scaling_keeps_the_aspect(shape):
    """The area is that of the side, the aspect that of the picture."""
    height, width = size_with_area(*shape, 200)
    assert height * width == pytest.approx(200**2, rel=0.02)
    assert height / width == pytest.approx(shape[0] / shape[1], rel=0.02)
