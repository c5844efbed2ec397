"""Layouts of a page of a comic: where its panels are."""

import pytest

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.comics.page_layout import (
    CLOSE,
    GUTTER,
    MARGIN,
    WIDE,
    Cut,
    Panel,
    clipped,
    lay_out,
    layouts,
    three,
)

SQUARE = ((0, 0), (0, 1), (1, 1), (1, 0))


def area(panel: Panel) -> float:
    """Return the area of a panel by the shoelace formula."""
    corners = panel.corners
    pairs = zip(corners, (*corners[1:], corners[0]), strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


@pytest.mark.parametrize("aspect", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("seed", range(4))
def test_panels_fill_the_page_between_gutters(aspect, seed):
    """They leave the margin, and no two of them overlap, as their areas show."""
    stream = RandomStream(seed)
    for layout in layouts(1.0, aspect, aspect, stream):
        panels = lay_out(layout, 1.0, aspect, stream)
        assert 3 <= len(panels) <= 5
        assert [panel.kind for panel in panels].count(WIDE) == 1
        side = min(1.0, aspect)
        for panel in panels:
            top, left, bottom, right = panel.box
            assert min(top, left, 1 - bottom, aspect - right) > MARGIN * side - 1e-9
            assert min(bottom - top, right - left) > 4 * GUTTER * side
        whole = (1 - 2 * MARGIN * side) * (aspect - 2 * MARGIN * side)
        total = sum(area(panel) for panel in panels)
        assert 0.88 * whole < total < 0.99 * whole


@pytest.mark.parametrize("aspect", [0.75, 1.0, 1.5])
def test_the_wide_panel_has_about_the_aspect_of_the_photograph(aspect):
    """It shows all of it, so no layout cuts a side."""
    stream = RandomStream(3)
    for layout in layouts(1.0, aspect, aspect, stream)[:-2]:
        panels = lay_out(layout, 1.0, aspect, stream)
        top, left, bottom, right = next(one for one in panels if one.kind == WIDE).box
        assert (right - left) / (bottom - top) == pytest.approx(aspect, rel=0.25)


@pytest.mark.parametrize(("height", "width"), [(1.5, 1.0), (1.0, 1.5)])
def test_three_panels_have_one_aspect(height, width):
    """The wide one is twice as large as the others, above or beside them, and none is slanted."""
    panels = lay_out(three(height, width), height, width, RandomStream(1))
    assert len(panels) == 3
    sizes = []
    for panel in panels:
        top, left, bottom, right = panel.box
        assert area(panel) == pytest.approx((bottom - top) * (right - left))
        sizes.append((bottom - top, right - left))
    for tall, wide in sizes:
        assert tall / wide == pytest.approx(1, rel=0.06)
    assert sizes[0][0] == pytest.approx(2 * sizes[1][0], rel=0.06)


def test_gutters_of_some_seeds_are_slanted():
    """The share of slanted ones is between a fifth and two thirds."""
    cut = Cut(0, 0.5, (WIDE, CLOSE))
    tilted = 0
    for seed in range(60):
        corners = lay_out(cut, 1.0, 1.0, RandomStream(seed))[0].corners
        tilted += abs(corners[2][0] - corners[3][0]) > 1e-6
    assert 12 < tilted < 40


def test_a_polygon_is_clipped_at_a_line():
    """A square loses all beyond it, and a line beside it changes nothing."""
    assert area(Panel(clipped(SQUARE, (1, 0), 0.25), WIDE)) == pytest.approx(0.25)
    assert clipped(SQUARE, (1, 0), 2.0) == SQUARE
    assert clipped(SQUARE, (1, 0), -1.0) == ()
