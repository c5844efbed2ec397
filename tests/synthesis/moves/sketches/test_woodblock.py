"""Woodblock prints: the whole sheet, its inks and its skies."""

import numpy as np
import pytest

from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.sketches import woodblock
from diabelli.synthesis.moves.sketches.woodblock import show_woodblock
from diabelli.synthesis.moves.sketches.woodblock_inks import (
    BLUE,
    MOONLIGHT,
    PALETTES,
    SKIES,
    STEP,
    mixed,
    stepped,
)
from diabelli.synthesis.moves.sketches.woodblock_sheet import margin_of
from diabelli.synthesis.moves.sketches.woodblock_sky import (
    MIN_SKY,
    ROOM,
    find_sky,
    has_sun,
    is_sure_sky,
    show_sun,
)
from diabelli.synthesis.moves.sketches.woodblock_suitability import Printable
from oracles.sources import landscape, opaque

NOWHERE = np.zeros((192, 192), np.float32)
PLAIN = Printable(NOWHERE, NOWHERE)
ALL = tuple(dict.fromkeys((*PALETTES, *SKIES)))


@pytest.fixture(params=range(len(ALL)))
def palette(request, monkeypatch):
    """Return one palette, the only one that is used."""
    for name in ("PALETTES", "SKIES"):
        monkeypatch.setattr(woodblock, name, (ALL[request.param],) * 2)
    return ALL[request.param]


def seen(image):
    """Return the luma (h, w) of an image from far."""
    return blur(luma(image), image.shape[0] / 40)


def sky_above(share):
    """Return the room of a clear sky in the uppermost part of a picture."""
    room = NOWHERE.copy()
    rows = int(share * len(room))
    depth = np.minimum(np.arange(rows), np.arange(rows)[::-1]) + 1
    side = np.minimum(np.arange(192), np.arange(192)[::-1]) + 1
    room[:rows] = np.minimum(depth[:, None], side) / 192
    return room


def shore():
    """Return a grey sky (300, 300, 4) over green land."""
    picture = np.full((300, 300, 3), 190)
    picture[150:] = (40, 110, 50)
    return opaque(picture)


@pytest.mark.usefixtures("palette")
def test_light_and_dark_stay_where_they_are():
    """It is a print of the picture, neither mirrored nor moved, in a margin."""
    image = resize(opaque(landscape(400)), 400, 400)
    printed = show_woodblock(image, NOWHERE + 1, PLAIN, RandomStream(2))
    assert printed.shape == (400, 400, 4)
    assert (printed[..., 3] == 255).all()
    margin = margin_of(400, 400)
    inner = resize(image, 400 - 2 * margin, 400 - 2 * margin)
    before, after = seen(inner), seen(printed[margin:-margin, margin:-margin])
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.75


@pytest.mark.usefixtures("palette")
def test_every_size_is_the_same_print():
    """Areas, lines, grain and sun are where they are at another size."""
    source = opaque(landscape(512))
    need = Printable(NOWHERE, sky_above(0.4))
    small, large = (
        show_woodblock(resize(source, side, side), NOWHERE, need, RandomStream(3))
        for side in (256, 512)
    )
    shrunk = resize(large, 256, 256)
    assert np.abs(shrunk.astype(int) - small)[..., :3].mean() < 8
    assert np.abs(seen(shrunk) - seen(small)).max() < 20


@pytest.mark.parametrize(("height", "width"), [(96, 300), (300, 100)])
def test_every_aspect_has_an_even_margin(height, width):
    """It is of bare paper on all sides, as wide above as at the left."""
    image = opaque(np.full((height, width, 3), 60))
    printed = show_woodblock(image, NOWHERE, PLAIN, RandomStream(1))
    assert printed.shape == (height, width, 4)
    margin = margin_of(height, width)
    light = luma(printed)
    inner = light[margin + 4 : -margin - 4, margin + 4 : -margin - 4]
    outer = np.concatenate([light[: margin - 1].ravel(), light[:, -margin + 1 :].ravel()])
    assert outer.min() > 215
    assert inner.mean() < 140


