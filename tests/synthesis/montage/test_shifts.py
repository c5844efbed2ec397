"""Shifted copies: their content and their unary costs."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.cell_features import (
    LINE_DENSITY,
    SMOOTHNESS,
    STIFFNESS,
    SUBJECT,
    CellFeatures,
)
from diabelli.synthesis.analysis.source_analysis import analyse
from diabelli.synthesis.core.alpha import premultiply
from diabelli.synthesis.core.grid import GRID, centres, sample_bilinear
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.layout.layout import Layout
from diabelli.synthesis.montage.shifts import (
    COPY_COUNT,
    FORBIDDEN_COST,
    LINE_STIFFNESS,
    MAX_HORIZONTAL_SHIFT,
    MIN_SHIFT,
    RANDOM_COST_SHARE,
    SUBJECT_COST,
    random_shifted_copies,
)
from oracles.sources import bricks, meadow, pebbles

NEW = 80.0


def layout(top: float = 0.0, left: float = 0.0) -> Layout:
    """Return the identity layout, or a moved one."""
    rows, columns = np.meshgrid(centres(GRID) - top, centres(GRID) - left, indexing="ij")
    return Layout(False, rows.astype(np.float32), columns.astype(np.float32))


@pytest.fixture(scope="module")
def cells() -> CellFeatures:
    return analyse(premultiply(meadow(256)), 256, 256).cells


def test_the_first_copy_is_not_displaced(cells):
    """Copy 0 shows every cell at its place; no other shift is close to 0."""
    sheets = random_shifted_copies(cells, layout(), NEW, RandomStream(1))
    assert len(sheets.shifts) == COPY_COUNT
    assert not sheets.shifts[0].any()
    assert np.abs(sheets.shifts[1:]).sum(1).min() > MIN_SHIFT
    assert np.abs(sheets.shifts[:, 1]).max() <= MAX_HORIZONTAL_SHIFT
    first = sheets.appearance[0].reshape(GRID, GRID, 2, 2, 5)[:, :, 0, 0]
    inner = np.s_[4:-4, 4:-4]
    np.testing.assert_allclose(first[inner], cells.appearance[::2, ::2][inner], atol=0.01)


def test_copies_are_displaced_by_their_shifts(cells):
    """A copy shows the content at its shift."""
    sheets = random_shifted_copies(cells, layout(), NEW, RandomStream(2))
    for (down, across), firm in zip(sheets.shifts, sheets.stiffness, strict=True):
        shown = sample_bilinear(cells.features, layout().rows + down, layout().columns + across)
        expected = shown[..., STIFFNESS] + LINE_STIFFNESS * shown[..., LINE_DENSITY]
        np.testing.assert_allclose(firm, expected, atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_no_copy_shows_what_the_source_does_not_have(cells, seed):
    """Shifted copies end where the source ends."""
    sheets = random_shifted_copies(cells, layout(), NEW, RandomStream(seed))
    for step, own in zip(sheets.shifts[1:], sheets.unary[1:], strict=True):
        rows, columns = layout().rows + step[0], layout().columns + step[1]
        outside = (np.abs(rows - 0.5) > 0.5) | (np.abs(columns - 0.5) > 0.5)
        assert (own[outside] >= FORBIDDEN_COST).all()
        assert (own[~outside] < FORBIDDEN_COST).all()


def test_the_subject_stays_where_it_is(cells):
    """Copies that lose the subject or show it elsewhere are expensive."""
    sheets = random_shifted_copies(cells, layout(), NEW, RandomStream(4))
    subject = cells.features[..., SUBJECT] == 1
    assert subject.any()
    assert (sheets.unary[0][subject] == 0).all()
    assert (sheets.unary[1:, subject] >= SUBJECT_COST).all()
    for step, own in zip(sheets.shifts[1:], sheets.unary[1:], strict=True):
        shown = sample_bilinear(cells.features, layout().rows + step[0], layout().columns + step[1])
        ghost = shown[..., SUBJECT] > 0.9
        assert (own[ghost] >= 0.9 * SUBJECT_COST).all()


def test_novelty_is_cheaper():
    """On a texture copy 0 costs the novelty reward; in smooth areas nothing is gained."""
    texture = analyse(premultiply(pebbles(256)), 256, 256).cells
    facts = texture.features.copy()
    facts[..., SUBJECT] = 0
    facts[..., SMOOTHNESS] = 0
    facts[:, :20, SMOOTHNESS] = 1
    sheets = random_shifted_copies(
        CellFeatures(facts, texture.appearance), layout(), NEW, RandomStream(5)
    )
    assert not sheets.unary[0][:, :20].any()
    assert (sheets.unary[0][:, 21:] == NEW).all()
    there = sheets.unary[1:, :, 21:] < FORBIDDEN_COST
    assert np.median(sheets.unary[1:, :, 21:][there]) < (1 + RANDOM_COST_SHARE) * NEW


@pytest.mark.parametrize(("top", "left"), [(0.2, 0.0), (0.0, 0.2), (0.0, -0.2)])
def test_some_copies_fill_the_area_beyond(cells, top, left):
    """Where the layout extends beyond the source, one copy is inside."""
    moved = layout(top, left)
    sheets = random_shifted_copies(cells, moved, 0.0, RandomStream(6))
    beyond = (moved.rows < 0) | (np.abs(moved.columns - 0.5) > 0.5)
    assert beyond.any()
    assert (sheets.unary[1:, beyond].min(0) < FORBIDDEN_COST).mean() > 0.95


@pytest.fixture(scope="module")
def wall() -> CellFeatures:
    """Return a wall without a subject."""
    found = analyse(premultiply(bricks(256)), 256, 256).cells
    found.features[..., SUBJECT] = 0
    return found


@pytest.mark.parametrize("seed", range(3))
def test_shifts_settle_where_a_picture_repeats(wall, seed):
    """Shifts of a wall are nearly multiples of its period."""
    across = random_shifted_copies(wall, layout(), NEW, RandomStream(seed)).shifts[1:, 1]
    off = np.abs(across * 16 - np.rint(across * 16)) / 16
    assert off.mean() < 0.4 / 64  # 1 / 64 were they drawn alone


@pytest.mark.parametrize("seed", range(3))
def test_no_shift_becomes_zero(seed):
    """In a smooth picture the best fit is no shift, but each keeps MIN_SHIFT."""
    blobs = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), np.uint8)
    soft = analyse(resize(premultiply(blobs), 256, 256), 256, 256).cells
    soft.features[..., SUBJECT] = 0
    sheets = random_shifted_copies(soft, layout(), NEW, RandomStream(seed))
    assert np.abs(sheets.shifts[1:]).sum(1).min() > MIN_SHIFT


def test_seams_through_walls_are_firm(cells, wall):
    """A wall is stiffer than a meadow."""
    firm = [
        random_shifted_copies(each, layout(), NEW, RandomStream(5)).stiffness[0].mean()
        for each in (wall, cells)
    ]
    assert firm[0] > 5 * firm[1]


def test_copies_depend_on_the_stream_only(cells):
    """The copies depend on the random stream only."""
    steps = [
        random_shifted_copies(cells, layout(), NEW, RandomStream(seed)).shifts for seed in (7, 7, 8)
    ]
    np.testing.assert_array_equal(steps[0], steps[1])
    assert (steps[0] != steps[2]).any()
