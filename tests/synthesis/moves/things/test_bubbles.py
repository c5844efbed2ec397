"""Soap bubbles in front of a picture."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.moves.things import bubbles
from diabelli.synthesis.moves.things.bubbles import show_bubbles
from diabelli.synthesis.moves.things.keep_clear import SIDE, free_distance

EVERYWHERE = np.full((SIDE, SIDE), 1, np.float32)


def even(level: int = 70, side: int = 240) -> Bytes:
    """Return an even, bluish picture, opaque."""
    image = np.full((side, side, 4), 255, np.uint8)
    image[..., :3] = (level, level, min(level + 20, 255))
    return image


@pytest.fixture
def clear(monkeypatch) -> Callable[[np.ndarray], None]:
    """Set where things may float."""

    def set_distance(distance: np.ndarray) -> None:
        monkeypatch.setattr(bubbles, "free_distance", lambda image: distance)

    set_distance(EVERYWHERE)
    return set_distance


def difference(image: Bytes, made: Bytes) -> np.ndarray:
    return np.abs(made[..., :3].astype(int) - image[..., :3]).max(2)


def test_things_change_a_part_of_the_picture(clear):
    """The input stays as it is, and so does most of the picture."""
    image = even()
    before = image.copy()
    for seed in range(8):
        made = show_bubbles(image, survey(image), RandomStream(seed))
        assert np.array_equal(image, before)
        assert (made[..., 3] == 255).all()
        assert 0.003 < (difference(image, made) > 25).mean() < 0.35


def test_nothing_is_drawn_where_all_is_taken(clear):
    """A picture full of its subject stays as it is."""
    clear(0 * EVERYWHERE)
    image = even()
    made = show_bubbles(image, survey(image), RandomStream(1))
    assert np.array_equal(made, image)


def test_things_stay_off_the_middle(clear):
    """The distance from the subject is kept up to the rims and halos of things."""
    places = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    away = np.sqrt(np.square(places[:, None]) + np.square(places[None])) - 0.3
    clear(np.maximum(away, 0).astype(np.float32))
    image = even()
    y, x = (np.indices((240, 240)) + 0.5) / 240 - 0.5
    middle = y * y + x * x < 0.23**2
    for seed in range(8):
        made = show_bubbles(image, survey(image), RandomStream(seed))
        assert (difference(image, made)[middle] < 40).all()


def test_black_and_white_stays_so(clear):
    """The film has no colour there."""
    image = np.full((200, 200, 4), 255, np.uint8)
    image[..., :3] = np.arange(40, 240, dtype=np.uint8)[:, None, None]
    scene = survey(image)
    assert scene.grey
    grey = show_bubbles(image, scene, RandomStream(2))[..., :3]
    coloured = show_bubbles(image, replace(scene, grey=False), RandomStream(2))[..., :3]
    assert np.ptp(grey, axis=2).max() == 0
    assert np.ptp(coloured, axis=2).max() > 10


def test_seeds_differ_and_repeat(clear):
    """Each seed has other places."""
    image = even()
    scene = survey(image)
    first, again, other = (show_bubbles(image, scene, RandomStream(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert (difference(first, other) > 20).mean() > 0.005


def test_things_are_of_one_size_at_every_size_of_the_picture(clear):
    """Twice the side shows the same things."""
    small, large = even(side=240), even(side=480)
    scene = survey(large)
    near, far = (show_bubbles(image, scene, RandomStream(3)) for image in (small, large))
    halved = far.reshape(240, 2, 240, 2, 4).mean((1, 3))
    assert np.abs(halved - near).mean() < 1


def test_a_bubble_is_clear_in_its_middle_and_bright_at_its_rim(clear, monkeypatch):
    """The picture is seen through the middle; the rim has colours."""
    monkeypatch.setattr(bubbles, "_places", lambda *_: [(0.5, 0.5, 0.07)])
    image = even(side=1000)
    y, x = (np.indices((1000, 1000)) - 499.5) / 70
    away = np.sqrt(y * y + x * x)
    spans = []
    for seed in range(6):
        made = show_bubbles(image, survey(image), RandomStream(seed))
        change = difference(image, made)
        assert change[away < 0.3].mean() < 15
        assert change[abs(away - 0.93) < 0.05].mean() > 1.5 * change[away < 0.3].mean() + 6
        assert change[away > 1.15].max() == 0
        spans.append(np.ptp(made[abs(away - 0.9) < 0.1][:, :3].astype(int), axis=1).max())
    assert min(spans) > 50


def ground_of(kind: str) -> Bytes:
    """Return a picture with dark, even ground at the right, and other ground at the left."""
    image = even(side=256)
    if kind == "pale":
        image[:, :128, :3] = 205
    else:
        image[:, :128, :3] = np.where(np.indices((256, 128)).sum(0) // 2 % 2, 150, 30)[..., None]
    return image


@pytest.mark.parametrize("kind", ["pale", "rough"])
def test_bubbles_are_whole_before_dark_and_even_ground(kind, clear):
    """A rim that crosses to pale ground is seen in part; before a rough one it is lost."""
    image = ground_of(kind)
    for seed in range(8):
        changed = difference(image, show_bubbles(image, survey(image), RandomStream(seed))) > 12
        assert not changed[:, :112].any()
        assert changed[:, 130:].mean() > 0.02


def test_bubbles_are_not_cut_by_the_frame():
    """The row and column of each are at least its radius from all edges."""
    image = even()
    for seed in range(8):
        found = bubbles._places(image, EVERYWHERE, RandomStream(seed))
        assert len(found) >= bubbles.LEAST_COUNT
        assert all(r <= min(y, x, 1 - y, 1 - x) for y, x, r in found)


def test_there_is_room_for_bubbles_where_they_are_seen():
    """A pale picture has none, nor has one of the subject alone; a dark strip has enough."""
    strip = even(level=215)
    strip[170:, :, :3] = 60
    assert bubbles.has_room_for_bubbles(even(), EVERYWHERE)
    assert bubbles.has_room_for_bubbles(strip, EVERYWHERE)
    assert not bubbles.has_room_for_bubbles(even(level=215), EVERYWHERE)
    assert not bubbles.has_room_for_bubbles(even(), 0 * EVERYWHERE)


def test_free_places_are_away_from_skin():
    """Also a far face, which is no subject, is kept clear."""
    image = even(side=512)
    image[100:140, 380:420, :3] = (224, 172, 140)
    distance = free_distance(image)
    assert distance[15, 50] == 0
    assert 0.1 < distance[15, 38] < 0.25
    assert free_distance(resize(image, 256, 256))[15, 50] == 0
