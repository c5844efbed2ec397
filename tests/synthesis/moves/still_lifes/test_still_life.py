"""Still lifes: which pictures get one, and how often."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.picture_border import NO_BORDER, Insets
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.moves.still_lifes.ball_window import Window
from diabelli.synthesis.moves.still_lifes.still_life import (
    GLASS_BALL,
    INSTANT_PRINT,
    JIGSAW,
    MAX_SHARE,
    MIN_UNCUT_FACE,
    PAINTING,
    SHARES,
    STILL_LIFES,
    find_ball_window,
    find_jigsaw,
    find_snow_globe,
    shares_of_still_lifes,
    weights_of_still_lifes,
)
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape


@pytest.fixture(scope="module")
def scene():
    return replace(survey(landscape(200)), person=0.0, barred=False)


@pytest.fixture(scope="module")
def analysis():
    """Return a picture without lettering or a border."""
    found = analyse_source(landscape(200), 200, 200)[0]
    nothing = np.zeros((GRID, GRID), np.float32)
    return replace(
        found, kind=replace(found.kind, has_text=False), lettering=nothing, border=NO_BORDER
    )


def rim(side):
    """Return a map (side, side) that is 1 where the rim of every ball is."""
    down, across = np.indices((side, side)) / side - 0.5
    away = np.hypot(down, across)
    return ((away > 0.34) & (away < 0.44)).astype(np.float32)


def test_a_landscape_suits_a_ball(scene, analysis):
    """It shows neither a face nor lettering."""
    assert find_ball_window(scene, analysis) is not None


def test_frames_and_lettering_at_the_rim_suit_none(scene, analysis):
    """The ball would bend them."""
    written = rim(GRID)
    assert find_ball_window(replace(scene, barred=True), analysis) is None
    assert find_ball_window(scene, replace(analysis, border=Insets(0.01, 0, 0, 0))) is None
    assert find_ball_window(scene, replace(analysis, lettering=written)) is None


def test_skin_at_the_rim_of_a_person_suits_none(scene, analysis):
    """Without a person, the colour of skin does not count."""
    bare = replace(analysis, people=analysis.people._replace(skin=rim(192)))
    assert find_ball_window(replace(scene, person=1.0), bare) is None
    assert find_ball_window(scene, bare) is not None


@pytest.mark.parametrize(
    "suitable", [{INSTANT_PRINT}, {INSTANT_PRINT, JIGSAW}, {*STILL_LIFES} - {PAINTING}, STILL_LIFES]
)
@pytest.mark.parametrize("total", [0.0, 5.0])
@pytest.mark.parametrize("lights", [{}, {"golden": 2.0, "dusk": 1.0}, {"dusk": 0.0}])
def test_still_lifes_have_their_share(suitable, total, lights):
    """Of all moves, in coloured daylight or without."""
    shares = shares_of_still_lifes(suitable)
    weights = weights_of_still_lifes(shares, lights, total)
    whole = sum(weights.values()) + (total or 1)
    for name, share in shares.items():
        found = sum(weight for names, weight in weights.items() if names[-1] == name)
        assert found == pytest.approx(share * whole)
    assert all(names[0] in STILL_LIFES | {"golden"} for names in weights)


def test_fewer_still_lifes_have_larger_shares():
    """Together they have the same share, as long as none is the only idea."""
    assert shares_of_still_lifes(STILL_LIFES) == pytest.approx(SHARES)
    assert set(SHARES) == STILL_LIFES
    few = shares_of_still_lifes(STILL_LIFES - {PAINTING})
    assert sum(few.values()) == pytest.approx(sum(SHARES.values()))
    assert few[JIGSAW] / few[GLASS_BALL] == pytest.approx(SHARES[JIGSAW] / SHARES[GLASS_BALL])
    assert shares_of_still_lifes({INSTANT_PRINT}) == {INSTANT_PRINT: MAX_SHARE}


def test_a_globe_needs_a_ball(scene, analysis):
    """What suits no ball suits no globe; lettering low in the ball suits the ball alone."""
    assert find_snow_globe(find_ball_window(scene, analysis), scene, analysis) is not None
    assert find_snow_globe(None, scene, analysis) is None
    window = Window(0.5, 0.5, 0.6)
    written = np.zeros((GRID, GRID), np.float32)
    written[54:57, 30:34] = 1
    assert find_snow_globe(window, scene, replace(analysis, lettering=written)) is None


def test_a_jigsaw_keeps_faces_and_lettering(scene, analysis):
    """No piece of them is missing, and the gaps on them are fine."""
    written = np.zeros((GRID, GRID), np.float32)
    written[20:24, 30:40] = 1
    found = find_jigsaw(scene, replace(analysis, lettering=written))
    assert found is not None
    np.testing.assert_array_equal(found.kept > 1, written > 0)
    assert found.calm[22, 35] > 0.9
    skin = np.zeros((192, 192), np.float32)
    skin[60:120, 75:120] = 1
    bare = replace(analysis, people=analysis.people._replace(skin=skin))
    face = find_jigsaw(replace(scene, person=1.0), bare)
    assert face is not None
    assert (face.kept[20:40, 25:40] > 1).all()
    assert (face.kept > 1).sum() < 1.5 * 20 * 15
    assert find_jigsaw(scene, bare).kept.max() <= 1


def test_pages_and_close_portraits_suit_no_jigsaw(scene, analysis):
    """Gaps would cut small letters, and no piece may be missing in a face."""
    page = replace(analysis, lettering=np.tile(np.float32([1, 0]), (GRID, GRID // 2)))
    assert find_jigsaw(scene, page) is None
    few = np.zeros((GRID, GRID), np.float32)
    few[::4, ::2] = 1
    graphic = replace(analysis, kind=replace(analysis.kind, has_text=True), lettering=few)
    assert find_jigsaw(scene, graphic) is None
    near = replace(analysis, people=analysis.people._replace(skin=np.ones((192, 192), np.float32)))
    assert find_jigsaw(replace(scene, person=1.0), near) is None


def test_a_group_with_small_faces_suits_no_jigsaw(scene, analysis):
    """A joint would cross an eye; the same spots in a picture without people may be of wood."""
    spots = np.zeros((192, 192), np.float32)
    spots[60:72, 40:160:16] = spots[61:73, 41:160:16] = spots[62:74, 42:160:16] = 1
    far = replace(analysis, people=analysis.people._replace(skin=spots))
    assert far.people.has_small_faces
    assert far.people.largest_face < MIN_UNCUT_FACE
    assert find_jigsaw(replace(scene, person=1.0), far) is None
    assert find_jigsaw(scene, far) is not None
