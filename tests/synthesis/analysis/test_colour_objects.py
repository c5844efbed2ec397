"""Colour objects: vivid colours are found completely, natural colours are not."""

import numpy as np
import pytest
from skimage.segmentation import random_walker

from diabelli.synthesis.analysis.colour_objects import (
    HUE_COSINE,
    MAX_WEAK_EDGE_SHARE,
    _solve_random_walk,
    find_colour_objects,
    object_mask,
    weak_edge_share,
)
from diabelli.synthesis.analysis.source_analysis import analyse
from diabelli.synthesis.core.chroma import PALETTE_SIDE
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.resample import resize, resize_map
from oracles.sources import face, landscape

RED, ORANGE, YELLOW = (205, 30, 40), (255, 105, 0), (240, 190, 10)
SKIN, CHEEK, LEAF, SKY = (225, 180, 150), (215, 120, 100), (60, 120, 40), (60, 120, 210)
SIDE = 192


def ground(colour=(128, 128, 128)) -> np.ndarray:
    """Return a grey background with noise."""
    noise = np.random.default_rng(5).normal(0, 8, (SIDE, SIDE, 1))
    return np.clip(colour + noise, 0, 255).round().astype(np.uint8)


def ball(image: np.ndarray, colour, middle=(96, 96), radius=44) -> np.ndarray:
    """Draw a ball with a shadow at its lower right and a white highlight; return its mask."""
    y, x = np.mgrid[:SIDE, :SIDE] - np.array(middle)[:, None, None]
    inside = y * y + x * x < radius * radius
    shade = np.clip(1 - (y + x) / (2.4 * radius), 0.25, 1)[..., None]
    shine = np.clip(1.2 - np.hypot(y + radius / 2, x + radius / 2) / 12, 0, 1)[..., None]
    lit = shade * colour * (1 - shine) + 255 * shine
    image[inside] = lit[inside].round()
    return inside


def small(mask: np.ndarray) -> np.ndarray:
    """Reduce a mask (SIDE, SIDE) to PALETTE_SIDE pixels a side."""
    return mask.reshape(PALETTE_SIDE, SIDE // PALETTE_SIDE, PALETTE_SIDE, SIDE // PALETTE_SIDE).all(
        (1, 3)
    )


@pytest.mark.parametrize("colour", [RED, YELLOW, ORANGE, (200, 40, 160)])
def test_a_painted_ball_is_an_object_with_its_shade_and_highlights(colour):
    """Dull and pale parts belong to the object, the background does not."""
    image = ground()
    inside = ball(image, colour)
    (thing,) = find_colour_objects(image)
    assert thing.blue**2 + thing.red**2 == pytest.approx(1)
    assert 0.08 < thing.area <= inside.mean()
    where = object_mask(image, thing)
    shine = image.min(2) > 140
    assert np.mean(where[small(inside & ~shine)] > 0.9) > 0.94
    assert where[small(inside & shine)].mean() > 0.6
    assert where[small(~inside)].mean() < 0.05


@pytest.mark.parametrize(
    "colour",
    [SKIN, (120, 70, 50), (210, 100, 30), (215, 125, 35), LEAF, SKY, (128, 128, 128)],
    ids=["pale skin", "dark skin", "fox", "tiger", "leaf", "sky", "stone"],
)
def test_nature_is_no_colour_object(colour):
    """Skin, fur, leaves, sky and stones are no objects."""
    image = ground()
    ball(image, colour)
    assert find_colour_objects(image) == []


WOOD, SAUCER = (190, 100, 50), (180, 35, 20)


def table() -> np.ndarray:
    """Varnished wood with dark and bright grain, of nearly the hue of a saucer."""
    y, x = np.indices((SIDE, SIDE))
    grain = 0.8 + 0.25 * np.sin(x / 5 + np.sin(y / 20)) * np.cos(y / 70)
    return np.clip(grain[..., None] * WOOD + ground() * 0.1 - 13, 0, 255).astype(np.uint8)


