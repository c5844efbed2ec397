"""Things that a photograph may show: in its clear sky, or in front of it."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.clear_sky import SIDE, Sky
from diabelli.synthesis.analysis.picture_border import Insets
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.moves.things import thing
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape


def written(share):
    """Return a map of lettering of that mean."""
    return np.full((GRID, GRID), share, np.float32)


@pytest.fixture(scope="module")
def analysis():
    """Return a picture without lettering or a border."""
    found = analyse_source(landscape(200), 200, 200)[0]
    return replace(found, kind=replace(found.kind, has_text=False), lettering=written(0))


@pytest.fixture(scope="module")
def scene():
    """Return the open air, seen from the side."""
    return replace(
        survey(landscape(200)), openness=2.0, ground=1.0, teal=0.0, barred=False, sun_warmth=0.0
    )


SKY = Sky(
    room=np.full((SIDE, SIDE), 0.2, np.float32),
    share=0.3,
    width=1.0,
    bottom=0.4,
    footing=0.0,
    luma=0.7,
    redness=-0.2,
    roughness=1.0,
    contrast=0.3,
    upright=0.6,
    unevenness=0.04,
)


def things_of(scene, analysis, **change):
    found = replace(scene, clear_sky=replace(SKY, **change))
    return thing.find_things(found, analysis, analysis.image_at(200, 200)) & thing.SKY_THINGS


def test_a_clear_sky_shows_birds_balloons_and_lanterns(analysis, scene):
    """Without a sky there is none of them."""
    assert things_of(scene, analysis) == thing.SKY_THINGS
    cloudy = replace(scene, clear_sky=None)
    assert not thing.find_things(cloudy, analysis, analysis.image_at(200, 200)) & thing.SKY_THINGS


@pytest.mark.parametrize(
    "unsuitable",
    [
        {"share": 0.03},
        {"width": 0.3},
        {"footing": 0.5},
        {"bottom": 0.9},
        {"luma": 0.3},
        {"redness": 0.7},
        {"room": np.full((SIDE, SIDE), 0.07, np.float32)},
    ],
)
def test_gaps_walls_and_night_skies_show_nothing(analysis, scene, unsuitable):
    """They are too small for anything, reach the lower edge, are dark, or are of a warm wall."""
    assert not things_of(scene, analysis, **unsuitable)


@pytest.mark.parametrize(
    "unsuitable",
    [{"openness": -0.5}, {"barred": True}, {"teal": 0.9, "sky": 0.0}, {"ground": -0.9}],
)
def test_rooms_bars_and_the_sea_floor_show_nothing(analysis, scene, unsuitable):
    """Even places there are no sky."""
    assert not things_of(replace(scene, **unsuitable), analysis)


def test_nothing_that_water_would_mirror_is_above_it(analysis, scene):
    """Water has long, even rows; birds are too small to be missed in it."""
    shore = replace(scene, ground=-0.3)
    assert things_of(shore, analysis) == thing.SKY_THINGS
    wet = {"upright": 0.35, "unevenness": 0.015}
    assert things_of(shore, analysis, **wet) == {"birds"}


@pytest.mark.parametrize(
    "change", [{"grey": True}, {"toned": True}, {"figure": 0.06}, {"sun_warmth": 0.5}]
)
def test_no_night_falls_on_figures_the_sun_or_black_and_white(analysis, scene, change):
    """Rims would fade into it, the sun would stay, and warm light is nothing without colour."""
    found = things_of(replace(scene, **change), analysis)
    assert found
    assert "lanterns" not in found


def test_no_night_falls_among_clouds(analysis, scene, monkeypatch):
    """They are lit by the sun."""
    monkeypatch.setattr(thing, "cloudiness", lambda *_: 0.6)
    found = things_of(scene, analysis)
    assert found == thing.SKY_THINGS - {"lanterns"}


def test_sepia_prints_and_small_skies_show_no_balloons(analysis, scene):
    """Their colours are not of the time, and a small one is a speck."""
    assert "balloons" not in things_of(replace(scene, toned=True), analysis)
    small = np.full((SIDE, SIDE), 0.09, np.float32)
    assert "balloons" not in things_of(scene, analysis, room=small)


def floating(scene, analysis, monkeypatch, distance=0.3):
    places = np.full((64, 64), distance, np.float32)
    monkeypatch.setattr(thing, "free_distance", lambda *_: places)
    return thing.find_things(replace(scene, clear_sky=None), analysis, analysis.image_at(200, 200))


@pytest.fixture(scope="module")
def person(scene):
    """Return a person in dim light, perhaps in the open air."""
    return replace(
        scene,
        openness=0.2,
        surface=0.0,
        person=1.0,
        median_luma=0.4,
        sky=0.0,
        white_edge=0.0,
        black=0.0,
        roughness=8.0,
    )


def test_a_person_is_behind_bubbles(person, analysis, monkeypatch):
    """They need room beside the subject."""
    assert floating(person, analysis, monkeypatch) == {"bubbles"}
    assert not floating(person, analysis, monkeypatch, distance=0.01)


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"median_luma": 0.6}, {"bubbles"}),
        ({"median_luma": 0.8}, set()),
        ({"white_edge": 0.3}, set()),
        ({"black": 0.5}, set()),
        ({"sky": 0.5}, {"bubbles"}),
        ({"roughness": 20.0}, {"bubbles"}),
        ({"openness": -1.0}, set()),
        ({"surface": 0.5}, set()),
        ({"person": 0.0, "openness": -1.5}, set()),
        ({"person": 0.0, "openness": 1.0}, {"bubbles"}),
        ({"person": 0.0, "openness": -2.5, "median_luma": 0.15, "warmth": 0.1}, set()),
        ({"barred": True}, set()),
        ({"teal": 0.9, "person": 0.0, "openness": 1.0}, set()),
        ({"teal": 0.9, "sky": 0.6, "person": 0.0, "openness": 1.0}, set()),
        ({"person": 0.0, "openness": 1.0, "median_luma": 0.18}, set()),
    ],
)
def test_floating_things_are_seen_and_have_a_reason(person, analysis, monkeypatch, change, left):
    """Pale pictures hide them, and they have no place on a product's white ground."""
    assert floating(replace(person, **change), analysis, monkeypatch) == left


