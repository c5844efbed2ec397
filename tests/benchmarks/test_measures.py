"""The measures distinguish copies, other pictures and a blurred picture."""

import numpy as np
import pytest

from diabelli.variation import Image
from measures import SIDE, diversity, sharpness


def scene(seed: int) -> Image:
    """Return shapes in colour on a rough gradient, (SIDE, SIDE, 3)."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    image = np.stack([0.3 + 0.5 * y, 0.5 + 0.3 * np.sin(9 * x), 0.6 - 0.4 * x * y], 2)
    image[(x - 0.2 * seed) ** 2 + (y - 0.4) ** 2 < 0.04] = (0.9, 0.2, 0.1)
    image += np.random.default_rng(seed).normal(0, 0.03, image.shape)
    return (image.clip(0, 1) * 255).astype(np.uint8)


def test_a_copy_is_as_sharp_and_copies_do_not_differ():
    """A copy, or a darker one, has the source's share of fine detail; copies do not deviate."""
    assert sharpness(scene(1), [scene(1)]) == pytest.approx(1)
    assert sharpness(scene(1), [scene(1) // 2]) == pytest.approx(1, abs=0.05)
    assert diversity(scene(1), [scene(1), scene(1)]) == 0


def test_other_pictures_differ():
    """Pictures of different shapes deviate, and one alone has no measure."""
    assert diversity(scene(1), [scene(2), scene(4)]) > 0.1
    assert np.isnan(diversity(scene(1), [scene(2)]))


def test_a_blurred_picture_is_not_sharp():
    """Fewer details are a smaller share than the source's."""
    padded = np.pad(scene(1).astype(float), ((1, 1), (1, 1), (0, 0)), mode="edge")
    blurred = (padded[:-2, 1:-1] + padded[2:, 1:-1] + 2 * padded[1:-1, 1:-1]) / 4
    assert sharpness(scene(1), [blurred.astype(np.uint8)]) < 0.6