def test_a_red_saucer_on_brown_wood_is_a_colour_object():
    """Where a hue covers most of the picture, a narrower one can be an object."""
    image = table()
    inside = ball(image, SAUCER, radius=62)
    (thing,) = find_colour_objects(image)
    assert thing.like > HUE_COSINE
    where = object_mask(image, thing)
    shine = image.min(2) > 140
    assert np.mean(where[small(inside & ~shine)] > 0.9) > 0.9
    assert where[small(~inside)].mean() < 0.1


@pytest.mark.parametrize(("softness", "few"), [(0.0, True), (12.0, False)])
def test_a_blurred_saucer_is_no_colour_object(softness, few):
    """A difference of hue without an edge is not enough."""
    image = table()
    inside = ball(image, SAUCER, radius=62)
    planes = blur(image.astype(np.float32), softness) if softness else image
    thumb = resize(np.clip(planes, 0, 255).astype(np.uint8), PALETTE_SIDE, PALETTE_SIDE)
    outline = resize_map(inside.astype(np.float32), PALETTE_SIDE, PALETTE_SIDE)
    assert (weak_edge_share(thumb, outline) < MAX_WEAK_EDGE_SHARE) == few
    assert bool(find_colour_objects(thumb)) == few


def test_where_skin_is_as_red_as_cloth_there_is_no_colour_object():
    """A red badge beside red cheeks is too ambiguous."""
    image = ground()
    ball(image, SKIN, radius=80)
    for middle in ((70, 60), (70, 130), (120, 95)):
        ball(image, CHEEK, middle, 24)
    ball(image, RED, (175, 20), 14)
    assert find_colour_objects(image) == []


@pytest.mark.parametrize("radius", [6, 120])
def test_a_speck_is_no_object_and_neither_is_all_there_is(radius):
    """Objects have a minimum and a maximum area."""
    image = ground()
    ball(image, RED, radius=radius)
    assert find_colour_objects(image) == []


def test_each_colour_is_one_object_the_largest_first():
    """Two reds are one object, red and yellow are two."""
    image = ground()
    ball(image, RED, (50, 50), 40)
    ball(image, (190, 20, 60), (150, 50), 25)
    ball(image, YELLOW, (100, 150), 30)
    first, second = find_colour_objects(image)
    assert first.red > 0.8
    assert second.blue < -0.8
    assert first.area > second.area


def test_a_mirrored_source_has_the_same_colour_objects():
    """A source and its mirror image share one list."""
    image = np.dstack([ground(), np.full((SIDE, SIDE), 255, np.uint8)])
    ball(image[..., :3], RED)
    analysis = analyse(image, 256, 256)
    assert len(analysis.colour_objects) == 1
    assert analysis.mirrored().colour_objects is analysis.colour_objects


@pytest.mark.parametrize("image", [face(200), landscape(200), np.zeros((1, 1, 4), np.uint8)])
def test_faces_and_landscapes_have_none(image):
    """Nor has a picture of one pixel."""
    assert find_colour_objects(image) == []


def test_the_random_walk_agrees_with_scikit_image():
    """With equal conductances and fixed seeds, probabilities equal the reference's."""
    labels = np.zeros((20, 24), int)
    labels[8:11, 9:12] = 1
    labels[[0, -1]] = labels[:, [0, -1]] = 2
    noise = np.random.default_rng(3).random(labels.shape)  # ignored at beta = 0
    exact = random_walker(noise, labels, beta=0, mode="bf", return_full_prob=True)[0]
    pull = np.where(labels > 0, 1e4, 0).astype(np.float32)
    seeds = (labels == 1).astype(np.float32)
    found = _solve_random_walk(np.zeros((20, 24, 3), np.float32), seeds, pull)
    np.testing.assert_allclose(found, exact, atol=1e-3)
