"""Mattes recover how much of each pixel is subject."""

import numpy as np

from diabelli.synthesis.analysis import matte


def laplacian(image):
    """Return the dense matting Laplacian (n, n) of a small image (h, w, 3), as the paper has it."""
    height, width = image.shape[:2]
    index = np.arange(height * width).reshape(height, width)
    out = np.zeros((height * width, height * width))
    for y in range(height - 2):
        for x in range(width - 2):
            window = index[y : y + 3, x : x + 3].ravel()
            colours = image.reshape(-1, 3)[window]
            offsets = colours - colours.mean(0)
            inverse = np.linalg.inv(offsets.T @ offsets / 9 + matte.EPSILON / 9 * np.eye(3))
            out[np.ix_(window, window)] += np.eye(9) - (1 + offsets @ inverse @ offsets.T) / 9
    return out


def scene(side=48):
    """Return an image of a soft disc before a gradient, and its alpha."""
    rows, columns = np.mgrid[:side, :side] / side
    apart = np.hypot(rows - 0.5, columns - 0.5)
    alpha = np.clip((0.3 - apart) / 0.1 + 0.5, 0, 1)[..., None]
    front = np.stack([0.8 + 0.1 * rows, 0.3 + 0.1 * columns, 0.2 + 0 * rows], -1)
    back = np.stack([0.1 + 0.1 * rows, 0.3 + 0.2 * columns, 0.5 + 0 * rows], -1)
    return (alpha * front + (1 - alpha) * back).astype(np.float32), alpha[..., 0]


def likely_of(alpha):
    """Return a map that is sure only where alpha is 0 or 1."""
    return np.where((alpha == 0) | (alpha == 1), alpha, 0.2 + 0.6 * alpha).astype(np.float32)


def test_alpha_minimises_the_laplacian():
    """The unknown alphas solve the paper's linear system with the sure ones held fixed."""
    image = np.random.default_rng(1).random((9, 10, 3)).astype(np.float32)
    likely = np.full((9, 10), 0.5, np.float32)
    likely[:, :2], likely[:, 8:] = 0, 1
    dense = laplacian(image.astype(float))
    unknown = (likely == 0.5).ravel()
    right = -dense[np.ix_(unknown, ~unknown)] @ likely.ravel()[~unknown]
    expected = np.linalg.solve(dense[np.ix_(unknown, unknown)], right)
    found = matte.closed_form_matte(image, likely).ravel()[unknown]
    np.testing.assert_allclose(found, np.clip(expected, 0, 1), atol=2e-3)


def test_a_soft_outline_is_recovered():
    """Alpha of a disc with a soft rim is found between the sure places, and these stay."""
    image, alpha = scene()
    likely = likely_of(alpha)
    found = matte.closed_form_matte(image, likely)
    assert np.abs(found - alpha).max() < 0.05
    assert (found[likely > 0.9] == 1).all()
    assert (found[likely < 0.1] == 0).all()


def test_a_sure_map_is_kept():
    """Without an unknown place the map is the matte."""
    image, alpha = scene()
    likely = (alpha > 0.5).astype(np.float32)
    np.testing.assert_array_equal(matte.closed_form_matte(image, likely), likely)


def test_a_matte_grows_along_the_edges_of_the_large_picture():
    """At four times the size the outline is that of the large picture, not an enlarged one."""
    large, alpha = scene(192)
    small, coarse = scene(48)
    grown = matte.enlarge_matte(coarse.astype(np.float32), small, large)
    assert grown.shape == alpha.shape
    assert np.abs(grown - alpha).mean() < 0.01
    assert (grown[alpha == 0] < 0.02).all()