def test_a_blue_print_has_a_red_accent(monkeypatch):
    """Green is blue, and red is red."""
    monkeypatch.setattr(woodblock, "PALETTES", (BLUE,))
    colours = np.full((300, 300, 3), 60)
    colours[:, :150, 0], colours[:, 150:, 1] = 200, 120
    printed = show_woodblock(opaque(colours), NOWHERE, PLAIN, RandomStream(1))[100:250, :, :3]
    assert printed[:, 50:110].mean((0, 1)).argmax() == 0
    assert printed[:, 180:260].mean((0, 1)).argmax() == 2


def test_a_small_thing_keeps_its_colour():
    """A lantern in a wood is red, although the wood takes all inks."""
    rng = np.random.default_rng(1)
    wood = np.array([70, 100, 60]) + rng.normal(0, 25, (300, 300, 1)) * np.ones(3)
    wood[140:152, 140:152] = (200, 40, 30)
    image = opaque(wood.clip(0, 255).astype(np.uint8))
    margin = margin_of(300, 300)
    printed = show_woodblock(image, NOWHERE + 1, PLAIN, RandomStream(1))
    places = round(margin + 146 * (300 - 2 * margin) / 300)
    red, green, _ = printed[places - 2 : places + 3, places - 2 : places + 3, :3].mean((0, 1))
    assert red > green + 50


def test_a_grey_picture_has_the_hues_of_the_palette():
    """No faint chroma of the scan is made stronger."""
    image = opaque(np.repeat(landscape(120)[..., 1:2], 3, 2))
    image[..., 0] += image[..., 0] < 250
    for seed in range(3):
        plain, tinted = (
            show_woodblock(one, NOWHERE, PLAIN, RandomStream(seed), grey=True).astype(int)
            for one in (np.repeat(image[..., 1:2], 4, 2), image)
        )
        assert np.abs(plain - tinted)[..., :3].mean() < 3


def test_a_clear_sky_is_dyed_down_to_the_skyline():
    """Land has the light of the hour, and keeps its shades."""
    need = Printable(NOWHERE, sky_above(0.5))
    for seed in range(6):
        printed = show_woodblock(shore(), NOWHERE, need, RandomStream(seed))[..., :3].astype(int)
        upper, lower = printed[20:30, 40:-40].mean((0, 1)), printed[130:140, 30:60].mean((0, 1))
        assert luma(lower) > luma(upper) + 40
        land = printed[170:270, 40:-40]
        assert land.mean((0, 1)).argmax() == 1 or land.mean((0, 1))[2] > land.mean((0, 1))[0]
        # From one row to the next, sky turns into land.
        rows = luma(printed[145:156, 40:-40]).mean(1)
        assert np.abs(np.diff(rows)).max() > 0.35 * np.ptp(rows)


def even_sky(share):
    """Return a smoothed picture (200, 200, 3) of a pale sky over dark land."""
    smooth = np.zeros((200, 200, 3), np.float32)
    smooth[..., 0] = 0.2
    smooth[: int(200 * share), :, 0] = 0.8
    return smooth


def test_the_sky_ends_at_the_edges_of_the_picture():
    """The map of the clear sky is coarse, and ends above the skyline."""
    found = find_sky(even_sky(0.4), sky_above(0.36))
    assert found[:78].all()
    assert not found[82:].any()


def sure(smooth, light, room):
    """Return whether the sky of a smoothed picture is sure."""
    return is_sure_sky(find_sky(smooth, room), smooth, light, room)


