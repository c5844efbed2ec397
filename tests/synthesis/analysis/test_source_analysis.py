"""Source analysis: the source at each level, and its maps."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.source_analysis import analyse
from diabelli.synthesis.core.alpha import premultiply
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.parallel import run_sequentially
from diabelli.synthesis.core.resample import resize
from oracles.lettering import written
from oracles.sources import face, flag, landscape, meadow, pebbles, sticker


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
    places = mirrored.likeliest_lettering, analysis.likeliest_lettering
    assert places[0].column == pytest.approx(1 - places[1].column)
    assert places[0].row == places[1].row


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


def test_lettering_is_rigid_and_part_of_the_subject():
    """Lettering keeps its shape, and no frame cuts it, in both orientations."""
    analysis = analyse(premultiply(written("Harbour", 60, (0.5, 0.25))[0]), 256, 256)
    bare = analyse(premultiply(landscape(512)), 256, 256)
    word = np.s_[14:18, 24:40]
    assert analysis.has_lettering
    assert analysis.mirrored().has_lettering
    assert not bare.has_lettering
    for name in ("rigidity", "subject"):
        assert getattr(analysis, name)[word].mean() > 0.6 > getattr(bare, name)[word].mean()
