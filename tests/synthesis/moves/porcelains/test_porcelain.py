"""Porcelain: the dish and its rim, the painting in its well, and the laid table."""

import numpy as np
import pytest

from diabelli.synthesis.core.filters import luma
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.porcelains import porcelain
from diabelli.synthesis.moves.porcelains.dish import Dish
from diabelli.synthesis.moves.porcelains.dish_painting import painted
from diabelli.synthesis.moves.porcelains.place_setting import (
    FORK,
    KNIFE,
    SPOON,
    lay_cloth,
    put_cutlery,
)
from diabelli.synthesis.moves.porcelains.porcelain import show_porcelain
from diabelli.synthesis.moves.porcelains.rim_ornament import DEEP, RIMS, rim_density
from diabelli.synthesis.moves.porcelains.serving import Serving
from diabelli.synthesis.moves.reliefs.relief import Relief
from oracles.sources import landscape, opaque

NONE = np.zeros((GRID, GRID), np.float32)
ROUND, TRAY = (Serving(0.5, 0.5, 0.5, 0.5, one, NONE, NONE) for one in (1.0, 0.3))
PLATE = Dish(0.0, 0.0, 0.4, 0.4, 0.4, 0.08)
PLATTER = Dish(0.02, -0.03, 0.3, 0.45, 0.14, 0.07)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Make dishes at less than half of the side, which takes a sixth of the time."""
    monkeypatch.setattr(porcelain, "SIDE", 320)


def places(count=201):
    """Return rows and columns of a canvas, in sides from its middle."""
    line = np.linspace(-0.5, 0.5, count, dtype=np.float32)
    return line[:, None], line[None]


def test_the_depth_of_a_plate_is_that_of_a_disc():
    """It is the radius less the distance from the middle."""
    y, x = places()
    away = np.sqrt(y * y + x * x)
    edge = away > 0.02
    np.testing.assert_allclose(PLATE.depth(y, x)[edge], (0.4 - away)[edge], atol=1e-5)


def test_positions_along_a_plate_are_angles():
    """They begin at the right, go down first, and grow evenly."""
    angle = np.linspace(0.01, 2 * np.pi - 0.01, 300)
    radius = 0.36
    y, x = (radius * one(angle) for one in (np.sin, np.cos))
    place = np.array(
        [PLATE.along(np.float32([[b]]), np.float32([[a]]))[0, 0] for b, a in zip(y, x, strict=True)]
    )
    np.testing.assert_allclose(place, radius * angle, atol=1e-4)


@pytest.mark.parametrize("dish", [PLATE, PLATTER])
def test_positions_along_a_rim_are_continuous_and_of_its_length(dish):
    """Places beside each other on the middle of the rim differ by their distance."""
    y, x = places(801)
    depth, along = dish.depth(y, x), dish.along(y, x)
    on_rim = np.abs(depth - dish.rim / 2) < 0.004
    whole = 4 * dish.length
    assert along[on_rim].min() >= -1e-6
    assert along[on_rim].max() <= whole + 1e-5
    step = np.abs(np.diff(along, axis=1))[on_rim[:, 1:] & on_rim[:, :-1]]
    assert np.minimum(step, whole - step).max() < 1.2 / 800


@pytest.mark.parametrize("border", RIMS)
def test_borders_have_paint_and_bare_porcelain(border):
    """Each part repeats without a gap, and ends within the rim with a line at its edge."""
    part = border.draw(round(DEEP * border.period))
    assert part.shape[0] == DEEP
    assert part.dtype == np.float32
    assert part[2:8].mean() > 0.6
    assert 0.1 < (part > 0.3).mean() < 0.85
    seam = np.abs(part[:, 0] - part[:, -1]).mean()
    assert seam < 0.12


@pytest.mark.parametrize("seed", range(3))
def test_paint_of_the_rim_is_on_the_rim_alone(seed):
    """Nothing is beyond the edge or in the well, and much is between."""
    y, x = places()
    depth = PLATTER.depth(y, x)
    drawn = rim_density(PLATTER, y, x, depth, RandomStream(seed))
    beyond = (depth < -0.002) | (depth > PLATTER.rim + 0.002)
    assert drawn[beyond].max() == 0
    assert drawn[(depth > 0) & (depth < PLATTER.rim)].mean() > 0.08


def test_dark_places_get_more_paint():
    """A ramp of luma becomes falling density, and white stays bare."""
    ramp = np.linspace(0, 255, 160).astype(np.uint8)
    image = opaque(np.repeat(np.repeat(ramp[None], 160, 0)[..., None], 3, 2))
    density, _ = painted(image, TRAY, (160, 160), RandomStream(1))
    mean = density.mean(0)
    parts = [mean[k * 20 : k * 20 + 20].mean() for k in range(8)]
    assert parts == sorted(parts, reverse=True)
    assert parts[-1] < 0.1 < 0.6 < parts[0]


def test_fine_structure_is_kept():
    """Stripes of two pixels in the light, and in the dark, stay stripes."""
    image = np.full((160, 160, 3), 190, np.uint8)
    image[:80] = 70
    image[::4] = np.maximum(image[::4].astype(int) - 50, 0)
    image[1::4] = image[::4]
    density, _ = painted(opaque(image), TRAY, (160, 160), RandomStream(2))
    for part in (density[20:60], density[100:140]):
        assert part.reshape(10, 4, -1)[:, :2].mean() > part.reshape(10, 4, -1)[:, 2:].mean() + 0.1


@pytest.mark.parametrize("shape", [(300, 300), (240, 420), (420, 240)])
@pytest.mark.parametrize("serving", [ROUND, TRAY])
def test_the_picture_is_upright_and_unmirrored(shape, serving):
    """Each quarter is as dark or as bright as in the picture."""
    height, width = shape
    side = min(shape)
    serving = serving._replace(tall=height / side / 2, wide=width / side / 2)
    levels = np.array([[15, 150], [85, 250]], np.uint8)
    colours = levels.repeat(height // 2, 0).repeat(width // 2, 1)[..., None].repeat(3, 2)
    made = luma(show_porcelain(opaque(colours), serving, RandomStream(1))[..., :3])
    down, across = (
        [slice(one * k // 100, one * (k + 10) // 100) for k in (36, 56)] for one in shape
    )
    seen = [[made[row, column].mean() for column in across] for row in down]
    assert seen[0][0] + 12 < seen[1][0] < seen[0][1] - 12
    assert seen[1][1] > seen[0][1] + 4


def test_every_colour_becomes_the_pigment():
    """A red picture and a grey one of its luma are nearly alike."""
    red = opaque(np.full((200, 200, 3), (200, 40, 40), np.uint8))
    level = round(float(luma(red[..., :3]).mean()))
    grey = opaque(np.full((200, 200, 3), level, np.uint8))
    made = [show_porcelain(one, ROUND, RandomStream(3)).astype(int) for one in (red, grey)]
    assert np.abs(made[0] - made[1]).mean() < 4


@pytest.mark.parametrize("kind", [FORK, KNIFE, SPOON])
def test_cutlery_is_narrow_and_within_its_length(kind):
    """It is upright at its place, higher than the cloth."""
    relief = Relief(
        np.zeros((400, 400), np.float32),
        np.zeros((400, 400, 3), np.float32),
        np.zeros((400, 400), np.float32),
        400.0,
    )
    put_cutlery(relief, kind, (200.0, 120.0), 0.0, RandomStream(1))
    rows, columns = np.nonzero(relief.height)
    assert 280 < np.ptp(rows) < 380
    assert 10 < np.ptp(columns) < 40
    assert abs(columns.mean() - 120) < 3
    assert relief.colour[relief.height > 0].min() > 0


@pytest.mark.parametrize("place", [(-900.0, 20.0), (20.0, 4000.0), (-5.0, -5.0)])
def test_cutlery_beyond_the_canvas_is_cut(place):
    """All of the relief stays finite."""
    relief = Relief(
        np.zeros((60, 60), np.float32),
        np.zeros((60, 60, 3), np.float32),
        np.zeros((60, 60), np.float32),
        60.0,
    )
    put_cutlery(relief, FORK, place, 0.02, RandomStream(1))
    assert np.isfinite(relief.height).all()


def test_cloths_differ_by_the_seed():
    """Twelve seeds give plain and patterned cloth, of shares of light."""
    spreads = []
    for seed in range(12):
        cloth = lay_cloth(120, 160, RandomStream(seed))
        assert cloth.shape == (120, 160, 3)
        assert cloth.min() > 0
        assert cloth.max() < 1.4
        spreads.append(float(cloth.std((0, 1)).max()))
    assert min(spreads) < 0.08 < max(spreads)


@pytest.mark.parametrize("serving", [ROUND, TRAY])
def test_the_dish_fills_most_of_the_canvas(serving):
    """A white picture leaves a pale well of more than two fifths of the canvas."""
    white = opaque(np.full((200, 200, 3), 255, np.uint8))
    for seed in range(2):
        made = show_porcelain(white, serving, RandomStream(seed))
        middle = luma(made[60:140, 60:140, :3])
        assert middle.mean() > 200
        assert np.ptp(made[60:140, 60:140, :3].astype(int), axis=2).mean() < 30


def test_the_composition_is_alike_at_every_size():
    """Half the size differs by hardly anything."""
    source = landscape(512)
    large, small = (
        show_porcelain(opaque(resize(source, side, side)), ROUND, RandomStream(2))
        for side in (512, 256)
    )
    away = np.abs(resize(large, 256, 256).astype(int) - small.astype(int))
    assert away.mean() < 6
    assert (away.max(2) > 60).mean() < 0.03


def test_seeds_differ():
    """Pigment, border, cloth and place are of the seed."""
    image = opaque(landscape(200))
    made = [show_porcelain(image, ROUND, RandomStream(seed)).astype(int) for seed in (1, 2)]
    assert np.abs(made[0] - made[1]).mean() > 12


@pytest.mark.parametrize("shape", [(1, 1), (3, 400), (1, 4096)])
def test_canvases_of_any_aspect_are_made(shape):
    """The result is opaque, and the source is left alone."""
    image = opaque(np.full((*shape, 3), 90, np.uint8))
    before = image.copy()
    made = show_porcelain(image, ROUND, RandomStream(4))
    assert made.shape == (*shape, 4)
    assert (made[..., 3] == 255).all()
    np.testing.assert_array_equal(image, before)


def test_eyes_in_dark_fur_are_dark():
    """Their pupils have nearly all the pigment that there is, and stand out from amber irises."""
    fur = np.array((92, 60, 38)) + np.random.default_rng(1).normal(0, 9, (200, 200, 1))
    fur[:60] = 200
    down, across = np.mgrid[:200, :200]
    for middle in (70, 130):
        away = np.hypot(down - 120, across - middle)
        fur[away < 12] = (150, 98, 30)
        fur[away < 5] = 10
    source = np.dstack((fur.clip(0, 255), np.full((200, 200), 255))).astype(np.uint8)
    nothing = np.zeros((GRID, GRID), np.float32)
    whole = Serving(0.5, 0.5, 0.5, 0.5, 0.3, nothing, nothing)
    density, _ = painted(source, whole, (200, 200), RandomStream(1))
    away = np.hypot(down - 120, across - 70)
    pupil, iris = density[away < 3].mean(), density[(away > 7) & (away < 10)].mean()
    assert pupil > 1.2
    assert pupil - iris > 0.85