@pytest.mark.parametrize("change", [{"lettering": written(0.4)}, {"border": Insets(0.01, 0, 0, 0)}])
def test_nothing_floats_before_lettering_and_scans(person, analysis, monkeypatch, change):
    """Letters stay readable, and borders are no part of a picture."""
    assert not floating(person, replace(analysis, **change), monkeypatch)


def test_nothing_floats_before_a_clear_sky(person, analysis):
    """It shows something already."""
    open_air = replace(person, openness=2.0, clear_sky=SKY)
    found = thing.find_things(open_air, analysis, analysis.image_at(200, 200))
    assert found == thing.SKY_THINGS


def test_floating_things_take_a_share_of_the_lights():
    """The weights of the lights together stay."""
    lights = {("golden",): 2.0, ("dusk",): 1.0}
    weights = thing.weights_with_things(frozenset({"bubbles"}), lights)
    assert set(weights) == {("golden",), ("golden", "bubbles")}
    assert sum(weights.values()) == pytest.approx(2.0)
    assert weights["golden",] == 0


def test_fewer_bubbles_are_shown_beside_seasons():
    """Petals are newer."""
    lights = {("golden",): 2.0}
    many = thing.weights_with_things(frozenset({"bubbles"}), lights)
    few = thing.weights_with_things(frozenset({"bubbles"}), lights, beside_seasons=True)
    assert few["golden", "bubbles"] < 0.5 * many["golden", "bubbles"]
    assert sum(few.values()) == pytest.approx(2.0)


def test_things_without_their_light_are_alone():
    """A sunset has neither low sun nor dusk in it."""
    weights = thing.weights_with_things(frozenset({"bubbles"}), {("sunset",): 2.0})
    assert set(weights) == {("bubbles",)}
