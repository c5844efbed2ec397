"""Which photographs suit a page of a comic, and what it shows of them."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.bare_skin import SIDE
from diabelli.synthesis.analysis.lettering import LikeliestLettering
from diabelli.synthesis.analysis.picture_border import Insets
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.moves.comics.comic_suitability import (
    ENOUGH,
    THING,
)
from diabelli.synthesis.moves.comics.comic_suitability import (
    find_comic_page as find_comic_page_of,
)
from oracles.plain_landscape import marked, plain_analysis, plain_image, plain_scene
from oracles.sources import opaque


def find_comic_page(scene, analysis):
    """Return what a page needs of the landscape."""
    return find_comic_page_of(scene, analysis, plain_image())


@pytest.fixture(scope="module")
def analysis():
    """Return an analysis without words and people."""
    return plain_analysis()


@pytest.fixture(scope="module")
def scene():
    """Return a landscape of medium tones without a subject."""
    return plain_scene()


def with_face(scene, analysis, rows, columns):
    """Return a scene and an analysis with a person, whose face is there."""
    person = marked(
        slice(max(rows.start - 10, 0), SIDE), slice(columns.start - 8, columns.stop + 8)
    )
    shown = {"persons": person, "subject": person, "person_odds": 0.5, "figure": person.mean()}
    people = analysis.people._replace(skin=marked(rows, columns))
    return replace(scene, **shown), replace(analysis, people=people)


def test_a_landscape_is_shown_with_its_detail(scene, analysis):
    """Nothing of it is kept from being cut, and the source is the one that was analysed."""
    found = find_comic_page(scene, analysis)
    assert not found.interest.heads.any()
    assert not found.interest.whole.any()
    assert found.source is analysis.pyramid[0]


@pytest.mark.parametrize("change", [{"barred": True}, {"median_luma": 0.02}])
def test_bars_and_the_dark_are_refused(scene, analysis, change):
    """There would be black panels."""
    assert find_comic_page(scene, analysis)
    assert not find_comic_page(replace(scene, **change), analysis)


@pytest.mark.parametrize("change", [{"border": Insets(0.05, 0.05, 0.05, 0.05)}, {"contrast": 15.0}])
def test_frames_and_fog_are_refused(scene, analysis, change):
    """They would not fill their panels."""
    assert not find_comic_page(scene, replace(analysis, **change))


def test_graphics_and_text_are_refused(scene, analysis):
    """A drawing has other treatments."""
    for change in ({"is_graphic": True}, {"has_text": True}):
        kind = replace(analysis.kind, **change)
        assert not find_comic_page(scene, replace(analysis, kind=kind))


def test_a_large_face_is_kept_and_small_ones_are_refused(scene, analysis):
    """A face of a fiftieth of the side has no eyes in a small panel."""
    found = find_comic_page(*with_face(scene, analysis, slice(40, 90), slice(80, 120)))
    assert (found.interest.heads == 1).any()
    assert found.interest.face > 0.2
    assert found.care[20, 33] > 0.9
    small = with_face(scene, analysis, slice(99, 105), slice(90, 96))
    assert not find_comic_page(*small)


def test_a_thing_is_shown_whole(scene, analysis):
    """A clear subject without a face is not cut; one of unsure outline is a part of its place."""
    thing = marked(slice(60, 130), slice(70, 120))
    found = find_comic_page(replace(scene, subject=thing), analysis)
    assert found.interest.whole[30, 30] == 1
    assert found.interest.heads[30, 30] == np.float32(THING)
    unsure = find_comic_page(replace(scene, subject=thing / 2), analysis)
    assert not unsure.interest.whole.any()


def test_skin_of_a_thing_is_no_face(scene, analysis):
    """Where no person is likely, wood and fur of the colour of skin may be cut."""
    _, analysed = with_face(scene, analysis, slice(40, 90), slice(80, 120))
    found = find_comic_page(replace(scene, person_odds=-3.5), analysed)
    assert not (found.interest.heads == 1).any()
    assert found.interest.face == 0


def test_words_are_not_cut(scene, analysis):
    """The likeliest place of a small sign counts, too; sure words are refused."""
    words = replace(
        analysis,
        lettering=marked(slice(20, 24), slice(10, 30), GRID),
        likeliest_lettering=LikeliestLettering(0.77, 0.34, 0.3),
    )
    found = find_comic_page(scene, words)
    assert found.interest.heads[22, 20] == 1
    assert found.care[22, 20] > 0.9
    sign = replace(analysis, likeliest_lettering=LikeliestLettering(0.7, 0.5, 0.25))
    assert find_comic_page(scene, sign).interest.heads[32, 16] > 0.5
    assert not find_comic_page(scene, analysis).interest.heads.any()
    sure = replace(words, likeliest_lettering=LikeliestLettering(0.9, 0.34, 0.3))
    assert not find_comic_page(scene, sure)


def test_the_smallest_image_with_enough_detail_is_shown(scene, analysis):
    """A larger one would be slower."""
    pyramid = [opaque(np.full((side, side, 3), 90)) for side in (2 * ENOUGH, ENOUGH, ENOUGH // 2)]
    found = find_comic_page(scene, replace(analysis, pyramid=pyramid))
    assert found.source is pyramid[1]
