"""Layouts: inside the frame, monotone, and smooth where the source is rigid."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.extension import ExtensionLimits
from diabelli.synthesis.core.grid import GRID, centres, reflect, sample_bilinear, upsample_noise
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.layout.frame import random_frame
from diabelli.synthesis.layout.layout import Layout, _monotone, random_layout
from diabelli.synthesis.strength import params_of_strength

STRENGTHS = (0.1, 0.5, 1.0)
FREE = np.zeros((GRID, GRID), np.float32)


def subject() -> np.ndarray:
    """Return the rigidity of a disc in the middle."""
    y, x = np.indices((GRID, GRID))
    return ((y - 32) ** 2 + (x - 28) ** 2 < 100).astype(np.float32)


RIGIDITIES = {"free": FREE, "subject": subject(), "rigid": FREE + np.float32(1)}


def noise(seed: int) -> np.ndarray:
    """Smooth noise along a line."""
    return upsample_noise(RandomStream(seed).normal(1, 5), GRID)[0]


def layouts(rigidity, strength, count=12, *, held=FREE, mirrored=False, room=0.4):
    """Return the layouts of many seeds over one source."""
    some = []
    for seed in range(count):
        stream = RandomStream(seed)
        params = params_of_strength(strength)
        room_of_all = ExtensionLimits(room, room, room)
        frame = random_frame(FREE, FREE, FREE, room_of_all, params, stream)
        some.append(random_layout(rigidity, held, frame, params, stream, mirrored=mirrored))
    return some


@pytest.mark.parametrize("strength", STRENGTHS)
@pytest.mark.parametrize("room", [0.0, 0.1, 0.4])
def test_layouts_reach_beyond_the_source_only_where_there_is_room(room, strength):
    """No position is further outside than the frame."""
    beyond = 0.0
    for layout in layouts(subject(), strength, room=room):
        for places in (layout.rows, layout.columns):
            assert places.shape == (GRID, GRID)
            assert places.dtype == np.float32
            beyond = max(beyond, -places.min(), places.max() - 1)
    assert beyond < room + 1e-6
    assert (beyond > 0) == (room > 0)


def folds(layout: Layout) -> bool:
    """Return whether the order of any neighbouring positions is reversed."""
    return bool((np.diff(layout.rows, axis=0) < 0).any() or (np.diff(layout.columns) < 0).any())


@pytest.mark.parametrize("name", RIGIDITIES)
def test_weak_layouts_do_not_fold(name):
    """Positions keep their order."""
    assert not any(folds(layout) for layout in layouts(RIGIDITIES[name], 0.1))


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_strong_layouts_do_not_fold(strength):
    """Positions keep their order at large displacements."""
    assert not any(folds(layout) for layout in layouts(subject(), strength))


@pytest.mark.parametrize("amplitude", [0.0, 0.3, 5.0])
@pytest.mark.parametrize("name", RIGIDITIES)
def test_the_maps_of_lines_are_monotone(name, amplitude):
    """Rows and columns keep their order, fill the frame, and are never squeezed to nothing."""
    for seed in range(10):
        line = _monotone(RIGIDITIES[name].mean(0), FREE[0], amplitude, noise(seed))
        assert line[0] > 0
        assert line[-1] < 1
        assert np.diff(line).min() > 0.4 / GRID
        assert np.diff(line).max() < 2.5 / GRID


def test_stiff_lines_are_stretched_least():
    """The map of lines is uneven where they are free, and nearly even where they are stiff."""
    stiff = np.zeros(GRID, np.float32)
    stiff[: GRID // 2] = 1
    slopes = np.array([np.diff(_monotone(stiff, FREE[0], 0.3, noise(seed))) for seed in range(20)])
    uneven = slopes.std(1) / slopes.mean(1)
    assert uneven.min() > 0.01
    held, free = slopes[:, : GRID // 2 - 6], slopes[:, GRID // 2 + 6 :]
    assert held.std(1).mean() < 0.5 * free.std(1).mean()


@pytest.mark.parametrize("held", [[(20, 40)], [(0, 9), (30, 36)], [(58, 64)], [(0, 64)], []])
def test_held_lines_stay_where_they_are(held):
    """The lines between them still differ in length, and fill the frame."""
    fixed = np.zeros(GRID, np.float32)
    for first, end in held:
        fixed[first:end] = 1
    for seed in range(10):
        line = _monotone(FREE[0], fixed, 0.5, noise(seed))
        np.testing.assert_allclose(line[fixed == 1], centres(GRID)[fixed == 1], rtol=1e-9)
        assert np.diff(line).min() > 0.4 / GRID
        assert line[0] > 0
        assert line[-1] < 1
        assert (np.diff(line).std() * GRID > 0.02) == (not fixed.all())


@pytest.mark.parametrize("name", ["free", "subject"])
@pytest.mark.parametrize("strength", STRENGTHS)
def test_held_cells_keep_their_proportions(strength, name):
    """They are scaled by the frame alone, while their surroundings are deformed."""
    y, x = np.indices((GRID, GRID))
    face = ((y - 30) ** 2 + (x - 24) ** 2 < 64).astype(np.float32)
    held = ((y - 30) ** 2 + (x - 24) ** 2 < 100).astype(np.float32)
    loose = layouts(RIGIDITIES[name], strength, room=0.1)
    some = layouts(RIGIDITIES[name], strength, held=held, room=0.1)
    for one, other in zip(some, loose, strict=True):
        assert unevenness(one, face) < 0.02
        assert np.abs(one.rows - other.rows).max() > 0
        assert np.diff(one.rows, axis=0).std() > 1e-6


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


def unevenness(layout: Layout, where: np.ndarray) -> float:
    """Return the deviation from linearity over the cells of the canvas that show `where`."""
    shown = sample_bilinear(where[..., None], layout.rows, layout.columns)[..., 0] > 0.99
    inside = shown[1:, 1:] & shown[:-1, 1:] & shown[1:, :-1]
    steps = [np.diff(layout.rows, axis=0)[:, 1:], np.diff(layout.columns)[1:]]
    return float(np.mean([each[inside].std() / each[inside].mean() for each in steps]))


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_rigid_regions_keep_their_shape(strength):
    """A subject is bent much less than the same place when free."""
    bent = [
        np.mean([unevenness(layout, subject()) for layout in layouts(rigidity, strength, 20)])
        for rigidity in (FREE, subject())
    ]
    assert bent[1] < 0.4 * bent[0]


@pytest.mark.parametrize("name", ["free", "subject"])
def test_upright_objects_stay_upright(name):
    """Columns hardly depend on the row, nor rows on the column."""
    leans = []
    for layout in layouts(RIGIDITIES[name], 1.0, 20):
        lean = np.abs(np.diff(layout.columns, axis=0)).mean() + np.abs(np.diff(layout.rows)).mean()
        stretch = np.diff(layout.columns).std() + np.diff(layout.rows, axis=0).std()
        leans.append(lean / stretch)
    assert np.mean(leans) < 0.1


def test_a_symmetrised_layout_is_symmetric():
    """The halves mirror each other, and a second application changes nothing."""
    for layout in layouts(subject(), 1.0, 4):
        even = layout.symmetrised()
        np.testing.assert_allclose(even.rows, even.rows[:, ::-1], atol=1e-6)
        np.testing.assert_allclose(even.columns, 1 - even.columns[:, ::-1], atol=1e-6)
        np.testing.assert_allclose(even.symmetrised().rows, even.rows, atol=1e-6)
        assert np.abs(even.rows - layout.rows).max() > 0.001


def test_layouts_keep_their_orientation():
    """The orientation is passed on."""
    assert layouts(FREE, 0.5, 1, mirrored=True)[0].mirrored
    assert not layouts(FREE, 0.5, 1)[0].mirrored


def test_a_layout_is_its_seeds_alone():
    """The same stream gives the same layout, another stream another one."""
    first, again = (layouts(subject(), 0.5, 2) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.rows, other.rows)
        np.testing.assert_array_equal(one.columns, other.columns)
    assert (first[0].rows != first[1].rows).any()


def test_the_scale_of_a_layout():
    """The scale is the share of the source that a side of the canvas shows."""
    rows = np.repeat(centres(GRID)[:, None], GRID, axis=1)
    for share in (0.8, 1.0, 1.3):
        part = rows * np.float32(share)
        assert Layout(False, part, part.T).scale == pytest.approx(share, rel=1e-4)
        assert Layout(False, part, rows.T).scale == pytest.approx(share**0.5, rel=1e-4)


def test_places_beyond_the_edges_are_folded_back():
    """Positions outside the source are reflected."""
    places = np.array([-0.2, 0.0, 0.3, 1.0, 1.1], np.float32)
    np.testing.assert_allclose(reflect(places), [0.2, 0.0, 0.3, 1.0, 0.9], atol=1e-6)
