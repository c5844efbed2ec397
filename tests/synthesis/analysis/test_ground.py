"""Suitability of the ground is that of the regression's definition."""

import hashlib

import numpy as np
import pytest

from diabelli.synthesis.analysis.ground import (
    BANDS,
    CELLS,
    SHORE,
    SPREAD_STAGES,
    SURFACE,
    WIDTH,
    ground_features,
    suitability,
)
from diabelli.synthesis.analysis.subject_map import encode
from oracles.sources import landscape


def slow_features(encoded):
    """Return the features by NumPy's sums."""
    found = []
    for stage, planes in enumerate(np.asarray(one, np.float64) for one in encoded):
        bands = [planes[round(a * len(planes)) : round(b * len(planes))] for a, b in BANDS]
        found += [band.mean((0, 1)) for band in bands]
        if stage < SPREAD_STAGES:
            cell = len(planes) // CELLS
            for band in bands:
                rows, columns = len(band) // cell, band.shape[1] // cell
                cells = band.reshape(rows, cell, columns, cell, -1)
                found.append(cells.std((1, 3)).mean((0, 1)))
    return np.concatenate(found)


def test_features_are_means_and_deviations():
    """Compiled sums agree with NumPy's to the precision of float32."""
    encoded = encode(landscape(160))
    np.testing.assert_allclose(ground_features(encoded), slow_features(encoded), atol=1e-4)


@pytest.mark.parametrize("weights", [SHORE, SURFACE])
def test_the_value_is_that_of_the_definition(weights):
    """It is a plane plus bells around centres in the space of the axes."""
    encoded = encode(landscape(160))
    stored = {name: value.astype(np.float64) for name, value in np.load(weights).items()}
    place = slow_features(encoded) @ stored["axes"] - stored["origin"]
    bells = np.exp(-WIDTH * np.square(place - stored["centres"]).sum(1))
    slow = place @ stored["slope"] + bells @ stored["heights"] + stored["constant"]
    value = suitability(ground_features(encoded), weights)
    np.testing.assert_allclose(value, slow, atol=1e-3)


def test_the_features_are_the_same_on_every_machine():
    """They are those of the machine of the release, to the bit."""
    digest = hashlib.sha256(ground_features(encode(landscape(160))).tobytes()).hexdigest()
    assert digest == "0108dee50780d631f1c1e85b14691c20a3a7c33f4ac67fd929141c244cc84730"


def value(image, weights):
    return suitability(ground_features(encode(np.ascontiguousarray(image))), weights)


def test_the_sky_suits_less_than_a_plain():
    """Grass below a sky suits better as a shore than the same picture upside down."""
    upright = landscape(160)
    assert value(upright, SHORE) > value(upright[::-1], SHORE) + 0.1


def test_a_window_shines_on_a_table_not_on_a_landscape():
    """A cup on a table is close by."""
    cup = pytest.importorskip("skimage.data").coffee()[:, 100:500]
    assert value(cup, SURFACE) > 0.5
    assert value(landscape(160), SURFACE) < 0
