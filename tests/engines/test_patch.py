"""The patch engine: variations of any picture that differ by strength and seed."""

from itertools import combinations, product

import numpy as np
import pytest

from diabelli.engines import patch
from diabelli.engines.patch import PatchEngine
from diabelli.synthesis.core.alpha import is_transparent, premultiply, unpremultiply
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.moves import photograph
from diabelli.synthesis.moves.cinema.cinema import CINEMA
from diabelli.synthesis.moves.remakes import REMAKES, WITHIN_A_PICTURE, remakes_of_any
from diabelli.synthesis.moves.still_lifes.still_life import INSTANT_PRINT
from diabelli.synthesis.moves.warm_up import CHANGES
from diabelli.variation import Progress, VariationSpec
from engines.making import digest, made, square
from measures import sharpness
from oracles.sources import SOURCES, face, landscape, meadow, pebbles, sticker
from pictures import load


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """The mean absolute difference of two images, in grey levels."""
    return float(np.abs(one.astype(int) - other).mean())


def from_source(variation: np.ndarray, source: np.ndarray) -> float:
    """Return the difference of a variation from its source, in the nearer orientation."""
    return min(apart(variation, source), apart(variation, source[:, ::-1]))


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(4).integers(0, 256, shape, np.uint8)


@pytest.mark.parametrize("source", [face(100), sticker(100), noise(1, 1, 3), noise(40, 40, 4)])
@pytest.mark.parametrize("side", [64, 100, 256])
def test_strength_0_gives_the_source_back(patch_engine, source, side):
    """A variation of strength 0 equals the source at the requested size."""
    planes = premultiply(source)
    expected = unpremultiply(resize(planes, side, side), transparent=is_transparent(planes))
    for variation in made(patch_engine, source, square(side, n=3, strength=0)):
        np.testing.assert_array_equal(variation.image, expected)


def test_strength_0_at_its_own_size_changes_no_pixel(patch_engine):
    """A source of the requested size is returned unchanged."""
    (variation,) = made(patch_engine, landscape(200), square(200, strength=0))
    np.testing.assert_array_equal(variation.image, landscape(200))


@pytest.mark.parametrize("name", SOURCES)
def test_variations_differ_from_each_other_and_from_the_source(patch_engine, name):
    """At medium strength no two of four are alike, and none is the source."""
    source = SOURCES[name](256)
    images = [one.image for one in made(patch_engine, source, square(n=4))]
    assert all(apart(one, other) > 4 for one, other in combinations(images, 2))
    assert all(from_source(image, source) > 4 for image in images)


@pytest.mark.parametrize("name", SOURCES)
def test_variations_keep_the_palette(patch_engine, name):
    """On average, mild variations have the brightness, contrast and colours of their source."""
    source = SOURCES[name](256).reshape(-1, 3)
    variations = [
        one.image.reshape(-1, 3)
        for one in made(patch_engine, SOURCES[name](256), square(n=4, strength=0.39))
    ]
    for measure, together, alone in ((np.mean, 15, 25), (np.std, 10, 15)):
        away = [measure(one, 0) - measure(source, 0) for one in variations]
        assert np.abs(np.mean(away, 0)).max() < together
        assert np.abs(away).max() < alone


def test_more_strength_leads_further_away(patch_engine):
    """Over pictures and seeds, the distance from the source grows with the strength."""
    distances = [
        np.mean(
            [
                from_source(variation.image, draw(256))
                for draw in SOURCES.values()
                for variation in made(patch_engine, draw(256), square(n=2, strength=strength))
            ]
        )
        for strength in (0.05, 0.3, 0.9)
    ]
    assert distances == sorted(distances)
    assert distances[-1] > 1.3 * distances[0]


@pytest.mark.parametrize(
    ("name", "strength"),
    [("coffee", 0.3), *product(("astronaut", "chelsea", "rocket"), (0.3, 0.5, 1.0))],
)
def test_variations_of_a_photograph_are_as_sharp(patch_engine, monkeypatch, name, strength):
    """None is blurred or noisy, except what another picture or another medium shows."""
    monkeypatch.setattr(photograph, "find_remakes", lambda *_: remakes_of_any([INSTANT_PRINT]))
    source = load(name)
    variations = made(patch_engine, source, square(n=4, strength=strength))
    sharp = [one for one in variations if not REMAKES.keys() & set(one.moves)]
    assert sharp
    for variation in sharp:
        assert 0.75 < sharpness(source, [variation.image]) < 1.6


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (3, 300), (10, 4096), (4096, 10)])
@pytest.mark.parametrize("channels", [3, 4])
def test_a_source_of_any_shape_can_be_varied(patch_engine, shape, channels):
    """Sources of one pixel and of extreme aspects are accepted."""
    side = 256 if channels == 3 else 512
    (variation,) = made(patch_engine, noise(*shape, channels), square(side, strength=0.8))
    assert variation.image.shape == (side, side, channels)


