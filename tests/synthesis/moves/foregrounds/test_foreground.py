"""Photographs taken through blossoms or leaves."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.picture_border import Insets
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.foregrounds import foreground, suitability
from diabelli.synthesis.moves.foregrounds.foreground import BLOSSOMS, FOLIAGE, show_foreground
from diabelli.synthesis.moves.foregrounds.suitability import find_foregrounds
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.moves.things import keep_clear
from diabelli.synthesis.moves.things.keep_clear import SIDE, free_distance
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape

NAMES = [BLOSSOMS, FOLIAGE]


def around_the_middle(radius: float) -> Floats:
    """Return distances from a disc in the middle, in sides."""
    line = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    away = np.sqrt(line[:, None] ** 2 + line[None] ** 2) - radius
    return np.maximum(away, 0).astype(np.float32)


@pytest.fixture(autouse=True)
def free(monkeypatch) -> Floats:
    """Keep a disc in the middle of each picture free."""
    distance = around_the_middle(0.2)
    for module in (foreground, suitability):
        monkeypatch.setattr(module, "free_distance", lambda image, clothes_at_edges: distance)
    return distance


def even(height: int, width: int) -> Bytes:
    """Return an even, grey picture, opaque."""
    image = np.full((height, width, 4), 255, np.uint8)
    image[..., :3] = 96
    return image


def shown(image: Bytes, name: str, seed: int = 1, **properties: object) -> Bytes:
    """Return a picture through a foreground."""
    scene = replace(survey(image), **{"grey": False, "person": 0.0, **properties})  # type: ignore[arg-type]
    return show_foreground(image, [name], scene, RandomStream(seed))


def change(first: Bytes, second: Bytes) -> np.ndarray:
    return np.abs(first[..., :3].astype(int) - second[..., :3]).max(2)


@pytest.mark.parametrize("name", NAMES)
def test_it_covers_the_edges_and_leaves_the_subject_free(name):
    """A good part of the picture is hidden, and hardly any light falls on the middle."""
    image = even(240, 240)
    before = image.copy()
    for seed in range(4):
        found = change(shown(image, name, seed), image)
        assert np.array_equal(image, before)
        # The veil of light alone changes less.
        assert 0.2 < (found > 16).mean() < 0.65
        assert found[96:144, 96:144].max() < 30


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_repeats_and_another_one_differs(name):
    """Places and colours follow from the seed."""
    image = even(160, 200)
    first, again, other = (shown(image, name, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert (first[..., 3] == 255).all()
    assert (change(first, other) > 20).mean() > 0.1


@pytest.mark.parametrize("name", NAMES)
def test_the_composition_is_alike_at_every_size(name):
    """A large picture, shrunk, is the small one."""
    small, large = shown(even(200, 300), name), shown(even(600, 900), name)
    apart = change(resize(large, 200, 300), small)
    assert apart.mean() < 4
    assert (apart > 40).mean() < 0.01


def test_threads_give_the_same_bytes():
    """Kernels that run at the same time do not share anything."""
    image = even(160, 160)
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(shown, image, name, seed) for name in NAMES for seed in (1, 2)]
        together = [one.result() for one in waiting]
    alone = [shown(image, name, seed) for name in NAMES for seed in (1, 2)]
    for first, second in zip(together, alone, strict=True):
        np.testing.assert_array_equal(first, second)


def test_things_out_of_focus_are_lit_as_the_picture_is():
    """In a dim picture blossoms are dim, so they do not shine."""
    bright = even(160, 160)
    dim = bright.copy()
    dim[..., :3] = 24
    assert shown(dim, BLOSSOMS)[..., :3].mean() < 0.6 * shown(bright, BLOSSOMS)[..., :3].mean()


def test_without_room_nothing_is_before_the_lens(monkeypatch):
    """A picture full of its subject gets no blossoms."""
    nowhere = np.zeros((SIDE, SIDE), np.float32)
    monkeypatch.setattr(foreground, "free_distance", lambda image, clothes_at_edges: nowhere)
    assert change(shown(even(120, 120), BLOSSOMS), even(120, 120)).max() < 12


def test_clothes_may_be_hidden_at_the_edges_and_skin_never(monkeypatch):
    """Of a person who reaches the lower edge, the inner part and all skin stay free."""
    person = np.ones((256, 256), np.float32)
    monkeypatch.setattr(keep_clear, "person_map", lambda image: person)
    monkeypatch.setattr(keep_clear, "skin_of_matte", lambda image, matte: np.zeros((192, 192)))
    image = even(256, 256)
    assert free_distance(image).max() == 0
    clothed = free_distance(image, clothes_at_edges=True)
    assert clothed[SIDE - 1, 0] > 0.1
    assert clothed[SIDE // 2, SIDE // 2] == 0
    bare = np.ones((192, 192), np.float32)
    monkeypatch.setattr(keep_clear, "skin_of_matte", lambda image, matte: bare)
    assert free_distance(image, clothes_at_edges=True).max() == 0


@pytest.fixture(scope="module")
def analysis():
    """Return a picture without lettering or a border."""
    found = analyse_source(landscape(200), 200, 200)[0]
    nothing = np.zeros((GRID, GRID), np.float32)
    return replace(found, kind=replace(found.kind, has_text=False), lettering=nothing)


@pytest.fixture(scope="module")
def garden():
    """Return the open air in daylight."""
    return replace(
        survey(landscape(200)),
        openness=2.0,
        surface=-0.8,
        greenery=0.4,
        sky=0.3,
        median_luma=0.45,
        lower_luma=0.4,
        warmth=0.05,
        person=0.0,
        teal=0.1,
        white_edge=0.0,
        black=0.0,
        grey=False,
        toned=False,
        barred=False,
    )


@pytest.mark.parametrize(
    ("properties", "left"),
    [
        ({}, {BLOSSOMS, FOLIAGE}),
        ({"openness": -0.3}, {FOLIAGE}),
        ({"openness": -1.5}, set()),
        ({"surface": 0.6}, set()),
        ({"surface": 0.6, "person": 1.0}, {BLOSSOMS, FOLIAGE}),
        ({"median_luma": 0.1}, set()),
        ({"black": 0.5}, set()),
        ({"white_edge": 0.5}, set()),
        ({"grey": True}, set()),
        ({"toned": True}, set()),
        ({"barred": True}, set()),
        ({"greenery": 0.0, "lower_luma": 0.7, "warmth": -0.05}, set()),
    ],
)
def test_each_foreground_has_its_pictures(garden, analysis, properties, left):
    """Both need daylight in colours, and blossoms the open air."""
    assert find_foregrounds(replace(garden, **properties), analysis, even(100, 100)) == left


def test_no_foreground_hides_lettering_scans_and_full_frames(garden, analysis, monkeypatch):
    """Letters and frames stay whole, and there must be room."""
    image = even(100, 100)
    written = np.full((GRID, GRID), 0.3, np.float32)
    assert not find_foregrounds(garden, replace(analysis, lettering=written), image)
    assert not find_foregrounds(garden, replace(analysis, border=Insets(0.01, 0, 0, 0)), image)
    labelled = replace(analysis.kind, has_text=True)
    assert not find_foregrounds(garden, replace(analysis, kind=labelled), image)
    full = around_the_middle(0.5)
    monkeypatch.setattr(suitability, "free_distance", lambda image, clothes_at_edges: full)
    assert not find_foregrounds(garden, analysis, image)
