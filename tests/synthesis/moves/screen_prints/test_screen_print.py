"""Screen prints: stencils, inks, sheets, and the workshop around them."""

import numpy as np
import pytest

from diabelli.synthesis.core.filters import luma
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.screen_prints import ink_sets
from diabelli.synthesis.moves.screen_prints.ink_sets import INK_SETS, chosen_inks, is_warm
from diabelli.synthesis.moves.screen_prints.print_sheet import (
    NODES,
    Area,
    lay_sheet,
    pull_print,
    sheet_at,
)
from diabelli.synthesis.moves.screen_prints.screen_print import show_screen_print
from diabelli.synthesis.moves.screen_prints.screen_print_suitability import Stencilled
from diabelli.synthesis.moves.screen_prints.sheet_layout import (
    lay_four_sheets,
    lay_proof,
    lay_series,
    lay_sheet_of_four,
    lay_six_sheets,
)
from diabelli.synthesis.moves.screen_prints.stencils import cut_stencils
from diabelli.synthesis.moves.screen_prints.workshop import (
    LINE,
    TABLE,
    WALL,
    chosen_place,
    draw_workshop,
)
from oracles.sources import landscape, opaque

ALL, NONE = (np.full((GRID, GRID), one, np.float32) for one in (1, 0))
PLAIN = Stencilled(NONE, small=False, four=False)
SMALL, FOUR = PLAIN._replace(small=True), PLAIN._replace(four=True)
WHITE = np.ones(3, np.float32)


