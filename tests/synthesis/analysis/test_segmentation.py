"""Segmentation by evidence, along edges, and by colour."""

import numpy as np
import pytest
from skimage.filters import threshold_otsu

from diabelli.synthesis.analysis.segmentation import _colour_likelihood, _otsu, silhouette

SIDE = 64
Y, X = np.indices((SIDE, SIDE))
DISC = (Y - 28) ** 2 + (X - 30) ** 2 < 13**2
LEGS = (Y >= 38) & (Y < 56) & ((abs(X - 24) < 2) | (abs(X - 36) < 2))


def sheep() -> np.ndarray:
    """Return a white body with thin legs on grass."""
    draw = np.random.default_rng(0)
    grass = np.stack([60 + draw.integers(0, 20, (SIDE, SIDE)) for _ in range(3)], -1)
    grass[..., 1] += 50
    return np.where((DISC | LEGS)[..., None], 225, grass).astype(np.uint8)


def test_a_subject_is_cut_out_along_its_edge():
    """Blurred evidence becomes a sharp silhouette, slightly larger than the subject."""
    vague = np.clip(1.2 - np.hypot(Y - 28, X - 30) / 20, 0, 1).astype(np.float32)
    found = silhouette(sheep(), vague).around
    assert found[DISC].mean() > 0.97
    far = np.hypot(Y - 28, X - 30) > 18
    assert found[far & ~LEGS & (Y < 36)].max() < 0.2


def test_the_body_ends_at_the_outline():
    """`around` extends a little further than `body`."""
    found = silhouette(sheep(), DISC.astype(np.float32))
    assert set(np.unique(found.body)) == {0, 1}
    assert (found.body[DISC | LEGS]).mean() > 0.9
    assert (found.body[~(DISC | LEGS)]).mean() < 0.02
    assert (found.around >= found.body - 1e-6).all()


def test_legs_come_to_their_body():
    """Parts with the subject's colours are added without evidence."""
    evidence = DISC.astype(np.float32)
    assert silhouette(sheep(), evidence).around[LEGS].mean() > 0.9


def test_without_evidence_there_is_nothing():
    """A picture without evidence has no subject."""
    found = silhouette(sheep(), np.zeros((SIDE, SIDE), np.float32))
    assert found.around.max() == found.body.max() == 0


def test_holes_are_closed():
    """A speck of background colour inside the subject is added."""
    image, evidence = sheep(), DISC.astype(np.float32)
    image[27:29, 29:31] = (60, 110, 60)
    assert silhouette(image, evidence).around[26:30, 28:32].min() > 0.9


@pytest.mark.parametrize("size", [100, 1000])
def test_the_threshold_is_between_two_classes(size):
    """The threshold separates values around two means."""
    draw = np.random.default_rng(size)
    values = np.concatenate([draw.normal(0.2, 0.03, size), draw.normal(0.8, 0.05, size // 2)])
    threshold = _otsu(np.clip(values, 0, 1).astype(np.float32))
    assert (values < threshold).sum() == pytest.approx(size, abs=size // 50)


def test_frequencies_are_shares():
    """Frequencies sum to one over all bins, and adjacent bins share counts."""
    bins = np.full((8, 8), 5 * 256 + 5 * 16 + 5)
    frequency = _colour_likelihood(bins, np.ones((8, 8)))
    assert np.unique(frequency) == pytest.approx(1 / 8)


@pytest.mark.parametrize("seed", range(6))
def test_the_threshold_agrees_with_scikit_image(seed):
    """Otsu's threshold of a bimodal sample is the same bin centre."""
    draw = np.random.default_rng(seed)
    modes = [draw.normal(0.25, 0.08, 600), draw.normal(0.7, 0.1, 300 + 50 * seed)]
    values = np.concatenate(modes).clip(0, 1).astype(np.float32)
    values[0] = 0  # the histogram of scikit-image starts at the minimum
    assert _otsu(values) == pytest.approx(float(threshold_otsu(values, nbins=64)), abs=1e-5)
