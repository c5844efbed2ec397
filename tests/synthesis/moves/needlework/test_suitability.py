"""Which photographs may be stitched in thread."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.picture_border import Insets
from diabelli.synthesis.analysis.source_analysis import analyse
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.moves.needlework.suitability import suits_embroidery
from diabelli.synthesis.moves.scene import survey
from oracles.sources import landscape, opaque


@pytest.fixture(scope="module")
def image():
    """Return a landscape (200, 200, 4) uint8 with a red half."""
    colours = landscape(200).copy()
    colours[:, 100:] = (190, 40, 30)
    return opaque(colours)


@pytest.fixture(scope="module")
def analysis(image):
    """Return its analysis, without any lettering."""
    found = analyse(image, 200, 200)
    nothing = np.zeros((GRID, GRID), np.float32)
    return replace(
        found, lettering=nothing, contrast=50.0, kind=replace(found.kind, has_text=False)
    )


@pytest.fixture(scope="module")
def outdoors(image):
    """Return its properties, as those of a picture of the open air without people."""
    return replace(
        survey(image),
        openness=2.0,
        surface=0.5,
        median_luma=0.5,
        person_odds=-3.0,
        skin=0.0,
        figure=0.0,
        grey=False,
        toned=False,
        barred=False,
    )


def test_a_picture_in_colours_suits(outdoors, analysis, image):
    """So does an animal, which only the person map marks."""
    assert suits_embroidery(outdoors, analysis, image)
    assert suits_embroidery(replace(outdoors, figure=0.5), analysis, image)


@pytest.mark.parametrize(
    "change",
    [
        {"person_odds": -1.0},
        {"person_odds": -1.5, "openness": 0.0},
        {"skin": 0.01},
        {"grey": True},
        {"toned": True},
        {"barred": True},
        {"median_luma": 0.9},
        {"openness": -1.5, "surface": -0.2},
    ],
)
def test_people_rooms_and_dull_pictures_do_not(outdoors, analysis, image, change):
    """A face would change, and grey thread is dull."""
    assert not suits_embroidery(replace(outdoors, **change), analysis, image)


def test_things_may_have_the_colour_of_skin(outdoors, analysis, image):
    """Bread has it; a person close by is also marked, or likely."""
    bread = replace(outdoors, openness=-1.5, skin=0.04, figure=0.04)
    assert suits_embroidery(bread, analysis, image)
    for change in ({"figure": 0.3}, {"skin": 0.2}, {"person_odds": -1.85}):
        assert not suits_embroidery(replace(bread, **change), analysis, image)


def test_lettering_frames_and_haze_do_not(outdoors, analysis, image):
    """Words would be lost; a picture of one colour is hardly one of thread."""
    sign = analysis.lettering.copy()
    sign[3, 3] = 0.8
    text = replace(analysis.kind, has_text=True)
    for change in (
        {"lettering": sign},
        {"lettering": np.full_like(sign, 0.1)},
        {"kind": text},
        {"border": Insets(0.01, 0, 0, 0)},
        {"contrast": 20.0},
    ):
        assert not suits_embroidery(outdoors, replace(analysis, **change), image)
    hazy = image.copy()
    hazy[..., :3] = hazy[..., 1:2]
    assert not suits_embroidery(outdoors, analysis, hazy)
