"""Which photographs suit foam, and which part of them it shows."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.bare_skin import SIDE
from diabelli.synthesis.analysis.lettering import LikeliestLettering
from diabelli.synthesis.analysis.picture_border import NO_BORDER, Insets
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.moves.coffees.coffee_suitability import find_coffee as find_coffee_of
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape, opaque

NONE, NO_SKIN = np.zeros((GRID, GRID), np.float32), np.zeros((SIDE, SIDE), np.float32)


def find_coffee(scene, analysis):
    """Return the disc of the landscape, of which only words are searched."""
    return find_coffee_of(scene, analysis, opaque(landscape(256)))


@pytest.fixture(scope="module")
def analysis():
    """Return an analysis without words, people and subject."""
    found = analyse_source(landscape(200), 200, 200)[0]
    return replace(
        found,
        border=NO_BORDER,
        lettering=NONE,
        likeliest_lettering=LikeliestLettering(0.5, 0.5, 0.5),
        kind=replace(found.kind, is_graphic=False, has_text=False),
        people=found.people._replace(skin=NO_SKIN),
    )


@pytest.fixture(scope="module")
def scene():
    """Return a landscape of medium tones without anything to be careful with."""
    found = survey(landscape(200))
    empty = {"subject": np.zeros_like(found.subject), "persons": np.zeros_like(found.persons)}
    calm = {"person_odds": -4.0, "figure": 0.0}
    return replace(
        found, median_luma=0.5, roughness=9.0, skin=0.0, barred=False, openness=2.0, **empty | calm
    )


def marked(rows, columns, side=GRID):
    """Return a map of that side which is 1 there."""
    found = np.zeros((side, side), np.float32)
    found[rows, columns] = 1
    return found


def test_a_plain_photograph_is_shown_from_its_middle(scene, analysis):
    """The disc ends near the frame."""
    disc = find_coffee(scene, analysis)
    assert disc.row == disc.column == 0.5
    assert 0.44 < disc.half < 0.5


@pytest.mark.parametrize(
    "change",
    [{"barred": True}, {"median_luma": 0.05}, {"roughness": 25.0}, {"roughness": 2.0}],
)
def test_bars_the_dark_rough_structure_and_emptiness_are_refused(scene, analysis, change):
    """Their print would be mud, or nothing."""
    assert find_coffee(scene, analysis)
    assert not find_coffee(replace(scene, **change), analysis)


@pytest.mark.parametrize(
    "change",
    [
        {"border": Insets(0.05, 0.05, 0.05, 0.05)},
        {"contrast": 15.0},
        {"sizes": [(200, 500)]},
        {"likeliest_lettering": LikeliestLettering(0.9, 0.5, 0.5)},
    ],
)
def test_frames_fog_strips_and_words_are_refused(scene, analysis, change):
    """Letters would be too small."""
    assert not find_coffee(scene, replace(analysis, **change))


def test_graphics_and_text_are_refused(scene, analysis):
    """A drawing has other treatments."""
    for change in ({"is_graphic": True}, {"has_text": True}):
        kind = replace(analysis.kind, **change)
        assert not find_coffee(scene, replace(analysis, kind=kind))


def test_labels_indoors_are_refused_sooner_than_signs(scene, analysis):
    """Those of things are smaller than those of streets."""
    label = replace(analysis, likeliest_lettering=LikeliestLettering(0.74, 0.5, 0.5))
    assert find_coffee(scene, label)
    assert not find_coffee(replace(scene, openness=-3.0), label)


def with_skin(analysis, rows, columns):
    """Return an analysis with bare skin there."""
    skin = marked(rows, columns, SIDE)
    return replace(analysis, people=analysis.people._replace(skin=skin))


def test_the_disc_moves_towards_a_face(scene, analysis):
    """A face at the upper edge is shown whole."""
    disc = find_coffee(
        replace(scene, skin=0.06), with_skin(analysis, slice(11, 60), slice(70, 120))
    )
    assert disc.row < 0.5
    assert disc.row - disc.half < 11 / SIDE


def test_a_face_at_the_frame_is_refused(scene, analysis):
    """No disc shows it."""
    corner = with_skin(analysis, slice(0, 40), slice(0, 40))
    assert not find_coffee(replace(scene, skin=0.04), corner)


def test_small_faces_are_refused(scene, analysis):
    """They would be illegible, alone and in a crowd."""
    skin = np.zeros((SIDE, SIDE), np.float32)
    skin[60:130:14, 60:130:14] = skin[61:131:14, 60:130:14] = 1
    crowd = replace(analysis, people=analysis.people._replace(skin=skin))
    assert find_coffee(scene, crowd)
    assert not find_coffee(replace(scene, skin=0.06), crowd)
    assert not find_coffee(replace(scene, person_odds=0.0), crowd)


def test_a_subject_that_fills_the_frame_is_refused(scene, analysis):
    """No disc shows all of it."""
    whole = np.ones_like(scene.subject)
    assert not find_coffee(replace(scene, subject=whole), analysis)


def test_a_body_may_be_cut_below_and_a_thing_may_not(scene, analysis):
    """A portrait ends at the frame."""
    figure = marked(slice(40, SIDE), slice(46, 146), SIDE)
    face = with_skin(analysis, slice(50, 90), slice(76, 116))
    body = replace(face, body=resize_map(figure, GRID, GRID))
    shown = {"subject": figure, "persons": figure, "figure": 0.25, "skin": 0.04}
    assert find_coffee(replace(scene, person_odds=0.0, **shown), body)
    assert not find_coffee(replace(scene, **shown), body)
