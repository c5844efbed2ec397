"""Which photographs suit a cyanotype, and what plants must not hide in them."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.lettering import LikeliestLettering
from diabelli.synthesis.analysis.picture_border import Insets
from diabelli.synthesis.moves.cyanotypes.cyanotype_suitability import find_cyanotype
from oracles.plain_landscape import NO_SKIN, NONE, plain_analysis, plain_scene


@pytest.fixture(scope="module")
def analysis():
    """Return an analysis without words and people."""
    return plain_analysis()


@pytest.fixture(scope="module")
def scene():
    """Return a landscape of medium tones without a subject."""
    return plain_scene()


def test_a_calm_photograph_keeps_nothing(scene, analysis):
    """Plants may be anywhere on it."""
    need = find_cyanotype(scene, analysis)
    assert need.kept.max() == 0
    assert need.subject.max() < 0.05


def test_frames_are_refused(scene, analysis):
    """A frame within the sheet would look odd."""
    assert find_cyanotype(scene, analysis)
    framed = replace(analysis, border=Insets(0.05, 0.05, 0.05, 0.05))
    assert not find_cyanotype(scene, framed)


def test_bars_graphics_and_pages_are_refused(scene, analysis):
    """A drawing has other treatments."""
    assert not find_cyanotype(replace(scene, barred=True), analysis)
    for change in ({"is_graphic": True}, {"has_text": True}):
        kind = replace(analysis.kind, **change)
        assert not find_cyanotype(scene, replace(analysis, kind=kind))


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
        kept = find_cyanotype(one, two).kept
        assert kept.max() == 1
        assert 36 < kept.sum() < 300


def test_words_are_refused_sooner_indoors(scene, analysis):
    """They become smaller, and the words of things are smaller than signs."""
    sign = replace(analysis, likeliest_lettering=LikeliestLettering(0.9, 0.5, 0.5))
    assert not find_cyanotype(scene, sign)
    analysis = replace(analysis, _enlarged=0.8)
    assert find_cyanotype(replace(scene, openness=3.0), analysis)
    assert not find_cyanotype(replace(scene, openness=-3.0), analysis)
