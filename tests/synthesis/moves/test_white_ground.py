"""White ground: found around a thing, or refused."""

import numpy as np
import pytest

from diabelli.synthesis.moves import white_ground
from diabelli.synthesis.moves.white_ground import find_white_ground
from oracles.sources import ball, landscape, studio

SIDE = 256


@pytest.fixture(autouse=True)
def mapped(monkeypatch):
    """Let the subject map show the whole disc, also where it has a hole."""
    y, x = np.mgrid[0:80, 0:80]
    disc = (np.hypot(y - 40, x - 40) < 22).astype(np.float32)
    monkeypatch.setattr(white_ground, "subject_map", lambda _: disc)


def distance():
    """Return the distance of each pixel of `studio` from the middle of its disc."""
    return np.hypot(*(np.mgrid[0:SIDE, 0:SIDE] - 128))


def test_the_ground_reaches_to_the_thing():
    """All of it, and nothing of the thing."""
    found = find_white_ground(studio())
    assert found is not None
    assert np.abs(found.colour - 250).max() <= 1
    assert found.places[distance() > 73].all()
    assert not found.places[distance() < 68].any()


@pytest.mark.parametrize("hole", [5, 12, 30])
def test_an_enclosed_place_of_the_colour_of_the_ground_is_refused(hole):
    """It may be a hole, and it may be a white part of the thing."""
    assert find_white_ground(studio(hole=hole, centre=(128, 90))) is None


def test_a_bay_behind_a_slit_is_refused():
    """A slit of four pixels joins it to the ground, but so may a gleam at a rim."""
    picture = studio(hole=12, centre=(128, 90))
    picture[126:130, 50:90] = 250
    assert find_white_ground(picture) is None


def test_a_wide_bay_is_ground():
    """As between two legs."""
    picture = studio()
    picture[172:, 118:138] = 250
    found = find_white_ground(picture)
    assert found is not None
    assert found.places[176:, 122:134].all()


def test_a_grey_part_of_the_thing_is_kept():
    """A disc within it that is darker than the ground is no hole."""
    picture = studio()
    picture[distance() < 30] = (216, 214, 212)
    found = find_white_ground(picture)
    assert found is not None
    assert not found.places[distance() < 60].any()


@pytest.mark.parametrize("gap", [0, 2, 8])
def test_a_thing_at_the_edge_of_the_picture_is_refused(gap, monkeypatch):
    """It may go on beyond it, so no other place suits it."""
    subject = np.roll(white_ground.subject_map(None), -18, axis=1)
    monkeypatch.setattr(white_ground, "subject_map", lambda _: subject)
    assert (find_white_ground(np.roll(studio(), gap - 58, axis=1)) is None) == (gap < 8)


def test_a_shadow_is_ground():
    """Its light is kept, so that it falls on another ground as it fell on the white."""
    found = find_white_ground(studio(shadow=0.3))
    assert found is not None
    assert found.places[150, 215] == 1
    assert 0.6 < found.light[150, 215] < 0.9


def panel():
    """Draw the thing on a grey panel with white margins, as a shop's picture may have."""
    picture = studio(ground=228)
    picture[:, :40] = picture[:, -40:] = 250
    return picture


def hard_shadow():
    """Draw a grey shadow with a hard edge beside the thing."""
    picture = studio(subject=(160, 20, 20))
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    picture[(np.abs(y - 185) < 12) & (np.abs(x - 128) < 70) & (distance() > 70)] = 170
    return picture


def fading():
    """Draw a thing that fades into the ground at one side."""
    picture = studio().astype(np.float32)
    share = np.clip((np.arange(SIDE) - 60) / 100, 0, 1)[None, :, None]
    return (250 + share * (picture - 250)).astype(np.uint8)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: landscape(SIDE),
        lambda: ball(SIDE)[..., :3] // 2,
        lambda: np.full((SIDE, SIDE, 3), 255, np.uint8),
        lambda: studio(subject=(240, 240, 240)),
        panel,
        hard_shadow,
        fading,
    ],
    ids=["landscape", "dark", "nothing", "white", "panel", "hard shadow", "fading"],
)
def test_an_unsure_ground_is_refused(draw):
    """No part of the thing may become transparent, and nothing of the ground may stay white."""
    assert find_white_ground(draw()) is None


def test_a_thing_that_the_subject_map_misses_is_refused(monkeypatch):
    """It may be a caption or a frame."""
    monkeypatch.setattr(white_ground, "subject_map", lambda _: np.zeros((80, 80), np.float32))
    assert find_white_ground(studio()) is None


def test_ground_within_the_subject_map_is_refused(monkeypatch):
    """A white part of the thing may be as white as the ground."""
    monkeypatch.setattr(white_ground, "subject_map", lambda _: np.ones((80, 80), np.float32))
    assert find_white_ground(studio()) is None
