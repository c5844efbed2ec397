"""Scenes: the properties by which moves are chosen."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.clear_sky import find_clear_sky
from diabelli.synthesis.analysis.person_matte import person_map
from diabelli.synthesis.analysis.surroundings import Surroundings
from diabelli.synthesis.moves import scene
from diabelli.synthesis.moves.lights.light import MIN_SUN_WARMTH
from diabelli.synthesis.moves.scene import survey
from oracles.sources import landscape


def test_white_and_flat_places_are_found():
    """White is counted in the upper three quarters, where windows and lamps are."""
    noise = np.random.default_rng(1).integers(0, 200, (200, 200, 3), np.uint8)
    lamp, drawing = noise.copy(), np.full_like(noise, 90)
    lamp[20:60, 50:100] = 255
    paper = noise.copy()
    paper[160:] = 255
    assert survey(lamp).white == pytest.approx(40 * 50 / (200 * 150), rel=0.1)
    assert survey(paper).white == survey(noise).white == 0
    assert survey(noise).flat < 0.01
    assert survey(drawing).flat == 1


@pytest.mark.parametrize(("glow", "found"), [((255, 150, 60), True), ((150, 190, 255), False)])
def test_a_low_sun_is_found_by_its_warm_surroundings(glow, found):
    """A cloud in a blue sky is as bright."""
    picture = np.full((200, 200, 3), glow, np.uint8)
    picture[60:80, 90:110] = 255
    assert (survey(picture).sun_warmth > MIN_SUN_WARMTH) == found


@pytest.mark.parametrize("value", [0, 255])
def test_bars_are_found(value):
    """At two opposite edges, of any kind of picture."""
    source = landscape(200)
    assert not survey(source).barred
    source[:16] = source[-16:] = value
    assert survey(source).barred
    assert survey(np.ascontiguousarray(source.transpose(1, 0, 2))).barred


def test_things_of_the_colour_of_skin_are_no_person(monkeypatch):
    """Wood is none, even if the regression on the surroundings suspects a person; a face is."""
    grain = np.random.default_rng(2).integers(-12, 12, (200, 1, 1)).cumsum(0) // 4
    boards = np.full((200, 200, 3), (214, 160, 124)) + grain
    wood = np.clip(boards, 0, 255).astype(np.uint8)
    monkeypatch.setattr(scene, "find_surroundings", lambda _: Surroundings(-3.0, 1.0))
    assert survey(wood).person < 0.5
    assert survey(pytest.importorskip("skimage.data").astronaut()).person == 1


def test_the_person_map_and_the_clear_sky_are_those_of_the_picture():
    """Moves that need them compute neither again."""
    image = landscape(200)
    found = survey(image)
    np.testing.assert_array_equal(found.persons, person_map(image))
    sky = find_clear_sky(image, found.subject)
    assert sky is not None
    np.testing.assert_array_equal(found.clear_sky.room, sky.room)
    assert found.clear_sky == sky
