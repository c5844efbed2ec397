"""Stained glass: panes and their outlines, glass, the window in its wall, and refusals."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.core.filters import luma
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves import photograph
from diabelli.synthesis.moves.stained_glass import stained_glass
from diabelli.synthesis.moves.stained_glass.glazing import glaze
from diabelli.synthesis.moves.stained_glass.outlines import smoothed, whole_panes
from diabelli.synthesis.moves.stained_glass.panes import find_panes
from diabelli.synthesis.moves.stained_glass.stained_glass import show_stained_glass
from diabelli.synthesis.moves.stained_glass.stained_glass_suitability import suits_stained_glass
from diabelli.synthesis.moves.stained_glass.window import Window
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape, opaque

NOWHERE = np.zeros((GRID, GRID), np.float32)
SIDE = 128
VIEW = opaque(
    np.repeat(np.linspace(200, 60, 256).astype(np.uint8)[:, None, None], 256, 1).repeat(3, 2)
)
"""A calm view."""


def halves(side, first=(200, 40, 40), second=(40, 60, 200)):
    """Return a picture whose left half has one colour, and whose right half another."""
    colours = np.empty((side, side, 3), np.uint8)
    colours[:, : side // 2], colours[:, side // 2 :] = first, second
    return opaque(colours)


def shown(image, seed=1, *, grey=False):
    return show_stained_glass(image, NOWHERE, RandomStream(seed), grey=grey)


def glazing_of(image, subject=NOWHERE, seed=1):
    """Return the glazing of a square picture in a plan of SIDE pixels."""
    inset = round(0.1 * SIDE)
    window = Window((1.0, 1.0), (0.4, 0.4), 0.036, 0.0)
    field = resize(image, SIDE - 2 * inset, SIDE - 2 * inset)
    return glaze(field, (inset, inset), subject, window, (SIDE, SIDE), RandomStream(seed)), inset


def test_every_size_has_the_same_panes():
    """Panes, leads, border and wall are where they are at another size."""
    source = resize(landscape(128), 512, 512)
    for seed in range(3):
        small, large = (shown(resize(source, side, side), seed) for side in (256, 512))
        assert small.shape == (256, 256, 4)
        assert (small[..., 3] == 255).all()
        apart = np.abs(resize(large, 256, 256).astype(int) - small)[..., :3]
        assert apart.mean() < 6
        assert (apart.max(2) > 60).mean() < 0.03


@pytest.mark.parametrize("shape", [(300, 300), (240, 420), (420, 240)])
def test_the_window_shows_all_of_the_picture_unmirrored(shape):
    """Each quarter has its colour, and the picture is more than half of the area."""
    height, width = shape
    colours = np.empty((height, width, 3), np.uint8)
    inks = ((200, 30, 30), (30, 170, 30), (30, 30, 200), (200, 190, 30))
    for ink, rows, columns in zip(inks, (0, 0, 1, 1), (0, 1, 0, 1), strict=True):
        row, column = rows * (height // 2), columns * (width // 2)
        colours[row : row + height // 2, column : column + width // 2] = ink
    found = shown(opaque(colours))[..., :3].astype(int)
    for ink, rows, columns in zip(inks, (0.3, 0.3, 0.7, 0.7), (0.3, 0.7, 0.3, 0.7), strict=True):
        row, column = round(rows * height), round(columns * width)
        seen = np.median(found[row - 12 : row + 12, column - 12 : column + 12], (0, 1))
        strong = np.array(ink) > 100
        assert seen[strong].min() > seen[~strong].max() + 60
    assert (1 - 2 * stained_glass.INSET) ** 2 > 0.6


def test_panes_end_at_edges_of_colour():
    """Hardly a pane has two colours."""
    glazing, inset = glazing_of(halves(256))
    field = glazing.labels[inset:-inset, inset:-inset]
    left, right = np.split(field, 2, axis=1)
    shared = np.intersect1d(left, right)
    both = [min((left == one).sum(), (right == one).sum()) for one in shared]
    assert sum(both) < 0.02 * field.size
    assert 30 < len(np.unique(field)) < 250


def test_a_small_thing_is_painted_within_a_pane():
    """No lead surrounds a dark thing that is smaller than a pane."""
    side = 256
    y, x = np.mgrid[:side, :side]
    for row, column in ((100, 100), (131, 150)):
        colours = np.full((side, side, 3), 190, np.uint8)
        colours[np.hypot(y - row, x - column) < 5] = 20
        glazing, inset = glazing_of(opaque(colours))
        field = glazing.labels[inset:-inset, inset:-inset]
        areas = np.unique(field, return_counts=True)[1]
        assert areas.min() > 4 * np.pi * (5 / side * len(field)) ** 2


def test_panes_are_near_their_middles():
    """They cover all of the picture, and are about as large as asked for."""
    features = np.zeros((80, 120, 4), np.float32)
    owner, count = find_panes(features, np.full((80, 120), 8, np.float32), RandomStream(2))
    areas = np.bincount(owner.ravel(), minlength=count)
    assert areas.sum() == 80 * 120
    assert 4 < np.sqrt(np.median(areas[areas > 0]) / np.pi) < 12


def test_the_distance_from_an_outline_is_true_near_it():
    """It grows by a pixel per pixel from a straight outline, and is largest within panes."""
    owner = np.zeros((40, 60), np.int32)
    owner[:, 30:] = 1
    out, away = smoothed(owner, 3.0, 2)
    np.testing.assert_array_equal(out, owner)
    np.testing.assert_allclose(away[20, 30:33], [0.5, 1.5, 2.5], rtol=0.35)
    assert (away[:, :20] == away.max()).all()


def test_small_and_enclosed_panes_join_others():
    """A small part goes to the pane of its colour, and a ring is filled."""
    owner = np.zeros((40, 40), np.int32)
    owner[:, 20:] = 1
    owner[8:32, 25:37] = 2
    owner[10:12, 19:21] = 3
    owner[30:34, 2:9] = 0
    colours = np.zeros((40, 40, 3), np.float32)
    colours[:, 20:], colours[10:12, 19:21] = 0.8, 0.75
    panes, count = whole_panes(owner, colours, 30)
    assert count == 2
    np.testing.assert_array_equal(panes[:, 20:], 1)
    np.testing.assert_array_equal(panes[:10, :20], 0)
    np.testing.assert_array_equal(panes[10:12, 19], 1)


def test_every_pane_is_in_one_piece():
    """Parts of one label that do not touch are two panes."""
    owner = np.zeros((20, 60), np.int32)
    owner[:, 20:40] = 1
    panes, count = whole_panes(owner, np.zeros((20, 60, 3), np.float32), 30)
    assert count == 3
    assert [len(np.unique(panes[:, part])) for part in (slice(0, 20), slice(40, 60))] == [1, 1]
    assert panes[0, 0] != panes[0, -1]


def test_glass_glows_and_the_wall_is_dim():
    """The corners of the canvas are dark, and the picture is not."""
    for seed in range(4):
        light = luma(shown(halves(300), seed)[..., :3])
        assert light[:8, :8].mean() < 60
        assert light[60:-60, 60:-60].mean() > 2 * light[:8].mean()


def test_detail_is_painted_on_the_glass():
    """Fine dark lines within a pane stay dark, and are no leads."""
    colours = np.full((480, 480, 3), (210, 180, 90), np.uint8)
    colours[:, ::16] = colours[:, 1::16] = 60
    light = luma(shown(opaque(colours))[..., :3])[200:280, 200:280]
    rows = light.mean(0)
    assert np.sort(rows)[-20:].mean() > 1.4 * np.sort(rows)[:8].mean()


def test_a_grey_picture_has_a_grey_window():
    """Glass, border and wall have no colour."""
    found = shown(halves(200, (70, 70, 70), (190, 190, 190)), grey=True)[..., :3].astype(int)
    assert np.ptp(found, axis=2).max() <= 2


def test_seeds_differ():
    """Two windows of one picture are not alike."""
    found = [shown(landscape(96), seed).astype(int) for seed in range(6)]
    pairs = [np.abs(a - b).mean() for a in found for b in found if a is not b]
    assert np.median(pairs) > 8


@pytest.fixture(scope="module")
def outdoors():
    """Return the scene and the analysis of a landscape."""
    source = landscape(200)
    analysis, mirrored = analyse_source(source, 200, 200)
    scene = photograph.prepare((analysis, mirrored), opaque(source), 0.7).scene
    plain = replace(analysis, lettering=NOWHERE, contrast=50.0, border=NO_BORDER)
    open_air = {
        "subject": 0 * scene.subject,
        "surface": -0.9,
        "openness": 2.0,
        "figure": 0.0,
        "skin": 0.0,
        "roughness": 8.0,
        "grey": False,
    }
    return replace(scene, **open_air), plain


def test_landscapes_suit(outdoors):
    """They have no face, no words and no small things of which a lead takes a part."""
    assert suits_stained_glass(*outdoors, VIEW)


@pytest.mark.parametrize(
    "change",
    [
        {"barred": True},
        {"median_light": 0.03},
        {"white": 0.9},
        {"grey": True},
        {"openness": -1.0},
        {"surface": 0.3},
        {"figure": 0.1},
        {"skin": 0.1, "person_odds": -1.0},
        {"roughness": 25.0},
    ],
    ids=["frame", "dark", "empty", "grey", "room", "close", "figure", "person", "crowd"],
)
def test_what_leads_would_spoil_is_refused(outdoors, change):
    """Rooms, people, animals, crowds, frames and the dark get no window."""
    scene, analysis = outdoors
    assert not suits_stained_glass(replace(scene, **change), analysis, VIEW)


def test_words_and_pictures_of_nothing_are_refused(outdoors):
    """Leads cut words."""
    scene, analysis = outdoors
    word = NOWHERE.copy()
    word[30, 30] = 0.9
    assert not suits_stained_glass(scene, replace(analysis, lettering=word), VIEW)
    assert not suits_stained_glass(scene, replace(analysis, contrast=15.0), VIEW)


def test_small_things_before_calm_ground_are_refused(outdoors):
    """A lead would cut a boat, found by its colours or by the subject map."""
    scene, analysis = outdoors
    boat = VIEW.copy()
    boat[150:162, 100:120, :3] = 255
    assert not suits_stained_glass(scene, analysis, boat)
    subject = 0 * scene.subject
    subject[100:120, 100:120] = 1
    assert not suits_stained_glass(replace(scene, subject=subject), analysis, VIEW)
    subject[20:180] = 1
    assert suits_stained_glass(replace(scene, subject=subject), analysis, VIEW)
