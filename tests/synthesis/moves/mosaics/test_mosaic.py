"""Mosaics: rows of tiles, boards and borders."""

import numpy as np
import pytest

from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.mosaics import mosaic
from diabelli.synthesis.moves.mosaics.board import RIM, medallion, panel
from diabelli.synthesis.moves.mosaics.border import PATTERNS, band, lay_ring
from diabelli.synthesis.moves.mosaics.mosaic import MANNERS, _free_tiles, show_mosaic
from diabelli.synthesis.moves.mosaics.mosaic_suitability import Tileable
from diabelli.synthesis.moves.mosaics.tile_layout import DOWN, LONG, SIZE, WIDE, X, Y, lay_out
from oracles.sources import landscape, opaque

NOWHERE = np.zeros((192, 192), np.float32)
PLAIN = Tileable(NOWHERE)


@pytest.fixture(params=range(len(MANNERS)))
def manner(request, monkeypatch):
    """Return one manner, the only one that is used."""
    monkeypatch.setattr(mosaic, "MANNERS", (MANNERS[request.param],))
    return MANNERS[request.param]


@pytest.fixture(params=[0.0, 1.0], ids=["panel", "medallion"])
def is_round(request, monkeypatch):
    """Return whether all mosaics are medallions; else none is."""
    monkeypatch.setattr(mosaic, "ROUND", request.param)
    return bool(request.param)


def seen(image):
    """Return the luma (h, w) of an image from far."""
    return blur(luma(image), image.shape[0] / 40)


def disc(side, radius):
    """Return a disc (side, side) float32 of that radius in sides, 1 within, in the middle."""
    line = (np.arange(side) + 0.5) / side - 0.5
    return (line[:, None] ** 2 + line**2 < radius * radius).astype(np.float32)


def inside(image, is_round):
    """Return the middle of an image, which is within every border."""
    height, width = image.shape[:2]
    cut = 0.25 if is_round else 0.15
    return image[int(cut * height) : -int(cut * height), int(cut * width) : -int(cut * width)]


@pytest.mark.usefixtures("manner")
def test_light_and_dark_stay_in_order(is_round):
    """It is a mosaic of the picture, not mirrored where it must not be."""
    image = resize(opaque(landscape(400)), 400, 400)
    laid = show_mosaic(image, NOWHERE, PLAIN, RandomStream(2))
    assert laid.shape == (400, 400, 4)
    assert (laid[..., 3] == 255).all()
    before, after = (seen(inside(one, is_round)).ravel() for one in (image, laid))
    assert np.corrcoef(before, after)[0, 1] > 0.7


@pytest.mark.usefixtures("manner", "is_round")
def test_every_size_has_the_same_composition():
    """Board, ground, border, subject and light are where they are at another size."""
    source = opaque(landscape(512))
    need = Tileable(NOWHERE, may_mirror=True)
    small, large = (
        show_mosaic(resize(source, side, side), disc(192, 0.3), need, RandomStream(3))
        for side in (256, 512)
    )
    apart = np.abs(seen(resize(large, 256, 256)) - seen(small))
    assert apart.mean() < 4
    assert apart.max() < 25


@pytest.mark.parametrize("size", [(60, 300), (300, 60), (24, 900), (130, 170)])
def test_every_aspect_has_a_border(size):
    """Long pictures have a narrower one."""
    laid = show_mosaic(opaque(np.full((*size, 3), 90)), NOWHERE, PLAIN, RandomStream(4))
    assert laid.shape == (*size, 4)


def test_a_mirrored_mosaic_shows_the_picture_mirrored(monkeypatch):
    """Half of those that may be mirrored are."""
    monkeypatch.setattr(mosaic, "ROUND", 0.0)
    image = np.full((200, 200, 3), 220)
    image[:, :100] = 30
    need = Tileable(NOWHERE, may_mirror=True)
    sides = []
    for seed in range(24):
        light = luma(show_mosaic(opaque(image), NOWHERE, need, RandomStream(seed)))
        sides.append(light[60:140, 40:90].mean() < light[60:140, 110:160].mean())
    assert 4 < sum(sides) < 20


def test_a_grey_picture_has_a_grey_mosaic():
    """Its border is grey, too."""
    image = opaque(np.repeat(landscape(120)[..., 1:2], 3, 2))
    laid = show_mosaic(image, NOWHERE, PLAIN, RandomStream(5), grey=True).astype(int)
    assert (laid[..., :3].max(2) - laid[..., :3].min(2)).mean() < 12


def test_seeds_differ():
    """Two pictures of one source are not alike."""
    image = opaque(landscape(96))
    laid = [show_mosaic(image, NOWHERE, PLAIN, RandomStream(seed)).astype(int) for seed in range(8)]
    apart = [np.abs(one - other).mean() for one in laid for other in laid if one is not other]
    assert np.median(apart) > 15


