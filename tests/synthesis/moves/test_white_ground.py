"""White ground: found around a subject, and made transparent with its shadows."""

import numpy as np
import pytest

from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.moves import white_ground
from diabelli.synthesis.moves.white_ground import WhiteGround, cut_out, find_white_ground
from oracles.sources import ball, landscape, studio

SIDE = 256


@pytest.fixture(autouse=True)
def mapped(monkeypatch):
    """Let the subject map show the whole disc, also where it has a hole."""
    y, x = np.mgrid[0:80, 0:80]
    disc = (np.hypot(y - 40, x - 40) < 22).astype(np.float32)
    monkeypatch.setattr(white_ground, "subject_map", lambda _: disc)


def test_the_ground_reaches_to_the_subject():
    """All of it, and nothing of the subject but its soft edge."""
    found = find_white_ground(studio())
    assert found is not None
    assert np.abs(found.colour - 250).max() <= 1
    distance = np.hypot(*(np.mgrid[0:SIDE, 0:SIDE] - 128))
    assert found.share[distance > 73].min() > 0.95
    assert found.share[distance < 60].max() < 0.05


def test_the_shadow_is_half_transparent():
    """It falls on another ground as it fell on the white."""
    picture = studio(shadow=0.3)
    found = find_white_ground(picture)
    assert found is not None
    planes = cut_out(picture, found)
    shaded = planes[150, 215]
    assert 30 < shaded[3] < 120
    assert shaded[:3].max() <= 2


def test_a_soft_edge_is_unmixed():
    """A dark subject has no white rim, although it covers parts of pixels."""
    picture = studio(subject=(0, 0, 0), ground=255)
    found = find_white_ground(picture)
    assert found is not None
    planes = cut_out(picture, found).astype(int)
    rim = (planes[..., 3] > 20) & (planes[..., 3] < 235)
    assert rim.sum() > 100
    assert planes[rim][:, :3].max() <= 12


def test_the_subject_keeps_its_colours():
    """Composed on the same ground, the picture is the same."""
    picture = studio(shadow=0.3)
    found = find_white_ground(picture)
    assert found is not None
    planes = cut_out(picture, found).astype(int)
    again = planes[..., :3] + (255 - planes[..., 3:]) * found.colour / 255
    assert np.abs(again - picture).max() <= 2


def test_the_cut_out_has_the_size_of_the_image():
    """The ground is found in a small picture and cut from a large one."""
    picture = studio()
    found = find_white_ground(picture)
    assert found is not None
    planes = cut_out(resize(picture, 600, 600), found)
    assert planes.shape == (600, 600, 4)
    assert planes[24, 24, 3] == 0
    assert planes[300, 300, 3] == 255


def panel():
    """Draw the subject on a grey panel with white margins, as a shop's picture may have."""
    picture = studio(ground=228)
    picture[:, :40] = picture[:, -40:] = 250
    return picture


@pytest.mark.parametrize(
    "draw",
    [
        lambda: landscape(SIDE),
        lambda: ball(SIDE)[..., :3] // 2,
        lambda: np.full((SIDE, SIDE, 3), 255, np.uint8),
        lambda: studio(subject=(244, 244, 244)),
        lambda: studio(hole=25),
        lambda: studio(hole=6),
        panel,
    ],
    ids=["landscape", "dark", "nothing", "white subject", "hole", "narrow hole", "panel"],
)
def test_an_unsure_ground_is_refused(draw):
    """No part of the subject may become transparent, no hole stay white, no panel be moved."""
    assert find_white_ground(draw()) is None


def test_a_tiny_subject_is_refused(monkeypatch):
    """The subject map has not found what the picture shows."""
    monkeypatch.setattr(white_ground, "subject_map", lambda _: np.zeros((80, 80), np.float32))
    assert find_white_ground(studio()) is None


def test_the_share_is_a_map():
    """Its values are of 0..1, so that no colour is subtracted twice."""
    found = find_white_ground(studio(shadow=0.3))
    assert isinstance(found, WhiteGround)
    assert found.share.dtype == np.float32
    assert 0 <= found.share.min() <= found.share.max() <= 1.0001
