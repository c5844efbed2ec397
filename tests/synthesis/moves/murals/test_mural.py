"""A mural: a wall of bricks shows all of the picture."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from diabelli.synthesis.core.filters import luma
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves import photograph
from diabelli.synthesis.moves.murals.brickwork import BONDS, LATTICE, Bond, lay_stones
from diabelli.synthesis.moves.murals.mural import Paintwork, show_mural
from diabelli.synthesis.moves.murals.mural_suitability import find_mural
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape, opaque

SHAPES = [(300, 300), (240, 420), (420, 240)]
NOWHERE, EVERYWHERE = (Paintwork(np.full((GRID, GRID), one, np.float32)) for one in (0, 1))


def shown(image, seed=1, need=NOWHERE, *, grey=False):
    return show_mural(image, need, RandomStream(seed), grey=grey)


def even(level, shape=(300, 300)):
    return opaque(np.full((*shape, 3), level))


def magenta(height, width):
    return np.full((height, width, 3), (170, 0, 170), np.uint8)


@cache
def plain_mural(height, width, seed):
    return shown(opaque(magenta(height, width)), seed)


def changed(height, width, rows, columns, seed):
    """Return the rows and columns that change where a part of a picture is another colour."""
    after = magenta(height, width)
    after[rows, columns] = 0, 255, 0
    away = shown(opaque(after), seed).astype(int) - plain_mural(height, width, seed)
    return np.argwhere(away[..., 1] > 90)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(4))
def test_the_wall_shows_all_of_the_picture_upright_in_its_proportions(shape, seed):
    """No corner is hidden or mirrored, and the mural is nearly half of the picture at least."""
    height, width = shape
    side = min(shape) // 8
    near, far = slice(None, side), slice(-side, None)
    corners = [
        changed(height, width, rows, columns, seed).mean(0)
        for rows in (near, far)
        for columns in (near, far)
    ]
    down = [corners[2][0] - corners[0][0], corners[3][0] - corners[1][0]]
    across = [corners[1][1] - corners[0][1], corners[3][1] - corners[2][1]]
    assert down[0] == pytest.approx(down[1], rel=0.03)
    ratio = sum(down) / sum(across) * (width - side) / (height - side)
    assert ratio == pytest.approx(1, abs=0.03)
    assert len(changed(height, width, slice(None), slice(None), seed)) > 0.45 * height * width


def test_the_paint_is_about_as_bright_as_the_picture():
    """The middle of the mural keeps its level, so a face keeps its tones."""
    for level in (60, 128, 200):
        for seed in range(4):
            found = shown(even(level), seed, EVERYWHERE)[110:170, 120:180, :3].mean()
            assert abs(found - level) < 22


def test_the_relief_is_fine_where_care_is_needed():
    """Joints on faces and words are much fainter than elsewhere."""
    image = even(150, (512, 512))
    rough, fine = (
        luma(shown(image, 2, need)[180:280, 200:300, :3]).std() for need in (NOWHERE, EVERYWHERE)
    )
    assert fine < 0.4 * rough


def test_no_shadow_falls_where_care_is_needed():
    """A tree shades no face, so all of the mural is evenly lit."""
    for seed in range(8):
        image = luma(shown(even(150), seed, EVERYWHERE)[..., :3])[45:215, 60:240]
        parts = resize(opaque(np.repeat(image[..., None], 3, 2).astype(np.uint8)), 4, 4)[..., 0]
        assert int(parts.max()) - int(parts.min()) < 25


@pytest.mark.parametrize("kind", BONDS)
def test_joints_are_never_above_each_other(kind):
    """Upright joints of a course are where the next course has stones."""
    bond = Bond(kind, *(np.float32(one) for one in (3.0, 0.2, 0.05, 0.0)))
    lattice = np.zeros((LATTICE, LATTICE), np.float32)
    columns = np.arange(0, 36, 0.05, np.float32)
    rows = np.array([0.5, 1.5], np.float32)
    face = lay_stones(rows, np.ones(2, np.float32), columns, bond, lattice)[..., 1]
    assert (face < 0.1).any(1).all()
    assert (face.max(0) > 0.9).all()


def test_pages_bars_and_the_dark_are_refused():
    """Photographs suit, but neither letters that become small, bars nor black squares."""
    source = landscape(200)
    analysis, mirrored = analyse_source(source, 200, 200)
    scene = photograph.prepare((analysis, mirrored), opaque(source), 0.7).scene
    assert find_mural(scene, analysis)
    assert not find_mural(replace(scene, barred=True), analysis)
    assert not find_mural(replace(scene, median_light=0.03), analysis)
    page = replace(analysis, lettering=np.full((GRID, GRID), 0.5, np.float32))
    assert not find_mural(scene, page)
