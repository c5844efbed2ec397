"""A television set: its tube shows all of the picture, upright, in its proportions."""

import numpy as np
import pytest

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.television import television
from diabelli.synthesis.moves.television.glass import glass_glare
from diabelli.synthesis.moves.television.layout import make_layout
from diabelli.synthesis.moves.television.television import show_television
from oracles.sources import opaque

SHAPES = [(300, 300), (240, 420), (420, 240)]


@pytest.fixture(autouse=True)
def in_colour(monkeypatch):
    monkeypatch.setattr(television, "MONOCHROME_SHARE", 0.0)


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


@pytest.mark.parametrize("colour", [(210, 60, 40), (40, 160, 70), (60, 70, 220)])
def test_black_and_white_keeps_the_luma_of_each_colour(monkeypatch, colour):
    """A sign stays as readable as its tones are; the white of the tube is a little blue."""
    image = opaque(np.full((300, 300, 3), colour))
    luma = round(float(np.dot(colour, (0.299, 0.587, 0.114))))
    monkeypatch.setattr(television, "MONOCHROME_SHARE", 1.0)
    red, green, blue = shown(image)[130:150, 140:160, :3].mean((0, 1))
    level = shown(even(luma))[130:150, 140:160, 1].mean()
    assert red <= green <= blue < red + 0.1 * level + 2
    assert green == pytest.approx(level, abs=3)


def test_a_grey_picture_stays_grey(monkeypatch):
    """Its tube has no blue white."""
    monkeypatch.setattr(television, "MONOCHROME_SHARE", 1.0)
    image = shown(even(150), grey=True)[..., :3].astype(int)
    assert np.ptp(image, axis=2).max() <= 1
