"""Subjects that can be cut out, and pictures that are refused."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.cut_out import SIDE
from diabelli.synthesis.analysis.picture_border import NO_BORDER, Insets
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.moves.cross_stitch.subject_cut import find_cut
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import opaque

SMALL = 192
NOWHERE = np.zeros((SMALL, SMALL), np.float32)


def disc(side, row=0.5, column=0.5, radius=0.24):
    y, x = (np.mgrid[:side, :side] + 0.5) / side
    return np.hypot(y - row, x - column) < radius


def picture(mask):
    """Return a red thing on a pale ground."""
    colours = np.full((*mask.shape, 3), 215)
    colours[mask] = (200, 50, 40)
    return opaque(colours)


@pytest.fixture(scope="module")
def analysis():
    """Return a picture without lettering, a border or skin."""
    found = analyse_source(picture(disc(200)), 200, 200)[0]
    nothing = np.zeros((GRID, GRID), np.float32)
    people = found.people._replace(skin=NOWHERE)
    plain = {"lettering": nothing, "border": NO_BORDER, "people": people}
    return replace(found, **plain)


@pytest.fixture
def find(analysis):
    """Return a function that finds the subject of a picture of which the map is given."""
    scene = replace(survey(picture(disc(200))), persons=np.zeros((SIDE, SIDE), np.float32))

    def found(mask, subject=None, found_analysis=None, **change):
        given = (disc(SMALL) if subject is None else subject).astype(np.float32)
        plain = {"subject": given, "person": 0.0, "person_odds": -4.0, "roughness": 3.0}
        shown = replace(scene, **plain | {"barred": False} | change)
        return find_cut(shown, found_analysis or analysis, picture(mask))

    return found


def test_a_thing_on_plain_ground_is_found(find):
    """The cut is that thing."""
    cut = find(disc(300))
    assert ((cut.part > 0.5) == disc(SIDE)).mean() > 0.95


@pytest.mark.parametrize(
    "change",
    [{"barred": True}, {"person_odds": 0.6}, {"roughness": 22.0}],
    ids=["frame", "group", "crowd"],
)
def test_frames_groups_and_crowds_are_refused(find, change):
    """Their outlines or faces are too small."""
    assert find(disc(300), **change) is None


def test_borders_pages_and_small_faces_are_refused(find, analysis):
    """A page is not a subject, and a small face is lost in stitches."""
    assert find(disc(300), None, replace(analysis, border=Insets(0.01, 0, 0, 0))) is None
    page = replace(analysis, lettering=np.full((GRID, GRID), 0.3, np.float32))
    assert find(disc(300), None, page) is None
    skin = NOWHERE.copy()
    skin[90:104, 90:104] = 1
    far = replace(analysis, people=analysis.people._replace(skin=skin))
    assert find(disc(300), None, far, person_odds=-1.0) is None
    near = replace(analysis, people=analysis.people._replace(skin=disc(SMALL).astype(np.float32)))
    assert find(disc(300), None, near, person_odds=-1.0) is not None


@pytest.mark.parametrize("radius", [0.12, 0.49])
def test_small_and_large_subjects_are_refused(find, radius):
    """A small one would be blurred, and a large one has no outline."""
    assert find(disc(300, radius=radius), disc(SMALL, radius=radius)) is None


@pytest.mark.parametrize(("row", "column"), [(0.15, 0.5), (0.9, 0.9), (0.5, 0.1)])
def test_what_other_edges_cut_is_refused(find, row, column):
    """A thing that is cut above, at a corner or widely at a side is not whole."""
    place = {"row": row, "column": column, "radius": 0.3}
    assert find(disc(300, **place), disc(SMALL, **place)) is None


def test_what_the_lower_edge_cuts_is_found(find):
    """It ends as a bust does."""
    place = {"row": 0.85, "radius": 0.3}
    assert find(disc(300, **place), disc(SMALL, **place)) is not None


def test_an_unsure_map_and_two_things_are_refused(find):
    """Half of the subject might be lost."""
    assert find(disc(300), 0.55 * disc(SMALL)) is None
    two = {"left": {"column": 0.25, "radius": 0.2}, "right": {"column": 0.75, "radius": 0.2}}
    large, small = (disc(side, **two["left"]) | disc(side, **two["right"]) for side in (300, SMALL))
    assert find(large, small) is None


def test_a_map_of_half_the_thing_is_refused(find):
    """The other half has the same colours."""
    half = disc(SMALL)
    half[:, SMALL // 2 :] = False
    assert find(disc(300, radius=0.34), half & disc(SMALL, radius=0.34)) is None


def test_a_handle_that_the_map_misses_is_added_on_calm_ground(find):
    """It has the colour of the thing and is joined to it."""
    handled = disc(300)
    handled[146:154, 200:270] = True
    cut = find(handled)
    assert cut.coarse[128, 225] > 0.5
    assert cut.part[128, 225] > 0.5
