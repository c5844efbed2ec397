"""Which photographs suit a tableau of tiles."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.picture_border import Insets
from diabelli.synthesis.moves.painted_tiles.painted_tiles_suitability import find_painted_tiles
from diabelli.synthesis.moves.scene import survey
from oracles.plain_landscape import plain_analysis
from oracles.sources import opaque

NOWHERE = np.zeros((192, 192), np.float32)
THING = NOWHERE.copy()
THING[50:140, 50:140] = 1
IMAGE = opaque(np.where(THING[..., None] > 0, 90, 190).repeat(3, 2).astype(int))
FACE = NOWHERE.copy()
FACE[40:150, 40:150] = 1


@pytest.fixture(scope="module")
def scene():
    return replace(
        survey(IMAGE),
        subject=THING,
        openness=2.0,
        ground=-1.0,
        roughness=5.0,
        median_luma=0.5,
        person_odds=-4.0,
        skin=0.0,
        portrait=0.0,
        sun_warmth=0.0,
        figure=0.0,
        barred=False,
        grey=False,
        toned=False,
    )


@pytest.fixture(scope="module")
def analysis():
    """Return a picture without lettering, a border or skin."""
    return plain_analysis()


def with_skin(analysis, skin):
    """Return an analysis that found that skin."""
    return replace(analysis, people=analysis.people._replace(skin=skin))


def test_a_thing_before_calm_ground_suits(scene, analysis):
    """A grey picture as well."""
    assert find_painted_tiles(scene, analysis, IMAGE) is not None
    assert find_painted_tiles(replace(scene, grey=True, toned=True), analysis, IMAGE) is not None


def test_landscapes_rooms_and_small_things_suit_none(scene, analysis):
    """They have no clear subject, which fills a part of the picture."""
    small = NOWHERE.copy()
    small[90:120, 90:120] = 1
    for change in ({"subject": small}, {"subject": NOWHERE}, {"ground": 0.3}):
        assert find_painted_tiles(replace(scene, **change), analysis, IMAGE) is None
    soft = np.clip(1.4 - np.hypot(*np.mgrid[-1:1:192j, -1:1:192j]), 0, 1).astype(np.float32)
    assert find_painted_tiles(replace(scene, subject=soft), analysis, IMAGE) is None
    rough = IMAGE.copy()
    rough[::6, :, :3] = 60
    assert find_painted_tiles(scene, analysis, rough) is None


@pytest.mark.parametrize(
    "change", [{"roughness": 16.0}, {"median_luma": 0.15}, {"toned": True}, {"barred": True}]
)
def test_textures_the_dark_sepia_and_frames_suit_none(scene, analysis, change):
    """Small things would be lost, and fog would be bare glaze."""
    assert find_painted_tiles(replace(scene, **change), analysis, IMAGE) is None
    assert find_painted_tiles(scene, replace(analysis, contrast=20.0), IMAGE) is None
    assert find_painted_tiles(scene, replace(analysis, border=Insets(0.01, 0, 0, 0)), IMAGE) is None


def test_words_suit_none(scene, analysis):
    """In the open air feathers look like words, so there it takes more."""
    word = analysis.lettering.copy()
    word[20, 20:24] = 0.2
    written = replace(analysis, lettering=word)
    assert find_painted_tiles(scene, written, IMAGE) is not None
    assert find_painted_tiles(replace(scene, openness=-1.0), written, IMAGE) is None
    assert find_painted_tiles(scene, replace(analysis, lettering=4 * word), IMAGE) is None
    text = replace(analysis.kind, has_text=True)
    assert find_painted_tiles(scene, replace(analysis, kind=text), IMAGE) is None


def test_large_faces_suit_and_small_ones_and_groups_do_not(scene, analysis):
    """A small face would be a few strokes."""
    portrait = replace(scene, person_odds=-1.0, skin=0.33, portrait=1.0, figure=0.5)
    near = with_skin(analysis, FACE)
    found = find_painted_tiles(portrait, near, IMAGE)
    assert found is not None
    assert found.skin.max() == 1
    assert found.delicate[90, 90] > found.delicate[5, 5]
    small = NOWHERE.copy()
    small[80:100, 80:100] = 1
    assert find_painted_tiles(portrait, with_skin(analysis, small), IMAGE) is None
    assert find_painted_tiles(replace(portrait, skin=0.05), near, IMAGE) is None
    assert find_painted_tiles(replace(portrait, person_odds=0.8), near, IMAGE) is None


def test_figures_far_away_suit_none(scene, analysis):
    """Whether their skin is found or not."""
    assert (
        find_painted_tiles(replace(scene, person_odds=-2.0, figure=0.05), analysis, IMAGE) is None
    )
    far = replace(scene, person_odds=-3.1, figure=0.05, skin=0.02)
    assert find_painted_tiles(far, analysis, IMAGE) is None
    assert find_painted_tiles(replace(far, figure=0.4), analysis, IMAGE) is not None
    assert find_painted_tiles(replace(far, person_odds=-3.5), analysis, IMAGE) is not None


def test_hard_light_on_a_face_suits_none(scene, analysis):
    """A half would be burnt to bare glaze, or black."""
    portrait = replace(scene, person_odds=-1.0, skin=0.33, portrait=1.0, figure=0.5)
    near = with_skin(analysis, FACE)
    for dark, bright, suits in ((100, 140, True), (20, 140, False), (110, 250, False)):
        face = IMAGE.copy()
        face[50:140, 50:95, :3], face[50:140, 95:140, :3] = dark, bright
        assert (find_painted_tiles(portrait, near, face) is not None) == suits


def test_the_sun_and_lamps_in_the_dark_suit_none(scene, analysis):
    """Light has no pigment."""
    assert find_painted_tiles(replace(scene, sun_warmth=0.3), analysis, IMAGE) is None
    room = replace(scene, openness=-2.0, sun_warmth=0.3)
    assert find_painted_tiles(room, analysis, IMAGE) is not None
    assert find_painted_tiles(replace(room, median_luma=0.3), analysis, IMAGE) is None


def test_a_subject_of_the_tone_of_its_ground_suits_none(scene, analysis):
    """One pigment would not show it."""
    merged = IMAGE.copy()
    merged[50:140, 50:140, :3] = 188
    assert find_painted_tiles(scene, analysis, merged) is None


def test_only_a_calm_rim_fades(scene, analysis):
    """Things at the edge would be half erased."""
    assert find_painted_tiles(scene, analysis, IMAGE).may_fade
    lined = IMAGE.copy()
    lined[4:20:8, :, :3] = lined[-20:-4:8, :, :3] = lined[:, 4:20:8, :3] = 150
    assert not find_painted_tiles(scene, analysis, lined).may_fade
