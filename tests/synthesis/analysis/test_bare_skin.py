"""Bare skin: faces are found before any ground, with colour and without."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.bare_skin import SIDE, bare_skin, is_grey
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.moves.lights import light
from diabelli.synthesis.moves.scene import survey

FACE = (slice(28, 62), slice(76, 98))
"""Place of the face in the portrait at SIDE."""
FLAG = (slice(0, 75), slice(0, 30))
"""Place of a flag behind the person."""
SUIT = (slice(120, 190), slice(60, 120))
"""Place of a space suit, which has the colour of skin in part."""


@pytest.fixture(scope="module")
def portrait():
    """Return the portrait of scikit-image, (SIDE, SIDE, 3) uint8."""
    return resize(pytest.importorskip("skimage.data").astronaut(), SIDE, SIDE)


def grey(image):
    """Return an image without colour."""
    return np.repeat(image[..., 1:2], 3, axis=2)


def test_a_face_is_skin_and_the_ground_is_not(portrait):
    """The red of a flag counts neither as a person nor as skin."""
    found = bare_skin(portrait)
    assert found.dtype == np.float32
    assert found[FACE].mean() > 0.95
    assert found[FLAG].max() < 0.05


def test_all_of_a_person_counts_in_a_grey_picture(portrait):
    """Skin has no colour there: the suit counts as well, and the flag does not."""
    assert is_grey(grey(portrait))
    found = bare_skin(grey(portrait))
    assert found[FACE].mean() > 0.95
    assert found[SUIT].mean() > 0.9
    assert found[FLAG].mean() < 0.05


@pytest.mark.parametrize("change", [np.array, grey], ids=["coloured", "grey"])
def test_no_shadow_falls_on_a_portrait(portrait, change):
    """A grey portrait is of a person as well as a coloured one."""
    scene = survey(change(portrait))
    assert scene.person == 1.0
    assert "window" not in light.suitable_lights(scene)
