"""The metrics distinguish a copy, a mirror, a garbled and a blurred picture."""

from dataclasses import asdict

import numpy as np
import pytest

from diabelli.variation import Image
from matching import FAR, PATCH, nearest, nearest_window
from measures import (
    NAMES,
    SIDE,
    Measures,
    diversity,
    garble,
    mean,
    measure,
    sharpness,
)

pytestmark = pytest.mark.slow


def scene() -> Image:
    """A few soft and hard shapes in colour on a gradient: (SIDE, SIDE, 3)."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    planes = [0.3 + 0.5 * y, 0.5 + 0.3 * np.sin(9 * x), 0.6 - 0.4 * x * y]
    image = np.stack(planes, 2)
    image[(x - 0.3) ** 2 + (y - 0.4) ** 2 < 0.04] = (0.9, 0.2, 0.1)
    image[(abs(x - 0.7) < 0.12) & (abs(y - 0.65) < 0.2)] = (0.1, 0.15, 0.5)
    image += np.random.default_rng(1).normal(0, 0.03, image.shape)
    return (image.clip(0, 1) * 255).astype(np.uint8)


def shuffled(image: Image) -> Image:
    """The image with its sixteen squares in another order."""
    squares = image.reshape(4, SIDE // 4, 4, SIDE // 4, 3).swapaxes(1, 2).reshape(16, -1)
    squares = squares[np.random.default_rng(2).permutation(16)]
    return squares.reshape(4, 4, SIDE // 4, SIDE // 4, 3).swapaxes(1, 2).reshape(SIDE, SIDE, 3)


def test_a_copy_is_perfect_and_not_new():
    """A copy has no distance from the source in any measure, and nothing in it is novel."""
    result = asdict(measure(scene(), [scene()]))
    for name in ("swd", "coh7", "cmp7", "garble"):
        assert result[name] == 0, name
    for name in ("sharp", "lfssim", "hog"):
        assert result[name] == pytest.approx(1, abs=1e-5), name
    assert result["novel"] < 0.02


def test_a_shuffled_picture_is_garbled_and_new():
    """Squares in another order keep the patches, break the windows and are no affine map."""
    result = measure(scene(), [shuffled(scene())])
    assert result.garble > 0.55
    assert result.novel > 0.4
    assert result.swd < 0.3
    assert result.lfssim < 0.6


def test_a_mirrored_picture_is_not_garbled():
    """Windows of a mirror are found in the mirrored source."""
    assert garble(scene(), np.ascontiguousarray(scene()[:, ::-1])) == 0


def test_copies_are_not_diverse():
    """Copies do not differ from each other; other pictures do."""
    assert diversity(scene(), [scene(), scene()]) == 0
    assert diversity(scene(), [scene(), shuffled(scene())]) > 0.3


def test_a_blurred_picture_is_not_sharp():
    """Fewer details mean less energy than the source's."""
    padded = np.pad(scene().astype(float), ((1, 1), (1, 1), (0, 0)), mode="edge")
    blurred = (padded[:-2, 1:-1] + padded[2:, 1:-1] + 2 * padded[1:-1, 1:-1]) / 4
    assert sharpness(scene(), blurred.astype(np.uint8)) < 0.6


def test_the_mean_is_that_of_each_figure():
    """The mean of two pictures' measures is taken figure by figure."""
    one, two = (Measures(*range(start, start + len(NAMES))) for start in (0, 10))
    assert mean([one, two]) == Measures(*range(5, 5 + len(NAMES)))


def test_nearest_patches_are_where_they_say():
    """Each distance belongs to the place in the field, and most patches find a near one."""
    image, other = shuffled(scene())[:40, :40], scene()[:60, :60]
    field, distances = nearest(image, other)
    for y, x in ((0, 0), (11, 30), (33, 33)):
        row, column = field[y, x]
        one = image[y : y + PATCH, x : x + PATCH].astype(int)
        two = other[row : row + PATCH, column : column + PATCH].astype(int)
        assert ((one - two) ** 2).sum() == distances[y, x]


def test_nearest_windows_are_exact():
    """Running sums find what comparing every window with every other one finds."""
    rng = np.random.default_rng(3)
    image = rng.integers(0, 256, (9, 11, 3)).astype(np.uint8)
    other = rng.integers(0, 256, (8, 12, 3)).astype(np.uint8)
    best = np.full((9 - 5 + 1, 11 - 5 + 1), FAR, np.int32)
    nearest_window(image, other, 5, best)
    windows = [
        np.lib.stride_tricks.sliding_window_view(each.astype(int), (5, 5), axis=(0, 1))
        for each in (image, other)
    ]
    flat = [each.reshape(-1, 75) for each in windows]
    apart = ((flat[0][:, None] - flat[1][None]) ** 2).sum(2)
    np.testing.assert_array_equal(best.ravel(), apart.min(1))


def test_a_small_shift_is_hardly_garbled():
    """Garble asks for windows elsewhere in the source, not in the same place."""
    assert garble(scene(), np.roll(scene(), 8, axis=1)) < garble(scene(), shuffled(scene()))
