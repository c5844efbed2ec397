"""A jigsaw puzzle: its pieces interlock, and the picture in it is as it was."""

import numpy as np
import pytest

from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.still_lifes.jigsaw import TILTS, Jigsaw, show_jigsaw
from diabelli.synthesis.moves.still_lifes.jigsaw_cut import cut
from diabelli.synthesis.moves.still_lifes.jigsaw_pieces import (
    MISSING,
    lay_pieces,
    missing_pieces,
)
from diabelli.synthesis.moves.still_lifes.wooden_table import WOODS, View, draw_wood
from oracles.sources import landscape, opaque

SIDE = 512
NOTHING = np.zeros((GRID, GRID), np.float32)
ALL = np.full((GRID, GRID), 2, np.float32)


def area(outline):
    """Return the area within an outline; below 0 if it is traced the other way."""
    down, across = outline.T
    return float((across * np.roll(down, -1) - down * np.roll(across, -1)).sum() / 2)


def in_the_puzzle(pieces):
    """Return which pieces are where most are, (n,) bool."""
    places = np.array([one.place for one in pieces])
    bounds = (0.02, 0.02, 4, 0.02, 0.02, 4)
    return (np.abs(places - np.median(places, axis=0)) < bounds).all(1)


def shown(image, seed=1, *, kept=NOTHING):
    return show_jigsaw(image, Jigsaw(kept, kept.clip(0, 1)), RandomStream(seed))


@pytest.mark.parametrize(("rows", "columns"), [(3, 3), (5, 8), (11, 6)])
def test_the_pieces_fill_the_puzzle(rows, columns):
    """Each knob fits into the next piece: what one piece gains, the other loses."""
    pieces = [one for row in cut(rows, columns, RandomStream(3)) for one in row]
    areas = [area(one) for one in pieces]
    assert sum(areas) == pytest.approx(rows * columns)
    assert min(areas) > 0.6
    assert len({round(one, 6) for one in areas}) == rows * columns


def test_knobs_do_not_touch():
    """An outline never comes close to itself away from its neighbours."""
    for outline in (one for row in cut(6, 6, RandomStream(5)) for one in row):
        away = np.hypot(*(outline[:, None] - outline[None]).T)
        steps = np.abs(np.subtract.outer(np.arange(len(outline)), np.arange(len(outline))))
        is_apart = np.minimum(steps, len(outline) - steps) > len(outline) // 10
        assert away[is_apart].min() > 0.05


@pytest.mark.parametrize("size", [(200, 200), (200, 300), (300, 200)])
@pytest.mark.parametrize("seed", range(6))
def test_pieces_in_the_puzzle_keep_proportions(size, seed):
    """All but the missing ones are turned alike, and none of those is mirrored."""
    tilt = TILTS[1] / size[0]
    pieces, _ = lay_pieces(NOTHING, size, tilt, RandomStream(seed))
    is_home = in_the_puzzle(pieces)
    assert 1 <= (~is_home).sum() < MISSING[1]
    for one in (one for one, known in zip(pieces, is_home, strict=True) if known):
        assert one.place[0] == pytest.approx(one.place[4], rel=0.001)
        assert one.place[1] == pytest.approx(-one.place[3], abs=0.001)
        assert not one.turned
        # The perspective changes the ratio of height and width of a piece, too.
        away = abs(one.outline[:, 0] - size[0] / 2).max()
        assert 1 + away * tilt < 1.1


@pytest.mark.parametrize("size", [(200, 200), (150, 300), (300, 150)])
@pytest.mark.parametrize("seed", range(6))
def test_all_of_the_puzzle_is_on_the_canvas(size, seed):
    """Pieces in it are within the canvas, and the others are beside them."""
    pieces, cell = lay_pieces(NOTHING, size, TILTS[0] / size[0], RandomStream(seed))
    is_home = in_the_puzzle(pieces)
    home, others = (
        [one for one, known in zip(pieces, is_home, strict=True) if known == wanted]
        for wanted in (True, False)
    )
    for one in home:
        assert (one.outline >= 0).all()
        assert (one.outline <= size).all()
    middles = np.array([one.outline.mean(0) for one in home])
    for one in others:
        assert np.hypot(*(middles - one.outline.mean(0)).T).min() > cell