def test_tiles_end_at_edges():
    """Every tile is of one side of an edge, so its colour is that of one side."""
    source = np.zeros((200, 200, 3), np.float32)
    source[:, 103:] = 200
    _, colours = lay_out(source, np.full((200, 200), 9, np.float32))
    mixed = (colours[:, 0] > 0.1) & (colours[:, 0] < 0.68)
    assert mixed.mean() < 0.02


def test_rows_follow_edges_and_cover_everything():
    """Beside a slope tiles have its direction; no place is far from a tile."""
    y, x = np.mgrid[:200, :200]
    source = np.zeros((200, 200, 3), np.float32)
    source[:] = np.where(y > x, 200, 40)[..., None]
    tiles, _ = lay_out(source, np.full((200, 200), 10, np.float32))
    beside = np.abs(tiles[:, Y] - tiles[:, X]) < 10
    assert np.abs(np.abs(tiles[beside, DOWN]) - 0.707).max() < 0.2
    away = np.hypot(y[::5, ::5, None] - tiles[:, Y], x[::5, ::5, None] - tiles[:, X]).min(2)
    assert away.max() < 1.3 * tiles[:, SIZE].max()


def test_a_ring_closes():
    """Its tiles are at equal distances, and their colours repeat without a rest."""
    for lines in PATTERNS:
        tiles, marks = lay_ring(lines, (100.0, 100.0), 60.0, 30.0)
        away = np.hypot(tiles[:, Y] - 100, tiles[:, X] - 100)
        assert away.min() > 60
        assert away.max() < 90
        count = len(tiles) // len(lines)
        assert count % len(lines[0]) == 0
        assert marks[:count].tolist() == [int(lines[0][k % len(lines[0])]) for k in range(count)]


def test_a_medallion_cuts_off_no_subject():
    """A subject in the corner and a long picture get a panel."""
    lines, corner = PATTERNS[0], NOWHERE.copy()
    corner[:40, :40] = 1
    assert medallion(600, 600, lines, corner) is None
    assert medallion(600, 1200, lines, disc(192, 0.3)) is None
    board = medallion(600, 700, lines, disc(192, 0.3))
    assert board.part[2] == pytest.approx(1)
    assert board.part[3] == pytest.approx(6 / 7)


@pytest.mark.parametrize("lines", PATTERNS)
def test_a_medallion_has_a_narrow_rim_and_a_wide_ring(lines):
    """Tiles fill both, and the board between them and the picture within are free."""
    board = medallion(600, 700, lines, NOWHERE)
    is_border = board.depth[300] < 0
    starts = np.flatnonzero(np.diff(is_border.astype(int))) + 1
    rim, ring = band(RIM, 600, 700), band(lines, 600, 700)
    assert starts[0] == pytest.approx(rim, abs=1)
    assert starts[2] - starts[1] == pytest.approx(ring, abs=2)
    assert rim < ring
    tiles = board.border[0]
    assert (board.depth[tiles[:, Y].astype(int), tiles[:, X].astype(int)] < 0).all()
    y, x = (one[::7, None] for one in np.nonzero(board.depth < 0))
    assert np.hypot(y - tiles[:, Y], x - tiles[:, X]).min(1).max() < tiles[:, SIZE].max()


def test_tiles_do_not_reach_below_a_border():
    """Those beside it are shorter towards it, so that every tile of the border is seen."""
    board = medallion(600, 600, PATTERNS[0], NOWHERE)
    rng = np.random.default_rng(2)
    tiles = np.zeros((4000, 7), np.float32)
    tiles[:, :2] = rng.uniform(0, 599, (4000, 2))
    tiles[:, 3], tiles[:, 4:6], tiles[:, 6] = 1, 6, 12
    kept, _, pictured = _free_tiles(tiles, tiles[:, :3].copy(), board)
    assert 0.2 < pictured.mean() < 0.8
    v, u = (kept[:, k].astype(int) for k in (Y, X))
    assert (board.depth[v, u] > 1).all()
    y, x = kept[:, Y] - 299.5, kept[:, X] - 299.5
    radius = np.sqrt(board.inside.sum() / np.pi)
    corner = np.hypot(np.abs(y) + kept[:, WIDE], np.abs(x) + kept[:, LONG])
    assert (corner[pictured] < radius + 5).all()


def test_a_panel_does_not_stretch_the_picture():
    """The part that it shows has the aspect of the field."""
    board = panel(500, 720, PATTERNS[1])
    high, wide = board.part[2] * 500, board.part[3] * 720
    assert high / wide == pytest.approx(board.size[0] / board.size[1], rel=0.01)
    assert board.inside.sum() == board.size[0] * board.size[1]
