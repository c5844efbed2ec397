"""A television set: its tube shows all of the picture, upright, in its proportions."""

import numpy as np
import pytest

from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.television.glass import glass_glare
from diabelli.synthesis.moves.television.layout import make_layout
from diabelli.synthesis.moves.television.television import show_television
from oracles.sources import landscape, opaque

SHAPES = [(300, 300), (240, 420), (420, 240)]


def shown(image, seed=1, **options):
    return show_television(image, RandomStream(seed), **options)


def even(level, shape=(300, 300)):
    return opaque(np.full((*shape, 3), level))


def glowing(image):
    """Return where an image is of the magenta or the green of the next tests."""
    red, green, blue = image[..., :3].astype(int).transpose(2, 0, 1)
    magenta = (np.minimum(red, blue) - green > 110) & (np.abs(red - blue) < 40)
    return magenta, green - np.maximum(red, blue) > 130


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(6))
def test_the_tube_is_nearly_half_of_the_picture(shape, seed):
    """It has the proportions of the source."""
    colours = np.full((*shape, 3), (220, 0, 220), np.uint8)
    magenta, _ = glowing(shown(opaque(colours), seed))
    assert magenta.mean() > 0.42
    rows, columns = np.flatnonzero(magenta.any(1)), np.flatnonzero(magenta.any(0))
    ratio = (np.ptp(rows) + 1) / (np.ptp(columns) + 1) * shape[1] / shape[0]
    assert ratio == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(4))
def test_every_edge_of_the_picture_is_on_the_tube(shape, seed):
    """Bands along the four edges are seen at those of the tube, neither hidden nor mirrored."""
    height, width = shape
    band = min(shape) // 12

    def found(rows, columns):
        colours = np.full((height, width, 3), (220, 0, 220), np.uint8)
        colours[rows, columns] = 0, 240, 0
        magenta, green = glowing(shown(opaque(colours), seed))
        return green.sum(), np.argwhere(green).mean(0) - np.argwhere(magenta).mean(0)

    top, low = (found(rows, slice(None)) for rows in (slice(band), slice(-band, None)))
    left, right = (found(slice(None), columns) for columns in (slice(band), slice(-band, None)))
    for (one, _), (other, _) in ((top, low), (left, right)):
        assert other == pytest.approx(one, rel=0.12)
    assert top[1][0] < -0.2 * height < 0.2 * height < low[1][0]
    assert left[1][1] < -0.2 * width < 0.2 * width < right[1][1]


def test_the_tube_is_about_as_bright_as_the_picture():
    """The middle of the tube keeps its level, so a face keeps its tones."""
    for level in (60, 128, 200):
        found = shown(even(level))[130:150, 140:160, :3].mean()
        assert abs(found - level) < 16


def test_the_glass_mirrors_a_window_only_where_a_corner_is_calm():
    """It would lie over a face or words."""
    layout = make_layout(300, 300, 1 / 300, RandomStream(1))
    calm = np.full((64, 64, 3), 0.5, np.float32)
    busy = calm.copy()
    busy[::4] = 0.1
    half = calm.copy()
    half[:, :32] = busy[:, :32]
    calm, busy, half = (
        glass_glare(layout, light, 300, 300, RandomStream(1)) for light in (calm, busy, half)
    )
    assert calm.max() > busy.max() + 0.02
    assert np.ptp(busy) == 0
    assert half[:, 150:].max() > half[:, :150].max() + 0.02


@pytest.mark.parametrize("seed", range(6))
def test_a_grey_picture_is_in_a_grey_room(seed):
    """Else the room has colours."""
    channels = shown(even(90), seed, grey=True)[..., :3].astype(int)
    assert np.ptp(channels, axis=2).max() <= 1
    assert np.ptp(shown(even(90), seed)[..., :3].astype(int), axis=2).mean() > 5


@pytest.mark.parametrize("seed", range(3))
def test_the_composition_is_alike_at_every_size(seed):
    """Half the size differs by hardly anything."""
    source = landscape(512)
    large, small = (shown(opaque(resize(source, side, side)), seed) for side in (512, 256))
    away = np.abs(resize(large, 256, 256).astype(int) - small.astype(int))
    assert away.mean() < 1.5
    assert (away.max(2) > 40).mean() < 0.004


def test_seeds_differ():
    """The room is of the seed."""
    image = opaque(landscape(200))
    alone = [shown(image, seed) for seed in (1, 2)]
    assert np.abs(alone[0].astype(int) - alone[1]).mean() > 5


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (16, 16), (16, 4096), (4096, 16), (64, 400)])
def test_canvases_of_any_aspect_are_made(shape):
    """The result is opaque, and the source is left alone."""
    image = even(90, shape)
    before = image.copy()
    made = shown(image, 3)
    assert made.shape == (*shape, 4)
    assert (made[..., 3] == 255).all()
    np.testing.assert_array_equal(image, before)