@pytest.mark.parametrize(("height", "width"), [(16, 1024), (700, 20), (300, 512)])
def test_a_canvas_of_any_aspect_can_be_made(patch_engine, height, width):
    """Long canvases of long sources are accepted."""
    spec = VariationSpec(height=height, width=width, seed=1, strength=0.8)
    (variation,) = made(patch_engine, noise(height // 2, width // 2, 3), spec)
    assert variation.image.shape == (height, width, 3)


@pytest.mark.parametrize("value", [0, 77, 255])
def test_a_uniform_picture_stays_uniform(patch_engine, value):
    """A picture of one colour gives one colour."""
    source = np.full((50, 50, 3), value, np.uint8)
    (variation,) = made(patch_engine, source, square(strength=1.0))
    assert np.abs(variation.image.astype(int) - value).max() <= 1


def test_an_almost_uniform_picture_stays_almost_so(patch_engine):
    """An almost uniform picture gets no new structure."""
    source = (128 + noise(60, 60, 3) % 3).astype(np.uint8)
    (variation,) = made(patch_engine, source, square(strength=1.0))
    assert np.abs(variation.image.astype(int) - 129).max() <= 4


def test_grey_pictures_stay_grey(patch_engine):
    """A picture without colour has variations without colour.

    Other media have their own inks, and a cinema its velvet.
    """
    source = np.repeat(pebbles(200)[..., :1], 3, -1)
    coloured = (REMAKES.keys() - WITHIN_A_PICTURE) | {CINEMA}
    grey = [
        variation
        for seed in range(1, 9)
        for variation in made(patch_engine, source, square(strength=1.0, seed=seed, n=2))
        if coloured.isdisjoint(variation.moves)
    ]
    assert len(grey) >= 4
    for variation in grey:
        spread = np.ptp(variation.image.astype(int), axis=-1)
        assert spread.max() <= 40
        assert spread.mean() <= 2


def test_alpha_is_varied_with_the_colours(patch_engine):
    """Alpha moves with the colours: visible pixels have the source's colours, without fringe."""
    source = sticker(256)
    shown = source[..., 3] > 200
    darkest = source[shown][:, :3].mean(1).min()
    for variation in made(patch_engine, source, square(n=2, strength=0.39)):
        alpha = variation.image[..., 3]
        assert (alpha != source[..., 3]).mean() > 0.02
        # A frame may come closer, though not so close that it cuts.
        assert 0.7 < (alpha > 127).mean() / (source[..., 3] > 127).mean() < 1.6
        assert alpha[[0, -1]].max() == alpha[:, [0, -1]].max() == 0
        rim = (alpha > 40) & (alpha < 215)
        assert variation.image[rim][:, :3].mean(1).min() > darkest / 2 - 10


def test_a_cut_out_gets_another_hue(patch_engine):
    """Half the variations of a blue cut-out have another hue."""
    y, x = np.indices((200, 200))
    light = (np.clip(250 - 0.8 * np.hypot(y - 60, x - 70), 60, 255) / 255)[..., None]
    source = np.zeros((200, 200, 4), np.uint8)
    source[..., :3] = light * (60, 120, 240)
    source[..., 3] = 255 * ((y - 100) ** 2 + (x - 90) ** 2 < 70**2)
    shown = made(patch_engine, source, square(n=6, strength=0.8))
    hues = []
    for variation in shown:
        colours = variation.image[variation.image[..., 3] == 255][:, :3].astype(int)
        hues.append(np.arctan2(*(colours[:, k].mean() - colours[:, 1].mean() for k in (2, 0))))
    assert np.ptp(hues) > 0.8


def test_a_useless_alpha_is_not_kept(patch_engine):
    """A picture that is opaque everywhere gives three channels, the same as without alpha."""
    source = np.dstack([face(100), np.full((100, 100), 255, np.uint8)])
    (variation,) = made(patch_engine, source, square(128))
    assert digest(variation.image) == digest(made(patch_engine, face(100), square(128))[0].image)


def test_evenly_half_transparent_pictures_stay_so(patch_engine):
    """An alpha that is the same everywhere is the same in the variation."""
    source = np.dstack([face(100), np.full((100, 100), 128, np.uint8)])
    (variation,) = made(patch_engine, source, square(strength=0.8))
    assert np.abs(variation.image[..., 3].astype(int) - 128).max() <= 2


@pytest.mark.parametrize("strength", [0.0, 0.5])
def test_a_wholly_transparent_picture_stays_so(patch_engine, strength):
    """The variation is fully transparent too."""
    source = np.zeros((50, 50, 4), np.uint8)
    (variation,) = made(patch_engine, source, square(64, strength=strength))
    assert variation.image.shape == (64, 64, 4)
    assert not variation.image[..., 3].any()


@pytest.mark.parametrize("name", SOURCES)
def test_a_larger_variation_is_the_same_composition(patch_engine, name):
    """A seed at 512 pixels, scaled down, is its picture at 256."""
    small, large, other = (
        made(patch_engine, SOURCES[name](512), square(side, seed=seed, strength=0.7))[0].image
        for side, seed in ((256, 1), (512, 1), (256, 2))
    )
    same = apart(resize(large, 256, 256), small)
    assert same < 8
    assert same < 0.5 * apart(other, small)


def test_one_transparent_corner_keeps_the_alpha(patch_engine):
    """A picture with alpha keeps it, also where the frame leaves out the transparent part."""
    source = np.dstack([face(120), np.full((120, 120), 255, np.uint8)])
    source[:3, :3, 3] = 0
    for seed in range(6):
        (variation,) = made(patch_engine, source, square(64, seed=seed, strength=1.0))
        assert variation.image.shape == (64, 64, 4)


def test_ten_of_a_portrait_are_ten_pictures(patch_engine):
    """All pairs, the source included, differ by at least 3 grey levels at 32 pixels."""
    images = [
        resize(premultiply(variation.image), 32, 32).astype(int)
        for variation in made(patch_engine, face(200), square(128, n=10, strength=0.5))
    ]
    small = resize(premultiply(face(200)), 32, 32).astype(int)
    for one, other in combinations([small, *images], 2):
        assert np.abs(one - other)[..., :3].mean() > 3


def test_two_colours_stay_two(patch_engine):
    """A variation of a two-colour drawing has two colours and their blends at edges."""
    source = np.full((200, 200, 3), (250, 240, 220), np.uint8)
    source[60:150, 40:120] = (20, 40, 160)
    for variation in made(patch_engine, source, square(256, n=4, strength=0.39)):
        colours, counts = np.unique(variation.image.reshape(-1, 3), axis=0, return_counts=True)
        pair = colours[np.argsort(counts)[-2:]].astype(int)
        assert np.sort(counts)[-2:].sum() > 0.9 * counts.sum()
        along = pair[1] - pair[0]
        shares = (colours - pair[0]) @ along / (along @ along)
        blends = pair[0] + np.clip(shares, 0, 1)[:, None] * along
        # The cream ground has a hue too, so that a blend turns less than what it is blended of.
        assert np.abs(colours - blends).max() < 20


@pytest.mark.parametrize("draw", [landscape, meadow])
def test_a_preview_shows_the_picture_that_comes_and_changes_nothing(patch_engine, draw):
    """Previews are small images of the result and do not change it."""
    source, spec = draw(200), square(512)
    previews = []

    def watch(progress: Progress) -> None:
        if progress.preview is not None:
            previews.append(progress.preview())

    (looked_at,) = made(patch_engine, source, spec, watch)
    (unseen,) = made(patch_engine, source, spec)
    assert digest(looked_at.image) == digest(unseen.image)
    assert previews
    for image in previews:
        assert max(image.shape[:2]) <= 256
        assert apart(image, resize(unseen.image, *image.shape[:2])) < 8


def test_moves_name_the_changes(patch_engine):
    """Names have no spaces; strength 0 makes no change."""
    mild = made(patch_engine, meadow(100), square(64, n=6, strength=0.39))
    moves = [one.moves for one in mild]
    assert all("layout" in each and each[-1] == "light" for each in moves)
    assert all(name.split() == [name] for each in moves for name in each)
    assert len({"mirror" in each for each in moves}) == 2
    (unchanged,) = made(patch_engine, meadow(100), square(64, strength=0))
    assert unchanged.moves == ()


def test_variations_of_a_photograph_are_made_in_different_ways(patch_engine):
    """From medium strength on, each names its changes, and four have at least two mixes."""
    made_of = [one.moves for one in made(patch_engine, landscape(100), square(64, n=4))]
    mixes = {moves for moves in made_of if "light" not in moves}
    assert set().union(*mixes) <= set(CHANGES)
    assert len(mixes) >= 2


@pytest.mark.parametrize("name", ["astronaut", "coffee"])
def test_four_variations_of_warm_pictures_and_portraits_are_four_pictures(patch_engine, name):
    """Lights differ clearly in tone, in the nearer orientation; the fourth has other parts."""
    source = resize(premultiply(getattr(pytest.importorskip("skimage.data"), name)()), 256, 256)
    variations = made(patch_engine, source[..., :3], square(n=4, seed=1))
    small = {one.moves: resize(premultiply(one.image), 32, 32) for one in variations}
    assert len(small) >= 3
    assert min(from_source(one, other) for one, other in combinations(small.values(), 2)) > 8


def test_compiled_kernels_are_loaded_without_running_them(monkeypatch):
    """Running every move takes ten seconds of each start."""

    def fail() -> None:
        raise AssertionError

    # The record is of one processor, and other test processes may write that of another.
    monkeypatch.setattr(patch, "compilation_notice", lambda: None)
    monkeypatch.setattr(patch, "run_all_moves", fail)
    PatchEngine().warm_up()
