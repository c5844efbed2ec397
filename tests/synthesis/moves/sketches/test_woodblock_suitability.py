"""Which photographs suit a woodblock print, and which of their skies are dyed."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.clear_sky import find_clear_sky
from diabelli.synthesis.analysis.picture_border import Insets
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.moves.sketches.woodblock_suitability import find_woodblock
from oracles.plain_landscape import plain_analysis
from oracles.sources import landscape

NOWHERE = np.zeros((192, 192), np.float32)


@pytest.fixture(scope="module")
def scene():
    found = survey(landscape(200))
    return replace(
        found,
        roughness=5.0,
        skin=0.0,
        person_odds=-3.0,
        figure=0.0,
        barred=False,
        toned=False,
        grey=False,
        sun_warmth=0.0,
        openness=0.5,
    )


@pytest.fixture(scope="module")
def analysis():
    """Return a picture without lettering, a border or skin."""
    return plain_analysis()


@pytest.mark.parametrize(
    ("change", "suits"),
    [
        ({}, True),
        ({"barred": True}, False),
        ({"roughness": 20.0}, False),
        ({"person_odds": 0.6}, False),
        ({"skin": 0.8}, False),
        ({"skin": 0.3, "person_odds": -1.0}, False),
        ({"skin": 0.3, "person_odds": -2.8}, True),
        ({"grey": True, "figure": 0.3}, False),
        ({"toned": True}, False),
        ({"toned": True, "grey": True}, True),
        ({"sun_warmth": 0.3}, False),
        ({"openness": 2.0, "figure": 0.02}, False),
        ({"openness": -2.0, "figure": 0.02}, True),
        ({"grey": True, "figure": 0.1}, True),
    ],
)
def test_people_groups_frames_and_undergrowth_are_refused(scene, analysis, change, suits):
    """A hand may hold something, but no face is shown."""
    people = analysis.people._replace(skin=NOWHERE + 1)
    changed = replace(scene, **change)
    found = find_woodblock(changed, replace(analysis, people=people), landscape(200))
    assert (found is not None) == suits


@pytest.mark.parametrize(("figure", "suits"), [(0.1, False), (0.0, True)])
def test_little_skin_suits_only_where_no_person_is_marked(scene, analysis, figure, suits):
    """Sand has the colour of skin, and small people have little of it."""
    changed = replace(scene, skin=0.02, person_odds=-3.0, figure=figure)
    assert (find_woodblock(changed, analysis, landscape(200)) is not None) == suits


def test_pages_labels_large_signs_scans_and_fog_are_refused(scene, analysis):
    """A small sign in the open air is printed as finely as it is."""
    image = landscape(200)
    signed = analysis.lettering.copy()
    signed[:3, :32] = 1
    outside, inside = (replace(scene, openness=openness) for openness in (1.0, -1.0))
    small = find_woodblock(outside, replace(analysis, lettering=signed), image)
    assert small is not None
    np.testing.assert_array_equal(small.lettering, signed)
    assert find_woodblock(inside, replace(analysis, lettering=signed), image) is None
    signed[:20, :32] = 1
    assert find_woodblock(outside, replace(analysis, lettering=signed), image) is None
    page = replace(analysis, kind=replace(analysis.kind, has_text=True))
    assert find_woodblock(scene, page, image) is None
    scan = replace(analysis, border=Insets(0.01, 0, 0, 0))
    assert find_woodblock(scene, scan, image) is None
    assert find_woodblock(scene, replace(analysis, contrast=20.0), image) is None


def test_a_sky_is_found_in_the_open_air_only(scene, analysis):
    """A wall is not dyed."""
    image = np.full((200, 200, 4), 255, np.uint8)
    image[..., :3] = (150, 180, 230)
    image[120:, :, :3] = 40 + 60 * (np.indices((80, 200)).sum(0) % 7 > 3)[..., None]
    sky = find_clear_sky(image, NOWHERE)
    assert sky is not None
    plain = replace(scene, subject=NOWHERE, clear_sky=sky, ground=1.0, skin=0.0)
    outside, inside = (
        find_woodblock(replace(plain, openness=openness), analysis, image)
        for openness in (2.0, -2.0)
    )
    assert outside.sky.any()
    assert not inside.sky.any()


def test_a_picture_full_of_red_is_refused(scene, analysis):
    """Red is an accent; bread and wood would be dull in blue inks."""
    image = landscape(200)
    for rows, suits in ((10, True), (60, False)):
        image[-rows:, :, :3] = (200, 60, 40)
        assert (find_woodblock(scene, analysis, image) is not None) == suits
