"""A cyanotype: tones, plants that hide nothing, the brushed coat, and the sheet on its ground."""

import numpy as np
import pytest

from diabelli.synthesis.core.filters import luma
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.cyanotypes.arrangement import arranged
from diabelli.synthesis.moves.cyanotypes.coating import brushed
from diabelli.synthesis.moves.cyanotypes.cyanotype import Exposable, show_cyanotype
from diabelli.synthesis.moves.cyanotypes.flora import FLORAS
from diabelli.synthesis.moves.cyanotypes.layouts import LAYOUTS, Sheet
from diabelli.synthesis.moves.cyanotypes.marks import (
    MARK,
    areas,
    lay_marks,
    leaves,
    middles,
    placed,
    stem,
)
from diabelli.synthesis.moves.cyanotypes.tones import TONINGS, clear_of, colours_of, toned
from oracles.sources import landscape, opaque

ALL, NONE = (np.full((GRID, GRID), one, np.float32) for one in (1, 0))
CAREFUL, FREE = Exposable(*[ALL] * 3), Exposable(*[NONE] * 3)


def shown(image, seed=1, need=FREE):
    return show_cyanotype(image, need, RandomStream(seed))


@pytest.mark.parametrize("shape", [(300, 300), (240, 420), (420, 240)])
def test_the_print_shows_the_picture_upright_and_unmirrored(shape):
    """Each quarter is as dark or as bright as in the picture."""
    height, width = shape
    levels = np.array([[20, 160], [90, 235]], np.uint8)
    colours = levels.repeat(height // 2, 0).repeat(width // 2, 1)[..., None].repeat(3, 2)
    made = luma(shown(opaque(colours), 1, CAREFUL)[..., :3])
    down, across = ([slice(one * k // 10, one * (k + 1) // 10) for k in (3, 6)] for one in shape)
    seen = [[made[row, column].mean() for column in across] for row in down]
    assert seen[0][0] + 12 < seen[1][0] < seen[0][1] - 15
    assert seen[1][1] > seen[0][1] + 15


def test_every_colour_becomes_the_ink():
    """A red picture and a grey one of its luma are alike."""
    red = opaque(np.full((200, 200, 3), (200, 40, 40), np.uint8))
    level = round(float(luma(red[..., :3]).mean()))
    grey = opaque(np.full((200, 200, 3), level, np.uint8))
    apart = np.abs(shown(red).astype(int) - shown(grey))
    assert apart.max() <= 2


def test_tones_keep_their_order_and_fine_detail():
    """A ramp stays one, and a stripe in the dark keeps its contrast."""
    ramp = np.repeat(np.linspace(0, 1, 200, dtype=np.float32)[None], 200, 0)
    made = toned(ramp, np.zeros_like(ramp))
    assert (np.diff(made[100, 5:-5]) > 0).all()
    ramp[::4] += 0.05
    made = toned(ramp, np.zeros_like(ramp))
    assert (made[100] - made[102])[20:60].mean() > 0.05


@pytest.mark.parametrize("toning", TONINGS)
def test_more_ink_is_darker(toning):
    """Bare paper is nearly white, and the deepest ink nearly black."""
    ink = np.linspace(0, 1, 60, dtype=np.float32)[None]
    light = np.sqrt(colours_of(ink, toning)) @ np.array((0.299, 0.587, 0.114), np.float32)
    assert (np.diff(light[0]) < 0).all()
    assert light[0, 0] > 0.82
    assert light[0, -1] < 0.16


def sheet_of(kept=NONE, subject=NONE):
    return Sheet((0.45, 0.45), (-0.35, -0.36, 0.72, 0.72), kept, subject)


def parts(marks, sheet, rim):
    """Return the area of marks, and that which is in the picture, further than a rim inside."""
    place, area = middles(marks), areas(marks)
    top, left, height, width = sheet.picture
    y, x = (place[:, 0] - top) / height, (place[:, 1] - left) / width
    return area.sum(), area[(np.abs(y - 0.5) < 0.5 - rim) & (np.abs(x - 0.5) < 0.5 - rim)].sum()


@pytest.mark.parametrize("seed", range(8))
def test_plants_are_in_the_margin(seed):
    """Hardly a mark is in the picture, but at its rim some are."""
    marks = arranged(sheet_of(), RandomStream(seed))
    assert len(marks) > 100
    area, inside = parts(marks, sheet_of(), 0.035)
    assert inside < 0.015 * area
    assert parts(marks, sheet_of(), 0)[1] > 0.005 * area


@pytest.mark.parametrize("seed", range(4))
def test_plants_hide_no_face_at_the_rim(seed):
    """A face at the left edge has no plant before it."""
    kept = NONE.copy()
    kept[16:48, :12] = 1
    sheet = sheet_of(kept)
    marks = arranged(sheet, RandomStream(seed))
    place, area = middles(marks), areas(marks)
    before = (np.abs(place[:, 0] - 0.01) < 0.18) & (np.abs(place[:, 1] + 0.29) < 0.069)
    assert area[before].sum() < 0.004 * area.sum()


def test_the_picture_has_even_tones_up_to_its_edge():
    """An even picture is even within its pale line, and plants are around it."""
    image = opaque(np.full((300, 300, 3), 128, np.uint8))
    made = luma(shown(image, 3, CAREFUL)[..., :3])
    assert made[62:238, 62:238].std() < 9
    assert made[20:280, 20:280].std() > 20


@pytest.mark.parametrize("flora", FLORAS)
def test_every_plant_is_within_its_length(flora):
    """It grows along its axis, and its marks have sound numbers."""
    for grow in {*flora.tall, *flora.low, *flora.accents}:
        marks = grow(RandomStream(5))
        assert marks.shape[1] == MARK
        assert marks.dtype == np.float32
        assert np.isfinite(marks).all()
        assert middles(marks)[:, 0].min() > -0.2
        ends = marks[:, 0] + marks[:, 4] * marks[:, 2]
        assert 0.8 < ends.max() < 1.35
        np.testing.assert_allclose(np.square(marks[:, 2:4]).sum(1), 1, atol=1e-4)
        assert ((marks[:, 14] >= 0) & (marks[:, 14] <= 1)).all()


def test_layouts_are_finite():
    """Feet of plants are on the sheet, and directions have length 1."""
    for layout in LAYOUTS:
        for flora in FLORAS[:2]:
            wishes, vines = layout(sheet_of(), flora, RandomStream(1))
            assert all(np.isfinite(vine).all() for vine in vines)
            for wish in wishes:
                assert np.abs(wish.place).max() < 0.48
                assert np.hypot(*wish.way) == pytest.approx(1, abs=1e-4)


def test_a_placed_plant_keeps_its_shape():
    """Its end is where its direction says, mirrored or not."""
    line = stem(np.array([[0.0, 0.0], [1.0, 0.2]]), np.array([0.01, 0.01]))
    for mirrored, aside in ((False, 20), (True, -20)):
        moved = placed(line, (50, 60), (0.0, 1.0), 100, mirrored=mirrored)[0]
        end = moved[:2] + moved[4] * moved[2:4]
        np.testing.assert_allclose(end, (50 - aside, 160), atol=1e-2)


def drawn(marks, size=64):
    """Return the thickness of marks on a square raster."""
    sharp, soft = np.zeros((2, size, size), np.float32)
    lay_marks(sharp, soft, marks)
    return sharp + soft


def test_a_leaf_has_a_rib_and_ends():
    """It is thickest along its axis, and nothing is beyond its ends."""
    leaf = leaves(np.array([[32.0, 4.0]]), np.array([[0.0, 1.0]]), 56.0, 12.0)
    thick = drawn(leaf)
    assert thick[32, 30] > 1.2 * thick[26, 30] > 0
    assert thick[:, :2].max() == 0
    assert thick[10].max() == 0


def test_segments_of_a_stem_meet_without_gaps():
    """The thickness along a stem of many segments is even."""
    points = np.stack([np.full(9, 20.3), np.linspace(5.2, 58.7, 9)], 1)
    thick = drawn(stem(points, np.full(9, 2.0)))
    across = thick.sum(0)[8:56]
    assert across.min() > 0.97 * across.max()


@pytest.mark.parametrize("place", [(-500.0, 20.0), (20.0, 1e6), (1e9, -1e9)])
def test_marks_beyond_the_raster_are_left_out(place):
    """Nothing is drawn, and nothing is read."""
    leaf = leaves(np.array([place]), np.array([[0.0, 1.0]]), 30.0, 8.0)
    assert drawn(leaf).max() == 0


def test_thicker_plants_are_whiter():
    """Less light passes."""
    passed = clear_of(np.array([0.0, 0.5, 1.0, 3.0], np.float32))
    assert passed[0] == 1
    assert (np.diff(passed) < 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_the_coat_ends_ragged_and_covers_its_middle(seed):
    """Its edge differs from row to row."""
    v, u = (np.ascontiguousarray(one, np.float32) for one in np.mgrid[-0.5:0.5:300j, -0.5:0.5:300j])
    cover, dense = brushed(v, u, (0.42, 0.42), np.zeros_like(v), RandomStream(seed))
    assert cover[60:240, 60:240].min() > 0.99
    assert cover[:10].max() == cover[:, :10].max() == 0
    ends = (cover[60:240] > 0.5).argmax(1)
    assert ends.std() > 1
    assert 0.8 < dense.min() < dense.max() < 1.4


def test_the_composition_is_alike_at_every_size():
    """Half the size differs by hardly anything."""
    source = landscape(512)
    large, small = (shown(opaque(resize(source, side, side)), 2) for side in (512, 256))
    away = np.abs(resize(large, 256, 256).astype(int) - small.astype(int))
    assert away.mean() < 3
    assert (away.max(2) > 50).mean() < 0.01


def test_seeds_differ():
    """Plants, toning and ground are of the seed."""
    image = opaque(landscape(200))
    alone = [shown(image, seed) for seed in (1, 2)]
    assert np.abs(alone[0].astype(int) - alone[1]).mean() > 8


@pytest.mark.parametrize("shape", [(1, 1), (3, 400), (1, 4096)])
def test_canvases_of_any_aspect_are_made(shape):
    """The result is opaque, and the source is left alone."""
    image = opaque(np.full((*shape, 3), 90, np.uint8))
    before = image.copy()
    made = shown(image, 4)
    assert made.shape == (*shape, 4)
    assert (made[..., 3] == 255).all()
    np.testing.assert_array_equal(image, before)
