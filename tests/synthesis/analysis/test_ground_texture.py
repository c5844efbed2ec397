"""Ground textures: one throughout, or several."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.cell_features import SUBJECT, TEXTURE
from diabelli.synthesis.analysis.ground_texture import is_one_texture
from diabelli.synthesis.analysis.source_analysis import analyse
from diabelli.synthesis.core.grid import GRID
from oracles.sources import bricks, landscape, meadow, pebbles

NOTHING = np.zeros((GRID, GRID), np.float32)


@pytest.mark.parametrize(
    ("draw", "one"), [(pebbles, True), (meadow, True), (landscape, False), (bricks, False)]
)
def test_pebbles_and_meadows_are_one_texture(draw, one):
    """A sky above hills is not, and a picture that is all subject has no ground."""
    source = draw(256)
    analysis = analyse(np.dstack([source, np.full((256, 256), 255, np.uint8)]), 256, 256)
    features = analysis.cells.features
    assert is_one_texture(features[..., TEXTURE:], features[..., SUBJECT]) == one
    assert analysis.divisible == one


def test_what_the_subject_hides_does_not_count():
    """Another texture inside the subject alone changes nothing."""
    texture, subject = np.zeros((GRID, GRID, 2), np.float32), NOTHING.copy()
    texture[10:30, 10:30] = 1
    assert not is_one_texture(texture, subject)
    subject[10:30, 10:30] = 1
    assert is_one_texture(texture, subject)
