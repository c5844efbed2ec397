"""Paper theatres: sheets with shadows, landscapes, and the figure on card."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.cut_out import SIDE
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.paper_theatre import inks, landscapes, placing
from diabelli.synthesis.moves.paper_theatre.landscapes import LANDSCAPES, fitting_landscape
from diabelli.synthesis.moves.paper_theatre.paper_theatre import FRAME, show_paper_theatre
from diabelli.synthesis.moves.paper_theatre.placing import card_of, placed, stand_of
from diabelli.synthesis.moves.paper_theatre.spindles import DISC
from diabelli.synthesis.moves.paper_theatre.stage import Stage
from diabelli.synthesis.moves.stickers.sticker_shape import MARGIN, Shape, find_shape
from oracles.coin import ROUND, coin, cut_of, halves

RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


def board_of(height, width, seed=1, lit=1.0):
    """Return a stage of white paper without grain."""
    scene, grain = np.ones((height, width, 3), np.float32), np.zeros((height, width), np.float32)
    return Stage(scene, grain, RandomStream(seed), min(height, width), lit)


@pytest.fixture(params=range(len(LANDSCAPES)))
def landscape(request, monkeypatch):
    """Return one landscape, the only one that is drawn."""
    monkeypatch.setattr(landscapes, "LANDSCAPES", (LANDSCAPES[request.param],))
    return LANDSCAPES[request.param]


@pytest.mark.usefixtures("landscape")
def test_every_size_has_the_same_sheets():
    """Figure, landscape and shadows are where they are at another size."""
    source = coin(512)
    small, large = (
        show_paper_theatre(resize(source, side, side), cut_of(ROUND), RandomStream(4))
        for side in (256, 512)
    )
    assert small.shape == (256, 256, 4)
    assert (small[..., 3] == 255).all()
    apart = np.abs(resize(large, 256, 256).astype(int) - small)[..., :3]
    assert apart.mean() < 6
    assert (apart.max(2) > 60).mean() < 0.03


@pytest.mark.usefixtures("landscape")
@pytest.mark.parametrize("size", [(20, 320), (320, 20), (90, 160), (2, 2)])
def test_every_shape_of_a_canvas_is_filled(size):
    """Wide and tall ones have more of the landscape."""
    shown = show_paper_theatre(resize(coin(64), *size), cut_of(ROUND), RandomStream(2))
    assert shown.shape == (*size, 4)
    assert (shown[..., 3] == 255).all()


@pytest.mark.usefixtures("landscape")
def test_nothing_covers_the_figure_above_its_foot():
    """Flakes, leaves and fireflies keep away from it; its lowest part is behind a sheet."""
    for seed in range(3):
        magenta, cyan = halves(show_paper_theatre(coin(400), cut_of(ROUND), RandomStream(seed)))
        disc = magenta | cyan
        rows, columns = np.flatnonzero(disc.any(1)), np.flatnonzero(disc.any(0))
        upper = disc[rows[0] : rows[0] + len(columns) // 2]
        assert upper.sum() > 0.94 * np.pi / 8 * len(columns) ** 2
        assert len(rows) > 0.7 * len(columns)


@pytest.mark.parametrize("mirrored", [False, True])
def test_only_what_may_be_mirrored_is(mirrored):
    """The magenta half is at the left in all pictures, or at the right in some."""
    flipped = 0
    for seed in range(8):
        shown = show_paper_theatre(coin(200), cut_of(ROUND, mirrored=mirrored), RandomStream(seed))
        magenta, cyan = (np.flatnonzero(one.any(0)).mean() for one in halves(shown))
        flipped += bool(magenta > cyan)
    assert (flipped > 0) == mirrored


def test_the_figure_has_a_ring_of_its_ground_and_a_white_border():
    """Both surround it at one width each, so that a cut that is not exact is not seen."""
    shown = show_paper_theatre(coin(600), cut_of(ROUND), RandomStream(3))
    magenta, cyan = halves(shown)
    columns = np.flatnonzero((magenta | cyan).any(0))
    row = int(np.flatnonzero(magenta.any(1)).mean())
    line = shown[row, columns[0] - 4 :: -1, :3].astype(int)
    white = int(np.argmax(line.min(1) > 215))
    assert white > 0.04 * len(columns)
    assert int(np.argmin(line[white:].min(1) > 215)) == pytest.approx(
        placing.BORDER * (600 - 2 * FRAME * 600), abs=4
    )


def test_a_figure_that_an_edge_cuts_is_at_that_edge():
    """One that the left of the picture cuts goes on behind the left frame; others stand free."""
    for left, right in ((0, 150), (106, SIDE), (70, 190)):
        mask = np.zeros((SIDE, SIDE), np.float32)
        mask[60:, left:right] = 1
        shape = card_of(find_shape(coin(256), mask))
        stage = board_of(200, 200)
        pose = placed(stage, shape, cut_of(mask), (256, 256), RandomStream(5))
        stand = stand_of(stage, shape, pose)
        assert (stand.x - stand.reach < -0.5) == (left == 0)
        assert (stand.x + stand.reach > 0.5) == (right == SIDE)
        assert 0 < stand.top < 0.4


def test_a_card_has_no_notches_below():
    """There is card between legs; an arm stays free."""
    mask = np.zeros((SIDE, SIDE), np.bool_)
    mask[40:120, 60:200] = mask[60:80, 10:60] = True
    mask[120:200, 60:90] = mask[120:200, 170:200] = True
    distance = np.where(np.pad(mask, MARGIN), -1.0, 1.0).astype(np.float32)
    card = card_of(Shape(distance, np.zeros(3, np.float32))).distance
    inside = card[MARGIN:-MARGIN, MARGIN:-MARGIN] < 0
    assert inside[165:195, 65:195].all()
    assert inside[125:140, 100:160].all()
    assert not inside[100:200, 10:50].any()
    # Its border is as wide at the foot.
    below = np.flatnonzero(card[:, MARGIN + 130] < 0)[-1]
    np.testing.assert_allclose(np.diff(card[below + 4 : below + 14, MARGIN + 130]), 1, atol=0.15)


@pytest.mark.parametrize("lit", [-1.0, 1.0])
def test_a_sheet_throws_a_shadow_away_from_the_light(lit):
    """It is darkest beside the sheet, on the side without light, and soft."""
    stage = board_of(400, 400, lit=lit)
    with stage.sheet():
        stage.disc(0, 0.5, 0.2, RED)
    assert stage.scene[200, 200] == pytest.approx(RED, abs=1e-5)
    left, right = stage.scene[200, 112, 2], stage.scene[200, 287, 2]
    assert min(left, right) < 0.8
    assert (left < right) == (lit > 0)
    assert stage.scene[10, 10] == pytest.approx(1, abs=0.01)


def test_a_higher_sheet_throws_a_wider_shadow():
    """One at height 0 throws hardly any."""
    shades = []
    for height in (0.0, 0.5, 1.5):
        stage = board_of(300, 300)
        with stage.sheet(height):
            stage.disc(0, 0.5, 0.2, BLUE)
        shades.append(float((1 - stage.scene[..., 2]).sum()))
    assert shades[0] < 0.2 * shades[1] < 0.2 * shades[2]


def test_a_spindle_has_its_place_and_its_two_colours():
    """A disc is as wide as tall, red at the left and blue at the right."""
    stage = board_of(200, 300)
    with stage.sheet(0):
        stage.spindles(DISC, [(0.1, 0.75, 0.5, 0.25, 0, 0, *RED, *BLUE)])
    red = (stage.scene[..., 0] > 0.9) & (stage.scene[..., 2] < 0.1)
    blue = (stage.scene[..., 2] > 0.9) & (stage.scene[..., 0] < 0.1)
    assert red.sum() + blue.sum() == pytest.approx(np.pi * 50 * 50, rel=0.03)
    assert red.sum() == pytest.approx(blue.sum(), rel=0.03)
    assert np.flatnonzero(red.any(0))[-1] == pytest.approx(169, abs=1)
    rows = np.flatnonzero((red | blue).any(1))
    assert (rows[0], rows[-1]) == pytest.approx((50, 149), abs=1)


def test_a_figure_is_not_lost_in_its_landscape():
    """Palettes like its own colour are never drawn; most others are."""
    teal = np.array((0.35, 0.65, 0.6), np.float32)
    drawn = [fitting_landscape(teal, RandomStream(seed)) for seed in range(200)]
    palettes = {palette for _, palette in drawn}
    every = {palette for one in LANDSCAPES for palette in one.palettes}
    assert 10 < len(palettes) < len(every)
    assert len({one.behind for one, _ in drawn}) >= 6


def test_a_dark_figure_is_not_shown_at_night():
    """A white one is, in all palettes of the night."""
    black, white = (
        {fitting_landscape(np.full(3, grey, np.float32), RandomStream(k))[1] for k in range(200)}
        for grey in (0, 1)
    )
    assert black.isdisjoint(inks.NIGHT)
    assert white.issuperset(inks.NIGHT)


def test_seeds_differ():
    """Two pictures of one source are not alike."""
    shown = [show_paper_theatre(coin(96), cut_of(ROUND), RandomStream(k)) for k in range(6)]
    pairs = [(a.astype(int), b.astype(int)) for a in shown for b in shown if a is not b]
    assert np.median([np.abs(a - b).mean() for a, b in pairs]) > 20
