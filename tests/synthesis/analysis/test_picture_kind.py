"""Picture kinds: graphic, text, symmetric, cut out, or none of these."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.picture_kind import classify, has_many_colours, has_many_tones
from diabelli.synthesis.core.alpha import premultiply
from oracles.sources import SOURCES, sticker

SIDE = 256


def paper() -> np.ndarray:
    return np.full((SIDE, SIDE, 3), 250, np.uint8)


def badge() -> np.ndarray:
    """A disc and a bar on white: symmetric flat art."""
    y, x = np.indices((SIDE, SIDE))
    flat = paper()
    flat[(y - 100) ** 2 + (x - 127.5) ** 2 < 60**2] = (220, 60, 40)
    flat[190:220, 48:208] = (30, 60, 160)
    return flat


def writing() -> np.ndarray:
    """Rows of strokes, well apart, on slightly uneven paper."""
    y, x = np.indices((SIDE, SIDE))
    sheet = 225 - y // 16 + np.random.default_rng(0).integers(-7, 8, (SIDE, SIDE))
    strokes = (y % 24 < 10) & (x % 14 < 4)
    return np.repeat(np.where(strokes, 60, sheet)[..., None], 3, -1).astype(np.uint8)


def mirrored(image: np.ndarray) -> np.ndarray:
    """An image whose right half is the mirror of its left."""
    return np.concatenate([image[:, : SIDE // 2], image[:, : SIDE // 2][:, ::-1]], axis=1)


def test_flat_art_is_a_graphic_and_not_to_be_mirrored():
    """Flat colours with hard edges are a graphic that may have text."""
    kind = classify(premultiply(badge()))
    assert kind.is_graphic
    assert kind.has_text


def test_a_solid_shape_is_a_graphic_and_may_be_mirrored():
    """A disc on thin legs has no text."""
    y, x = np.indices((SIDE, SIDE))
    flat = paper()
    flat[(y - 90) ** 2 + (x - 110) ** 2 < 60**2] = 0
    flat[100:220, (x[0] >= 70) & (x[0] < 150) & (x[0] % 24 < 6)] = 0
    kind = classify(premultiply(flat))
    assert kind.is_graphic
    assert not kind.has_text


def test_a_page_in_uneven_light_is_no_drawing():
    """Ink on paper has hard edges, but unevenly lit paper has many shades."""
    y, x = np.indices((SIDE, SIDE))
    grain = np.random.default_rng(0).integers(-4, 5, (SIDE, SIDE)) * (x > 100)
    strokes = (y % 24 < 10) & (x % 14 < 4)
    for sheet, is_drawn in ((230, True), (130 + (x + y) // 5, False)):
        shades = np.where(strokes, 30, sheet + grain)
        kind = classify(premultiply(np.repeat(shades[..., None], 3, -1).astype(np.uint8)))
        assert kind.is_graphic == is_drawn
        assert kind.has_text


def test_a_photograph_with_an_even_ground_is_no_drawing():
    """A bird before the sky has hard edges, but the sky has grain and a slow gradient."""
    y, x = np.indices((SIDE, SIDE))
    sky = 120 + y // 4 + np.random.default_rng(0).integers(-1, 2, (SIDE, SIDE))
    bird = (y - 90) ** 2 + 4 * (x - 120) ** 2 < 40**2
    kind = classify(premultiply(np.where(bird, 20, sky)[..., None].repeat(3, -1).astype(np.uint8)))
    assert not kind.is_graphic
    assert not kind.has_text


def test_a_transparent_surrounding_makes_a_cut_out():
    """Rounded corners alone are no cut-out."""
    assert classify(premultiply(sticker(SIDE))).is_cut_out
    assert not classify(premultiply(SOURCES["face"](SIDE))).is_cut_out
    cornered = np.dstack([SOURCES["face"](SIDE), np.full((SIDE, SIDE), 255, np.uint8)])
    cornered[:20, :20, 3] = 0
    assert not classify(premultiply(cornered)).is_cut_out


def test_a_page_has_text():
    """Thin strokes on an even background are text, dark on light and light on dark."""
    for page in (writing(), 255 - writing()):
        kind = classify(premultiply(page))
        assert kind.has_text
        assert not kind.is_graphic


@pytest.mark.parametrize("name", ["pebbles", "face"])
def test_pictures_with_shades_are_neither(name):
    """Rough or shaded pictures are neither graphic nor text."""
    kind = classify(premultiply(SOURCES[name](SIDE)))
    assert not kind.is_graphic
    assert not kind.has_text


@pytest.mark.parametrize("name", SOURCES)
def test_what_mirrors_itself_is_symmetric(name):
    """A picture of two mirrored halves is symmetric."""
    assert classify(premultiply(mirrored(SOURCES[name](SIDE)))).symmetric


def test_an_axis_may_be_a_little_off_the_middle():
    """A badge slightly off the middle is symmetric."""
    for shift in (-8, 0, 8):
        assert classify(premultiply(np.roll(badge(), shift, axis=1))).symmetric


def test_what_does_not_is_not():
    """Pebbles and a landscape have no axis."""
    assert not classify(premultiply(SOURCES["pebbles"](SIDE))).symmetric
    assert not classify(premultiply(SOURCES["landscape"](SIDE))).symmetric


@pytest.mark.parametrize("shape", [(16, 16), (16, 300), (400, 17)])
def test_every_picture_has_a_kind(shape):
    """Small, long and uniform pictures have a kind."""
    for image in (np.zeros((*shape, 4), np.uint8), np.full((*shape, 4), 200, np.uint8)):
        assert classify(image).is_graphic
        assert classify(image).symmetric


@pytest.mark.parametrize("draw", [badge, writing, paper])
def test_drawings_have_few_colours(draw):
    """Ground and inks have most places."""
    assert not has_many_colours(draw())


def test_a_photograph_on_a_flat_ground_has_many_colours():
    """Half of the picture is of one colour."""
    picture = paper()
    astronaut = pytest.importorskip("skimage.data").astronaut()
    picture[64:192] = astronaut[64:192, :SIDE]
    assert has_many_colours(picture)


def test_a_grey_photograph_on_black_has_many_tones():
    """It is shaded, unlike ink and text; a coloured picture has no tones."""
    picture = np.zeros((200, 200, 3), np.uint8)
    picture[40:180, 60:160] = np.linspace(0, 255, 100).astype(np.uint8)[None, :, None]
    assert has_many_tones(picture)
    assert not has_many_tones(picture * np.array([1, 0, 0], np.uint8))
    for values in (0, 255):
        picture[40:180, 60:160] = values
        assert not has_many_tones(picture)
