"""Layouts: inside the frame, monotone, gentle where the source is rigid."""

import numpy as np
import pytest

from diabelli.synthesis.dial import dial
from diabelli.synthesis.layout import Layout, _monotone, centres, random_layout
from diabelli.synthesis.rigidity import GRID
from diabelli.synthesis.stream import Stream

STRENGTHS = (0.1, 0.5, 1.0)
FREE = np.zeros((GRID, GRID), np.float32)


def subject() -> np.ndarray:
    """A rigid disc in the middle of what is free."""
    y, x = np.indices((GRID, GRID))
    return ((y - 32) ** 2 + (x - 28) ** 2 < 100).astype(np.float32)


RIGIDITIES = {"free": FREE, "subject": subject(), "rigid": FREE + np.float32(1)}


def layouts(rigidity, strength, count=12, *, mirrored=False):
    """Layouts of many seeds over the same source."""
    return [
        random_layout(rigidity, FREE, dial(strength), Stream(seed), mirrored=mirrored)
        for seed in range(count)
    ]


@pytest.mark.parametrize("strength", STRENGTHS)
@pytest.mark.parametrize("name", RIGIDITIES)
def test_layouts_reach_beyond_the_source_only_where_it_is_free(name, strength):
    """A rigid edge is the canvas's edge; a free one may be passed, by less than its mirror image
    is long."""
    beyond = 0.0
    for layout in layouts(RIGIDITIES[name], strength):
        for places in (layout.rows, layout.columns):
            assert places.shape == (GRID, GRID)
            assert places.dtype == np.float32
            beyond = max(beyond, -places.min(), places.max() - 1)
    assert beyond < 0.4
    assert (beyond > 0) == (name != "rigid")


def folds(layout: Layout) -> bool:
    """Whether some place of the canvas lies the other way round than in the source."""
    return bool((np.diff(layout.rows, axis=0) < 0).any() or (np.diff(layout.columns) < 0).any())


@pytest.mark.parametrize("name", RIGIDITIES)
def test_weak_layouts_do_not_fold(name):
    """What lies above stays above, and what lies left stays left."""
    assert not any(folds(layout) for layout in layouts(RIGIDITIES[name], 0.1))


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_strong_layouts_do_not_fold(strength):
    """Nor does anything turn round where the displacements are large."""
    assert not any(folds(layout) for layout in layouts(subject(), strength))


@pytest.mark.parametrize("amplitude", [0.0, 0.3, 5.0])
@pytest.mark.parametrize("name", RIGIDITIES)
def test_the_maps_of_lines_are_monotone(name, amplitude):
    """Rows and columns keep their order, fill the frame, and are never squeezed to nothing."""
    for seed in range(10):
        line = _monotone(RIGIDITIES[name].mean(0), amplitude, Stream(seed))
        assert line[0] > 0
        assert line[-1] < 1
        assert np.diff(line).min() > 0.4 / GRID
        assert np.diff(line).max() < 2.5 / GRID


