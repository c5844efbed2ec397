"""Cut-out: a thing without its white ground, with its shadows and soft edges."""

import numpy as np
import pytest

from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.moves import white_ground
from diabelli.synthesis.moves.cut_out import cut_out
from diabelli.synthesis.moves.white_ground import find_white_ground
from oracles.sources import studio

SIDE = 256


@pytest.fixture(autouse=True)
def mapped(monkeypatch):
    """Let the subject map show the whole disc."""
    y, x = np.mgrid[0:80, 0:80]
    disc = (np.hypot(y - 40, x - 40) < 22).astype(np.float32)
    monkeypatch.setattr(white_ground, "subject_map", lambda _: disc)


def planes_of(picture, side=SIDE):
    found = find_white_ground(picture)
    assert found is not None
    return cut_out(resize(picture, side, side), found), found


def test_the_shadow_is_half_transparent():
    """It is black, so that it darkens another ground as it darkened the white."""
    planes, _ = planes_of(studio(shadow=0.3))
    shaded = planes[150, 215]
    assert 30 < shaded[3] < 120
    assert shaded[:3].max() <= 5


@pytest.mark.parametrize("colour", [(0, 0, 0), (60, 80, 140), (200, 40, 40), (190, 190, 120)])
def test_a_soft_edge_is_unmixed(colour):
    """Divided by its alpha, a rim has the colour of the thing, without white and without tint."""
    planes, _ = planes_of(studio(subject=colour, ground=255))
    alpha = planes[..., 3].astype(float)
    rim = (alpha > 60) & (alpha < 235)
    assert rim.sum() > 100
    straight = planes[rim][:, :3].astype(float) * 255 / alpha[rim, None]
    assert np.abs(straight.mean(0) - colour).max() < 16


def test_the_thing_keeps_its_colours():
    """Composed on the same ground, the picture is the same."""
    picture = studio(shadow=0.3)
    planes, found = planes_of(picture)
    again = planes[..., :3] + (255 - planes[..., 3:].astype(float)) * found.colour / 255
    assert np.abs(again - picture).max() <= 8
    assert np.abs(again - picture).mean() < 0.5


def test_the_thing_is_opaque_and_the_ground_is_clear():
    """At the picture's size and at another one; the noise of the ground is gone."""
    for side in (SIDE, 600):
        planes, _ = planes_of(studio(ground=244), side)
        distance = np.hypot(*(np.mgrid[0:side, 0:side] - side / 2)) * SIDE / side
        assert planes.shape == (side, side, 4)
        assert (planes[distance < 66][:, 3] == 255).all()
        assert planes[distance > 76].max() == 0


def test_a_pale_speck_at_an_edge_is_hidden():
    """A single white pixel within a soft edge would be seen on another ground."""
    picture = studio(subject=(30, 30, 30))
    picture[128, 128 + 70] = 250
    planes, _ = planes_of(picture)
    assert planes[128, 128 + 70, 0] < 120
