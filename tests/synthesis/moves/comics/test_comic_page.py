"""A page of a comic on a table."""

import numpy as np
import pytest

from diabelli.synthesis.core.filters import luma
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.comics.comic_page import Drawn, page_cost, show_comic_page
from diabelli.synthesis.moves.comics.comic_sheet import (
    LOOSE,
    choose_sheet,
    distance_within,
    narrowed,
    places,
)
from diabelli.synthesis.moves.comics.page_plan import MAX_COST, plan_three
from diabelli.synthesis.moves.comics.page_print import Story, print_page, shown_part
from diabelli.synthesis.moves.comics.shots import Interest, Shot
from oracles.sources import landscape, opaque

NONE, ALL = (np.full((GRID, GRID), one, np.float32) for one in (0, 1))
SCENERY = Interest(NONE, NONE, ALL, ALL, NONE, 0.0)
NEED = Drawn(SCENERY, NONE, NONE, None)


def shown(image, seed=1, need=NEED, *, grey=False):
    return show_comic_page(image, need, RandomStream(seed), grey=grey)


def even(level, shape=(200, 200)):
    return opaque(np.full((*shape, 3), level))


def printed(source, *, grey=False, seed=1):
    """Return the print of a page of three panels, each of all of a photograph."""
    page = (0.9, 0.62)
    plan = plan_three(SCENERY, source.shape[:2], page, 300.0)
    plan = plan._replace(shots=[Shot(0.0, 0.0, 1.0, 1.0)] * 3)
    story = Story(source, NONE, NONE)
    return plan, print_page(story, plan, page, 300.0, RandomStream(seed), grey=grey)


def test_each_panel_shows_the_photograph_upright_and_unmirrored():
    """All of them are bright at the upper left, and dark at the lower right."""
    levels = np.full((200, 200, 3), 120, np.uint8)
    levels[:100, :100], levels[100:, 100:] = 240, 20
    plan, page = printed(opaque(levels))
    for panel in plan.panels:
        top, left, bottom, right = (round(one * 300) for one in panel.box)
        part = luma(page[top:bottom, left:right])
        tall, wide = part.shape
        bright = part[tall // 8 : tall * 3 // 8, wide // 8 : wide * 3 // 8].mean()
        dark = part[tall * 5 // 8 : tall * 7 // 8, wide * 5 // 8 : wide * 7 // 8].mean()
        assert bright > dark + 0.4


def test_panels_have_ink_around_them_and_bare_paper_between():
    """Gutters and margins have no ink."""
    plan, page = printed(even(140))
    assert page[:4].min() == page[:, :3].min() == 1
    for panel in plan.panels:
        top, left, bottom, right = (round(one * 300) for one in panel.box)
        assert page[(top + bottom) // 2, left].max() < 0.5
        assert page[(top + bottom) // 2, left - 3].min() == 1
        assert page[top, (left + right) // 2].max() < 0.5


def test_panels_are_of_different_colours():
    """Each has another light."""
    plan, page = printed(even(140))
    means = [
        page[
            tuple(
                slice(round(300 * a) + 5, round(300 * b) - 5)
                for a, b in zip(box[:2], box[2:], strict=True)
            )
        ].mean((0, 1))
        for box in (panel.box for panel in plan.panels)
    ]
    for k, one in enumerate(means):
        for other in means[:k]:
            assert np.abs(one - other).max() > 0.08


def test_photographs_in_black_and_white_are_printed_in_black():
    """No ink has a colour."""
    _, page = printed(opaque(np.broadcast_to(landscape(200)[..., :1], (200, 200, 3))), grey=True)
    assert np.ptp(page, axis=2).max() < 2e-3


def test_a_shot_is_that_part_of_the_source():
    """It has the source's pixels, and repeats them beyond its frame."""
    source = opaque(np.arange(100)[:, None, None] + np.zeros((100, 80, 3), np.int64))
    part = shown_part(source, Shot(0.2, 0.25, 0.4, 0.5), (40, 40))
    np.testing.assert_allclose(part[:, 10, 0], np.arange(20, 60), atol=1e-3)
    assert shown_part(even(90, (1, 1)), Shot(0, 0, 1, 1), (5, 7)).shape == (5, 7, 3)


@pytest.mark.parametrize("seed", range(4))
def test_the_page_fills_most_of_the_canvas(seed):
    """A page of three panels is smaller, but taller."""
    sheet = choose_sheet(1.0, 1.0, RandomStream(seed))
    assert 0.8 < sheet.height * sheet.width < 0.9
    few = narrowed(sheet, 1.0, 1.0, 1.0)
    assert few.height > sheet.height
    assert few.height / few.width == pytest.approx(1.5)
    tall = narrowed(sheet, 1.5, 1.0, 0.66)
    assert tall.width / tall.height == pytest.approx(1.0, rel=0.02)


def test_an_open_comic_goes_on_beyond_its_fold():
    """A loose page ends there."""
    y, x = np.zeros((1, 1), np.float32), np.full((1, 1), 0.4999, np.float32)
    for seed in range(12):
        sheet = choose_sheet(1.0, 1.0, RandomStream(seed))
        found = [distance_within(*places(y, sign * x, sheet), sheet)[0, 0] for sign in (-1, 1)]
        assert (max(found) > 0) == (sheet.spine != LOOSE)
        assert min(found) < 0


def test_the_composition_is_alike_at_every_size():
    """Half the size differs by hardly anything, as the photograph has its detail at both."""
    source = opaque(landscape(512))
    need = NEED._replace(source=source)
    large, small = (shown(resize(source, side, side), 5, need) for side in (512, 256))
    away = np.abs(resize(large, 256, 256).astype(int) - small.astype(int))
    assert away.mean() < 1.5
    assert (away.max(2) > 40).mean() < 0.004


def test_seeds_differ_and_repeat():
    """Layout, colours and table are of the seed; the source is left alone."""
    image = opaque(landscape(200))
    before = image.copy()
    first, again, other = shown(image), shown(image), shown(image, 2)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(image, before)
    assert np.abs(first.astype(int) - other).mean() > 15


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (16, 256), (400, 64), (3, 400)])
def test_canvases_of_any_aspect_are_made(shape):
    """The result is opaque."""
    made = shown(even(90, shape), seed=3)
    assert made.shape == (*shape, 4)
    assert (made[..., 3] == 255).all()


def test_pages_cost_what_they_must_cut_and_shots_that_are_alike():
    """Scenery has parts; a head that fills the frame, or a face that is lost, has none."""
    assert page_cost(NEED, 600, 600) < MAX_COST
    lost = NEED._replace(interest=SCENERY._replace(heads=ALL, face=0.01))
    assert page_cost(lost, 600, 600) > MAX_COST
    head = NONE.copy()
    head[4:, 8:-8] = 1
    alike = NEED._replace(interest=SCENERY._replace(heads=head, bodies=head, face=0.9))
    assert page_cost(alike, 600, 600) > MAX_COST