def halves(first, second, shape=(300, 300)):
    """Return colours of which the left half differs."""
    colours = np.full((*shape, 3), second, np.uint8)
    colours[:, : shape[1] // 2] = first
    return colours


def pulled(image, inks, fine=NONE, size=(200, 200), seed=1):
    """Return a print (h, w, 3) float32 that fills a canvas, of a picture."""
    height, width = size
    canvas = np.zeros((height, width, 4), np.float32)
    sheet = sheet_at(height / 2, width / 2, height / 2, width / 2, min(size))
    stream = RandomStream(seed)
    lattice = stream.normal(NODES, NODES).astype(np.float32)
    lay_sheet(canvas, sheet, WHITE, np.float32(0), lattice)
    maps = cut_stencils(image, fine).at(height, width)
    area = Area(np.float32(-height / 2), np.float32(-width / 2))
    pull_print(canvas, maps, sheet, area, inks, stream, misfit=0.002, cell=0.01)
    return canvas[..., :3]


@pytest.mark.parametrize("seed", range(6))
def test_people_are_printed_in_warm_inks_first(seed):
    """A face in green or blue looks ill."""
    warm = chosen_inks(len(INK_SETS), RandomStream(seed), warm=True)
    order = [is_warm(inks) for inks in warm]
    assert order == sorted(order, reverse=True)
    assert 5 < sum(order) < len(order)
    assert all(inks[2, 0] > max(inks[2, 1:]) for inks in warm[: sum(order)])


@pytest.mark.parametrize("inks", INK_SETS)
def test_inks_are_in_the_order_of_their_luma(inks):
    """Each is clearly lighter than the one before, so light stays light."""
    levels = luma(ink_sets.colours(inks))
    assert np.diff(levels).min() > 0.06
    assert levels[0] < 0.2
    assert levels[-1] > 0.9


def test_prints_of_a_set_have_different_inks():
    """Sets are drawn without repetition."""
    for seed in range(5):
        found = chosen_inks(6, RandomStream(seed))
        assert len({one.tobytes() for one in found}) == 6


def test_tones_stay_in_order():
    """A ramp from black to white is never darker to its right, as far as dots allow."""
    ramp = np.repeat(np.linspace(0, 255, 300).astype(np.uint8)[None, :, None], 300, 0)
    inks = ink_sets.colours(INK_SETS[0])
    found = luma(pulled(opaque(ramp.repeat(3, 2)), inks)).mean(0)
    found = found.reshape(20, 10).mean(1)
    assert np.diff(found).min() > -0.03
    assert found[0] < 0.2
    assert found[-1] > 0.85


def test_an_even_place_has_two_neighbouring_inks():
    """Dots of one are on the other, so their mean is the tone."""
    inks = ink_sets.colours(INK_SETS[0])
    even = pulled(opaque(np.full((300, 300, 3), 120)), inks, size=(400, 400))[100:300, 100:300]
    away = np.abs(even[:, :, None] - inks).sum(3)
    counts = np.sort(np.bincount(away.argmin(2).ravel(), minlength=5))
    assert counts[-2:].sum() > 0.97 * away[..., 0].size
    assert counts[-2] > 0.1 * away[..., 0].size


def test_faces_and_letters_have_no_dots():
    """Ink is laid there through a screen too fine to be seen."""
    inks = ink_sets.colours(INK_SETS[0])
    grey = opaque(np.full((300, 300, 3), 120))
    dotted, smooth = (luma(pulled(grey, inks, fine))[50:150, 50:150] for fine in (NONE, ALL))
    assert smooth.std() < 0.3 * dotted.std()
    assert abs(smooth.mean() - dotted.mean()) < 0.07


def test_hues_follow_tone_alone():
    """Places of one tone have one colour, wherever they are."""
    colours = np.full((300, 300, 3), 200, np.uint8)
    colours[:, :100] = 60
    colours[100:160, 30:60] = colours[100:160, 180:210] = 130
    found = pulled(opaque(colours), ink_sets.colours(INK_SETS[3]), ALL, size=(300, 300))
    dark_side, light_side = found[120:140, 40:50], found[120:140, 190:200]
    assert np.abs(dark_side.mean((0, 1)) - light_side.mean((0, 1))).max() < 0.12


def test_small_faint_marks_stay():
    """Letters on a ground of nearly their tone are seen, where flat inks would lose them."""
    colours = np.full((300, 300, 3), 120, np.uint8)
    for column in range(60, 240, 12):
        colours[140:160, column : column + 4] = 150
    inks = ink_sets.colours(INK_SETS[0])
    found = luma(pulled(opaque(colours), inks, size=(300, 300)))
    marks = [found[142:158, column + 1 : column + 3].mean() for column in range(60, 240, 12)]
    between = [found[142:158, column + 7 : column + 10].mean() for column in range(60, 240, 12)]
    assert np.mean(marks) > np.mean(between) + 0.06


def test_inks_are_beside_each_other():
    """The rim of a print shows inks that others do not cover."""
    inks = ink_sets.colours(INK_SETS[0])
    dark = opaque(np.full((200, 200, 3), 10))
    canvas = np.zeros((240, 240, 4), np.float32)
    sheet = sheet_at(120, 120, 120, 120, 240)
    lay_sheet(canvas, sheet, WHITE, np.float32(0), np.zeros((NODES, NODES), np.float32))
    maps = cut_stencils(dark, NONE).at(200, 200)
    area = Area(np.float32(-100), np.float32(-100))
    pull_print(canvas, maps, sheet, area, inks, RandomStream(3), misfit=0.02, cell=0.01)
    saturated = np.ptp(canvas[..., :3], axis=2) > 0.4
    inside = np.zeros_like(saturated)
    inside[26:-26, 26:-26] = True
    assert saturated[~inside].mean() > 0.01
    assert canvas[:12, :, :3].min() > 0.85


LAYOUTS = {
    "four sheets": lambda size: lay_four_sheets(*size, RandomStream(1)),
    "sheet of four": lambda size: lay_sheet_of_four(*size, RandomStream(1)),
    "six sheets": lambda size: lay_six_sheets(*size, RandomStream(1)),
    "proof": lambda size: lay_proof(*size, -1, RandomStream(1)),
    "series": lambda size: lay_series(*size, 1, RandomStream(1)),
}


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("size", [(480, 480), (300, 520), (520, 300)])
def test_prints_are_whole_and_fill_the_canvas(name, size):
    """They have the aspect of the picture, are within the canvas, and do not overlap."""
    layout = LAYOUTS[name](size)
    taken = np.zeros(size, np.int64)
    for placed in layout.prints:
        sheet = layout.sheets[placed.sheet]
        rows, columns = placed.size
        if placed.level < 0:
            assert rows / columns == pytest.approx(size[0] / size[1], rel=0.04)
        top = round(float(sheet.row + placed.area.top))
        left = round(float(sheet.column + placed.area.left))
        assert top >= 0
        assert left >= 0
        assert top + rows <= size[0]
        assert left + columns <= size[1]
        taken[top : top + rows, left : left + columns] += 1
    assert taken.max() == 1
    assert taken.mean() > 0.5


def test_things_are_beside_the_prints():
    """Tins, pins and clips cover nothing that is printed."""
    for place, layout in (
        (TABLE, lay_series(480, 480, 1, RandomStream(2))),
        (TABLE, lay_four_sheets(480, 480, RandomStream(2))),
        (TABLE, lay_proof(480, 480, -1, RandomStream(2))),
        (WALL, lay_six_sheets(480, 480, RandomStream(2))),
        (LINE, lay_sheet_of_four(480, 480, RandomStream(2))),
        (LINE, lay_proof(480, 480, 0, RandomStream(2))),
    ):
        inks = chosen_inks(6, RandomStream(1))
        for seed in range(2):
            above = draw_workshop(place, layout, (480, 480), inks, RandomStream(seed)).above
            assert above.max() > 0.5
            for placed in layout.prints:
                sheet, (rows, columns) = layout.sheets[placed.sheet], placed.size
                top = round(float(sheet.row + placed.area.top)) + 2
                left = round(float(sheet.column + placed.area.left)) + 2
                part = above[top : top + rows - 4, left : left + columns - 4]
                assert (part > 0.5).mean() < 0.015, (place, seed)


@pytest.mark.parametrize("need", [PLAIN, SMALL, FOUR])
@pytest.mark.parametrize("seed", range(3))
def test_every_print_shows_the_picture_unmirrored(need, seed):
    """Its left half is dark where that of the picture is."""
    size = 300, 360
    image = opaque(halves(15, 240, size))
    _, layout = chosen_place(*size, RandomStream(seed), small=need.small, four=need.four)
    light = luma(show_screen_print(image, need, RandomStream(seed))[..., :3])
    shown = [placed for placed in layout.prints if placed.level < 0]
    assert len(shown) in ({1} if need.small else {4} if need.four else {4, 6})
    for placed in shown:
        sheet, (rows, columns) = layout.sheets[placed.sheet], placed.size
        top = round(float(sheet.row + placed.area.top))
        left = round(float(sheet.column + placed.area.left))
        part = light[top + 4 : top + rows - 4, left + 4 : left + columns - 4]
        middle = part.shape[1] // 2
        assert part[:, middle + 4 :].mean() > part[:, : middle - 4].mean() + 70


@pytest.mark.parametrize("need", [SMALL, FOUR])
def test_the_composition_is_alike_at_every_size(need):
    """Half the size differs by little; dots are averaged."""
    source = landscape(512)
    for seed in range(2):
        large, small = (
            show_screen_print(opaque(resize(source, side, side)), need, RandomStream(seed))
            for side in (512, 256)
        )
        away = np.abs(resize(large, 256, 256).astype(int) - small.astype(int))
        assert away.mean() < 12
        assert (away.max(2) > 80).mean() < 0.1


def test_seeds_differ():
    """Inks, place and layout are of the seed."""
    image = opaque(landscape(200))
    first, second = (show_screen_print(image, PLAIN, RandomStream(seed)) for seed in (1, 2))
    assert np.abs(first.astype(int) - second).mean() > 10


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (1, 400), (400, 3)])
@pytest.mark.parametrize("need", [PLAIN, SMALL, FOUR])
def test_canvases_of_any_aspect_are_made(shape, need):
    """The result is opaque, and the source is left alone."""
    image = opaque(np.full((*shape, 3), 90))
    before = image.copy()
    for seed in range(2):
        made = show_screen_print(image, need, RandomStream(seed))
        assert made.shape == (*shape, 4)
        assert (made[..., 3] == 255).all()
        np.testing.assert_array_equal(image, before)
