"""Photographs behind petals."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.scene import Scene, survey
from diabelli.synthesis.moves.seasons import scatter
from diabelli.synthesis.moves.seasons.season import SEASONS, show_season
from diabelli.synthesis.moves.seasons.thin_sheets import Air, Sheet, draw_sheet
from diabelli.synthesis.moves.things.keep_clear import SIDE

EVERYWHERE = np.full((SIDE, SIDE), 1, np.float32)
NAMES = sorted(SEASONS)


def even(height: int = 240, width: int = 240) -> Bytes:
    """Return an even, brownish picture, opaque."""
    image = np.full((height, width, 4), 255, np.uint8)
    image[..., :3] = (96, 90, 80)
    return image


def shown(image: Bytes, name: str, seed: int = 1, **properties: object) -> Bytes:
    """Return a picture in a season."""
    scene: Scene = replace(survey(image), **properties)  # type: ignore[arg-type]
    return show_season(image, name, scene, RandomStream(seed))


def difference(first: Bytes, second: Bytes) -> np.ndarray:
    return np.abs(first[..., :3].astype(int) - second[..., :3]).max(2)


@pytest.fixture
def clear(monkeypatch) -> Callable[[np.ndarray], None]:
    """Set where sheets may be; everywhere, unless called."""

    def set_distance(distance: np.ndarray) -> None:
        monkeypatch.setattr(scatter, "free_distance", lambda image: distance)

    set_distance(EVERYWHERE)
    return set_distance


@pytest.mark.parametrize("name", NAMES)
def test_a_season_leaves_its_input_alone_and_repeats(name, clear):
    """A seed gives the same bytes again, and another seed other places."""
    image = even()
    before = image.copy()
    first, again, other = (shown(image, name, seed) for seed in (1, 1, 2))
    assert np.array_equal(image, before)
    assert np.array_equal(first, again)
    assert (first[..., 3] == 255).all()
    assert (difference(first, other) > 12).mean() > 0.02


@pytest.mark.parametrize("name", NAMES)
def test_many_things_are_seen_before_the_picture(name, clear):
    """They are brighter or darker than their background, and leave most of it free."""
    clear(0 * EVERYWHERE)
    without = shown(even(), name)
    clear(EVERYWHERE)
    for seed in range(4):
        change = difference(shown(even(), name, seed), without)
        assert 0.02 < (change > 25).mean() < 0.5


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_drawn_where_all_is_taken(name, clear):
    """A picture full of its subject gets a season's light alone, which is smooth."""
    clear(0 * EVERYWHERE)
    made = shown(even(), name).astype(int)
    assert np.abs(np.diff(made, axis=0)).max() <= 2
    assert np.abs(np.diff(made, axis=1)).max() <= 2


@pytest.mark.parametrize("name", NAMES)
def test_things_stay_off_the_middle(name, clear):
    """The distance from the subject is kept up to the edges of their blur."""
    places = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    away = np.sqrt(np.square(places[:, None]) + np.square(places[None])) - 0.3
    y, x = (np.indices((240, 240)) + 0.5) / 240 - 0.5
    middle = y * y + x * x < 0.23**2
    clear(0 * EVERYWHERE)
    without = shown(even(), name)
    clear(np.maximum(away, 0).astype(np.float32))
    for seed in range(4):
        made = shown(even(), name, seed)
        # Light differs from seed to seed, but is smooth.
        steps = np.abs(np.diff(made[..., :3].astype(int), axis=1)).max(2)
        assert steps[middle[:, 1:]].max() <= 4
        assert difference(made, without)[~middle].max() > 40


@pytest.mark.parametrize("name", NAMES)
def test_a_season_is_the_same_at_every_size(name, clear):
    """Twice the side shows the same things."""
    scene = survey(even())
    small, large = (
        show_season(even(side, side), name, scene, RandomStream(3)) for side in (320, 640)
    )
    halved = large.reshape(320, 2, 320, 2, 4).mean((1, 3))
    assert np.abs(halved - small).mean() < 1.5


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("height", "width"), [(256, 512), (512, 256), (64, 64)])
def test_a_season_has_every_shape(name, height, width, clear):
    """Wide, tall and small pictures keep their shape."""
    image = even(height, width)
    made = shown(image, name)
    assert made.shape == image.shape
    assert (difference(image, made) > 12).mean() > 0.01


@pytest.mark.parametrize("name", NAMES)
def test_black_and_white_stays_so(name, clear):
    """Neither petals nor light have a colour there."""
    image = np.full((200, 200, 4), 255, np.uint8)
    image[..., :3] = np.arange(40, 240, dtype=np.uint8)[:, None, None]
    assert np.ptp(shown(image, name, grey=True)[..., :3], axis=2).max() <= 1
    assert np.ptp(shown(image, name, grey=False)[..., :3], axis=2).max() > 10


