"""Foreground evidence against slow reference computations."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.background import (
    NOISE_VARIANCE,
    _colour_statistics,
    _mahalanobis,
    _minimum_barrier_distance,
    foreground_evidence,
)
from oracles.exhaustive import least_spans


def plane(seed: int, shape=(9, 11)) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 12, shape).astype(np.float32)


@pytest.mark.parametrize("seed", range(4))
def test_barriers_are_never_too_low_and_seldom_too_high(seed):
    """Raster scans give an upper bound of the barrier distance, exact for almost all pixels."""
    found, least = _minimum_barrier_distance(plane(seed)), least_spans(plane(seed))
    assert (found >= least).all()
    assert (found == least).mean() > 0.85


def test_a_wall_is_a_barrier():
    """Inside a closed ring the distance equals the contrast of the ring."""
    field = np.zeros((20, 20), np.float32)
    field[5:15, 5:15] = 40
    field[6:14, 6:14] = 0
    spans = _minimum_barrier_distance(field)
    assert (spans[6:14, 6:14] == 40).all()
    assert not spans[:5].any()


def test_ways_lead_round_corners():
    """A ring with a gap is no barrier."""
    field = np.zeros((20, 20), np.float32)
    field[5:15, 5:15] = 40
    field[6:14, 6:14] = 0
    field[14, 9] = 0
    assert not _minimum_barrier_distance(field)[6:14, 6:14].any()


def test_deviations_are_those_of_mahalanobis():
    """Distances equal those computed with the inverse covariance."""
    draw = np.random.default_rng(5)
    strip = draw.normal(90, 20, (6, 30, 3)).astype(np.float32)
    looks = draw.normal(100, 40, (8, 9, 3)).astype(np.float32)
    mean, spread = _colour_statistics(strip)
    flat = strip.reshape(-1, 3).astype(np.float64)
    np.testing.assert_allclose(mean, flat.mean(0), rtol=1e-6)
    expected = np.cov(flat.T, bias=True) + NOISE_VARIANCE * np.eye(3)
    np.testing.assert_allclose(spread, expected, rtol=1e-6)
    away = looks - mean
    squared = np.einsum("yxi,ij,yxj->yx", away, np.linalg.inv(spread), away)
    np.testing.assert_allclose(_mahalanobis(looks, mean, spread), np.sqrt(squared), rtol=1e-4)


def test_a_disc_on_a_background_stands_out():
    """A red disc on grey has evidence 1, its background 0."""
    y, x = np.indices((64, 64))
    disc = (y - 30) ** 2 + (x - 36) ** 2 < 14**2
    ground = 110 + np.random.default_rng(6).integers(-6, 7, (64, 64, 1))
    image = np.where(disc[..., None], (200, 40, 30), ground).astype(np.uint8)
    out = foreground_evidence(image)
    assert out.shape == (64, 64)
    assert out.dtype == np.float32
    assert out[disc].mean() > 0.9
    assert out[~disc].mean() < 0.2


def test_a_subject_that_is_cut_off_stands_out():
    """One edge may show the subject; the three others define the background."""
    image = np.full((64, 64, 3), 120, np.uint8)
    image[30:, 20:44] = (30, 60, 190)
    out = foreground_evidence(image)
    assert out[34:56, 22:42].mean() > 0.45
    assert out[:20].max() < 0.1


@pytest.mark.parametrize("shape", [(64, 64, 4), (64, 64, 3), (21, 33, 4)])
def test_it_is_a_share_of_any_image(shape):
    """Evidence is within 0..1 for any image."""
    for image in (
        np.zeros(shape, np.uint8),
        np.random.default_rng(7).integers(0, 256, shape, np.uint8),
    ):
        out = foreground_evidence(image)
        assert out.min() >= 0
        assert out.max() <= 1
