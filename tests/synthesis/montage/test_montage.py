"""Montages: minimal energy, subject in place, hidden steps."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.cell_features import SUBJECT
from diabelli.synthesis.analysis.source_analysis import analyse
from diabelli.synthesis.core.alpha import premultiply
from diabelli.synthesis.core.grid import GRID, sample_bilinear
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.montage.montage import _colour_offsets, _energy, solve_montage, unshifted
from diabelli.synthesis.montage.shifts import FORBIDDEN_COST, ShiftedCopies, random_shifted_copies
from oracles.sources import meadow
from synthesis.montage.test_shifts import layout

COUNT = 3


def flat_sheets(colours: tuple[float, ...], own: np.ndarray) -> ShiftedCopies:
    """Return copies of one colour each, in quarters of grey levels."""
    looks = np.zeros((len(colours), GRID, GRID, 4, 5), np.float32)
    looks[..., :3] = np.array(colours, np.float32).reshape(-1, 1, 1, 1, 1)
    nothing = np.zeros((len(colours), GRID, GRID), np.float32)
    steps = np.array([(0.0, 0.1 * k) for k in range(len(colours))], np.float32)
    return ShiftedCopies(steps, own, looks.reshape(*nothing.shape, 20), nothing, nothing)


def costs(*levels: float) -> np.ndarray:
    return np.stack([np.full((GRID, GRID), level, np.float32) for level in levels])


def cost(sheets: ShiftedCopies, labels: np.ndarray) -> float:
    return _energy(sheets.unary, sheets.appearance, sheets.texture_energy, sheets.stiffness, labels)


def test_the_cheapest_copy_is_shown():
    """Among copies of equal appearance the cheapest one is shown everywhere."""
    montage = solve_montage(flat_sheets((20, 20, 20), costs(9, 5, 3)))
    assert (montage.labels == 2).all()
    assert not montage.colour_offsets.any()


def test_nothing_changes_where_nothing_is_gained():
    """Copy 0 stays where it costs nothing."""
    montage = solve_montage(flat_sheets((20, 20), costs(0, 1)))
    assert montage.seamless
    assert unshifted().seamless


def test_a_gain_must_pay_for_its_seam():
    """A small region is exchanged only if the gain inside exceeds the seam around it."""
    for gain, changes in ((2.0, False), (400.0, True)):
        own = costs(0, FORBIDDEN_COST)
        own[0, 20:30, 20:30], own[1, 20:30, 20:30] = gain, 0
        montage = solve_montage(flat_sheets((10, 30), own))
        assert montage.labels[20:30, 20:30].all() == changes
        assert montage.labels.any() == changes


def test_what_a_copy_does_not_have_is_not_shown():
    """A cell takes only copies that cover it."""
    own = costs(50, 0)
    own[1, :, 40:] = FORBIDDEN_COST
    montage = solve_montage(flat_sheets((10, 10), own))
    assert montage.labels[:, :40].all()
    assert not montage.labels[:, 40:].any()


@pytest.mark.parametrize("seed", range(4))
def test_a_montage_of_a_picture_keeps_its_subject_once(seed):
    """Much of the surroundings is new; the stone keeps its place and is not repeated."""
    cells = analyse(premultiply(meadow(256)), 256, 256).cells
    sheets = random_shifted_copies(cells, layout(), 100.0, RandomStream(seed))
    montage = solve_montage(sheets)
    assert (montage.labels > 0).mean() > 0.2
    assert (cells.features[..., SUBJECT] > 0.9).any()
    assert not montage.labels[cells.features[..., SUBJECT] > 0.9].any()
    for label in range(1, len(montage.shifts)):
        down, across = montage.shifts[label]
        shown = sample_bilinear(cells.features, layout().rows + down, layout().columns + across)
        assert shown[montage.labels == label, SUBJECT].max(initial=0) < 0.5
    assert cost(sheets, montage.labels) < cost(sheets, np.zeros((GRID, GRID), np.uint8))


def test_each_copy_is_only_taken_where_it_makes_the_whole_cheaper():
    """No single relabelled cell lowers the energy."""
    draw = np.random.default_rng(1)
    own = draw.uniform(0, 60, (COUNT, GRID, GRID)).astype(np.float32)
    sheets = flat_sheets((10, 12, 15), own)
    labels = solve_montage(sheets).labels
    best = cost(sheets, labels)
    for y, x in draw.integers(0, GRID, (40, 2)):
        for label in range(COUNT):
            other = labels.copy()
            other[y, x] = label
            assert cost(sheets, other) >= best - 0.01


def test_colour_offsets_hide_the_step_between_copies():
    """Two uniform shifts of different brightness blend at the seam, and keep theirs far away."""
    sheets = flat_sheets((30, 36), costs(0, 0))
    labels = np.zeros((GRID, GRID), np.uint8)
    labels[:, GRID // 2 :] = 1
    tints = _colour_offsets(sheets.appearance, labels)
    shown = np.where(labels == 0, 4 * 30, 4 * 36)[..., None] + tints
    steps = np.abs(np.diff(shown[..., 0], axis=1))
    assert steps.max() < 24 / 8
    assert np.abs(tints[:, [0, -1]]).max() < np.abs(tints).max() / 4


def test_edges_are_no_steps():
    """A large difference between copies counts as an edge and is not hidden."""
    labels = np.zeros((GRID, GRID), np.uint8)
    labels[:, GRID // 2 :] = 1
    assert not _colour_offsets(flat_sheets((10, 50), costs(0, 0)).appearance, labels).any()
