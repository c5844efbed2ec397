"""Photographs: which of them get water, and in which mixes."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis import person_matte
from diabelli.synthesis.analysis.lettering import LikeliestLettering
from diabelli.synthesis.analysis.picture_border import NO_BORDER, Insets
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves import photograph
from diabelli.synthesis.moves.cake.cake import CAKE
from diabelli.synthesis.moves.cinema.cinema import CINEMA
from diabelli.synthesis.moves.coffees.coffee import COFFEE
from diabelli.synthesis.moves.comics.comic_page import COMIC_PAGE
from diabelli.synthesis.moves.lights.light import SHADOWS, WINDOW
from diabelli.synthesis.moves.mosaics.mosaic import MOSAIC
from diabelli.synthesis.moves.murals.mural import MURAL
from diabelli.synthesis.moves.painted_tiles.painted_tiles import PAINTED_TILES
from diabelli.synthesis.moves.photograph import FRAME, WATER, Photograph
from diabelli.synthesis.moves.porcelains.porcelain import PORCELAIN
from diabelli.synthesis.moves.remakes import REMAKES, find_remakes, remakes_of_any
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.moves.screen_prints.screen_print import SCREEN_PRINT
from diabelli.synthesis.moves.still_lifes.still_life import (
    INSTANT_PRINT,
    JIGSAW,
    PAINTING,
    STILL_LIFES,
    shares_of_still_lifes,
)
from diabelli.synthesis.moves.television.television import TELEVISION
from diabelli.synthesis.moves.things import thing
from diabelli.synthesis.moves.water.shore import Shore
from diabelli.synthesis.pipeline import analyse_source
from oracles.plain_landscape import plain_analysis, plain_image, plain_scene
from oracles.sources import landscape

SHORE = Shore(top=0.1, left=0.0, size=1.0, line=0.6, cost=0.0)


def written(share):
    """Return a map of lettering of that mean."""
    return np.full((GRID, GRID), share, np.float32)


@pytest.fixture(scope="module")
def orientations():
    return analyse_source(landscape(200), 200, 200)


@pytest.fixture(scope="module")
def scene():
    """Return the open air, seen from the side."""
    return replace(
        survey(landscape(200)), openness=2.0, ground=1.0, figure=0.0, teal=0.0, barred=False
    )


def moves_without_still_lifes(shown):
    """Return the weights of the other moves of a photograph."""
    weights = photograph.moves_of(shown)
    return {names: weight for names, weight in weights.items() if names[-1] not in STILL_LIFES}


def prepared(orientations, scene, monkeypatch):
    monkeypatch.setattr(photograph, "survey", lambda *_: scene)
    kind = replace(orientations[0].kind, has_text=False)
    plain = {"kind": kind, "lettering": written(0), "tilt_tolerance": 0.0}
    level = tuple(replace(one, **plain) for one in orientations)
    return photograph.prepare(level, orientations[0].image_at(200, 200), 0.5)


def test_a_landscape_gets_water(orientations, scene, monkeypatch):
    """Its best shores hide little."""
    assert prepared(orientations, scene, monkeypatch).shores


@pytest.mark.parametrize(
    "unsuitable",
    [
        {"ground": 0.45, "openness": 0.0},
        {"ground": 0.3, "openness": 3.0},
        {"figure": 0.05},
        {"teal": 0.9, "sky": 0.0},
        {"barred": True},
    ],
)
def test_rooms_figures_and_the_sea_floor_get_no_water(orientations, scene, monkeypatch, unsuitable):
    """Water would flood the room, stand at knees, be within water, or show a film's bars."""
    dry = prepared(orientations, replace(scene, **unsuitable), monkeypatch)
    assert not dry.shores


