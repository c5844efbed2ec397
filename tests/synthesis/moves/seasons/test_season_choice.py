"""Which seasons suit a photograph."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.foliage import leafiness
from diabelli.synthesis.analysis.picture_border import Insets
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.moves import photograph
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.moves.seasons.season import (
    SEASONS,
    SHARES,
    find_seasons,
    weights_of_seasons,
)
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape


@pytest.fixture(scope="module")
def analysis():
    """Return a picture without lettering or a border."""
    found = analyse_source(landscape(200), 200, 200)[0]
    nothing = np.zeros((GRID, GRID), np.float32)
    return replace(found, kind=replace(found.kind, has_text=False), lettering=nothing)


@pytest.fixture(scope="module")
def park():
    """Return leaves and grass in daylight."""
    return replace(
        survey(landscape(200)),
        openness=2.0,
        surface=-0.8,
        greenery=0.4,
        sky=0.5,
        median_luma=0.45,
        upper_luma=0.6,
        lower_luma=0.4,
        warmth=0.05,
        skin=0.0,
        person=0.0,
        teal=0.1,
        white_edge=0.0,
        black=0.0,
        grey=False,
        toned=False,
        barred=False,
        subject=np.zeros((64, 64), np.float32),
    )


SNOW = {"greenery": 0.0, "lower_luma": 0.7, "warmth": -0.05}
NIGHT = {"greenery": 0.0, "median_luma": 0.1, "upper_luma": 0.1, "black": 0.4}


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({}, SEASONS),
        ({"greenery": 0.0}, set()),
        (SNOW, set()),
        (NIGHT, set()),
        ({**NIGHT, "openness": -0.5}, set()),
        ({**NIGHT, "openness": 0.3}, set()),
        ({**NIGHT, "openness": 0.3, "person": 1.0}, set()),
        ({"greenery": 0.0, "sky": 0.0}, set()),
        ({**SNOW, "sky": 0.0}, set()),
        ({"greenery": 0.0, "person": 1.0}, set()),
        ({"warmth": 0.4}, SEASONS),
        ({"skin": 0.5}, SEASONS),
        ({"openness": 0.3}, SEASONS),
        ({"median_luma": 0.85}, set()),
        ({"grey": True}, set()),
        ({"toned": True, "warmth": 0.1}, set()),
        ({"toned": True, "warmth": -0.05}, set()),
        ({"openness": -1.0}, set()),
        ({"surface": 0.5}, set()),
        ({"surface": 0.1}, set()),
        ({"surface": 0.1, "person": 1.0}, SEASONS),
        ({"barred": True}, set()),
        ({"teal": 0.6, "sky": 0.3}, SEASONS),
        ({"teal": 0.6, "sky": 0.3, "greenery": 0.1}, set()),
        ({"subject": np.ones((64, 64), np.float32)}, set()),
    ],
)
def test_each_season_has_its_pictures(park, analysis, change, left):
    """It needs foliage, daylight without snow, the open air and room."""
    assert find_seasons(replace(park, **change), analysis) == left


def test_no_season_changes_lettering_and_scans(park, analysis):
    """Letters stay readable, and borders are no part of a picture."""
    written = np.full((GRID, GRID), 0.4, np.float32)
    assert not find_seasons(park, replace(analysis, lettering=written))
    assert not find_seasons(park, replace(analysis, border=Insets(0.01, 0, 0, 0)))
    labelled = replace(analysis.kind, has_text=True)
    assert not find_seasons(park, replace(analysis, kind=labelled))


def test_seasons_have_their_shares():
    """A season that does not suit leaves its share to other moves."""
    weights = weights_of_seasons(SEASONS, 2.0)
    for name in SEASONS:
        assert weights[name,] / (2.0 + sum(weights.values())) == pytest.approx(SHARES[name])
    assert weights_of_seasons(frozenset(), 2.0) == {}
    assert sum(weights_of_seasons(SEASONS, 0.0).values()) > 0


def test_seasons_are_among_the_moves_of_a_photograph(park, analysis):
    """They come alone, without another light."""
    shown = photograph.Photograph(
        (analysis, analysis.mirrored()), park, {"golden": 2.0}, [], frozenset(), seasons=SEASONS
    )
    assert {(name,) for name in SEASONS} < set(photograph.moves_of(shown))


def test_leaves_and_grass_are_leafy_and_skin_is_not():
    """Yellowish and bluish greens are; sand, grey, sky and skin are not."""
    leaves = [(70, 130, 40), (150, 170, 50), (60, 120, 90), (30, 50, 25)]
    others = [(224, 172, 140), (255, 224, 196), (210, 190, 150), (128, 128, 128), (90, 140, 220)]
    image = np.array([leaves + others], np.uint8)
    share = leafiness(image)[0]
    assert share[: len(leaves)].min() > 0.6
    assert share[len(leaves) :].max() < 0.05


def green_ground(subject):
    """Return a picture of leaves around a disc of a colour."""
    stream = np.random.default_rng(1)
    image = np.full((256, 256, 4), 255, np.uint8)
    image[..., :3] = np.array([60, 120, 40]) + stream.integers(-25, 25, (256, 256, 1))
    y, x = np.indices((256, 256)) - 128
    image[y * y + x * x < 60 * 60, :3] = subject
    return image


def test_a_green_thing_alone_is_no_greenery():
    """A frog on a stone keeps its colour, a bowl on grass gets leaves around it."""
    assert survey(green_ground((180, 60, 150))).greenery > 0.3
    stone = green_ground((60, 150, 40))
    y, x = np.indices((256, 256)) - 128
    around = y * y + x * x >= 60 * 60
    stone[around, :3] = stone[around].mean(1, keepdims=True)
    assert survey(stone).greenery == 0
