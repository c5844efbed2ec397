"""Rain falls all over the picture, in the same places at every size."""

import numpy as np

from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.moves.weather import rain
from oracles.sources import landscape


def cover_of(height, width, seed=1):
    return rain(survey(landscape(64)), RandomStream(seed), height, width).cover


def test_particles_are_everywhere_and_hide_little():
    """Each ninth of the picture has some, and most of the picture stays clear."""
    cover = cover_of(240, 240)
    assert cover.min() >= 0
    assert cover.max() <= 1
    ninths = cover.reshape(3, 80, 3, 80).mean((1, 3))
    assert ninths.min() > 0.005
    assert ninths.max() < 0.25


def test_particles_keep_their_places_at_other_sizes():
    """Means over a twelfth of the side agree."""
    large, small = (resize_map(cover_of(side, side), 12, 12) for side in (480, 240))
    assert np.corrcoef(large.ravel(), small.ravel())[0, 1] > 0.9


def test_particles_of_a_wide_picture_are_not_stretched():
    """They reach both ends, and are as large as in a square of the longer side."""
    cover = cover_of(120, 360)
    assert cover[:, :40].max() > 0.1
    assert cover[:, -40:].max() > 0.1
