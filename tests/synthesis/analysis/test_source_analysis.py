"""Source analysis: level sizes, and the source at each of them."""

from itertools import pairwise

import numpy as np
import pytest

from diabelli.synthesis.analysis.source_analysis import analyse
from diabelli.synthesis.core.alpha import premultiply
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.parallel import run_sequentially
from diabelli.synthesis.core.pyramid import WORK_LEVEL, pyramid_sizes, size_with_area
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.types import PATCH
from oracles.sources import face, flag, landscape, meadow, pebbles, sticker

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


@pytest.mark.parametrize("shape", [(1, 1), (20, 20), (256, 256), (1100, 1300)])
def test_a_source_of_any_size_has_every_level(shape):
    """Each level of the source has that level's size."""
    source = np.random.default_rng(0).integers(0, 256, (*shape, 4), np.uint8)
    analysis = analyse(source, 512, 512)
    for index, size in enumerate(analysis.sizes):
        assert analysis.level(index).shape == (*size, 4)
    for found in (analysis.rigidity, analysis.subject, analysis.smoothness):
        assert found.min() >= 0
        assert found.max() <= 1


def test_levels_look_like_the_source():
    """Resizing by way of the pyramid is close to resizing at once."""
    source = premultiply(landscape(1100))
    analysis = analyse(source, 256, 256)
    for index, size in enumerate(analysis.sizes):
        difference = analysis.level(index).astype(int) - resize(source, *size)
        assert np.abs(difference).mean() < 2


def test_detail_is_kept_where_there_is_some():
    """Warps of a large source use more pixels than the level has, of a small one not."""
    large = analyse(premultiply(face(600)), 256, 256)
    assert large.image_for_warp(256, 256).shape[0] > 256
    assert (
        large.image_for_warp(256, 256, 1.3).shape[0] < large.image_for_warp(256, 256, 1.0).shape[0]
    )
    small = analyse(premultiply(face(60)), 256, 256)
    assert small.image_for_warp(256, 256) is small.pyramid[0]


def test_only_photographs_are_divisible():
    """Graphics, cut-outs and symmetric pictures are not divisible."""
    for photograph in (meadow(200), pebbles(200)):
        assert analyse(premultiply(photograph), 256, 256).divisible
    for whole in (flag(200), sticker(200), np.hstack([face(128), face(128)[:, ::-1]])):
        assert not analyse(premultiply(whole), 256, 256).divisible


def test_threads_change_nothing():
    """Pieces of the analysis may run in any order."""

    def backwards(pieces):
        return [piece() for piece in pieces[::-1]][::-1]

    one, other = (
        analyse(premultiply(face(200)), 256, 256, spread)
        for spread in (run_sequentially, backwards)
    )
    np.testing.assert_array_equal(one.rigidity, other.rigidity)
    np.testing.assert_array_equal(one.cells.features, other.cells.features)


def test_the_mirrored_analysis_is_of_the_mirrored_source():
    """All maps are mirrored, and mirroring twice changes nothing."""
    analysis = analyse(premultiply(face(200)), 256, 256)
    mirrored = analysis.mirrored()
    for index in range(len(analysis.sizes)):
        difference = mirrored.level(index)[:, ::-1].astype(int) - analysis.level(index)
        assert np.abs(difference).max() <= 1
    np.testing.assert_array_equal(mirrored.rigidity[:, ::-1], analysis.rigidity)
    np.testing.assert_array_equal(mirrored.mirrored().subject, analysis.subject)
    assert mirrored.extension == analysis.extension.mirrored()


def test_contrast_is_never_nothing():
    """The gate divides by the contrast, so a uniform picture has a small one."""
    assert analyse(np.full((50, 50, 4), 9, np.uint8), 64, 64).contrast == 12
    assert analyse(premultiply(face(200)), 64, 64).contrast > 30


def test_a_subject_is_rigid_and_its_surroundings_less():
    """A face is more rigid than the sand behind it."""
    sand = np.random.default_rng(2).integers(90, 160, (256, 256, 1), np.uint8)
    beach = np.where(sticker(256)[..., 3:] > 127, face(256), sand)
    rigid = analyse(premultiply(beach), 256, 256).rigidity
    assert rigid.shape == (GRID, GRID)
    assert rigid[24:44, 22:42].mean() > 0.6
    assert rigid[24:44, 22:42].mean() > 1.5 * rigid[:, :8].mean()
