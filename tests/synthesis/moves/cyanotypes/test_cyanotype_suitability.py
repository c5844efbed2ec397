"""Which photographs suit a cyanotype, and what plants must not hide in them."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.bare_skin import SIDE
from diabelli.synthesis.analysis.lettering import LikeliestLettering
from diabelli.synthesis.analysis.picture_border import NO_BORDER, Insets
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.moves.cyanotypes import cyanotype_suitability
from diabelli.synthesis.moves.cyanotypes.cyanotype_suitability import find_cyanotype
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape, opaque

NONE, NO_SKIN = np.zeros((GRID, GRID), np.float32), np.zeros((SIDE, SIDE), np.float32)
PLAIN = opaque(np.full((256, 256, 3), 60, np.uint8))


@pytest.fixture(scope="module")
def analysis():
    """Return an analysis without words, people and subject."""
    found = analyse_source(landscape(200), 200, 200)[0]
    return replace(
        found,
        border=NO_BORDER,
        lettering=NONE,
        likeliest_lettering=LikeliestLettering(0.5, 0.5, 0.5),
        body=NONE,
        kind=replace(found.kind, is_graphic=False, has_text=False),
        people=found.people._replace(skin=NO_SKIN),
    )


@pytest.fixture(scope="module")
def scene():
    """Return a landscape without anything to be careful with."""
    found = survey(landscape(200))
    empty = {"subject": np.zeros_like(found.subject), "persons": np.zeros_like(found.persons)}
    return replace(found, barred=False, **empty)


def test_a_calm_photograph_keeps_nothing(scene, analysis):
    """Plants may be anywhere on it."""
    need = find_cyanotype(scene, analysis, PLAIN)
    assert need.kept.max() == 0
    assert need.subject.max() < 0.05


@pytest.mark.parametrize(
    "change", [{"border": Insets(0.05, 0.05, 0.05, 0.05)}, {"sizes": [(200, 500)]}]
)
def test_frames_and_strips_are_refused(scene, analysis, change):
    """A frame within the sheet would look odd, and plants have no room on a strip."""
    assert find_cyanotype(scene, analysis, PLAIN)
    assert not find_cyanotype(scene, replace(analysis, **change), PLAIN)


def test_bars_graphics_and_pages_are_refused(scene, analysis):
    """A drawing has other treatments."""
    assert not find_cyanotype(replace(scene, barred=True), analysis, PLAIN)
    for change in ({"is_graphic": True}, {"has_text": True}):
        kind = replace(analysis.kind, **change)
        assert not find_cyanotype(scene, replace(analysis, kind=kind), PLAIN)


def test_skin_people_and_words_are_kept(scene, analysis):
    """Each is kept, with a little around it."""
    spot = slice(20, 26), slice(30, 36)
    wide = slice(60, 80), slice(90, 110)
    skin, words, persons = NO_SKIN.copy(), NONE.copy(), np.zeros_like(scene.persons)
    skin[wide] = words[spot] = persons[wide] = 1
    people = analysis.people._replace(skin=skin)
    for one, two in (
        (scene, replace(analysis, people=people)),
        (scene, replace(analysis, lettering=words)),
        (replace(scene, persons=persons), analysis),
    ):
        kept = find_cyanotype(one, two, PLAIN).kept
        assert kept.max() == 1
        assert 36 < kept.sum() < 300


def test_words_are_refused_sooner_indoors(scene, analysis, monkeypatch):
    """They become smaller, and the words of things are smaller than signs."""
    sign = replace(analysis, likeliest_lettering=LikeliestLettering(0.9, 0.5, 0.5))
    assert not find_cyanotype(scene, sign, PLAIN)
    monkeypatch.setattr(cyanotype_suitability, "enlarged_lettering", lambda *_: 0.8)
    assert find_cyanotype(replace(scene, openness=3.0), analysis, PLAIN)
    assert not find_cyanotype(replace(scene, openness=-3.0), analysis, PLAIN)