def test_stiff_lines_are_stretched_least():
    """The map of lines is uneven where they are free, and nearly even where they are stiff."""
    stiff = np.zeros(GRID, np.float32)
    stiff[: GRID // 2] = 1
    slopes = np.array([np.diff(_monotone(stiff, 0.3, Stream(seed))) for seed in range(20)])
    uneven = slopes.std(1) / slopes.mean(1)
    assert uneven.min() > 0.01
    held, free = slopes[:, : GRID // 2 - 6], slopes[:, GRID // 2 + 6 :]
    assert held.std(1).mean() < 0.5 * free.std(1).mean()


def test_a_stronger_layout_moves_more():
    """Displacements grow with the strength."""
    moved = [
        np.mean([np.abs(layout.rows - centres(GRID)[:, None]).mean() for layout in some])
        for some in (layouts(FREE, strength) for strength in STRENGTHS)
    ]
    assert moved == sorted(moved)
    assert moved[0] > 0


def test_a_weak_layout_hardly_moves():
    """Towards strength 0 every place comes from itself."""
    for layout in layouts(subject(), 0.001):
        assert np.abs(layout.rows - centres(GRID)[:, None]).max() < 0.01
        assert np.abs(layout.columns - centres(GRID)).max() < 0.01
        assert np.abs(layout.shuffle).max() < 0.01


def test_only_what_is_free_is_shuffled():
    """Patches of rigid regions are never to wander."""
    for layout in layouts(RIGIDITIES["rigid"], 1.0):
        assert not layout.shuffle.any()
    assert all(layout.shuffle.any() for layout in layouts(FREE, 1.0))


def test_rigid_regions_keep_their_shape():
    """Across a subject the map is much more even than across what is free."""
    uneven = []
    for rigidity in (FREE, subject()):
        slopes = [
            np.diff(places, axis=axis)[26:38, 22:34]
            for layout in layouts(rigidity, 1.0, 20)
            for axis, places in ((0, layout.rows), (1, layout.columns))
        ]
        uneven.append(np.mean([slope.std() / slope.mean() for slope in slopes]))
    assert uneven[1] < 0.5 * uneven[0]


def test_patches_do_not_wander_onto_a_subject():
    """Where a shuffled place of a free region lies, it is not rigid."""
    rigidity = np.pad(np.ones((30, 30), np.float32), 17)
    for layout in layouts(rigidity, 1.0):
        wandering = np.abs(layout.shuffle).max(-1) > 0.01
        places = [(layout.rows, 0), (layout.columns, 1)]
        v, u = (
            np.clip((at + layout.shuffle[..., axis]) * GRID, 0, GRID - 1).astype(int)
            for at, axis in places
        )
        assert wandering.any()
        assert rigidity[v, u][wandering].mean() < 0.05


def test_a_symmetrised_layout_keeps_what_is_symmetric():
    """Its two halves are each other's mirror image, and doing it twice changes nothing."""
    for layout in layouts(subject(), 1.0, 4):
        even = layout.symmetrised()
        np.testing.assert_allclose(even.rows, even.rows[:, ::-1], atol=1e-6)
        np.testing.assert_allclose(even.columns, 1 - even.columns[:, ::-1], atol=1e-6)
        np.testing.assert_allclose(even.symmetrised().rows, even.rows, atol=1e-6)
        assert np.abs(even.rows - layout.rows).max() > 0.001


def test_layouts_tell_whether_they_are_mirrored():
    """The orientation is handed through."""
    assert layouts(FREE, 0.5, 1, mirrored=True)[0].mirrored
    assert not layouts(FREE, 0.5, 1)[0].mirrored


def test_a_layout_is_its_seeds_alone():
    """The same stream gives the same layout, another stream another one."""
    first, again = (layouts(subject(), 0.5, 2) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.rows, other.rows)
        np.testing.assert_array_equal(one.columns, other.columns)
        np.testing.assert_array_equal(one.shuffle, other.shuffle)
    assert (first[0].rows != first[1].rows).any()


@pytest.mark.parametrize("shape", [(16, 40), (64, 64), (200, 90)])
def test_an_unmoved_layout_comes_from_itself_at_every_size(shape):
    """Without displacement every pixel's place is its own, at the edges too."""
    (layout,) = layouts(FREE, 0.0, 1)
    rows, columns = layout.shuffled(*shape)
    np.testing.assert_allclose(rows, np.indices(shape)[0], atol=1e-3)
    np.testing.assert_allclose(columns, np.indices(shape)[1], atol=1e-3)


def test_free_pieces_are_moved_whole():
    """Within a block of the grid every pixel is displaced alike, however much the layout stretches:
    patches cannot be scaled."""
    for layout in layouts(FREE, 1.0, 4):
        for axis, places in enumerate(layout.shuffled(128, 128)):
            moved = places - np.indices((128, 128))[axis]
            assert np.ptp(moved[48:64, 64:80]) < 1e-3
            assert np.ptp(moved[32:96, 32:96]) > 0.5


@pytest.mark.parametrize(("share", "sure"), [(1.3, 0), (1.0, 0), (0.86, 0), (0.7, 1), (0.4, 1)])
def test_what_comes_from_less_is_magnified(share, sure):
    """A place is magnified if its neighbours come from nearer by, along rows or columns, and a
    patch's own way counts."""
    whole = np.repeat(centres(GRID)[:, None], GRID, axis=1)
    still = np.zeros((GRID, GRID, 2), np.float32)
    part = whole * np.float32(share)
    assert (Layout(False, part, whole.T, still).magnified() == sure).all()
    assert (Layout(False, whole, part.T, still).magnified() == sure).all()
    wander = np.stack([part - whole, still[..., 0]], axis=-1)
    assert (Layout(False, whole, whole.T, wander).magnified() == sure).all()
