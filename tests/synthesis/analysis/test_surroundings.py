"""Surroundings of a picture are those of the regressions' definition."""

import numpy as np

from diabelli.synthesis.analysis.subject_map import encode
from diabelli.synthesis.analysis.surroundings import STAGE, WEIGHTS, ZONES, find_surroundings
from oracles.sources import landscape


def test_the_log_odds_are_those_of_the_definition():
    """Compiled sums agree with NumPy's to the precision of float32."""
    encoded = encode(landscape(160))
    planes = encoded[STAGE].astype(np.float64)
    means = [planes[top:bottom, left:right].mean((0, 1)) for top, bottom, left, right in ZONES]
    stored = np.load(WEIGHTS)
    found = find_surroundings(encoded)
    for name, value in (("open", found.openness), ("person", found.person)):
        slow = np.concatenate(means) @ stored[f"{name}_w"] + stored[f"{name}_b"]
        np.testing.assert_allclose(value, slow, atol=1e-4)


def test_the_encoder_has_the_zones():
    """Every zone is inside the planes, and each has its own weights."""
    side, _, channels = encode(landscape(64))[STAGE].shape
    assert all(0 <= first < end <= side for zone in ZONES for first, end in (zone[:2], zone[2:]))
    assert len(np.load(WEIGHTS)["open_w"]) == len(ZONES) * channels
