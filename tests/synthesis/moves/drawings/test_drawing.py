"""Move "drawing": ink is cut exactly, stays readable, and photographs are refused."""

import numpy as np
import pytest

from diabelli.synthesis.core.alpha import premultiply
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.drawings import drawing
from diabelli.synthesis.moves.drawings.drawn_layer import GROUND_TOLERANCE, DrawnLayer, cut_layer
from oracles.sources import face, landscape, meadow, pebbles

PAPER, BLUE, RED = (250, 246, 238), (20, 40, 160), (200, 30, 40)


def letter(side: int = 256, colours: tuple[tuple[int, int, int], ...] = (BLUE,)) -> np.ndarray:
    """Draw the letter F with soft edges, (side, side, 4) uint8, its bars in those colours."""
    large = np.full((4 * side, 4 * side, 3), PAPER, np.uint8)
    bars = [(0.2, 0.8, 0.3, 0.42), (0.2, 0.3, 0.42, 0.7), (0.45, 0.54, 0.42, 0.6)]
    for k, (top, bottom, left, right) in enumerate(bars):
        rows, columns = (slice(int(4 * side * a), int(4 * side * b)) for a, b in
                         ((top, bottom), (left, right)))  # fmt: skip
        large[rows, columns] = colours[k % len(colours)]
    return premultiply(resize(large, side, side))


def clear_letter(side: int = 256) -> np.ndarray:
    """Draw the same on a transparent ground, premultiplied."""
    layer = cut_layer(letter(side), lambda: letter(side))
    assert layer is not None
    planes = np.zeros((side, side, 4), np.uint8)
    height, width = layer.planes.shape[:2]
    planes[20 : 20 + height, 60 : 60 + width] = layer.planes
    return planes


def prepared(planes: np.ndarray) -> DrawnLayer:
    found = drawing.prepare(planes, lambda: planes)
    assert found is not None
    return found


def rendered(planes: np.ndarray, treatment: str, seed: int = 1, side: int = 256) -> np.ndarray:
    return drawing.render(prepared(planes), treatment, 0.5, RandomStream(seed), side, side)


def ink_mask(mask: np.ndarray) -> np.ndarray:
    """Crop a mask to its box, at 32 x 32."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    box = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return resize((255 * box).astype(np.uint8)[..., None], 32, 32)[..., 0].astype(int)


@pytest.mark.parametrize("make", [landscape, meadow, face, pebbles])
def test_photographs_are_refused(make):
    """Their ground is not even."""
    planes = premultiply(make(256))
    assert drawing.prepare(planes, lambda: planes) is None


def test_a_shaded_thing_on_white_is_refused():
    """A product photograph has an even ground, but no flat ink."""
    y, x = np.mgrid[-1:1:256j, -1:1:256j]
    ball = y * y + x * x < 0.4
    noise = np.random.default_rng(1).normal(0, 6, (256, 256))
    shade = np.clip(150 + 80 * (x + y) + noise, 0, 255)
    planes = premultiply(
        np.where(ball[..., None], shade[..., None], 255).repeat(3, 2).astype(np.uint8)
    )
    assert drawing.prepare(planes, lambda: planes) is None


def test_a_speck_is_refused():
    """There is nothing to show of it."""
    planes = premultiply(np.full((256, 256, 3), PAPER, np.uint8))
    planes[120:130, 120:130, :3] = BLUE
    assert drawing.prepare(planes, lambda: planes) is None


@pytest.mark.parametrize("colours", [(BLUE,), (BLUE, RED, (30, 120, 60), (90, 20, 90))])
def test_cut_ink_on_its_own_ground_is_the_source(colours):
    """Matting is exact: edges are mixed as they were."""
    source = letter(256, colours)
    layer = cut_layer(source, lambda: source)
    assert layer is not None
    alpha = layer.planes[..., 3:].astype(float) / 255
    again = layer.planes[..., :3] + (1 - alpha) * np.array(layer.ground)
    error = np.abs(again - layer.picture[..., :3])
    assert error.max() <= GROUND_TOLERANCE
    assert error.mean() < 0.1


def test_enclosed_ground_is_ground_in_lettering_and_white_in_pictures():
    """The hole of an O shows the new ground; the white of a painted eye stays."""
    y, x = np.mgrid[-1:1:256j, -1:1:256j]
    radius = np.sqrt(y * y + x * x)
    ring = np.where(((radius > 0.4) & (radius < 0.6))[..., None], BLUE, PAPER).astype(np.uint8)
    eye = ring.copy()
    for k, colour in enumerate((RED, (30, 120, 60), (90, 20, 90), (240, 180, 20))):
        eye[10 + 20 * k : 28 + 20 * k, 10:60] = colour
    for source, opaque in ((ring, 0), (eye, 255)):
        planes = premultiply(source)
        layer = cut_layer(planes, lambda planes=planes: planes)
        assert layer is not None
        rows, columns = layer.planes.shape[:2]
        middle = (
            layer.planes[rows - 103, columns - 103]
            if opaque
            else layer.planes[rows // 2, columns // 2]
        )
        assert middle[3] == opaque


@pytest.mark.parametrize("treatment", ["badge", "sticker", "poster", "wrapping"])
@pytest.mark.parametrize("side", [64, 255])
def test_pictures_are_opaque_and_repeatable(treatment, side):
    """The same stream gives the same bytes, another one another picture."""
    first, again, other = (rendered(letter(), treatment, seed, side) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.shape == (side, side, 4)
    assert (first[..., 3] == 255).all()
    assert np.abs(first.astype(int) - other).mean() > 3
    assert np.abs(first.astype(int) - resize(letter(), side, side)).mean() > 20


@pytest.mark.parametrize("seed", range(8))
def test_letters_are_never_mirrored(seed):
    """A sticker of an F is an F."""
    source = clear_letter()
    seen, expected = (
        ink_mask((planes[..., 3] == 255) & (planes[..., :3].max(2) < 200))
        for planes in (rendered(source, "sticker", seed), source)
    )
    assert np.abs(seen - expected).mean() < 0.7 * np.abs(seen - expected[:, ::-1]).mean()


@pytest.mark.parametrize("treatment", ["badge", "sticker"])
def test_a_transparent_ground_stays_transparent(treatment):
    """Corners are clear, colours never exceed alpha, and no opaque ground is invented."""
    source = clear_letter()
    assert set(drawing.treatments(prepared(source))) == {"badge", "sticker"}
    for seed in range(4):
        result = rendered(source, treatment, seed)
        assert (result[..., :3] <= result[..., 3:]).all()
        assert not result[[0, 0, -1, -1], [0, -1, 0, -1]].any()
        assert (result[..., 3] == 255).mean() > 0.02


@pytest.mark.parametrize("treatment", ["badge", "sticker", "poster", "wrapping"])
def test_a_seed_gives_one_picture_at_every_size(treatment):
    """A canvas of 512 pixels shows what one of 256 shows."""
    found = drawing.prepare(letter(512), lambda: letter(512))
    assert found is not None
    small, large = (
        drawing.render(found, treatment, 0.5, RandomStream(5), side, side) for side in (256, 512)
    )
    assert np.abs(resize(large, 256, 256).astype(int) - small).mean() < 4


def test_ink_of_the_grounds_brightness_gets_no_outline():
    """Pale ink would vanish in a white outline."""
    source = letter(256, ((235, 235, 200), (20, 20, 60)))
    assert "sticker" not in drawing.treatments(prepared(source))