@pytest.mark.parametrize(
    "change",
    [{"tilt_tolerance": 1.0}, {"border": Insets(0.01, 0, 0, 0)}, {"lettering": written(0.3)}],
)
def test_pictures_from_above_scans_and_pages_get_no_water(orientations, scene, monkeypatch, change):
    """Water does not stand in a view from above, and a scan's border would be mirrored."""
    monkeypatch.setattr(photograph, "survey", lambda *_: scene)
    kind = replace(orientations[0].kind, has_text=False)
    plain = {"kind": kind, "lettering": written(0), "tilt_tolerance": 0.0}
    changed = tuple(replace(one, **plain | change) for one in orientations)
    assert not photograph.prepare(changed, orientations[0].image_at(200, 200), 0.5).shores


def test_the_person_map_is_computed_once(monkeypatch):
    """The outline of a cup, which might be stitched alone, needs the map again."""
    studied = analyse_source(pytest.importorskip("skimage.data").coffee(), 200, 300)
    small, maps = studied[0].image_at(400, 600), []
    network = person_matte.sigmoid

    def counted(values):
        maps.append(values.shape)
        return network(values)

    monkeypatch.setattr(person_matte, "sigmoid", counted)
    shown = photograph.prepare(studied, small, 0.5)
    assert maps.count((person_matte.INPUT, person_matte.INPUT)) == 1
    np.testing.assert_array_equal(shown.scene.persons, person_matte.person_map(small))


def room_of(scene):
    """Return a room with something close by."""
    close = {"openness": -3.0, "surface": 1.0, "foliage": 0.0, "roughness": 8.0, "person": 0.0}
    subject = np.zeros_like(scene.subject)
    subject[:100, :100] = 1
    return replace(scene, white=0.0, white_edge=0.0, flat=0.0, black=0.0, subject=subject, **close)


@pytest.mark.parametrize(("border", "found"), [(NO_BORDER, True), (Insets(0.01, 0, 0, 0), False)])
def test_no_shadow_crosses_a_frame(orientations, scene, monkeypatch, border, found):
    """It would fall on the frame and on the picture within it alike."""
    monkeypatch.setattr(photograph, "survey", lambda *_: room_of(scene))
    framed = tuple(replace(one, border=border) for one in orientations)
    shown = photograph.prepare(framed, orientations[0].image_at(200, 200), 0.5)
    assert SHADOWS & set(shown.lights) == (SHADOWS if found else set())


@pytest.mark.parametrize(
    ("skin_side", "figure", "found"), [(24, 0.2, False), (120, 0.2, True), (24, 0.05, True)]
)
def test_no_shadow_crosses_a_hall_of_people(
    orientations, scene, monkeypatch, skin_side, figure, found
):
    """It would lie flat over people far away; a large face is a thing close by, as a mask is."""
    room = replace(room_of(scene), figure=figure)
    monkeypatch.setattr(photograph, "survey", lambda *_: room)
    skin = np.zeros_like(scene.subject)
    skin[60 : 60 + skin_side, 60 : 60 + skin_side] = 1
    shown = tuple(
        replace(one, border=NO_BORDER, people=one.people._replace(skin=skin))
        for one in orientations
    )
    lights = photograph.prepare(shown, orientations[0].image_at(200, 200), 0.5).lights
    assert (WINDOW in lights) == found


def test_no_shadow_falls_on_water(orientations, scene):
    """Water is made with each other light."""
    lights = dict.fromkeys(("golden", *SHADOWS), 1.0)
    shore = Shore(top=0.1, left=0.0, size=1.0, line=0.6, cost=0.0)
    shown = Photograph(orientations, scene, lights, [shore], frozenset())
    wet = {names for names in photograph.moves_of(shown) if names[0] == photograph.WATER}
    assert ("water", "golden") in wet
    assert not any(SHADOWS.intersection(names) for names in wet)


