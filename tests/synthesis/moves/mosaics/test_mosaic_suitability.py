"""Which photographs suit a mosaic."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.picture_border import Insets
from diabelli.synthesis.moves.mosaics.mosaic_suitability import find_mosaic
from diabelli.synthesis.moves.scene import survey
from oracles.plain_landscape import plain_analysis
from oracles.sources import landscape, opaque

NOWHERE = np.zeros((192, 192), np.float32)
IMAGE = opaque(landscape(200))


@pytest.fixture(scope="module")
def scene():
    return replace(
        survey(IMAGE),
        subject=NOWHERE,
        openness=2.0,
        roughness=5.0,
        median_luma=0.5,
        person_odds=-4.0,
        skin=0.0,
        barred=False,
        grey=False,
        toned=False,
    )


@pytest.fixture(scope="module")
def analysis():
    """Return a picture without lettering, a border or skin."""
    return plain_analysis()


def thing(rough=0.0, edge=0.5):
    """Return a picture (192, 192, 4) of a dark disc on light ground, and its subject map."""
    line = np.arange(192) - 95.5
    away = np.sqrt(line[:, None] ** 2 + line**2)
    near = np.clip((50 - away) / edge + 0.5, 0, 1).astype(np.float32)
    rng = np.random.default_rng(1)
    noise = rough * rng.normal(0, 1, (192, 192))
    light = 200 + noise + near * (60 - 200 - noise)
    return opaque(np.repeat(light.clip(0, 255)[..., None], 3, 2).astype(np.uint8)), near


def test_a_landscape_suits_and_may_be_mirrored(scene, analysis):
    """Without a word in the open air."""
    found = find_mosaic(scene, analysis, IMAGE)
    assert found is not None
    assert found.may_mirror
    assert find_mosaic(replace(scene, openness=0.6), analysis, IMAGE) is not None
    word = analysis.lettering.copy()
    word[20, 20:24] = 0.3
    signed = find_mosaic(scene, replace(analysis, lettering=word), IMAGE)
    assert not signed.may_mirror
    assert signed.fine.max() > 0.2


def test_words_frames_and_people_suit_none(scene, analysis):
    """Tiles would make them illegible or change them."""
    word = analysis.lettering.copy()
    word[20, 20:24] = 0.8
    assert find_mosaic(scene, replace(analysis, lettering=word), IMAGE) is None
    text = replace(analysis.kind, has_text=True)
    assert find_mosaic(scene, replace(analysis, kind=text), IMAGE) is None
    assert find_mosaic(scene, replace(analysis, border=Insets(0.01, 0, 0, 0)), IMAGE) is None
    assert find_mosaic(replace(scene, barred=True), analysis, IMAGE) is None
    assert find_mosaic(replace(scene, person_odds=0.0), analysis, IMAGE) is None
    assert find_mosaic(replace(scene, skin=0.1, person_odds=-1.0), analysis, IMAGE) is None
    assert find_mosaic(replace(scene, skin=0.1, person_odds=-2.5), analysis, IMAGE) is None
    assert find_mosaic(replace(scene, skin=0.1, person_odds=-3.5), analysis, IMAGE) is not None


@pytest.mark.parametrize(
    "change", [{"roughness": 16.0}, {"median_luma": 0.1}, {"toned": True}, {"openness": -1.0}]
)
def test_heaps_the_dark_sepia_and_rooms_suit_none(scene, analysis, change):
    """Small things would be lost between joints."""
    assert find_mosaic(replace(scene, **change), analysis, IMAGE) is None
    assert find_mosaic(scene, replace(analysis, contrast=20.0), IMAGE) is None


def test_a_thing_indoors_suits(scene, analysis):
    """It is one clear subject before calm ground."""
    image, near = thing()
    inside = replace(scene, openness=-2.0, subject=near)
    found = find_mosaic(inside, analysis, image)
    assert found is not None
    assert not found.may_mirror
    _, soft = thing(edge=60.0)
    assert find_mosaic(replace(inside, subject=soft), analysis, image) is None
    rough, _ = thing(rough=40.0)
    assert find_mosaic(inside, analysis, rough) is None
    pale = opaque(np.full((192, 192, 3), 180))
    assert find_mosaic(inside, analysis, pale) is None
