"""A coffee: its foam shows the picture in brown."""

import numpy as np
import pytest

from diabelli.synthesis.core.filters import luma
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.coffees.coffee import show_coffee
from diabelli.synthesis.moves.coffees.coffee_print import Disc, print_ink
from oracles.sources import landscape, opaque

ALL, NONE = (np.full((GRID, GRID), one, np.float32) for one in (1, 0))
MIDDLE = Disc(0.5, 0.5, 0.5, NONE)


def shown(image, seed=1, disc=MIDDLE):
    return show_coffee(image, disc, RandomStream(seed))


def inked(colours, disc=MIDDLE, size=200):
    return print_ink(opaque(colours), disc, size, RandomStream(1))


def even(level, shape=(300, 300)):
    return opaque(np.full((*shape, 3), level))


def halves(first, second, shape=(300, 300)):
    """Return colours of which the left half differs."""
    colours = np.full((*shape, 3), second, np.uint8)
    colours[:, : shape[1] // 2] = first
    return colours


@pytest.mark.parametrize("shape", [(300, 300), (240, 420), (420, 240)])
@pytest.mark.parametrize("seed", range(3))
def test_the_foam_shows_the_picture_upright_and_unmirrored(shape, seed):
    """It is darker where the picture is, and its disc is three quarters of the shorter side."""
    height, width = shape
    reach = round(0.3 * min(shape))
    part = slice(height // 2 - reach // 2, height // 2 + reach // 2)
    made = luma(shown(opaque(halves(20, 235, shape)), seed)[..., :3])[part]
    middle = width // 2
    assert made[:, middle - reach : middle - 8].mean() < 130
    assert made[:, middle + 8 : middle + reach].mean() > 180
    upper = halves(20, 235, shape[::-1]).transpose(1, 0, 2)
    made = luma(shown(opaque(upper), seed)[..., :3])[:, middle - reach // 2 : middle + reach // 2]
    assert made[height // 2 - reach : height // 2 - 8].mean() < 130
    assert made[height // 2 + 8 : height // 2 + reach].mean() > 180


@pytest.mark.parametrize("level", [(200, 30, 30), (30, 60, 220), (20, 160, 40), (90, 90, 90)])
def test_every_colour_becomes_brown(level):
    """All of the print has one ink."""
    made = shown(opaque(halves(level, 250)))[110:190, 80:220, :3].astype(int)
    assert (made[..., 0] > made[..., 1]).mean() > 0.99
    assert (made[..., 1] > made[..., 2]).mean() > 0.99


def test_bright_places_are_bare_foam():
    """White gets no ink, and black gets most."""
    ink = inked(halves(0, 255))
    assert ink[60:140, 40:90].mean() > 0.7
    assert ink[60:140, 110:160].max() < 0.1


def test_the_print_fades_towards_its_rim():
    """Its corners and its rim have no ink."""
    ink = inked(halves(0, 255))
    assert ink[100, :2].max() < 0.02
    assert ink[100, 30] > 0.6
    assert ink[:30, :30].max() < 0.01


def test_beyond_the_frame_is_bare_foam():
    """A disc that is larger than the picture shows its frame softly."""
    disc = Disc(0.5, 0.5, 0.7, NONE)
    ink = inked(halves(0, 255), disc)
    # The frame of the picture is at two sevenths of the radius from the rim.
    assert ink[100, :27].max() < 0.01
    assert ink[100, 45:90].mean() > 0.7


def test_a_shifted_disc_shows_another_part():
    """The middle of the disc is that of the print."""
    colours = np.full((200, 200, 3), 255, np.uint8)
    colours[40:60, 120:140] = 0
    ink = inked(colours, Disc(0.25, 0.65, 0.4, NONE))
    rows, columns = np.nonzero(ink > 0.5)
    assert rows.mean() == pytest.approx(100, abs=4)
    assert columns.mean() == pytest.approx(100, abs=4)


def test_droplets_are_finer_where_care_is_needed():
    """Faces and words have less grain."""
    rough = inked(halves(110, 255))[60:140, 30:80].std()
    fine = inked(halves(110, 255), MIDDLE._replace(fine=ALL))[60:140, 30:80].std()
    assert fine < 0.7 * rough


def test_the_composition_is_alike_at_every_size():
    """Half the size differs by hardly anything."""
    source = landscape(512)
    for seed in range(4):
        large, small = (shown(opaque(resize(source, side, side)), seed) for side in (512, 256))
        away = np.abs(resize(large, 256, 256).astype(int) - small.astype(int))
        assert away.mean() < 2.5
        assert (away.max(2) > 40).mean() < 0.006


def test_seeds_differ():
    """Cup and table are of the seed."""
    image = opaque(landscape(200))
    alone = [shown(image, seed) for seed in (1, 2)]
    assert np.abs(alone[0].astype(int) - alone[1]).mean() > 5


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (16, 16), (16, 256), (1024, 64), (64, 400)])
@pytest.mark.parametrize("seed", range(3, 6))
def test_canvases_of_any_aspect_are_made(shape, seed):
    """The result is opaque, and the source is left alone."""
    image = even(90, shape)
    before = image.copy()
    made = shown(image, seed)
    assert made.shape == (*shape, 4)
    assert (made[..., 3] == 255).all()
    np.testing.assert_array_equal(image, before)
