"""Guides: the montage at every size, with a mend mask along its seams."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.source_analysis import analyse
from diabelli.synthesis.core.alpha import premultiply
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.pyramid import WORK_LEVEL
from diabelli.synthesis.core.types import PATCH
from diabelli.synthesis.montage.guide import Guide, guide_of
from diabelli.synthesis.montage.montage import Montage, unshifted
from diabelli.synthesis.patchmatch.patchmatch import POSITION_UNIT
from diabelli.synthesis.patchmatch.refine import expected_matches
from oracles.sources import pebbles
from synthesis.montage.test_shifts import layout


def halves(step: float = 0.25) -> Montage:
    """Return a montage whose right half shows another copy."""
    labels = np.zeros((GRID, GRID), np.uint8)
    labels[:, GRID // 2 :] = 1
    steps = np.array([(0.0, 0.0), (0.0, -step)], np.float32)
    return Montage(labels, steps, np.zeros((GRID, GRID, 3), np.float32))


def guide(montage: Montage, side: int = 512) -> Guide:
    return guide_of(analyse(premultiply(pebbles(512)), side, side), layout(), montage)


def test_a_whole_copy_has_no_seam():
    """The mend mask is 0, and the guide is the source under the layout."""
    shown = guide(unshifted())
    assert shown.montage.seamless
    for index, size in enumerate(shown.analysis.sizes):
        assert shown.mend_mask(index).shape == size
        assert not shown.mend_mask(index).any()
    difference = shown.render(512, 512).astype(int) - premultiply(pebbles(512))
    assert np.abs(difference).mean() < 1


def test_each_half_is_shown_from_its_own_place():
    """Both sides of the seam show the source, shifted by their copy's shift."""
    shown, source = guide(halves()).render(512, 512).astype(int), premultiply(pebbles(512))
    assert np.abs(shown[:, :250] - source[:, :250]).mean() < 1
    assert np.abs(shown[:, 262:] - source[:, 262 - 128 : 512 - 128]).mean() < 1


@pytest.mark.parametrize("index", range(WORK_LEVEL + 2))
def test_the_mend_mask_is_along_the_seam(index):
    """The mend mask is 1 at seams and 0 away from them; fine levels follow the searched ones."""
    shown = guide(halves())
    width = shown.analysis.sizes[index][1]
    free = shown.mend_mask(index)
    scale = max(1, width // 256)
    assert free[:, width // 2 - 1].min() == 255
    assert not free[:, : width // 2 - 12 * scale].any()
    assert not free[:, width // 2 + 12 * scale :].any()


def test_matches_are_expected_on_their_own_copy():
    """Left of the seam patches come from their own position, right of it from a shift away."""
    expected = expected_matches(guide(halves()), 0) / POSITION_UNIT
    side = 84
    columns = np.arange(side - PATCH + 1)
    middle = expected[side // 2, :, 1] - columns
    assert np.abs(middle[: side // 2 - PATCH]).max() < 0.2
    assert np.abs(middle[side // 2 + 2 :] + side / 4).max() < 0.2


def test_intermediate_levels_are_rendered_near_seams():
    """The first and last level are rendered except in the mend mask; others only where needed."""
    shown = guide(halves())
    finest = len(shown.analysis.sizes) - 1
    assert shown.level(0)[..., 3].all()
    last = shown.level(finest)
    assert last[shown.mend_mask(finest) < 255, 3].all()
    between = shown.level(1)[..., 3]
    assert between[:, 55:67].all()
    assert not between[:, :30].any()


def test_a_guide_has_the_subject_of_the_source():
    """The subject is that of the source, under the layout."""
    analysis = analyse(premultiply(pebbles(256)), 256, 256)
    analysis.subject[:] = 0
    analysis.subject[:, :16] = 1
    moved = guide_of(analysis, layout(left=0.25), unshifted()).subject
    assert moved[:, 20:30].min() > 0.99
    assert moved[:, 34:].max() < 0.01
