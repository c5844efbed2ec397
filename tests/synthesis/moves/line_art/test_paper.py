"""Paper: the grain of a sheet."""

import numpy as np

from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.line_art.paper import paper_grain


def test_every_size_has_the_same_grain():
    """Its bumps are where they are at another size; the finest fade out."""
    small, large = (paper_grain(RandomStream(1), side, side) for side in (512, 1024))
    assert np.corrcoef(small.ravel(), resize_map(large, 512, 512).ravel())[0, 1] > 0.85


def test_grain_is_even_over_the_sheet():
    """Its mean is near 0, and no quarter is rougher than others."""
    grain = paper_grain(RandomStream(2), 400, 600)
    assert abs(grain.mean()) < 0.1
    parts = [part.std() for half in np.split(grain, 2) for part in np.split(half, 2, axis=1)]
    assert max(parts) < 1.2 * min(parts)
    assert np.abs(grain).max() < 5
