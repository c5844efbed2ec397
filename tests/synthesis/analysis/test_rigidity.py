"""Rigidity of salient regions, skin, straight edges and cut-outs."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.rigidity import rigidity, smoothness
from diabelli.synthesis.core.grid import GRID

DULL = np.zeros((48, 48), np.float32)


def grey(values: np.ndarray) -> np.ndarray:
    """Return an image (h, w, 4) of those grey levels."""
    return np.repeat(np.clip(values, 0, 255)[..., None], 4, -1).astype(np.uint8)


def noise(side: int = 256) -> np.ndarray:
    return np.random.default_rng(0).normal(128, 20, (side, side))


def rigidity_of(image, salience=DULL, rarity=DULL) -> np.ndarray:
    """Return the rigidity of an image, with its own smoothness."""
    return rigidity(image, salience, rarity, smoothness(image))


def test_rigidity_is_a_share():
    """Rigidity is within 0..1 on its grid for any input."""
    draw = np.random.default_rng(1)
    for shape in ((16, 16), (256, 256), (16, 500)):
        image = draw.integers(0, 256, (*shape, 4), np.uint8)
        rigid = rigidity_of(
            image, draw.random((48, 48), np.float32), draw.random((41, 41), np.float32)
        )
        assert rigid.shape == (GRID, GRID)
        assert rigid.dtype == np.float32
        assert rigid.min() >= 0
        assert rigid.max() <= 1


def test_nothing_is_rigid_in_a_uniform_picture():
    """A uniform picture has no rigid cells."""
    assert not rigidity_of(grey(np.full((256, 256), 99))).any()


def test_salient_and_unique_regions_are_rigid():
    """A region that is salient and unique is rigid."""
    lone = DULL.copy()
    lone[8:24, 8:24] = 1
    rigid = rigidity_of(grey(noise()), lone, lone)
    assert rigid[14:28, 14:28].min() > 0.8
    assert rigid[40:, 40:].mean() < 0.3


@pytest.mark.parametrize("across", [False, True])
def test_straight_lines_are_rigid(across):
    """A mast and a horizon are rigid."""
    picture = noise() / 4
    picture[:, 126:131] = 255
    rigid = rigidity_of(grey(picture.T if across else picture))
    rigid = rigid.T if across else rigid
    assert rigid[8:-8, 31:33].mean() > 0.7
    assert rigid[8:-8, :20].mean() < 0.3


def test_skin_is_rigid_where_it_stands_out():
    """A patch of skin is rigid; a picture mostly of that colour is not."""
    salient, less = np.full((48, 48), 0.5, np.float32), np.full((48, 48), 0.1, np.float32)
    skin = np.full((256, 256, 4), (205, 150, 125, 0), np.uint8)
    part = grey(np.full((256, 256), 90))
    part[96:160, 96:160] = skin[:64, :64]
    assert rigidity_of(part, salient)[28:36, 28:36].min() > 0.9
    assert rigidity_of(skin, less).max() < 0.1


def test_a_slow_gradient_is_plain_and_an_edge_in_it_is_not():
    """A clear sky is smooth; a wall against it and pebbles are not."""
    sky = np.repeat(np.linspace(90, 170, 256).astype(np.uint8)[:, None], 256, axis=1)
    sky[:, 128:132] = 20
    plain = smoothness(grey(sky))
    assert plain[:, :20].min() > 0.9
    assert plain[:, 32].max() < 0.5
    pebbles = np.kron(noise(64), np.ones((4, 4)))
    assert smoothness(grey(pebbles)).max() < 0.1


@pytest.mark.parametrize("across", [False, True])
def test_a_mast_is_whole_where_something_hides_a_piece_of_it(across):
    """A mast stays rigid behind a lamp or lattice."""
    picture = np.full((256, 256), 120.0)
    picture[:, 126:131] = 20
    picture[100:116] = 120
    rigid = rigidity_of(grey(picture.T if across else picture))
    rigid = rigid.T if across else rigid
    assert rigid[8:-8, 31:33].min() > 0.6
    assert rigid[:, :16].max() < 0.1


def test_fur_is_free():
    """Short strokes in all directions are no wires."""
    picture, draw = np.full((256, 256), 128.0), np.random.default_rng(3)
    for _ in range(4000):
        y, x, slope = draw.integers(0, 244), draw.integers(0, 244), draw.normal()
        steps = np.arange(10)
        rows = np.clip(y + slope * steps, 0, 255).astype(int)
        picture[rows, x + steps] += draw.normal(0, 40)
    assert rigidity_of(grey(picture)).mean() < 0.35


def test_a_cut_out_is_rigid_as_a_whole():
    """A cut-out is rigid, its surroundings are free."""
    image = np.zeros((256, 256, 4), np.uint8)
    image[64:192, 64:192] = (200, 120, 40, 255)
    rigid = rigidity_of(image)
    assert rigid[18:46, 18:46].min() > 0.9
    assert rigid[:8].max() < 0.1
