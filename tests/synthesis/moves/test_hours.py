"""Move "hours": surely among plants or refused; light and leaves change, all else stays."""

import numpy as np
import pytest

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves import hours, lights
from diabelli.synthesis.moves.lighting import LINEAR, Lighting, luminance, relight
from diabelli.synthesis.moves.place import has_lone_subject, sky_share, survey
from diabelli.synthesis.moves.season import green_weight, replace_green
from oracles.sources import (
    bricks,
    face,
    flag,
    landscape,
    meadow,
    painted,
    pebbles,
    places,
    scattered,
    sticker,
)  # fmt: skip


def animal(side: int = 256) -> np.ndarray:
    """Draw a brown, shaded ellipse on four legs in a meadow."""
    y, x = places(side)
    body = 2 * (y - 130) ** 2 + (x - 128) ** 2 < 56**2
    legs = (y > 130) & (y < 200) & (abs(abs(x - 128) - 34) < 6)
    brown = body | legs
    grass = scattered(y // 4, x // 3) // 3 + scattered(y // 2, x // 2) // 6
    return painted(
        np.where(brown, 150 - y // 4, 40 + grass // 2),
        np.where(brown, 100 - y // 4, 70 + grass),
        np.where(brown, 75 - y // 4, 30 + grass // 3),
    )


def at(image: np.ndarray, kind: str, strength: float = 0.5, seed: int = 0) -> np.ndarray:
    """Render the first picture, from a seed on, for which that hour is drawn."""
    prepared = hours.prepare(image)
    assert prepared is not None
    while hours.kind_of(prepared, RandomStream(seed)) != kind:
        seed += 1
    return hours.render(prepared, strength, RandomStream(seed), *image.shape[:2])


def shown(values: float) -> float:
    """Return the value of sRGB, 0..255, nearest to linear light."""
    return float(np.abs(LINEAR - values).argmin())


@pytest.mark.parametrize("picture", [bricks, face, flag, pebbles, sticker, landscape])
def test_pictures_without_plants_are_refused(picture):
    """A drawing, a wall, a portrait, stones and a wide sky have no hour."""
    assert hours.prepare(picture(200)[..., :3].copy()) is None


def test_grey_and_dark_pictures_are_refused():
    """Coloured light would change the style of the one; the other has no light to change."""
    grey = np.repeat(meadow().mean(2, keepdims=True), 3, axis=2).astype(np.uint8)
    assert hours.prepare(grey) is None
    assert hours.prepare(meadow() // 4) is None


def test_even_green_is_no_foliage():
    """Water and walls do not turn with the season."""
    image = meadow()
    image[96:] = (60, 120, 50)
    prepared = hours.prepare(image)
    assert prepared is None or "autumn" not in prepared.kinds


def test_a_green_subject_does_not_turn():
    """Leaves turn, a frog does not."""
    image = animal()
    y, x = places(256)
    body = 2 * (y - 130) ** 2 + (x - 128) ** 2 < 56**2
    image[body] = (90, 190, 60)
    prepared = hours.prepare(image)
    assert prepared is None or "autumn" not in prepared.kinds


def test_an_animal_in_a_meadow_has_all_hours():
    """It is lone, the grass is rough, and no sky is in sight."""
    prepared = hours.prepare(animal())
    assert prepared is not None
    assert prepared.kinds == ("golden", "autumn", "night")


def test_a_sky_is_measured():
    """Even blue in the uppermost quarter counts; grass does not."""
    assert sky_share(survey(landscape())) > 0.15
    assert sky_share(survey(meadow())) == 0


@pytest.mark.parametrize("kind", ["golden", "autumn", "night"])
def test_an_hour_depends_on_the_seed_alone(kind):
    """Two runs give equal bytes."""
    assert (at(animal(), kind) == at(animal(), kind)).all()


def test_kind_of_names_the_rendered_hour():
    """The name is drawn by the stream's first number."""
    prepared = hours.prepare(animal())
    assert prepared is not None
    kinds = {hours.kind_of(prepared, RandomStream(seed)) for seed in range(20)}
    assert kinds == set(prepared.kinds)


@pytest.mark.parametrize("kind", ["golden", "autumn", "night"])
def test_a_mild_hour_is_nearer_to_the_canvas(kind):
    """The distance to the canvas does not fall with the strength."""
    image = animal()
    results = [at(image, kind, strength).astype(int) for strength in (0.1, 0.3, 0.5, 1)]
    distances = [np.abs(result - image).mean() for result in results]
    assert distances[0] < distances[1] < distances[2] / 1.3
    assert distances[3] >= 0.95 * distances[2]


def test_autumn_turns_leaves_only():
    """The grass is green no more; the stone keeps its hue."""
    image = meadow()
    assert green_weight(image).mean() > 0.5
    turned = at(image, "autumn")
    assert green_weight(turned).mean() < 0.1
    y, x = places(256)
    stone = turned[(y - 140) ** 2 + 2 * (x - 90) ** 2 < 30**2].astype(int)
    assert np.abs(stone[:, 0] - stone[:, 2]).mean() < 60


def test_night_is_dark_away_from_the_lamp():
    """The corners lose more light than the subject."""
    image = animal()
    kept = luminance(LINEAR[at(image, "night")]) / luminance(LINEAR[image])
    assert np.median(kept[:40, :40]) < 0.4
    assert np.median(kept[120:140, 110:150]) > 0.5


def test_the_sun_lights_one_side():
    """Golden light falls from the left or from the right."""
    image = animal()
    kept = luminance(LINEAR[at(image, "golden")]) / luminance(LINEAR[image])
    sides = np.median(kept[:, :40]), np.median(kept[:, -40:])
    assert max(sides) > 1.5 * min(sides)


def test_skin_is_not_darkened_much():
    """A subject of skin colour keeps four fifths of its value in sRGB."""
    image = animal()
    y, x = places(256)
    body = 2 * (y - 130) ** 2 + (x - 128) ** 2 < 50**2
    image[body] = (200, 150, 125)
    place = survey(image)
    dark = lights.View(place, RandomStream(1), 1.0).lighting(
        *(np.full((*place.light.shape, 3), part, np.float32) for part in (0.1, 0.1, 0)), 1.0
    )
    middle = relight(image, dark)[120:140, 110:150].mean((0, 1))
    assert (middle > 0.75 * np.array((200, 150, 125))).all()


def test_light_follows_the_factors():
    """Half the light of a grey picture is half in linear light."""
    grey = np.full((32, 32, 3), 150, np.uint8)
    half, none = np.full((8, 8, 3), 0.5, np.float32), np.zeros((8, 8, 3), np.float32)
    result = relight(grey, Lighting(half, half, none, 1.0))
    assert abs(result.mean() - shown(LINEAR[150] / 2)) < 1


def test_no_light_bands():
    """A slow gradient in the dark is dithered: neighbouring rows overlap."""
    rows = np.linspace(40, 60, 256).astype(np.uint8)
    image = np.broadcast_to(rows[:, None, None], (256, 64, 3)).copy()
    dim, none = np.full((8, 8, 3), 0.3, np.float32), np.zeros((8, 8, 3), np.float32)
    result = relight(image, Lighting(dim, dim, none, 1.0))
    assert all(len(np.unique(result[y])) > 1 for y in range(0, 256, 16))


@pytest.mark.parametrize("kind", ["golden", "autumn", "night"])
def test_no_hour_clips(kind):
    """Hardly a pixel is black or white."""
    image = at(animal(), kind)
    assert ((image == 0).all(2) | (image == 255).all(2)).mean() < 0.01


def test_replacing_green_keeps_every_other_pixel():
    """Red, grey and yellow pixels stay as they are."""
    image = np.array([[[200, 30, 30], [90, 90, 90], [230, 200, 40], [60, 140, 40]]], np.uint8)
    where, towards = np.ones((1, 4), np.float32), np.zeros((1, 4, 2), np.float32)
    changed = replace_green(image, where, towards, lift=0, chroma=0)
    assert (changed[0, :3] == image[0, :3]).all()
    assert np.ptp(changed[0, 3].astype(int)) <= 2


def test_the_table_of_linear_light_is_that_of_srgb():
    """Black is 0, white is 1, the middle is .2140 (IEC 61966-2-1)."""
    assert (LINEAR[0], LINEAR[255]) == (0, 1)
    assert abs(LINEAR[127] + LINEAR[128] - 2 * 0.2140) < 0.001


def test_without_a_subject_none_is_lone():
    """A lamp lights things, not meadows."""
    y, x = places(256)
    grass = scattered(y // 4, x // 3) // 3 + scattered(y // 2, x // 2) // 6
    assert not has_lone_subject(survey(painted(30 + grass // 2, 60 + grass, 20 + grass // 3)))
