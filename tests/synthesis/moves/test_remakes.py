"""Remakes within a picture: what holds for all of these moves."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves import photograph
from diabelli.synthesis.moves.cake.cake import CAKE
from diabelli.synthesis.moves.cinema.cinema import CINEMA
from diabelli.synthesis.moves.murals.mural import MURAL
from diabelli.synthesis.moves.remakes import REMAKES, WITHIN_A_PICTURE
from diabelli.synthesis.moves.still_lifes.still_life import (
    GLASS_BALL,
    INSTANT_PRINT,
    JIGSAW,
    PAINTING,
    SNOW_GLOBE,
)
from diabelli.synthesis.moves.television.television import TELEVISION
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape, opaque

SIDE = 300
MOST_APART = {
    CAKE: (2, 0.006),
    CINEMA: (1, 0.002),
    GLASS_BALL: (1, 0.002),
    INSTANT_PRINT: (2, 0.02),
    JIGSAW: (2, 0.002),
    MURAL: (2.5, 0.006),
    PAINTING: (4, 0.025),
    SNOW_GLOBE: (2, 0.012),
    TELEVISION: (1.5, 0.004),
}
"""Between a picture and the one of twice the size: largest mean difference in levels, and share of
differences above 40. Thin joints, frames and strokes have the largest."""


@pytest.fixture(scope="module")
def scene():
    """Return the properties of a photograph."""
    studied = analyse_source(landscape(160), 160, 160)
    return photograph.prepare(studied, studied[0].image_at(160, 160), 0.5).scene


@pytest.fixture(params=sorted(WITHIN_A_PICTURE))
def name(request):
    """Return the name of each remake that shows the source within another picture."""
    return request.param


@pytest.fixture
def show(name, scene):
    """Return a function that shows an image in one of the remakes."""

    def shown(image: Bytes, seed: int = 1, *, grey: bool = False) -> Bytes:
        remake = REMAKES[name]
        return remake.show(image, remake.example, replace(scene, grey=grey), RandomStream(seed))

    return shown


def noise(channels):
    return opaque(
        np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, channels)).repeat(3 // channels, 2)
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_grey_picture_stays_grey(show, name, seed):
    """Neither lamps, stone, wood, cream nor wallpaper add colour; only velvet keeps its own."""
    image = show(noise(1), seed, grey=True).astype(int)
    assert (np.ptp(image[..., :3], axis=2).max() <= 1) == (name != CINEMA)


def test_seeds_differ_and_repeat(show, name):
    """Size, place and material of the thing are of the seed; around a sphere is the picture."""
    least = 1 if name in {GLASS_BALL, SNOW_GLOBE} else 5
    np.testing.assert_array_equal(show(noise(3)), show(noise(3)))
    assert np.abs(show(noise(3)).astype(int) - show(noise(3), seed=2)).mean() > least


@pytest.mark.parametrize("level", [0, 255])
def test_black_and_white_pictures_are_shown(show, level):
    """The result is opaque; a black picture does not become bright, nor a white one dark."""
    image = show(opaque(np.full((SIDE, SIDE, 3), level)))
    assert (image[..., 3] == 255).all()
    # The rest may have another colour.
    middle = image[SIDE // 4 : -SIDE // 4, SIDE // 4 : -SIDE // 4, :3]
    assert abs(int(np.median(middle)) - level) < 100


@pytest.mark.parametrize("seed", range(3))
def test_the_composition_is_alike_at_every_size(show, name, seed):
    """Half the size differs by hardly anything."""
    source = opaque(landscape(512))
    large, small = (show(resize(source, side, side), seed) for side in (512, 256))
    away = np.abs(resize(large, 256, 256).astype(int) - small.astype(int))
    mean, share = MOST_APART[name]
    assert away.mean() < mean
    assert (away.max(2) > 40).mean() < share


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (16, 16), (64, 192), (192, 64)])
@pytest.mark.parametrize("seed", range(3, 6))
def test_canvases_of_any_aspect_are_made(show, shape, seed):
    """The thing is as large as the canvas allows, and the source is left alone."""
    image = opaque(np.full((*shape, 3), 90))
    before = image.copy()
    made = show(image, seed)
    assert made.shape == (*shape, 4)
    assert (made[..., 3] == 255).all()
    np.testing.assert_array_equal(image, before)