def test_no_piece_with_a_face_is_missing():
    """Neither in the face nor beside it, where a knob would take a part."""
    kept = NOTHING.copy()
    kept[:, : GRID // 2] = 2
    for seed in range(20):
        missing = missing_pieces(kept, 6, 6, RandomStream(seed))
        assert len(missing) == MISSING[0]
        assert all(column > 2 for _, column in missing)
    assert not missing_pieces(ALL, 6, 6, RandomStream(1))


def test_the_subject_is_not_missing():
    """Where there is room, missing pieces are of its surroundings, and near the rim."""
    kept = NOTHING.copy()
    kept[16:, 16:48] = 1
    for seed in range(20):
        for row, column in missing_pieces(kept, 8, 8, RandomStream(seed)):
            assert kept[8 * row : 8 * row + 8, 8 * column : 8 * column + 8].mean() < 0.5
            assert min(row, column, 7 - row, 7 - column) < 2


@pytest.mark.parametrize("seed", range(4))
def test_the_composition_is_alike_at_every_size(seed):
    """A small puzzle is the large one, made smaller."""
    source = opaque(landscape(SIDE))
    large = resize(shown(source, seed), 256, 256).astype(int)
    small = shown(resize(source, 256, 256), seed).astype(int)
    assert np.abs(large - small).mean() < 5
    assert np.abs(resize(shown(source, seed + 9), 256, 256).astype(int) - small).mean() > 10


@pytest.mark.parametrize("seed", range(4))
def test_fine_stripes_stay_as_they_are(seed):
    """Gaps on lettering hide none of it, and it is not mirrored."""
    columns = np.arange(SIDE) // 8 % 2
    image = opaque(np.repeat(np.tile(40 + 160 * columns, (SIDE, 1))[..., None], 3, 2))
    image[:, : SIDE // 4, 2] = 0
    line = shown(image, seed, kept=ALL)[SIDE // 2].astype(int)
    # Gaps are thinner than half of the window, and stripes are not.
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(line[:, 1], 5), axis=1)
    middle = slice(SIDE // 4, 3 * SIDE // 4)
    peaks = (smooth[middle] > 120).astype(int)
    period = SIDE / np.abs(np.diff(peaks)).sum()
    assert 16 * 0.65 < period < 16 * 0.85
    assert np.percentile(smooth[middle], 85) - np.percentile(smooth[middle], 15) > 90
    yellow = line[:, 1] - line[:, 2] > 60
    assert yellow[: SIDE // 2].sum() > 30 > yellow[SIDE // 2 :].sum()


@pytest.mark.parametrize("seed", range(4))
def test_light_comes_from_one_side(seed):
    """Pieces cast a shadow on the table at one side of the puzzle, and hardly any at the other."""
    image = shown(opaque(np.full((SIDE, SIDE, 3), 230)), seed, kept=ALL)[..., 1].astype(float)
    shades = []
    for lines in (image[160:350], image[160:350, ::-1]):
        edges = (lines > 175).argmax(1)
        near, far = (
            np.array([line[edge - away] for line, edge in zip(lines, edges, strict=True)])
            for away in (5, 12)
        )
        shades.append(np.median(near / far))
    assert max(shades) > 1.15 * min(shades)


@pytest.mark.parametrize("wood", WOODS)
def test_wood_has_grain_along_its_boards(wood):
    """It changes across the boards more than along them, about its own tone."""
    canvas = np.empty((SIDE, SIDE, 3), np.float32)
    half, side = np.float32(SIDE / 2), np.float32(SIDE)
    tone = np.array(wood.tone, np.float32)
    stream = RandomStream(2)
    draw_wood(canvas, View(np.float32(0), half, half, side), wood, tone, stream)
    assert canvas.mean((0, 1)) == pytest.approx(tone, rel=0.35)
    down, across = (np.abs(np.diff(canvas[..., 0], axis=axis)).mean() for axis in (0, 1))
    assert max(down, across) > 2.5 * min(down, across)
