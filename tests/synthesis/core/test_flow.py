"""Flow: directions along the edges of a picture."""

import numpy as np

from diabelli.synthesis.core.flow import flow_directions
from diabelli.synthesis.core.rng import RandomStream

SIDE = 400


def test_it_follows_edges():
    """It runs down beside an upright edge, and across above a level one."""
    colours = np.full((SIDE, SIDE, 3), 40, np.float32)
    colours[:, SIDE // 2 :] = 200
    for source, axis in ((colours, 0), (colours.transpose(1, 0, 2), 1)):
        edge = flow_directions(np.ascontiguousarray(source), RandomStream(1))
        line = edge[50:-50, SIDE // 2] if axis == 0 else edge[SIDE // 2, 50:-50]
        assert np.abs(line[:, axis]).min() > 0.98
        np.testing.assert_allclose((edge**2).sum(2), 1, atol=1e-3)
