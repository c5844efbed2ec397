"""Which photographs suit a screen print, and how they are printed."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.bare_skin import SIDE
from diabelli.synthesis.analysis.picture_border import Insets
from diabelli.synthesis.moves.screen_prints.screen_print_suitability import (
    find_screen_print,
)
from oracles.plain_landscape import NO_SKIN, NONE, plain_analysis, plain_scene


@pytest.fixture(scope="module")
def analysis():
    """Return an analysis without words and people."""
    return plain_analysis()


@pytest.fixture(scope="module")
def scene():
    """Return a landscape of medium tones without a subject."""
    return plain_scene()


def face(reach):
    """Return a map of skin with a square of that half side in its middle."""
    skin = NO_SKIN.copy()
    middle = SIDE // 2
    skin[middle - reach : middle + reach, middle - reach : middle + reach] = 1
    return skin


@pytest.mark.parametrize("change", [{"barred": True}, {"roughness": 25.0}])
def test_bars_and_dense_texture_are_refused(scene, analysis, change):
    """Leaves without end would be confetti."""
    assert find_screen_print(scene, analysis)
    assert not find_screen_print(replace(scene, **change), analysis)


@pytest.mark.parametrize("change", [{"border": Insets(0.05, 0.05, 0.05, 0.05)}, {"contrast": 15.0}])
def test_frames_and_fog_are_refused(scene, analysis, change):
    """A frame within a print, and a print of one ink, are none."""
    assert not find_screen_print(scene, replace(analysis, **change))


@pytest.mark.parametrize("change", [{"is_graphic": True}, {"has_text": True}])
def test_graphics_and_text_are_refused(scene, analysis, change):
    """A drawing has other treatments."""
    page = replace(analysis, kind=replace(analysis.kind, **change))
    assert not find_screen_print(scene, page)


def test_people_far_away_are_refused(scene, analysis):
    """Their faces would be too small; those close by are not."""
    people = replace(scene, person_odds=0.0, figure=0.2)
    far, near = (
        replace(analysis, people=analysis.people._replace(skin=face(reach)))
        for reach in (2, SIDE // 5)
    )
    assert not find_screen_print(people, far)
    assert find_screen_print(people, near)
    assert find_screen_print(scene, far)


def test_a_small_subject_is_only_printed_large(scene, analysis):
    """It would be lost in small prints; a large one is not, and has no dots."""
    subject = np.zeros_like(scene.subject)
    assert find_screen_print(scene, analysis).small
    subject[10:-10, 10:-10] = 1
    found = find_screen_print(replace(scene, subject=subject), analysis)
    assert not found.small
    assert found.fine[30:34, 30:34].min() > 0.8


def test_only_a_large_face_is_printed_four_times(scene, analysis):
    """A small one is printed large, and never small."""
    near = replace(analysis, people=analysis.people._replace(skin=face(SIDE // 3)))
    far = replace(analysis, people=analysis.people._replace(skin=face(SIDE // 14)))
    assert find_screen_print(scene, near).four
    found = find_screen_print(scene, far)
    assert found.small
    assert not found.four


def test_letters_and_faces_are_printed_finely(scene, analysis):
    """All else has dots."""
    lettering = NONE.copy()
    lettering[10:20, 10:40] = 1
    written = find_screen_print(scene, replace(analysis, lettering=lettering))
    assert written.fine[12:18, 12:38].min() > 0.9
    assert written.fine[30:].max() == 0
    assert not written.four
    assert written.small
