"""Structure tensor: scikit-image as oracle, and the range of coherence."""

import numpy as np
from skimage.feature import structure_tensor as reference

from diabelli.synthesis.core.filters import gradient
from diabelli.synthesis.core.structure_tensor import coherence, structure_tensor

Y, X = np.mgrid[:64, :64]
INNER = (slice(14, -14), slice(14, -14))


def test_the_tensor_agrees_with_scikit_image():
    """All components equal the reference up to one common factor, within 6 %."""
    waves = 60 * np.sin(0.35 * X + 0.2 * Y) + 40 * np.sin(0.15 * Y - 0.05 * X) + 100
    image = waves.astype(np.float32)
    found = structure_tensor(*gradient(image), 3.0)[INNER]
    down, both, across = (plane[INNER] for plane in reference(image, sigma=3.0, order="rc"))
    exact = np.stack([down, across, both], axis=2)
    # The reference uses Sobel derivatives, which are 8 times as large.
    np.testing.assert_allclose(64 * found, exact, atol=0.06 * np.abs(exact).max())


def test_parallel_gradients_are_coherent():
    """Coherence is 1 for parallel waves and near 0 for isotropic noise."""
    waves = (100 + 60 * np.sin(0.5 * X + 0.3 * Y)).astype(np.float32)
    noise = np.random.default_rng(1).normal(100, 60, (64, 64)).astype(np.float32)
    assert coherence(structure_tensor(*gradient(waves), 3.0))[INNER].min() > 0.95
    assert coherence(structure_tensor(*gradient(noise), 6.0))[INNER].mean() < 0.3
