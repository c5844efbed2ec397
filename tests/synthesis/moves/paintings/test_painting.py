"""A painting: all of the picture in brush strokes, in a frame on a wall."""

import numpy as np
import pytest

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.paintings.brush_strokes import BRUSHES, SIDE, painted
from diabelli.synthesis.moves.paintings.painting import show_painting
from diabelli.synthesis.moves.paintings.picture_frame import choose_moulding, render_frame
from oracles.sources import landscape, opaque


def quarters(side):
    """Return a picture of a red, a green, a blue and a yellow quarter."""
    colours = np.full((side, side, 3), 40)
    half = side // 2
    colours[:half, :half, 0] = colours[:half, half:, 1] = colours[half:, :half, 2] = 210
    colours[half:, half:, :2] = 210
    return opaque(colours)


@pytest.mark.parametrize("seed", range(1, 7))
def test_all_of_the_picture_is_seen(seed):
    """It is not mirrored, and its quarters meet in the middle of the canvas."""
    image = show_painting(quarters(400), RandomStream(seed))[..., :3].astype(int)
    for row, column, expected in (
        (0.3, 0.3, [1, 0, 0]),
        (0.3, 0.7, [0, 1, 0]),
        (0.7, 0.3, [0, 0, 1]),
        (0.7, 0.7, [1, 1, 0]),
    ):
        place = image[round(row * 400) - 8 :, round(column * 400) - 8 :][:16, :16].mean((0, 1))
        assert ((place > 110).astype(int) == expected).all()
    reds = (image[160, :, 0] > 110) & (image[160, :, 1] < 110)
    assert abs(np.flatnonzero(reds[:240])[-1] - 200) < 12


@pytest.mark.parametrize("seed", range(1, 5))
def test_every_size_has_the_same_composition(seed):
    """Wall, frame, lamp and strokes are where they are at another size."""
    source = landscape(512)
    small, large = (
        show_painting(resize(opaque(source), side, side), RandomStream(seed)) for side in (256, 512)
    )
    apart = np.abs(resize(large, 256, 256).astype(int) - small)[..., :3]
    assert apart.mean() < 6
    seen = [blur(one[..., :3].astype(np.float32), 3.0) for one in (resize(large, 256, 256), small)]
    assert np.abs(seen[0] - seen[1]).max() < 25


def test_seeds_have_different_walls():
    """Several colours are drawn, and none has the hue of the picture."""
    blue = opaque(np.full((64, 64, 3), (30, 60, 200)))
    walls = [show_painting(blue, RandomStream(seed))[60, 2, :3].astype(int) for seed in range(40)]
    hues = {tuple(np.argsort(wall)) for wall in walls}
    assert len(hues) > 2
    assert not any(wall[2] > 1.5 * max(wall[0], wall[1]) for wall in walls)


def test_paint_has_the_colours_of_the_picture_in_strokes():
    """From far it is the picture; close by there are strokes and their relief."""
    image = resize(opaque(landscape(300)), 300, 300)
    paint = painted(image, RandomStream(1), 300, 300)
    source = image[..., :3].astype(np.float32)
    apart = np.abs(blur(paint.colours, 4.0) - blur(source, 4.0))
    assert apart.mean() < 8
    assert np.abs(paint.colours - source).mean() > 3
    assert paint.relief.std() > 0.1
    assert paint.relief.min() >= -0.5


def test_fine_strokes_are_where_the_picture_has_detail():
    """On even ground the largest brush is enough; only its colours change."""
    colours = np.full((400, 400, 3), 120)
    colours[180:220:4, 180:220] = 250
    paint = painted(opaque(colours), RandomStream(1), 400, 400).colours[..., 0]
    steps = np.abs(np.diff(paint, axis=0))
    assert steps[185:215, 185:215].mean() > 5 * steps[:120].mean()
    radii = [radius for radius, _ in BRUSHES]
    assert radii == sorted(radii, reverse=True)
    # A stroke is about 1 to 5 % of the side wide.
    assert 2 * radii[0] / SIDE < 0.06


@pytest.mark.parametrize("seed", range(12))
def test_a_frame_leaves_the_picture_free(seed):
    """It is opaque around it, and its upper side is lit in another way than its lower one."""
    moulding = choose_moulding(RandomStream(seed), 30.0, 60.5, 90.5, grey=False)
    frame = render_frame(moulding, np.ones(3, np.float32), 0.0)
    middle, centre = frame.shape[0] // 2, frame.shape[1] // 2
    assert (frame[middle - 59 : middle + 60, centre - 89 : centre + 90, 3] == 0).all()
    assert (frame[middle - 62 - 26 : middle - 62, centre, 3] == 1).all()
    assert (frame[middle, centre + 93 : centre + 93 + 26, 3] == 1).all()
    assert frame[..., :3].max() > 0.02
    upper, lower = (
        frame[middle - 88 : middle - 62, centre, 0],
        frame[middle + 88 : middle + 62 : -1, centre, 0],
    )
    assert np.abs(upper - lower).max() > 0.02


@pytest.mark.parametrize("seed", range(1, 4))
def test_faint_things_keep_their_contrast(seed):
    """Trunks in fog are painted, and random changes of colour do not hide them."""
    is_trunk = np.arange(400) % 25 < 8
    colours = np.full((400, 400, 3), 170)
    colours[100:300, is_trunk] = 158
    paint = painted(opaque(colours), RandomStream(seed), 400, 400).colours[120:280]
    assert paint[:, ~is_trunk].mean() - paint[:, is_trunk].mean() > 6.5