@pytest.mark.parametrize(
    ("move", "change", "may_mirror"),
    [
        *((name, {}, False) for name in sorted(SHADOWS)),
        (CINEMA, {}, False),
        (CAKE, {}, False),
        (COFFEE, {}, False),
        (TELEVISION, {}, False),
        (MOSAIC, {}, False),
        (PAINTED_TILES, {}, False),
        ("dusk", {}, True),
        ("dusk", {"person": 0.5}, False),
        ("dusk", {"openness": -1.0}, False),
    ],
)
def test_things_close_by_people_and_films_are_not_mirrored(
    orientations, scene, monkeypatch, move, change, may_mirror
):
    """Their labels are often too small to be found."""
    used = []

    def layout(orientations, *_, **__):
        used.extend(orientations)
        return orientations[0].image_at(64, 64)

    monkeypatch.setattr(photograph, "gentle_layout", layout)
    remakes = remakes_of_any({move} & REMAKES.keys())
    shown = Photograph(orientations, replace(scene, **change), {}, [], frozenset(), remakes=remakes)
    photograph.render(shown, (move,), 0.5, RandomStream(1), 64, 64)
    assert (used[1] is orientations[1]) == may_mirror
    assert used[0] is orientations[0]


def test_a_cinema_shows_no_pages_and_nothing_dark(orientations, scene, monkeypatch):
    """Every other photograph is a film, in black and white as well."""
    properties = {"grey": True, "median_light": 0.02}
    monkeypatch.setattr(photograph, "survey", lambda *_: replace(scene, **properties))
    small = orientations[0].image_at(200, 200)

    def suits(**change) -> bool:
        plain = {"kind": replace(orientations[0].kind, has_text=False), "lettering": written(0)}
        changed = tuple(replace(one, **plain | change) for one in orientations)
        return CINEMA in photograph.prepare(changed, small, 0.5).remakes

    assert suits()
    assert suits(lettering=written(0.4))
    assert not suits(lettering=written(0.6))
    text = replace(orientations[0].kind, has_text=True)
    assert suits(kind=text)
    assert not suits(kind=text, lettering=written(0.2))
    properties["median_light"] = 0.005
    assert not suits()


@pytest.mark.parametrize(("light", "is_suitable"), [(0.2, True), (0.03, False)])
def test_the_dark_is_on_no_cake(orientations, scene, light, is_suitable):
    """A black square is no print."""
    lit = replace(scene, median_light=light)
    assert bool(REMAKES[CAKE].find(lit, orientations[0], None)) == is_suitable


def test_a_television_set_shows_all_but_pages(orientations, scene):
    """Words, the dark and small faces are legible on it."""

    def suits(**change) -> bool:
        return bool(REMAKES[TELEVISION].find(scene, replace(orientations[0], **change), None))

    assert suits(lettering=written(0.4))
    assert not suits(lettering=written(0.6))


@pytest.mark.parametrize(
    "name",
    [
        *(CAKE, CINEMA, COFFEE, TELEVISION, PAINTED_TILES, MOSAIC),
    ],
)
@pytest.mark.parametrize("lights", [{"golden": 2.0}, {}])
def test_a_remake_has_its_share(orientations, scene, lights, name):
    """Beside still lifes, and beside them and lights."""
    remakes = remakes_of_any([INSTANT_PRINT, name])
    shown = Photograph(orientations, scene, lights, [], frozenset(), remakes=remakes)
    weights = photograph.moves_of(shown)
    assert weights[name,] == pytest.approx(REMAKES[name].share * sum(weights.values()))
    assert (name,) not in photograph.moves_of(
        replace(shown, remakes=remakes_of_any([INSTANT_PRINT]))
    )


def test_remakes_leave_a_share_to_others(orientations, scene):
    """If all of them suit, each is made less often in proportion."""
    shown = Photograph(orientations, scene, {"golden": 2.0}, [], frozenset())
    remakes = remakes_of_any(REMAKES)
    weights = photograph.moves_of(replace(shown, remakes=remakes))
    shares = {name: remake.share for name, remake in REMAKES.items() if remake.share > 0}
    made = {name: weights[name,] / sum(weights.values()) for name in shares}
    assert sum(shares.values()) > photograph.MAX_SHARE_OF_REMAKES
    assert sum(made.values()) == pytest.approx(photograph.MAX_SHARE_OF_REMAKES)
    assert made[COFFEE] / made[CINEMA] == pytest.approx(shares[COFFEE] / shares[CINEMA])