def test_no_face_is_behind_anything():
    """Nothing is drawn on skin, at every seed."""
    image = even(512, 512)
    y, x = (np.indices((512, 512)) + 0.5) / 512 - 0.5
    face = (y / 0.2) ** 2 + (x / 0.15) ** 2 < 1
    image[face, :3] = (224, 172, 140)
    inner = (y / 0.17) ** 2 + (x / 0.12) ** 2 < 1
    for name in NAMES:
        for seed in range(2):
            made = shown(image, name, seed).astype(int)
            steps = np.abs(np.diff(made, axis=1)).max(2)
            assert steps[inner[:, 1:]].max() <= 3


def leafy(height: int = 240) -> Bytes:
    """Return grass below a blue sky, opaque."""
    image = even(height, height)
    image[: height // 2, :, :3] = (90, 140, 220)
    image[height // 2 :, :, :3] = (70, 130, 40)
    return image


def sheet(**properties: object) -> Sheet:
    """Return a white disc in the middle, facing the camera."""
    line = (2 * np.arange(64, dtype=np.float32) + 1) / 64 - 1
    inside = 0.7 - np.sqrt(np.square(line[:, None]) + np.square(line[None]))
    maps = np.stack([inside, 0 * inside, 0 * inside, 0 * inside], axis=2)
    whole = Sheet(
        np.ascontiguousarray(maps, np.float32),
        np.ones((4, 3), np.float32),
        0.5,
        0.5,
        0.2,
        0.0,
        np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1]], np.float32),
        0.0,
        np.array([1.0, 0.0]),
        0.0,
        0.0,
        1.0,
        (0.0, 0.0),
    )
    return whole._replace(**properties)


def drawn(one: Sheet, side: int = 200) -> np.ndarray:
    """Return linear light of a sheet before black."""
    image = np.zeros((side, side, 4), np.uint8)
    local = np.ones((16, 16), np.float32)
    key, sky = np.full(3, 0.4, np.float32), np.full(3, 0.2, np.float32)
    draw_sheet(image, one, Air(np.array([0, 0, 1], np.float32), key, sky, local, grey=False))
    return np.square(image[..., 0] / 255)


def covered(one: Sheet) -> int:
    """Return the number of pixels of which a sheet covers about half."""
    light = drawn(one)
    return int((light > 0.4 * light.max()).sum())


def test_blur_keeps_the_light_of_a_sheet():
    """It spreads over a larger disc."""
    sharp, blurred = drawn(sheet()), drawn(sheet(blur=0.08))
    assert blurred.sum() == pytest.approx(sharp.sum(), rel=0.04)
    assert (blurred > 0.005).sum() > 1.8 * (sharp > 0.005).sum()


def test_a_tilted_sheet_is_foreshortened_and_a_bent_one_reaches_to_one_side():
    """Its area shrinks by the cosine of the tilt, and both of its ends rise."""
    area = covered(sheet())
    assert area == pytest.approx(np.pi * (0.7 * 0.2 * 200) ** 2, rel=0.03)
    tilted = np.array([[0, 0.5, 0.75**0.5], [1, 0, 0], [0, 0.75**0.5, -0.5]], np.float32)
    assert covered(sheet(axes=tilted)) == pytest.approx(area / 2, rel=0.06)
    columns = np.arange(200)
    flat, bent = (drawn(sheet(axes=tilted, bend=bend)).sum(0) for bend in (0.0, 0.8))
    middle = (flat * columns).sum() / flat.sum()
    assert middle == pytest.approx(99.5, abs=1)
    assert (bent * columns).sum() / bent.sum() > middle + 4


def test_a_coarse_raster_shows_the_same_sheet():
    """A strong blur is rendered on a coarser raster; the picture is hardly another."""
    fine = drawn(sheet(blur=0.1), side=400).reshape(100, 4, 100, 4).mean((1, 3))
    coarse = drawn(sheet(blur=0.1), side=100)
    assert np.abs(fine - coarse).max() < 0.04


def test_the_picture_is_found_whole_after_a_resize(clear):
    """Light and places do not depend on the size of the canvas."""
    image = resize(leafy(480), 240, 240)
    scene = survey(image)
    for name in NAMES:
        first = show_season(image, name, scene, RandomStream(5))
        second = show_season(leafy(), name, scene, RandomStream(5))
        assert (difference(first, second) > 40).mean() < 0.02
