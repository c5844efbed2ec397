"""A refined matte follows the outlines of the picture."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from diabelli.synthesis.analysis.matte import refine_matte
from diabelli.synthesis.core.filters import blur
from oracles.sources import opaque

SIDE = 300


def disc(side=SIDE):
    """Return a picture of a red disc before a textured blue ground, and its exact matte."""
    rows, columns = np.mgrid[:side, :side] + 0.5 - side / 2
    inside = np.hypot(rows, columns) < 0.3 * side
    texture = np.random.default_rng(1).integers(-12, 13, (side, side, 3))
    colours = np.where(inside[..., None], (190, 60, 50), (50, 80, 160)) + texture
    return opaque(colours), inside.astype(np.float32)


def test_a_blurred_map_becomes_sharp():
    """The error of a soft and shifted map falls to a fifth."""
    image, exact = disc()
    coarse = np.clip(blur(np.roll(exact, 3, 1), 6.0), 0, 1)[::4, ::4]
    before = np.abs(np.repeat(np.repeat(coarse, 4, 0), 4, 1) - exact).mean()
    assert np.abs(refine_matte(image, np.ascontiguousarray(coarse)) - exact).mean() < before / 5


def test_a_certain_map_stays():
    """Nothing is found where the map is 0, and nothing lost where it is 1."""
    image, _ = disc()
    for value in (0, 1):
        matte = refine_matte(image, np.full((40, 40), value, np.float32))
        np.testing.assert_allclose(matte, value, atol=1e-3)


def test_two_threads_make_the_same_matte():
    """They share no arrays."""
    image, exact = disc()
    alone = refine_matte(image, exact)
    with ThreadPoolExecutor(2) as threads:
        for matte in threads.map(lambda _: refine_matte(image, exact), range(3)):
            np.testing.assert_array_equal(alone, matte)
