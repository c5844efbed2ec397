"""The lettering map is that of the network's definition, the same on every machine."""

import hashlib

import numpy as np
import pytest

from diabelli.synthesis.analysis.lettering import (
    CELL,
    DEEPEST,
    WEIGHTS,
    LikeliestLettering,
    enlarged_lettering,
    find_lettering,
    lettering_map,
)
from diabelli.synthesis.core.grid import GRID
from oracles import convnet
from oracles.convnet import double, rectify, squash
from oracles.lettering import SIDE, written
from oracles.sources import SOURCES, landscape


def slow_map(image):
    """Return the map of a (512, 512, 3) uint8 image by NumPy, as the network is defined."""
    weights = convnet.load(WEIGHTS)

    def step(name, planes, stride=1):
        return convnet.convolve(planes, weights[f"{name}.w"], weights[f"{name}.b"], stride)

    def encode(name, planes):
        halved = rectify(step(name, planes, 2))
        return rectify(halved + step(f"{name}b", rectify(step(f"{name}a", halved))))

    scaled = (4 * (image / 255) - 2).transpose(2, 0, 1)
    blocks = [plane[i::2, j::2] for plane in scaled for i in (0, 1) for j in (0, 1)]
    middle = encode("e1", rectify(step("e0", np.stack(blocks), 2)))
    coarse = encode("e2", middle)
    deep = rectify(step("e3a", rectify(step("e3", coarse, 2))))
    coarse = rectify(step("p2", np.concatenate([double(deep), coarse])))
    middle = rectify(step("p1", np.concatenate([double(coarse), middle])))
    return squash(step("o", middle))[0]


def test_the_map_is_that_of_the_definition():
    """Compiled float32 sums agree with NumPy's float64 ones to the precision of float32."""
    image = written("Harbour", 60)[0]
    np.testing.assert_allclose(lettering_map(image), slow_map(image), atol=5e-5)


@pytest.mark.parametrize("shape", [(40, 40), (512, 512), (300, 900), (1100, 700), (2000, 20)])
def test_cells_cover_the_picture(shape):
    """The map has the picture's aspect, in cells of the deepest stage's grid."""
    found = lettering_map(np.zeros((*shape, 3), np.uint8))
    assert found.dtype == np.float32
    assert all(side % (DEEPEST // CELL) == 0 for side in found.shape)
    assert found.min() >= 0
    assert found.max() <= 1


@pytest.mark.parametrize(
    ("word", "size"), [("OPEN 24", 30), ("Harbour", 60), ("1984", 40), ("STOP", 60)]
)
def test_words_are_found_at_their_place(word, size):
    """Lettering is marked where it is, and not across the picture."""
    image, (left, upper, right, lower) = written(word, size, (0.5, 0.25))
    possible, excluded, cells, chances, likeliest = find_lettering(image)
    assert possible
    assert not excluded
    scale = GRID / SIDE
    inside = cells[
        round(upper * scale) : round(lower * scale) + 1,
        round(left * scale) : round(right * scale) + 1,
    ]
    assert inside.mean() > 0.5
    assert cells.mean() < 0.25
    np.testing.assert_array_equal(chances, lettering_map(image))
    assert left < likeliest.column * SIDE < right
    assert upper - CELL < likeliest.row * SIDE < lower + CELL


@pytest.mark.parametrize("name", SOURCES)
def test_pictures_without_words_have_no_lettering(name):
    """Pebbles, a landscape and a face have none."""
    assert not find_lettering(SOURCES[name](SIDE)).possible


def test_a_mirror_image_has_lettering_as_well():
    """Lettering is found whether it is mirrored or not."""
    image = written("Harbour", 60)[0]
    assert find_lettering(np.ascontiguousarray(image[:, ::-1])).possible


def test_a_fourth_channel_is_ignored():
    """An image in four planes has the map of its colours."""
    image = written("Harbour", 60)[0]
    planes = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
    np.testing.assert_array_equal(lettering_map(planes), lettering_map(image))


def test_the_map_has_the_same_bytes_everywhere():
    """The map of a drawn picture, to the bit, does not depend on the machine."""
    digest = hashlib.sha256(lettering_map(landscape(SIDE)).tobytes()).hexdigest()
    assert digest == "2c00e47cdeb0838d770205f916bd7ebe0ed37d93a562a25206efb3e2294b0bd1"


@pytest.mark.parametrize("centre", [(0.5, 0.5), (0.03, 0.97)])
@pytest.mark.parametrize("shape", [(512, 512), (256, 1024), (40, 2000)])
def test_a_part_is_enlarged_at_every_edge(centre, shape):
    """The part stays within the picture, also of a long one."""
    place = LikeliestLettering(0.5, *centre)
    assert 0 <= enlarged_lettering(np.zeros((*shape, 3), np.uint8), place) < 0.6


def test_small_words_are_surer_enlarged():
    """Their letters are twice as large there."""
    image, (left, upper, right, lower) = written("No parking", 13)
    place = LikeliestLettering(0, (upper + lower) / 2 / SIDE, (left + right) / 2 / SIDE)
    assert enlarged_lettering(image, place) > lettering_map(image).max() + 0.02
