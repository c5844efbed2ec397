"""Which photographs suit porcelain, and which dish shows them."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.bare_skin import SIDE
from diabelli.synthesis.analysis.lettering import LikeliestLettering
from diabelli.synthesis.analysis.picture_border import NO_BORDER, Insets
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.moves.porcelains.porcelain_suitability import (
    ROUND,
    SOFT,
    TRAY,
    find_porcelain,
)
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape

NONE, NO_SKIN = np.zeros((GRID, GRID), np.float32), np.zeros((SIDE, SIDE), np.float32)


@pytest.fixture(scope="module")
def analysis():
    """Return an analysis without words, people and subject."""
    found = analyse_source(landscape(200), 200, 200)[0]
    return replace(
        found,
        border=NO_BORDER,
        contrast=50.0,
        lettering=NONE,
        likeliest_lettering=LikeliestLettering(0.5, 0.5, 0.5),
        body=NONE,
        kind=replace(found.kind, is_graphic=False, has_text=False),
        people=found.people._replace(skin=NO_SKIN),
        _enlarged=0.3,
    )


@pytest.fixture(scope="module")
def scene():
    """Return a landscape without anything that a dish may cut."""
    found = survey(landscape(200))
    empty = {"subject": np.zeros_like(found.subject), "persons": np.zeros_like(found.persons)}
    return replace(found, barred=False, roughness=8.0, median_luma=0.4, person_odds=-4.0, **empty)


def with_words(analysis, rows, columns):
    """Return an analysis with lettering in a block of cells."""
    words = NONE.copy()
    words[rows, columns] = 1
    return replace(analysis, lettering=words)


def test_a_calm_photograph_is_on_a_round_plate(scene, analysis):
    """Nothing is cut, so all of its height and width is shown."""
    serving = find_porcelain(scene, analysis)
    assert serving.roundness == ROUND.roundness
    assert (serving.tall, serving.wide) == (0.5, 0.5)


def test_words_in_a_corner_get_a_squarer_dish(scene, analysis):
    """Farther into the corner the dish is a tray."""
    near = with_words(analysis, slice(8, 13), slice(8, 13))
    assert find_porcelain(scene, near).roundness == SOFT.roundness
    far = with_words(analysis, slice(4, 8), slice(4, 8))
    assert find_porcelain(scene, far).roundness == TRAY.roundness


def test_a_body_is_cut_below_but_no_face(scene, analysis):
    """A person in a lower corner is on a plate; bare skin there is not."""
    persons = np.zeros_like(scene.persons)
    count = persons.shape[0]
    persons[count * 7 // 8 :, : count // 8] = 1
    person = replace(scene, persons=persons)
    assert find_porcelain(person, analysis).roundness == ROUND.roundness
    skin = NO_SKIN.copy()
    skin[SIDE * 7 // 8 : SIDE * 15 // 16, SIDE // 16 : SIDE // 8] = 1
    face = replace(analysis, people=analysis.people._replace(skin=skin))
    assert find_porcelain(scene, face).roundness != ROUND.roundness


@pytest.mark.parametrize(
    "change",
    [{"border": Insets(0.05, 0.05, 0.05, 0.05)}, {"contrast": 15.0}],
)
def test_frames_and_fog_are_refused(scene, analysis, change):
    """The same photograph without that suits."""
    assert find_porcelain(scene, analysis)
    assert not find_porcelain(scene, replace(analysis, **change))


@pytest.mark.parametrize("change", [{"barred": True}, {"roughness": 30.0}, {"median_luma": 0.02}])
def test_bars_confetti_and_the_dark_are_refused(scene, analysis, change):
    """The scene alone decides on these."""
    assert not find_porcelain(replace(scene, **change), analysis)


def test_graphics_and_pages_are_refused(scene, analysis):
    """A drawing has other treatments."""
    for change in ({"is_graphic": True}, {"has_text": True}):
        kind = replace(analysis.kind, **change)
        assert not find_porcelain(scene, replace(analysis, kind=kind))


def test_words_are_refused_sooner_indoors(scene, analysis):
    """They become smaller, and the words of things are smaller than signs."""
    sign = replace(analysis, likeliest_lettering=LikeliestLettering(0.95, 0.5, 0.5))
    assert not find_porcelain(scene, sign)
    analysis = replace(analysis, _enlarged=0.9)
    assert find_porcelain(replace(scene, openness=3.0), analysis)
    assert not find_porcelain(replace(scene, openness=-3.0), analysis)


def test_small_faces_in_a_room_are_refused(scene, analysis):
    """A large face suits, and so do small figures in the open air."""
    skin = NO_SKIN.copy()
    skin[60:66, 60:66] = 1
    skin[20:26, 80:86] = 1
    room = replace(scene, openness=-3.0, person_odds=0.0, skin=0.01)
    small = replace(analysis, people=analysis.people._replace(skin=skin))
    assert not find_porcelain(room, small)
    assert find_porcelain(replace(room, openness=3.0), small)
    skin = NO_SKIN.copy()
    skin[40:90, 40:90] = 1
    large = replace(analysis, people=analysis.people._replace(skin=skin))
    assert find_porcelain(room, large)
