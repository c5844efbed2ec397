"""Stickers: the print, the border, the places, and grounds."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.cut_out import SIDE, largest_part
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.stickers import sticker_grounds, stickers
from diabelli.synthesis.moves.stickers.sticker_grounds import (
    CARD,
    KINDS,
    PAPERS,
    draw_sticker_ground,
    fitting_colours,
)
from diabelli.synthesis.moves.stickers.sticker_shape import (
    MARGIN,
    RING,
    find_shape,
    outline_distance,
)
from diabelli.synthesis.moves.stickers.stickers import show_stickers
from oracles.coin import ROUND, coin, cut_of, halves
from oracles.sources import opaque


@pytest.fixture(params=range(len(KINDS)))
def kind(request, monkeypatch):
    """Return one kind of ground, the only one that is drawn."""
    monkeypatch.setattr(sticker_grounds, "KINDS", (KINDS[request.param],))
    return KINDS[request.param]


@pytest.fixture
def plain(monkeypatch):
    """Draw card, whose colours are never those of the disc."""
    monkeypatch.setattr(sticker_grounds, "KINDS", (CARD,))


@pytest.mark.usefixtures("kind")
def test_every_size_has_the_same_stickers():
    """Stickers, ground and light are where they are at another size."""
    source = coin(512)
    for seed in (1, 2):
        small, large = (
            show_stickers(resize(source, side, side), cut_of(ROUND), RandomStream(seed))
            for side in (256, 512)
        )
        assert small.shape == (256, 256, 4)
        assert (small[..., 3] == 255).all()
        apart = np.abs(resize(large, 256, 256).astype(int) - small)[..., :3]
        assert apart.mean() < 5
        assert (apart.max(2) > 60).mean() < 0.02


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize("mirrored", [False, True])
def test_only_what_may_be_mirrored_is(mirrored):
    """The magenta half is at the left on all stickers, or at the right on some."""
    flipped = 0
    for seed in range(6):
        magenta, cyan = halves(
            show_stickers(coin(300), cut_of(ROUND, mirrored=mirrored), RandomStream(seed))
        )
        assert magenta.any()
        beside = np.roll(magenta, 12, 1) & cyan, np.roll(magenta, -12, 1) & cyan
        assert beside[0].any()
        flipped += bool(beside[1].any())
    assert (flipped > 0) == mirrored


def show_one_upright(monkeypatch):
    """Show one large sticker, neither turned nor lifted."""
    monkeypatch.setattr(stickers, "ALONE", 1.0)
    monkeypatch.setattr(stickers, "TURNS", (0.0, 0.0))
    monkeypatch.setattr(stickers, "FLAT", 1.0)


@pytest.mark.usefixtures("plain")
def test_all_of_the_subject_is_printed_in_a_ring_and_a_white_border(monkeypatch):
    """Nothing of a large sticker is lost; ground and white surround it at one width each."""
    show_one_upright(monkeypatch)
    shown = show_stickers(coin(600), cut_of(ROUND), RandomStream(3))
    disc = sum(halves(shown)) > 0
    rows, columns = np.nonzero(disc.any(1))[0], np.nonzero(disc.any(0))[0]
    assert len(rows) == pytest.approx(len(columns), rel=0.04)
    assert disc.sum() == pytest.approx(np.pi / 4 * len(rows) * len(columns), rel=0.05)
    middle = shown[int(rows.mean()), :, :3]
    ring = RING / (SIDE / 2) * len(columns)
    for line in (middle[columns[0] - 3 :: -1], middle[columns[-1] + 3 :]):
        start = int(np.argmax(line.min(1) > 215))
        assert start == pytest.approx(ring, abs=6)
        width = int(np.argmin(line[start:].min(1) > 215))
        assert width == pytest.approx(stickers.BORDER * 600, abs=4)


@pytest.mark.usefixtures("plain")
def test_stickers_are_apart_and_within_the_canvas(monkeypatch):
    """One is large, others are smaller, and each has ground around it."""
    monkeypatch.setattr(stickers, "ALONE", 0.0)
    for seed in range(4):
        shown = show_stickers(coin(400), cut_of(ROUND), RandomStream(seed))
        white = shown[..., :3].min(2) > 240
        rim = np.concatenate([white[:4].ravel(), white[-4:].ravel(), white[:, :4].ravel()])
        assert not rim.any()
        parts = stickers_of(sum(halves(shown)) > 0)
        assert len(parts) >= 2
        assert parts[1] < 0.4 * parts[0]


def stickers_of(mask):
    """Return the areas of the parts of a mask, largest first, without specks."""
    areas = []
    while mask.any():
        part = largest_part(mask)
        areas.append(int(part.sum()))
        mask &= ~part
    return [area for area in areas if area > 100]


@pytest.mark.usefixtures("plain")
def test_a_long_picture_keeps_the_shape_of_its_subject(monkeypatch):
    """A disc in the middle of a wide picture is printed as a disc in a round ring."""
    show_one_upright(monkeypatch)
    wide = np.full((200, 400, 3), 120)
    y, x = np.mgrid[:200, :400] + 0.5
    disc = np.hypot(y - 100, x - 200) < 60
    wide[disc] = (250, 0, 250)
    mask = np.repeat(np.repeat(disc, 2, 0), 2, 1)[:, ::2].astype(np.float32)
    shape = find_shape(opaque(wide), mask)
    inside = shape.distance < 0
    assert inside.any(0).sum() == pytest.approx(inside.any(1).sum(), rel=0.06)
    magenta, _ = halves(show_stickers(opaque(wide), cut_of(mask), RandomStream(1)))
    rows, columns = magenta.any(1).sum(), magenta.any(0).sum()
    assert rows > 60
    assert rows == pytest.approx(columns, rel=0.04)
    assert magenta.sum() == pytest.approx(np.pi / 4 * rows * columns, rel=0.05)


def test_the_outline_passes_over_notches_and_holes():
    """A slit and a hole are within the outline; beyond it the distance grows evenly."""
    mask = np.zeros((120, 120), np.bool_)
    mask[40:80, 40:80] = True
    mask[40:60, 58:62] = mask[68:74, 68:74] = False
    distance = outline_distance(mask)
    assert (distance[45:75, 45:75] < 0).all()
    np.testing.assert_allclose(np.diff(distance[60, 84:105]), 1, atol=0.1)


def test_a_subject_that_the_lower_edge_cuts_ends_in_an_arc():
    """Its middle reaches lower than its corners."""
    image = coin(256)
    bust = np.zeros((SIDE, SIDE), np.float32)
    bust[100:, 60:200] = 1
    printed = find_shape(image, bust).distance[MARGIN:-MARGIN, MARGIN:-MARGIN] < 0
    ends = [int(np.nonzero(printed[:, column])[0][-1]) for column in (66, 130, 194)]
    assert 250 < ends[1] < SIDE
    assert max(ends[0], ends[2]) < ends[1] - 4


def test_a_ground_has_not_the_colours_of_the_subject():
    """Red is never on the most similar papers."""
    red = np.array(PAPERS[0].deep, np.float32)
    drawn = {fitting_colours(red, RandomStream(seed)) for seed in range(40)}
    assert PAPERS[0] not in drawn
    assert len(drawn) > 3


@pytest.mark.usefixtures("kind")
def test_a_ground_is_bright_enough_for_a_shadow():
    """Shadows are seen on all grounds."""
    drawn = draw_sticker_ground(np.full(3, 128, np.float32), RandomStream(4), 200, 300)
    assert drawn.shape == (200, 300, 3)
    assert drawn.dtype == np.float32
    assert drawn.flags.c_contiguous
    assert drawn.mean() > 60
    assert drawn.max() < 280


def test_seeds_differ():
    """Two pictures of one source are not alike."""
    shown = [show_stickers(coin(96), cut_of(ROUND), RandomStream(k)).astype(int) for k in range(8)]
    apart = [np.abs(one - other).mean() for one in shown for other in shown if one is not other]
    assert np.median(apart) > 15