def test_an_unsure_sky_is_not_dyed():
    """It is small, dark, foggy, between leaves, behind poles, or with things in it."""
    smooth, room = even_sky(0.4), sky_above(0.36)
    light = smooth[..., 0]
    assert sure(smooth, light, room)
    assert not sure(smooth, 0.3 * light, room)
    assert not sure(even_sky(0.08), light, sky_above(MIN_SKY - 0.02))
    foggy = smooth.copy()
    foggy[60:, :, 0] = np.linspace(0.8, 0.2, 140, dtype=np.float32)[:, None]
    assert not sure(foggy, light, room)
    leafy, poles, birds = smooth.copy(), smooth.copy(), smooth.copy()
    leafy[20:80, 120:, 0] = np.where(np.indices((60, 80)).sum(0) // 8 % 2, 0.8, 0.2)
    poles[30:, 40:180:40, 0] = 0.2
    birds[30:40, 40:180:20, 0] = 0.3
    for one in (leafy, poles, birds):
        assert not sure(one, light, room)


def test_a_sun_is_far_from_the_rim_of_the_sky():
    """It is at least its diameter away from it, and there is none in a narrow sky."""
    room = sky_above(0.5)
    assert has_sun(room)
    for seed in range(12):
        colours = np.zeros((200, 200, 3), np.float32)
        show_sun(colours, room, (1.0, 0.5, 0.2), RandomStream(seed))
        rows, columns = np.nonzero(colours[..., 0])
        size = np.ptp(rows)
        assert size > 14
        for near, far in ((rows.min(), 100 - rows.max()), (columns.min(), 199 - columns.max())):
            assert min(near, far) > 0.45 * (ROOM - 1) * size - 2
    assert not has_sun(sky_above(0.16))


def test_there_is_no_moonlight_without_room_for_a_moon(monkeypatch):
    """Its sky would be dark all over."""
    monkeypatch.setattr(woodblock, "SKIES", (BLUE, MOONLIGHT))
    image = opaque(np.full((100, 100, 3), 200))
    lights = {
        share: [
            show_woodblock(image, NOWHERE, Printable(NOWHERE, sky_above(share)), RandomStream(k))
            for k in range(6)
        ]
        for share in (0.16, 0.5)
    }
    dark = {share: min(luma(one).mean() for one in found) for share, found in lights.items()}
    assert dark[0.5] < dark[0.16] - 20


def test_lettering_is_cut_finely():
    """More of a faint pattern remains where it may be lettering."""
    rng = np.random.default_rng(1)
    texture = blur(rng.normal(0, 1, (500, 500)).astype(np.float32), 1.5)
    levels = (128 + 9 * texture / texture.std()).clip(0, 255)
    image, margin = opaque(np.repeat(levels[..., None], 3, 2).astype(np.uint8)), margin_of(500, 500)
    size = 500 - 2 * margin
    inner = luma(resize(image, size, size))[40:-40, 40:-40].ravel()
    kept = []
    for lettering in (NOWHERE, NOWHERE + 1):
        need = Printable(lettering, NOWHERE)
        printed = show_woodblock(image, NOWHERE, need, RandomStream(1), grey=True)
        part = luma(printed)[margin + 40 : -margin - 40, margin + 40 : -margin - 40]
        kept.append(np.corrcoef(inner, part.ravel())[0, 1])
    assert 1 - kept[1] < 0.75 * (1 - kept[0])


def test_tones_are_cut_in_steps():
    """Steps are flat, in order, and close to the tones."""
    tone = np.linspace(0, 1, 400, dtype=np.float32)[None]
    steps = stepped(tone)
    assert (np.diff(steps) >= 0).all()
    assert (np.diff(steps) == 0).mean() > 0.5
    assert np.abs(steps - tone).max() <= STEP


def test_darker_colours_give_darker_inks():
    """Mixing an ink changes no order of tones."""
    tones = np.linspace(0, 1, 20, dtype=np.float32)
    greys = np.stack([tones, 0 * tones, 0 * tones], 1)
    for one in ALL:
        assert (np.diff(luma(mixed(greys, one, grey=False))) > 0).all()


@pytest.mark.parametrize(("share", "palettes"), [(0.0, PALETTES), (0.5, SKIES)])
def test_all_palettes_are_used(monkeypatch, share, palettes):
    """Seeds choose among those of the prints without a sky, or among those with one."""
    keys = []
    monkeypatch.setattr(woodblock, "pull_print", lambda _, key, *rest: keys.append(key))
    need = Printable(NOWHERE, sky_above(share))
    for seed in range(30):
        show_woodblock(opaque(landscape(48)), NOWHERE, need, RandomStream(seed))
    assert set(keys) == {palette.key for palette in palettes}


@pytest.mark.usefixtures("palette")
def test_prints_of_one_palette_differ():
    """Each seed has another sheet of paper and another block of wood."""
    image, margin = opaque(landscape(200)), margin_of(200, 200)
    need = Printable(NOWHERE, NOWHERE)
    first, other = (
        show_woodblock(image, NOWHERE, need, RandomStream(seed)).astype(int) for seed in (1, 2)
    )
    apart = np.abs(first - other)[..., :3].mean(2)
    assert apart[: margin - 1].mean() > 0.5
    assert apart[margin + 8 : -margin - 8, margin + 8 : -margin - 8].mean() > 1
