"""Lanterns in the sky of a night that falls with them."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from diabelli.synthesis.analysis.clear_sky import SIDE, Sky, find_clear_sky
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.things.lanterns import show_lanterns
from diabelli.synthesis.moves.things.night_sky import cloudiness


def picture(side: int = 240) -> Bytes:
    """Return an even sky above a rough ground, (side, side, 4)."""
    y, x = np.indices((side, side)) * 240 // side
    image = np.full((side, side, 4), 255, np.uint8)
    image[..., :3] = (130, 165, 215)
    rough = ((y // 4 * 7 + x // 4 * 13) % 5 * 20)[..., None] + np.array((60, 80, 30))
    image[..., :3] = np.where((y > 140)[..., None], rough, image[..., :3])
    return image


def sky_of(image: Bytes) -> Sky:
    return find_clear_sky(image, np.zeros((4, 4), np.float32))


def shown(image: Bytes, seed: int = 1) -> Bytes:
    return show_lanterns(image, sky_of(image), RandomStream(seed))


def test_night_falls_and_its_sky_is_lit():
    """All is darker but the things, which are in the sky alone."""
    image = picture()
    before = image.copy()
    for seed in range(6):
        made = shown(image, seed)
        brighter = made[..., 0] > 150
        assert np.array_equal(image, before)
        assert 0.001 < brighter[:140].mean() < 0.2
        assert not brighter[143:].any()
        assert np.median(made[:130, :, :3]) < 110
        assert made[145:, :, :3].mean() < 0.7 * image[145:, :, :3].mean()
        assert (made[..., 3] == 255).all()


def test_the_ground_stays_readable():
    """Brighter places stay brighter, so lettering and faces keep their shape."""
    image = picture()
    made = shown(image, 4)
    ground = image[205:, :, 1].ravel(), made[205:, :, 1].ravel()
    assert np.corrcoef(*ground)[0, 1] > 0.95
    # Close to the sky all is dimmer.
    for row in range(150, 205, 6):
        assert np.corrcoef(image[row, :, 1], made[row, :, 1])[0, 1] > 0.9


def test_what_stands_before_the_sky_stays_before_it():
    """A dark mast is as dark as before, and no edge of it glows."""
    image = picture(480)
    image[60:300, 236:244, :3] = (20, 22, 25)
    image[60:300, (235, 244), :3] = (75, 93, 120)
    for seed in range(4):
        made = shown(image, seed)
        assert made[80:270, 237:243, :3].max() < 60
        edge, beside = (made[80:270, column, :3].astype(int) for column in (235, 233))
        assert np.median((edge - beside).max(1)) < 0


def test_a_sky_without_room_shows_nothing():
    """A narrow strip of sky is too small, and no night falls."""
    image = np.roll(picture(), -125, axis=0)
    image[120:] = picture()[150:151]
    assert np.array_equal(shown(image), image)


def test_seeds_differ_and_repeat_in_every_thread():
    """Each seed has other places, and one picture."""
    image = picture()
    first = shown(image)
    with ThreadPoolExecutor(2) as pool:
        again = list(pool.map(lambda _: shown(image), range(4)))
    assert all(np.array_equal(first, one) for one in again)
    assert not np.array_equal(first, shown(image, 2))


def test_things_are_the_same_at_every_size():
    """Twice the side shows the same things in the same places."""
    small, large = picture(240), picture(480)
    sky = sky_of(small)
    near = softened(show_lanterns(small, sky, RandomStream(3)))
    far = softened(show_lanterns(large, sky, RandomStream(3)).astype(np.float32), 2)
    assert np.corrcoef(near.ravel(), far.ravel())[0, 1] > 0.98
    assert np.abs(far - near).mean() < 6


def softened(image, factor=1):
    """Return levels of the sky (3, 130, 240), averaged as light, as trails are finer in large."""
    light = np.square(image[..., :3].astype(np.float32)).reshape(240, factor, 240, factor, 3)
    planes = light.mean((1, 3)).transpose(2, 0, 1)
    return np.sqrt(np.stack([blur(plane, 2.0) for plane in planes]))[:, :130]


def test_lanterns_are_warm_and_apart():
    """They are orange in a blue sky, and no two touch the frame or the ground."""
    for seed in range(4):
        red, _, blue, _ = shown(picture(480), seed).astype(int).transpose(2, 0, 1)
        lit = (red > 190) & (red - blue > 60)
        assert 0.001 < lit.mean() < 0.2
        assert not lit[0].any()
        assert not lit[:200, (0, -1)].any()
        assert not lit[290:].any()
        assert np.median((blue - red)[:200]) > 10


def test_bright_places_beside_the_sky_may_be_clouds():
    """An even sky has none; a rough white patch in it has."""
    image = picture()
    assert cloudiness(image, sky_of(image)) == 0
    y, x = np.indices((60, 100))
    image[30:90, 60:160, :3] = (200 + (y // 3 + x // 3) % 2 * 55)[..., None]
    assert cloudiness(image, sky_of(image)) > 0.1
    assert sky_of(image).room.shape == (SIDE, SIDE)