def test_a_subject_that_water_would_hide_gets_none(orientations, scene, monkeypatch):
    """It fills the frame down to its lower edge."""
    whole = np.ones_like(scene.subject)
    assert not prepared(orientations, replace(scene, subject=whole), monkeypatch).shores


def test_water_is_alone_and_under_every_light(orientations, scene):
    """Most variations have it, in different lights; some do not."""
    lights = {"golden": 2.0, "dusk": 1.0}
    weights = moves_without_still_lifes(
        Photograph(orientations, scene, lights, [SHORE], frozenset())
    )
    wet = {names: weight for names, weight in weights.items() if WATER in names}
    assert set(wet) == {(WATER,), (WATER, "golden"), (WATER, "dusk")}
    assert sum(wet.values()) == pytest.approx(photograph.WATER_SHARE * sum(lights.values()))
    assert set(weights) - set(wet) == {("golden",), ("dusk",)}


def test_water_alone_suits_a_night_without_lights(orientations, scene):
    """It needs no other light."""
    weights = moves_without_still_lifes(Photograph(orientations, scene, {}, [SHORE], frozenset()))
    assert set(weights) == {(WATER,)}
    assert not moves_without_still_lifes(Photograph(orientations, scene, {}, [], frozenset()))


def test_half_of_the_pictures_with_water_are_mirrored_unless_letters_may_be_seen(
    orientations, scene
):
    """Lettering above the water stays readable, and that on clothes."""

    def mirrored(shown: Photograph) -> int:
        images = [
            photograph.render(shown, (WATER,), 0.5, RandomStream(seed), 100, 100)
            for seed in range(12)
        ]
        plain = shown.orientations[0].image_at(100, 100)[10:60].astype(int)
        return sum(
            np.abs(image[:50] - plain[:, ::-1]).mean() < np.abs(image[:50] - plain).mean()
            for image in images
        )

    kind = replace(orientations[0].kind, has_text=False)
    plain, written = (
        tuple(replace(one, kind=kind, has_lettering=is_written) for one in orientations)
        for is_written in (False, True)
    )
    assert 2 <= mirrored(Photograph(plain, scene, {}, [SHORE], frozenset())) <= 10
    assert mirrored(Photograph(written, scene, {}, [SHORE], frozenset())) == 0
    person = replace(scene, person=0.5)
    assert mirrored(Photograph(plain, person, {}, [SHORE], frozenset())) == 0


def test_things_of_the_sky_take_a_share_of_the_lights(orientations, scene):
    """The weights of the lights together stay."""
    lights = {"golden": 2.0, "dusk": 1.0, "sunset": 2.0}
    plain = moves_without_still_lifes(Photograph(orientations, scene, lights, [], frozenset()))
    weights = moves_without_still_lifes(
        Photograph(orientations, scene, lights, [], thing.SKY_THINGS)
    )
    shown = {
        ("birds", "golden"),
        ("balloons", "golden"),
        ("birds", "sunset"),
    }
    nights = {("lanterns",)}
    assert set(weights) == {("sunset",), ("dusk",), *shown, *nights}
    share = sum(weights[names] for names in nights) / sum(weights.values())
    assert share == pytest.approx(thing.NIGHT_SHARE)
    assert sum(weights.values()) == pytest.approx(sum(plain.values()))
    without = frozenset({"birds"})
    fewer = photograph.moves_of(Photograph(orientations, scene, lights, [], without))
    assert fewer["birds", "golden"] == pytest.approx(2.0)
    half = weights["birds", "golden"] / (1 - thing.NIGHT_SHARE)
    assert half == pytest.approx(1.0)


def test_a_sky_without_a_light_shows_all(orientations, scene):
    """Lanterns bring the night with them."""
    weights = moves_without_still_lifes(Photograph(orientations, scene, {}, [], thing.SKY_THINGS))
    assert set(weights) == {("birds",), ("balloons",), ("lanterns",)}


