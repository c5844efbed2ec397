"""Move: another light for photographs, chosen by what the picture shows."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.person_matte import INPUT
from diabelli.synthesis.core.alpha import premultiply
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves import photograph, scene
from diabelli.synthesis.moves.lights import light
from diabelli.synthesis.moves.photograph import Photograph
from diabelli.synthesis.moves.scene import Scene, survey
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import flag, landscape, sticker

NOON = Scene(
    openness=3.0,
    ground=1.0,
    surface=0.0,
    sky=0.8,
    foliage=0.5,
    greenery=0.4,
    median_luma=0.5,
    upper_luma=0.7,
    lower_luma=0.4,
    median_light=0.2,
    figure=0.0,
    skin=0.0,
    person_odds=-3.0,
    person=0.0,
    portrait=0.0,
    grey=False,
    toned=False,
    barred=False,
    teal=0.1,
    warmth=0.05,
    flat=0.0,
    black=0.0,
    white=0.0,
    white_edge=0.0,
    sun_warmth=0.0,
    roughness=8.0,
    subject=np.zeros((scene.SIDE, scene.SIDE), np.float32),
    persons=np.zeros((INPUT, INPUT), np.float32),
    clear_sky=None,
)
THING = np.zeros((scene.SIDE, scene.SIDE), np.float32)
THING[20:100, 20:100] = 1
ROOM = replace(NOON, openness=-3.0, sky=0.0, foliage=0.0, surface=1.0, subject=THING)


@pytest.fixture(scope="module")
def prepared():
    """Return a landscape that is ready for every light."""
    orientations = analyse_source(landscape(200), 200, 200)
    small = orientations[0].image_at(200, 200)
    return Photograph(
        orientations, survey(small), dict.fromkeys(light.LIGHTS, 1.0), [], frozenset()
    )


def rendered(prepared, kind, strength=0.5, seed=1, side=200):
    return photograph.render(prepared, (kind,), strength, RandomStream(seed), side, side)


def test_a_window_is_of_rooms_and_a_sunset_of_the_open_air():
    """An unsure scene gets the lights that suit both."""
    assert set(light.suitable_lights(NOON)) == {"golden", "dusk", "sunset"}
    assert set(light.suitable_lights(ROOM)) == {"golden", "dusk", *light.SHADOWS}
    assert set(light.suitable_lights(replace(NOON, openness=-0.1))) == {"golden", "dusk"}


@pytest.mark.parametrize(
    "unsuitable",
    [
        {"foliage": 0.1},
        {"black": 0.2},
        {"person": 1.0},
        {"white": 0.03},
        {"flat": 0.5},
        {"roughness": 2.0},
    ],
)
def test_no_window_shines_outdoors_into_the_dark_on_a_person_a_lamp_or_a_drawing(unsuitable):
    """Green at its sides shows that a picture taken for a room is none; a face would be crossed.

    A lit lamp or a window of the picture would turn grey, a drawing has no depth, and faint edges
    vanish in the shade.
    """
    assert set(light.suitable_lights(replace(ROOM, **unsuitable))) == {"golden", "dusk"}


def test_a_window_shines_on_things_close_by():
    """Neither in the open air nor on things far away."""
    close = replace(ROOM, openness=-0.5, surface=0.8)
    assert light.WINDOW in light.suitable_lights(close)
    for unsuitable in ({"surface": 0.6}, {"openness": 0.2}, {"subject": 0 * THING}):
        assert light.WINDOW not in light.suitable_lights(replace(close, **unsuitable))


def test_no_leaves_shade_the_open_air():
    """Shadows would hang on the sky and on distant things."""
    near = replace(ROOM, surface=0.5, greenery=0.0)
    assert "leaf_shade" in light.suitable_lights(near)
    assert "leaf_shade" not in light.suitable_lights(replace(near, openness=0.5))
    assert "leaf_shade" not in light.suitable_lights(NOON)


@pytest.mark.parametrize(
    "unsuitable",
    [
        {"figure": 0.2},
        {"person": 0.5},
        {"person_odds": -0.5},
        {"sun_warmth": 0.4},
        {"subject": 0 * THING},
        {"greenery": 0.5},
        {"median_luma": 0.2},
        {"median_luma": 0.9},
        {"teal": 0.4},
        {"black": 0.3},
        {"white": 0.1},
        {"white_edge": 0.3},
        {"flat": 0.5},
        {"roughness": 2.0},
        {"roughness": 28.0},
    ],
)
def test_no_leaves_shade_people_lamps_plants_the_dark_or_faint_things(unsuitable):
    """Things that are less surely close by than for a window."""
    near = replace(ROOM, surface=0.5, greenery=0.0)
    assert "leaf_shade" in light.suitable_lights(near)
    assert "leaf_shade" not in light.suitable_lights(replace(near, **unsuitable))


@pytest.mark.parametrize("kind", sorted(light.SHADOWS))
def test_what_shines_itself_is_in_no_shadow(kind):
    """A lit lamp keeps its light, and all around it changes."""
    canvas = np.full((160, 200, 4), 255, np.uint8)
    canvas[..., :3] = 120
    canvas[40:120, 60:140, :3] = 255
    shown = light.relight(canvas, kind, ROOM, 0.5, RandomStream(3))
    assert shown[48:112, 68:132, :3].min() >= 250
    assert np.ptp(shown[:30, :, :3].mean(2)) > 40


@pytest.mark.parametrize("kind", sorted(light.SHADOWS))
def test_shadows_are_as_strong_as_those_of_a_window(kind):
    """On an even wall, the shade is less than half as bright as the sun, in all seeds."""
    wall = np.full((160, 200, 4), 255, np.uint8)
    wall[..., :3] = 130
    for seed in range(6):
        shown = light.relight(wall, kind, ROOM, 0.5, RandomStream(seed))[..., :3].mean(2)
        low, high = np.quantile(np.square(shown / 255), (0.1, 0.9))
        assert high > 2 * low


@pytest.mark.parametrize(("grey", "is_coloured"), [(False, True), (True, False)])
def test_the_sun_between_leaves_is_warmer_than_the_shade(grey, is_coloured):
    """The shade is lit by the sky."""
    wall = np.full((160, 200, 4), 255, np.uint8)
    wall[..., :3] = 130
    shown = light.relight(wall, "leaf_shade", replace(ROOM, grey=grey), 0.5, RandomStream(1))
    level, warmth = shown[..., :3].mean(2), shown[..., 0].astype(int) - shown[..., 2]
    bright, dark = level >= np.quantile(level, 0.9), level <= np.quantile(level, 0.1)
    assert (warmth[bright].mean() > 15 > 0 > warmth[dark].mean()) == is_coloured
    assert (np.abs(warmth).max() <= 1) != is_coloured


def test_no_window_shines_into_a_room_that_is_lit_by_lamps():
    """A station below the ground has no window."""
    assert "window" not in light.suitable_lights(replace(ROOM, median_luma=0.2))


@pytest.mark.parametrize("dark", [{"upper_luma": 0.2}, {"barred": True}])
def test_night_and_bars_get_no_daylight(dark):
    """The sun would shine at night and on the bars of a film."""
    assert not light.suitable_lights(replace(NOON, **dark))
    assert light.suitable_lights(replace(ROOM, **dark))


def test_deep_water_gets_dusk_alone():
    """A low sun would make it green; many portraits are graded towards the same colours."""
    deep = replace(NOON, teal=0.8, sky=0.0)
    assert set(light.suitable_lights(deep)) == {"dusk"}
    assert "golden" in light.suitable_lights(replace(deep, person=1.0))


@pytest.mark.parametrize(
    "unsuitable",
    [{"warmth": 0.45}, {"white_edge": 0.6}, {"black": 0.3}],
)
def test_low_sun_is_refused_where_it_stains_or_is_unseen(unsuitable):
    """It is unseen in a warm picture, yellow on white, and a haze on black."""
    assert "golden" not in light.suitable_lights(replace(NOON, openness=0.0, sky=0.0, **unsuitable))


@pytest.mark.parametrize(
    "unsuitable",
    [{"upper_luma": 0.4}, {"lower_luma": 0.8}, {"person": 1.0}, {"figure": 0.04}, {"sky": 0.6}],
)
def test_a_sunset_is_of_a_bright_sky_without_a_person_or_snow(unsuitable):
    """Things as bright as the sky would be lit as it is."""
    assert "sunset" in light.suitable_lights(NOON)
    assert "sunset" not in light.suitable_lights(replace(NOON, **unsuitable))


@pytest.mark.parametrize("unsuitable", [{"median_luma": 0.135}, {"warmth": 0.42}])
def test_low_sun_is_refused_where_it_hardly_shows(unsuitable):
    """Dim pictures and warm ones hardly change in it."""
    assert "golden" in light.suitable_lights(NOON)
    assert "golden" not in light.suitable_lights(replace(NOON, **unsuitable))


def test_sunsets_are_of_different_colours(prepared):
    """The horizon is orange in some and pink in others."""
    horizons = [
        rendered(prepared, "sunset", seed=seed)[60:80, :, :3].astype(float).mean((0, 1))
        for seed in range(8)
    ]
    warmth = [red - blue for red, _, blue in horizons]
    assert max(warmth) > min(warmth) + 20


def test_a_photograph_on_a_flat_ground_is_not_a_drawing():
    """Its colours separate it from a logo."""
    source = np.full((256, 256, 3), 2, np.uint8)
    astronaut = pytest.importorskip("skimage.data").astronaut()
    source[90:218, 60:188] = resize(astronaut, 128, 128)
    orientations = analyse_source(source, 256, 256)
    kind = replace(orientations[0].kind, is_graphic=True)
    graphic = tuple(replace(one, kind=kind) for one in orientations)
    assert photograph.prepare(graphic, graphic[0].image_at(256, 256), 0.5) is not None


def test_bright_cool_pictures_get_dusk():
    """Dim ones are of dusk already."""
    cool = replace(NOON, warmth=-0.3)
    assert "dusk" in light.suitable_lights(cool)
    assert "dusk" not in light.suitable_lights(replace(cool, median_luma=0.3))


def test_a_portrait_is_seldom_at_dusk():
    """Low sun flatters skin, and cool light makes it pale; where that alone suits, it is made."""
    kinds = light.suitable_lights(replace(NOON, portrait=1.0))
    assert kinds["dusk"] <= 0.25 * light.suitable_lights(NOON)["dusk"]
    alone = replace(NOON, portrait=1.0, openness=0.0, warmth=0.45)
    assert light.suitable_lights(alone) == {"dusk": 1.0}


def test_low_sun_on_snow_is_less_yellow(prepared):
    """Pale places would be stained."""

    def yellow(luma):
        one = replace(prepared, scene=replace(prepared.scene, median_luma=luma))
        image = rendered(one, "golden")[..., :3].astype(float)
        return (image[..., :2].mean(2) - image[..., 2]).mean()

    assert yellow(0.9) < 0.75 * yellow(0.5)


def test_a_sun_in_the_sky_is_not_of_dusk():
    """It would shine on, in a small sky, too; a bright spot of a room is no sun."""
    for sky in (0.8, 0.0):
        assert "dusk" not in light.suitable_lights(replace(NOON, sun_warmth=0.4, sky=sky))
    assert "dusk" in light.suitable_lights(replace(ROOM, sun_warmth=0.4, sky=0.5))


@pytest.mark.parametrize("place", [NOON, ROOM])
def test_black_and_white_grounds_keep_their_colour(place):
    """No haze or tint falls on the ground of a picture that is mostly black, or on white."""
    for ground in ({"black": 0.5}, {"white_edge": 0.6}):
        assert not {"golden", "dusk", "window"} & set(
            light.suitable_lights(replace(place, **ground))
        )
    assert "sunset" not in light.suitable_lights(replace(place, white_edge=0.6))


def test_unsure_lettering_is_not_mirrored():
    """No light needs a mirror image."""
    orientations = analyse_source(landscape(120), 120, 120)
    unsure = tuple(replace(one, lettering_excluded=False) for one in orientations)
    assert not orientations[0].has_lettering
    found = photograph.prepare(unsure, orientations[0].image_at(120, 120), 0.5)
    assert all(one.has_lettering for one in found.orientations)


def test_grey_pictures_stay_grey(prepared):
    """No coloured light suits them, and the others become grey."""
    grey = replace(NOON, grey=True)
    assert not light.COLOURED & set(light.suitable_lights(grey))
    source = np.repeat(landscape(120)[..., :1], 3, axis=2)
    orientations = analyse_source(source, 120, 120)
    one = Photograph(orientations, survey(orientations[0].image_at(120, 120)), {}, [], frozenset())
    assert one.scene.grey
    for kind in light.LIGHTS:
        image = rendered(one, kind, side=120)[..., :3].astype(int)
        assert np.ptp(image, axis=2).max() <= 1


def test_the_night_gets_no_sun():
    """There is no low sun in a dark sky, and no light in the dark."""
    dim = replace(NOON, upper_luma=0.2)
    assert not {"golden", "sunset"} & set(light.suitable_lights(dim))
    assert not light.suitable_lights(replace(ROOM, median_luma=0.05))


@pytest.mark.parametrize("draw", [flag, sticker])
def test_drawings_and_transparent_pictures_are_refused(draw):
    """They have no light."""
    orientations = analyse_source(draw(120), 120, 120)
    assert photograph.prepare(orientations, orientations[0].image_at(120, 120), 0.5) is None


def test_a_picture_of_hardly_anything_is_refused():
    """A shadow would be all that it shows."""
    orientations = analyse_source(np.full((90, 90, 3), 130, np.uint8), 90, 90)
    assert photograph.prepare(orientations, orientations[0].image_at(90, 90), 0.5) is None


@pytest.mark.parametrize("kind", light.LIGHTS)
def test_every_light_is_seen_and_keeps_the_picture(prepared, kind):
    """It differs clearly from the gentle layout alone, is opaque, and nothing is lost in black."""
    image = rendered(prepared, kind)
    assert image.shape == (200, 200, 4)
    assert (image[..., 3] == 255).all()
    assert np.abs(image[..., :3].astype(int) - landscape(200)).mean() > 10
    assert image[..., :3].mean() > 25
    assert image[..., :3].std() > 15


@pytest.mark.parametrize("kind", light.LIGHTS)
def test_a_seed_has_one_picture_at_every_size(prepared, kind):
    """Half the size shows the same light."""
    large, small = rendered(prepared, kind, side=200), rendered(prepared, kind, side=100)
    means = large.reshape(100, 2, 100, 2, 4).mean((1, 3))
    assert np.abs(means - small)[..., :3].mean() < 8
    assert np.array_equal(small, rendered(prepared, kind, side=100))


@pytest.mark.parametrize("kind", light.LIGHTS)
def test_the_light_grows_with_strength(prepared, kind):
    """Strong light is farther from the source than medium light."""

    def distance(strength):
        image = rendered(prepared, kind, strength)[..., :3].astype(int)
        return np.abs(image.mean((0, 1)) - landscape(200).mean((0, 1))).sum()

    assert distance(1.0) > 0.95 * distance(0.4)


@pytest.mark.parametrize("kind", light.LIGHTS)
def test_each_step_of_strength_leads_further_away(prepared, kind):
    """The mean difference from the source grows from 0.4 to 0.7 and to 1."""
    source = resize(premultiply(landscape(200)), 32, 32)[..., :3].astype(int)
    distances = [
        np.abs(resize(rendered(prepared, kind, strength), 32, 32)[..., :3] - source).mean()
        for strength in (0.4, 0.7, 1.0)
    ]
    assert distances == sorted(distances)
