"""Which landscapes suit a little planet, and which part of them."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.picture_border import NO_BORDER, Insets
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.moves.planet.suitability import find_planet
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape, opaque


@pytest.fixture(scope="module")
def source():
    """Return a landscape without its sun."""
    colours = landscape(200).copy()
    colours[:90, 100:] = colours[:90, 10:11]
    return opaque(colours)


@pytest.fixture(scope="module")
def analysis(source):
    found = analyse_source(source, 200, 200)[0]
    kind = replace(found.kind, has_text=False)
    return replace(found, kind=kind, lettering=np.zeros((GRID, GRID), np.float32), border=NO_BORDER)


@pytest.fixture(scope="module")
def scene(source):
    """Return the open air without people."""
    unpeopled = {"figure": 0.0, "person": 0.0, "skin": 0.0}
    return replace(survey(source), openness=2.0, teal=0.0, barred=False, **unpeopled)


def test_a_landscape_suits(scene, analysis, source):
    """Its hills are above the horizon; the highest one is in front."""
    planet = find_planet(scene, analysis, source)
    assert 0.45 < planet.top < planet.horizon < 0.7
    assert 0.2 <= planet.column <= 0.8


@pytest.mark.parametrize(
    "unsuitable",
    [
        {"openness": 0.0},
        {"figure": 0.1},
        {"person": 1.0},
        {"barred": True},
        {"teal": 0.9, "sky": 0.0},
        {"subject": np.ones((8, 8), np.float32)},
    ],
)
def test_rooms_people_and_things_close_by_are_refused(scene, analysis, source, unsuitable):
    """People would bend; rooms and heaps of things have no sky."""
    assert find_planet(replace(scene, **unsuitable), analysis, source) is None


@pytest.mark.parametrize(
    "unsuitable",
    [
        {"lettering": np.eye(GRID, dtype=np.float32)},
        {"border": Insets(0.01, 0, 0, 0)},
    ],
)
def test_lettering_and_frames_are_refused(scene, analysis, source, unsuitable):
    """Half of the letters would be mirrored."""
    text = replace(analysis, kind=replace(analysis.kind, has_text=True))
    assert find_planet(scene, text, source) is None
    assert find_planet(scene, replace(analysis, **unsuitable), source) is None


def test_a_picture_without_sky_along_its_top_is_refused(scene, analysis, source):
    """A mast to the upper edge has no top, and the sky must be lighter than the ground."""
    mast = source.copy()
    mast[:, 90:110, :3] = 20
    dark = source.copy()
    dark[..., :3] = 255 - dark[..., :3]
    assert find_planet(scene, analysis, mast) is None
    assert find_planet(scene, analysis, dark) is None


@pytest.mark.parametrize("side", [slice(0, 40), slice(160, 200)])
def test_a_tree_at_the_side_is_left_out(scene, analysis, source, side):
    """It reaches the upper edge; the rest suits."""
    tree = source.copy()
    tree[:, side, :3] = np.random.default_rng(1).integers(0, 90, (200, 40, 1))
    planet = find_planet(scene, analysis, tree)
    assert planet.width == pytest.approx(0.8, abs=0.03)
    assert planet.left == pytest.approx(0.2 if side.start == 0 else 0.0, abs=0.03)


def test_a_part_without_lettering_suits(scene, analysis, source):
    """Letters at the side are left out."""
    lettering = np.zeros((GRID, GRID), np.float32)
    lettering[30:40, :10] = 1
    planet = find_planet(scene, replace(analysis, lettering=lettering), source)
    assert planet.left == pytest.approx(10 / GRID)
    assert planet.left + planet.width == pytest.approx(1)


def test_a_plain_sea_is_refused(scene, analysis):
    """Its planet would be a disc."""
    sea = np.full((200, 200, 3), (120, 160, 230))
    sea[100:] = (60, 120, 140)
    assert find_planet(scene, analysis, opaque(sea)) is None


def test_high_things_are_refused(scene, analysis, source):
    """The planet below a high tower would be tiny."""
    tower = source.copy()
    tower[20:, 90:110, :3] = 20
    assert find_planet(scene, analysis, tower) is None