def test_a_person_is_not_deformed(orientations, scene):
    """Rows and columns stay evenly spaced, so a face keeps its proportions."""
    ramp = np.linspace(0, 255, 200, dtype=np.float32)
    source = np.zeros((200, 200, 3), np.uint8)
    source[..., 0], source[..., 1] = ramp[:, None], ramp[None]
    studied = analyse_source(source, 200, 200)

    def unevenness(person: float) -> float:
        cells = np.full((GRID, GRID), person, np.float32)
        people = tuple(replace(one, people=one.people._replace(cells=cells)) for one in studied)
        shown = Photograph(people, scene, {}, [], frozenset())
        found = []
        for seed in range(6):
            made = photograph.render(shown, (FRAME,), 1.0, RandomStream(seed), 200, 200)
            for values in (made[:, 100, 0].astype(float), made[100, :, 1].astype(float)):
                line = np.linspace(values[0], values[-1], 200)
                found.append(np.abs(values - line).max())
        return max(found)

    assert unevenness(1.0) < 4
    assert unevenness(0.0) > 8


def test_a_person_without_a_light_is_a_print(orientations, scene):
    """Another frame is hardly another picture, and only made where no move is trusted."""
    for person in (0.0, 1.0):
        shown = Photograph(orientations, replace(scene, person=person), {}, [], frozenset())
        weights = photograph.moves_of(shown)
        assert set(weights) == {(INSTANT_PRINT,)}
        assert not moves_without_still_lifes(shown)


def test_a_landscape_may_be_a_jigsaw(orientations, scene, monkeypatch):
    """All of the picture is in the puzzle; a page is none."""
    shown = prepared(orientations, replace(scene, person=0.0), monkeypatch)
    assert JIGSAW in shown.remakes
    assert (JIGSAW,) in photograph.moves_of(shown)
    page = tuple(replace(one, lettering=written(1)) for one in orientations)
    small = orientations[0].image_at(200, 200)
    assert JIGSAW not in photograph.prepare(page, small, 0.5).remakes


def test_a_painting_is_made_where_it_suits(orientations, scene):
    """Then it is one of the moves, also in low sun; its picture is all of the source."""
    remakes = remakes_of_any([INSTANT_PRINT, PAINTING])
    shown = Photograph(orientations, scene, {"golden": 1.0}, [], frozenset(), remakes=remakes)
    names = {names for names in photograph.moves_of(shown) if names[-1] == PAINTING}
    assert names == {(PAINTING,), ("golden", PAINTING)}
    without = replace(shown, remakes=remakes_of_any([INSTANT_PRINT]))
    assert not any(PAINTING in names for names in photograph.moves_of(without))
    plain, lit = (
        photograph.render(shown, each, 0.5, RandomStream(1), 80, 80) for each in sorted(names)
    )
    assert (plain != lit).any()


@pytest.mark.parametrize(("size", "is_remade"), [((200, 430), True), ((200, 450), False)])
def test_strips_are_not_remade(size, is_remade):
    """A wall around one would be larger than memory."""
    for sides in (size, size[::-1]):
        found = find_remakes(plain_scene(), plain_analysis(sizes=[sides]), plain_image())
        assert bool(found) == is_remade


def test_words_are_not_shown_smaller_or_cut():
    """They would be illegible; on a television set the picture is large."""
    cuts = {CAKE, CINEMA, COMIC_PAGE, INSTANT_PRINT, JIGSAW, MURAL, PORCELAIN, SCREEN_PRINT}
    plain = find_remakes(plain_scene(), plain_analysis(), plain_image())
    assert cuts < plain.keys()
    signed = plain_analysis(likeliest_lettering=LikeliestLettering(0.9, 0.5, 0.5))
    shown = find_remakes(plain_scene(), signed, plain_image())
    assert not cuts & shown.keys()
    assert TELEVISION in shown


def test_a_photograph_of_words_that_nothing_suits_keeps_its_composition():
    """Without a print there may be no remake at all."""
    assert shares_of_still_lifes(frozenset()) == {}
