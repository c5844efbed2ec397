"""Which photographs are painted: those without faces, lettering or signs."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.lettering import LikeliestLettering
from diabelli.synthesis.analysis.picture_border import NO_BORDER, Insets
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.moves.paintings.painting_suitability import (
    MAX_LETTERING,
    MIN_LUMA,
    MIN_ROUGHNESS,
    suits_painting,
)
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.pipeline import analyse_source
from oracles.lettering import SIDE
from oracles.sources import landscape, opaque

IMAGE = opaque(landscape(SIDE))


@pytest.fixture(scope="module")
def scene():
    plain = {"barred": False, "grey": False, "toned": False, "roughness": 8.0, "median_luma": 0.4}
    person = {"skin": 0.0, "figure": 0.0, "person_odds": -3.0}
    return replace(survey(landscape(200)), openness=2.0, **plain, **person)


@pytest.fixture(scope="module")
def analysis():
    """Return a picture without lettering or a border."""
    found = analyse_source(landscape(200), 200, 200)[0]
    kind, nothing = replace(found.kind, has_text=False), np.zeros((GRID, GRID), np.float32)
    nowhere = LikeliestLettering(0.3, 0.5, 0.5)
    return replace(
        found, kind=kind, lettering=nothing, border=NO_BORDER, likeliest_lettering=nowhere
    )


def test_landscapes_are_painted(scene, analysis):
    """Also in black and white."""
    assert suits_painting(scene, analysis)
    assert suits_painting(replace(scene, grey=True), analysis)


@pytest.mark.parametrize(
    "change",
    [
        {"skin": 0.01},
        {"person_odds": 0.0},
        {"figure": 0.05},
        {"barred": True},
        {"roughness": 0.9 * MIN_ROUGHNESS},
        {"median_luma": 0.9 * MIN_LUMA},
    ],
)
def test_faces_frames_and_fog_are_not_painted(scene, analysis, change):
    """Paint would change a face, and that of an animal, and hide faint things."""
    assert not suits_painting(replace(scene, **change), analysis)


def test_lettering_is_not_painted(scene, analysis):
    """Paint would make it illegible; faint marks may be a false alarm, a sure word is none."""
    faint = np.full((GRID, GRID), MAX_LETTERING, np.float32)
    assert suits_painting(scene, replace(analysis, lettering=0.9 * faint))
    assert not suits_painting(scene, replace(analysis, lettering=1.1 * faint))
    word = analysis.lettering.copy()
    word[20, 20:24] = 0.45
    assert not suits_painting(scene, replace(analysis, lettering=word))
    text = replace(analysis, kind=replace(analysis.kind, has_text=True))
    assert not suits_painting(scene, text)
    assert not suits_painting(scene, replace(analysis, border=Insets(0.01, 0, 0, 0)))


def test_rooms_are_not_painted(scene, analysis):
    """Their pets, people far away and labels are lost in strokes."""
    assert not suits_painting(replace(scene, openness=0.0), analysis)
