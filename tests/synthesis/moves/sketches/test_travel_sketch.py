"""Travel sketches: lines of the pen, washes, bare paper, and which photographs suit them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from diabelli.synthesis.analysis.picture_border import NO_BORDER, Insets
from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.moves.sketches import travel_sketch
from diabelli.synthesis.moves.sketches.pen_lines import line_strength, trace_lines
from diabelli.synthesis.moves.sketches.pencil_tone import edge_directions
from diabelli.synthesis.moves.sketches.travel_sketch import MANNERS, show_travel_sketch
from diabelli.synthesis.moves.sketches.travel_suitability import suits_travel_sketch
from diabelli.synthesis.moves.sketches.washes import local_colours
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import opaque

NOWHERE = np.zeros((192, 192), np.float32)


def house(side):
    """Return a picture (side, side, 4) uint8 of a house with windows before a pale sky."""
    picture = np.full((600, 600, 3), (205, 215, 230))
    # A step in even ground would be a small thing.
    ramp = np.linspace(0, 1, 240)[:, None, None]
    picture[360:] = (1 - ramp) * (205, 215, 230) + ramp * (70, 90, 40)
    picture[200:460, 140:460] = (190, 90, 60)
    picture[160:200, 120:480] = (90, 60, 50)
    for top in (240, 350):
        for left in (180, 280, 380):
            picture[top : top + 60, left : left + 44] = (40, 50, 70)
            picture[top + 8 : top + 52, left + 8 : left + 36] = (150, 170, 190)
    return resize(opaque(picture), side, side)


@pytest.fixture(params=range(len(MANNERS)))
def manner(request, monkeypatch):
    """Return one manner, the only one that is drawn."""
    monkeypatch.setattr(travel_sketch, "MANNERS", (MANNERS[request.param],))
    return MANNERS[request.param]


@pytest.fixture(scope="module")
def scene():
    """Return the open air by day, without people."""
    unpeopled = {"person": 0.0, "skin": 0.0, "figure": 0.0, "person_odds": -4.0}
    day = {
        "openness": 2.0,
        "sky": 0.5,
        "black": 0.0,
        "median_luma": 0.5,
        "lower_luma": 0.4,
        "sun_warmth": 0.0,
    }
    plain = {"barred": False, "grey": False, "toned": False}
    return replace(survey(house(200)), **unpeopled, **day, **plain)


@pytest.fixture(scope="module")
def analysis():
    """Return a picture without lettering or a border."""
    found = analyse_source(house(200), 200, 200)[0]
    kind, nothing = replace(found.kind, has_text=False), np.zeros((GRID, GRID), np.float32)
    return replace(found, kind=kind, lettering=nothing, border=NO_BORDER, contrast=60.0)


@pytest.mark.usefixtures("manner")
def test_every_size_has_the_same_sketch():
    """Lines and washes are where they are at another size."""
    small, large = (
        show_travel_sketch(resize(house(1024), side, side), NOWHERE, RandomStream(3))
        for side in (256, 512)
    )
    shrunk = resize(large, 256, 256)
    assert small.shape == (256, 256, 4)
    assert (small[..., 3] == 255).all()
    assert np.abs(shrunk.astype(int) - small)[..., :3].mean() < 5
    assert np.abs(blur(luma(shrunk), 6.0) - blur(luma(small), 6.0)).max() < 20


def test_threads_give_the_same_bytes():
    """Kernels that run at the same time do not share anything."""
    shows = [partial(show_travel_sketch, house(160), NOWHERE, RandomStream(k)) for k in (1, 2, 3)]
    with ThreadPoolExecutor(2) as pool:
        together = [one.result() for one in [pool.submit(show) for show in shows]]
    for seed, found in zip((1, 2, 3), together, strict=True):
        alone = show_travel_sketch(house(160), NOWHERE, RandomStream(seed))
        np.testing.assert_array_equal(found, alone)


@pytest.mark.parametrize("size", [(300, 150), (150, 300), (97, 101)])
def test_every_shape_is_filled(size):
    """A sketch has the size of its source."""
    drawn = show_travel_sketch(resize(house(300), *size), NOWHERE, RandomStream(1))
    assert drawn.shape == (*size, 4)


@pytest.mark.usefixtures("manner")
def test_things_are_painted_and_the_rim_is_bare():
    """Paper surrounds the sketch, and the house is darker than it, neither mirrored nor turned."""
    drawn = luma(show_travel_sketch(house(400), NOWHERE, RandomStream(2)))
    rim = np.concatenate([drawn[:6].ravel(), drawn[-6:].ravel(), drawn[:, :6].ravel()])
    assert rim.min() > 190
    assert drawn[170:260, 120:280].mean() < rim.mean() - 30
    before = blur(luma(house(400)), 10.0)[120:300, 80:320]
    after = blur(drawn, 10.0)[120:300, 80:320]
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.5


def test_hues_stay():
    """A red and a blue thing stay red and blue, and no channel is cut off."""
    colours = np.array([[[0.8, 0.2, 0.1], [0.1, 0.3, 0.8], [0.2, 0.6, 0.2]]], np.float32)
    washed = local_colours(colours)
    np.testing.assert_array_equal(washed.argmax(2), colours.argmax(2))
    np.testing.assert_array_equal(washed.argmin(2), colours.argmin(2))
    assert (luma(washed) > luma(colours)).all()
    assert washed.max() < 1


def test_lines_follow_edges():
    """The outline of a square is traced, and nothing else."""
    tone = np.full((200, 200), 0.8, np.float32)
    tone[60:140, 60:140] = 0.3
    lines = trace_lines(line_strength(tone), edge_directions(255 * tone), RandomStream(1))
    assert len(lines.starts) > 2
    y, x = np.abs(lines.places - 100).T
    assert np.abs(np.maximum(y, x) - 40).max() < 12
    assert lines.starts[-1] == len(lines.places)
    assert lines.starts[-1] > 4 * 60


def test_seeds_differ():
    """Two sketches of one source are not alike."""
    made = [show_travel_sketch(house(96), NOWHERE, RandomStream(seed)) for seed in range(4)]
    apart = [np.abs(one.astype(int) - other).mean() for one, other in pairwise(made)]
    assert min(apart) > 2


def test_a_house_suits(scene, analysis):
    """It is in the open air, and has long lines."""
    assert suits_travel_sketch(scene, analysis, house(512))


@pytest.mark.parametrize(
    "change",
    [
        {"openness": 0.0},
        {"sun_warmth": 0.3},
        {"sky": 0.0, "ground": -0.9},
        {"greenery": 0.0, "lower_luma": 0.8, "warmth": -0.1},
        {"person_odds": -1.0},
        {"figure": 0.1},
        {"person": 1.0, "skin": 0.1},
        {"barred": True},
        {"median_luma": 0.1},
        {"black": 0.3},
        {"grey": True},
        {"toned": True},
    ],
)
def test_rooms_people_snow_and_the_night_suit_none(scene, analysis, change):
    """Pale things and faces would be lost, and tracks would be ticks."""
    assert not suits_travel_sketch(replace(scene, **change), analysis, house(512))


def test_words_frames_and_fog_suit_none(scene, analysis):
    """Words would be illegible, and fog has hardly an edge."""
    word = analysis.lettering.copy()
    word[20, 20:24] = 0.8
    assert not suits_travel_sketch(scene, replace(analysis, lettering=word), house(512))
    text = replace(analysis.kind, has_text=True)
    assert not suits_travel_sketch(scene, replace(analysis, kind=text), house(512))
    framed = replace(analysis, border=Insets(0.01, 0, 0, 0))
    assert not suits_travel_sketch(scene, framed, house(512))
    assert not suits_travel_sketch(scene, replace(analysis, contrast=20.0), house(512))


def test_heaps_bare_ground_and_balloons_suit_none(scene, analysis):
    """Their lines are short or missing, or they would become dots."""
    noise = np.random.default_rng(1).normal(0, 1, (128, 128, 1)).astype(np.float32)
    heap = opaque((128 + 60 * np.repeat(noise, 3, 2)).clip(0, 255).astype(np.uint8))
    assert not suits_travel_sketch(scene, analysis, resize(heap, 512, 512))
    assert not suits_travel_sketch(scene, analysis, opaque(np.full((512, 512, 3), 180)))
    balloon = house(512)
    balloon[40:56, 450:466, :3] = 120
    assert not suits_travel_sketch(scene, analysis, balloon)
