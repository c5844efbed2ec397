"""Pictures of still lifes: what holds for all of them."""

from collections.abc import Callable

import numpy as np
import pytest

from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.paintings.painting import show_painting
from diabelli.synthesis.moves.still_lifes.ball_window import Window
from diabelli.synthesis.moves.still_lifes.glass_ball import show_glass_ball
from diabelli.synthesis.moves.still_lifes.instant_print import show_instant_print
from diabelli.synthesis.moves.still_lifes.jigsaw import Jigsaw, show_jigsaw
from diabelli.synthesis.moves.still_lifes.snow_globe import Globe, show_snow_globe
from diabelli.synthesis.moves.still_lifes.still_life import (
    GLASS_BALL,
    INSTANT_PRINT,
    JIGSAW,
    PAINTING,
    SNOW_GLOBE,
    STILL_LIFES,
)
from oracles.sources import opaque

MIDDLE = Window(0.5, 0.5, 0.5)
NOTHING = np.zeros((GRID, GRID), bool)
EVEN = np.zeros((GRID, GRID), np.float32)
SHOWS: dict[str, Callable[[Bytes, RandomStream, bool], Bytes]] = {
    GLASS_BALL: lambda image, stream, _: show_glass_ball(image, MIDDLE, stream),
    INSTANT_PRINT: lambda image, stream, grey: show_instant_print(image, stream, grey=grey),
    PAINTING: lambda image, stream, grey: show_painting(image, stream, grey=grey),
    SNOW_GLOBE: lambda image, stream, _: show_snow_globe(
        image, Globe(MIDDLE, NOTHING, NOTHING), stream
    ),
    JIGSAW: lambda image, stream, grey: show_jigsaw(image, Jigsaw(EVEN, EVEN), stream, grey=grey),
}
SIDE = 300


@pytest.fixture(params=sorted(STILL_LIFES))
def show(request):
    """Return a function that shows an image in one of the still lifes."""

    def shown(image: Bytes, seed: int = 1, *, grey: bool = False) -> Bytes:
        return SHOWS[request.param](image, RandomStream(seed), grey)

    return shown


def noise(channels):
    return opaque(
        np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, channels)).repeat(3 // channels, 2)
    )


def test_a_grey_picture_stays_grey(show):
    """Neither lamps, stone, paper, wood nor metal add colour."""
    image = show(noise(1), grey=True).astype(int)
    assert np.ptp(image[..., :3], axis=2).max() <= 1


def test_seeds_differ_and_repeat(show):
    """Size and place of the thing are of the seed."""
    np.testing.assert_array_equal(show(noise(3)), show(noise(3)))
    assert (show(noise(3)) != show(noise(3), seed=2)).any()


@pytest.mark.parametrize("level", [0, 255])
def test_black_and_white_pictures_are_shown(show, level):
    """The result is opaque; a black picture does not become bright, nor a white one dark."""
    image = show(opaque(np.full((SIDE, SIDE, 3), level)))
    assert (image[..., 3] == 255).all()
    # The wall around a painting has another colour.
    middle = image[SIDE // 4 : -SIDE // 4, SIDE // 4 : -SIDE // 4, :3]
    assert abs(int(np.median(middle)) - level) < 100


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (16, 16), (16, 4096), (4096, 16), (64, 400)])
def test_canvases_of_any_aspect_are_made(show, shape):
    """The thing is as large as the shorter side allows, and the source is left alone."""
    image = opaque(np.full((*shape, 3), 90))
    before = image.copy()
    assert show(image, 3).shape == (*shape, 4)
    np.testing.assert_array_equal(image, before)
