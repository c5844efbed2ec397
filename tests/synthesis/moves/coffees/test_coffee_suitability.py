"""Which photographs suit foam, and which part of them it shows."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.bare_skin import SIDE
from diabelli.synthesis.analysis.lettering import LikeliestLettering
from diabelli.synthesis.analysis.picture_border import Insets
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.moves.coffees.coffee_suitability import find_coffee
from oracles.plain_landscape import marked, plain_analysis, plain_scene


@pytest.fixture(scope="module")
def analysis():
    """Return an analysis without words and people."""
    return plain_analysis()


@pytest.fixture(scope="module")
def scene():
    """Return a landscape of medium tones without a subject."""
    return plain_scene()


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
        {"likeliest_lettering": LikeliestLettering(0.9, 0.5, 0.5)},
    ],
)
def test_frames_fog_and_words_are_refused(scene, analysis, change):
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
