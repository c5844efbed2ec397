"""Birds and balloons in a clear sky."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from diabelli.synthesis.analysis.clear_sky import Sky, find_clear_sky
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.things.balloons import show_balloons
from diabelli.synthesis.moves.things.birds import show_birds
from diabelli.synthesis.moves.things.free_place import free_place

Show = Callable[[Bytes, Sky, RandomStream], Bytes]
SHOWS: dict[str, Show] = {
    "balloons": partial(show_balloons, grey=False),
    "birds": show_birds,
}


def picture(side: int = 240, sky: tuple[int, int, int] = (110, 150, 210)) -> Bytes:
    """Return an even sky above a rough ground, (side, side, 4)."""
    y, x = np.indices((side, side)) * 240 // side
    image = np.full((side, side, 4), 255, np.uint8)
    image[..., :3] = sky
    rough = ((y // 4 * 7 + x // 4 * 13) % 5 * 40)[..., None] + np.array((10, 20, 5))
    image[..., :3] = np.where((y > 140)[..., None], rough, image[..., :3])
    return image


def sky_of(image: Bytes) -> Sky:
    return find_clear_sky(image, np.zeros((4, 4), np.float32))


def shown(name: str, image: Bytes, seed: int = 1) -> Bytes:
    return SHOWS[name](image, sky_of(image), RandomStream(seed))


@pytest.mark.parametrize("name", SHOWS)
def test_a_thing_stands_in_the_sky_alone(name):
    """The ground and the input stay as they are."""
    image = picture()
    before = image.copy()
    for seed in range(8):
        made = shown(name, image, seed)
        changed = np.abs(made.astype(int) - image).max(2) > 30
        assert np.array_equal(image, before)
        assert 0.0003 < changed.mean() < 0.1
        assert not changed[142:].any()
        assert (made[..., 3] == 255).all()


@pytest.mark.parametrize("name", SHOWS)
def test_a_sky_without_room_shows_nothing(name):
    """A narrow strip of sky is too small."""
    image = np.roll(picture(), -125, axis=0)
    image[120:] = picture()[150:151]
    assert np.array_equal(shown(name, image), image)


@pytest.mark.parametrize("name", SHOWS)
def test_seeds_differ_and_repeat(name):
    """Each seed has other places."""
    image = picture()
    first = shown(name, image)
    assert np.array_equal(first, shown(name, image))
    assert not np.array_equal(first, shown(name, image, 2))


@pytest.mark.parametrize("name", SHOWS)
def test_things_are_the_same_at_every_size(name):
    """Twice the side shows the same things in the same places."""
    small, large = picture(240), picture(480)
    sky = sky_of(small)
    near = SHOWS[name](small, sky, RandomStream(3))
    far = SHOWS[name](large, sky, RandomStream(3)).reshape(240, 2, 240, 2, 4).mean((1, 3))
    assert np.abs(far - near)[:130].max(2).mean() < 1.5


def test_grey_skies_stay_grey():
    """Pictures in black and white get no colour."""
    image = picture(sky=(120, 120, 120))
    image[141:] = 40
    sky = sky_of(image)
    for made in (
        show_balloons(image, sky, RandomStream(1), grey=True),
        show_birds(image, sky, RandomStream(1)),
    ):
        assert not np.array_equal(made, image)
        assert np.ptp(made[..., :3].astype(int), axis=2).max() <= 1


def test_birds_are_dark():
    """They are silhouettes."""
    assert shown("birds", picture())[:130, :, :3].min() < 80


def test_birds_fly_in_flocks():
    """Each is a small dark part, and there are at least four."""
    for seed in range(6):
        image = picture(480)
        dark = shown("birds", image, seed)[:270, :, 1] < 100
        columns = np.flatnonzero(np.diff(dark.any(0).astype(int)) == 1)
        assert len(columns) >= 2
        assert 0.0001 < dark.mean() < 0.03


def test_balloons_do_not_overlap():
    """Sky is between any two of them."""
    for seed in range(6):
        image = picture(480)
        made = shown("balloons", image, seed)
        changed = np.abs(made.astype(int) - image).max(2) > 30
        assert changed.any()
        assert not changed[0].any()
        assert not changed[:, (0, -1)].any()


def test_a_free_place_has_room():
    """Without such a place there is none."""
    room = np.zeros((10, 20), np.float32)
    room[4, 7] = 0.3
    assert free_place(room, 0.2, 0.99) == (0.45, 0.375)
    assert free_place(room, 0.4, 0.5) is None
