"""A little planet: things keep their shapes and stand outwards, and what suits none is refused."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves import photograph
from diabelli.synthesis.moves.photograph import Photograph
from diabelli.synthesis.moves.planet.little_planet import (
    LITTLE_PLANET,
    Planet,
    _angle,
    _around,
    _log,
    horizon_radius,
    show_little_planet,
)
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.moves.still_lifes.still_life import INSTANT_PRINT
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape, opaque

SIDE = 400
PLANET = Planet(horizon=0.6, top=0.45, column=0.5)


def shown(image, seed=1, planet=PLANET):
    return show_little_planet(image, planet, RandomStream(seed))


def ground_and_sky(side=SIDE):
    """Return colours of an even sky above even ground."""
    colours = np.full((side, side, 3), (120, 160, 230))
    colours[int(PLANET.horizon * side) :] = (60, 120, 40)
    return colours


def noise(channels):
    return opaque(
        np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, channels)).repeat(3 // channels, 2)
    )


def test_ground_is_in_the_middle_and_sky_around_it():
    """The planet is round, and every corner is sky."""
    image = shown(opaque(ground_and_sky()))[..., :3]
    is_ground = image[..., 1] > image[..., 2]
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5 - SIDE / 2
    reach = np.sqrt(is_ground.sum() / np.pi)
    assert 0.45 * SIDE / 2 < reach < 0.75 * SIDE / 2
    away = np.hypot(rows, columns)
    assert is_ground[away < reach - 2].all()
    assert not is_ground[away > reach + 2].any()


def blob():
    """Return the places on the planet of a red disc that stands on the horizon."""
    colours = ground_and_sky()
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    colours[np.hypot(rows - 0.54 * SIDE, columns - 0.5 * SIDE) < 0.05 * SIDE] = (250, 20, 20)
    image = shown(opaque(colours)).astype(int)
    rows, columns = np.nonzero(image[..., 0] > image[..., 2] + 60)
    return rows + 0.5 - SIDE / 2, columns + 0.5 - SIDE / 2


def test_things_stand_upright_in_front():
    """The disc is seen above the planet, and smaller below it."""
    rows, columns = blob()
    above, below = rows < 0, rows > 0
    turn = 2 * np.pi * 0.08
    assert abs(np.arctan2(columns[above].mean(), -rows[above].mean())) < turn
    assert above.sum() > 1.5 * below.sum() > 0


def test_things_keep_their_shape():
    """A disc on the horizon stays one: it is as high as it is wide."""
    rows, columns = blob()
    spread = np.linalg.eigvalsh(np.cov(rows[rows < 0], columns[rows < 0]))
    assert np.sqrt(spread[1] / spread[0]) < 1.2


def test_the_picture_goes_around_once_and_its_mirror_image_once():
    """The way along it is continuous and closed."""
    turns = np.linspace(-0.5, 0.5, 400, dtype=np.float32)[1:-1]
    swing = np.float32(0.5)
    places, speeds = np.array([_around(turn, swing) for turn in turns]).T
    assert places[-1] - places[0] == pytest.approx(2, abs=0.05)
    np.testing.assert_allclose(np.diff(places) / np.diff(turns), speeds[1:], atol=0.02)
    assert speeds.min() == pytest.approx(1.5, abs=0.01)
    assert speeds.max() == pytest.approx(2.5, abs=0.01)


def test_polynomials_are_close_to_the_functions():
    """An angle is within a hundredth of a pixel, a logarithm within what an eye sees."""
    for down, across in np.random.default_rng(1).normal(size=(200, 2)).astype(np.float32):
        expected = np.arctan2(across, -down) / (2 * np.pi)
        assert abs(_angle(down, across) - expected) < 1e-5
    for ratio in np.linspace(0.2, 3, 30):
        assert _log(ratio) == pytest.approx(np.log(ratio), abs=0.05)


def test_every_size_has_the_same_planet():
    """A picture of half the size is the same, smaller."""
    large = shown(opaque(landscape(2 * SIDE)))
    small = shown(opaque(landscape(SIDE)))
    difference = resize(large, SIDE // 2, SIDE // 2).astype(int) - resize(
        small, SIDE // 2, SIDE // 2
    )
    assert np.abs(difference).mean() < 4


def test_two_threads_make_the_same_bytes():
    """They share no arrays."""
    alone = [shown(noise(3), seed) for seed in range(4)]
    with ThreadPoolExecutor(2) as threads:
        together = list(threads.map(lambda seed: shown(noise(3), seed), range(4)))
    np.testing.assert_array_equal(alone, together)


def test_seeds_differ_and_repeat():
    """Turn and size are of the seed."""
    np.testing.assert_array_equal(shown(noise(3)), shown(noise(3)))
    assert (shown(noise(3)) != shown(noise(3), 2)).any()


def test_a_grey_picture_stays_grey():
    """No colour is added."""
    assert np.ptp(shown(noise(1))[..., :3].astype(int), axis=2).max() <= 1


@pytest.mark.parametrize("level", [0, 90, 255])
def test_an_even_picture_stays_even(level):
    """There are no rings, seams or spokes."""
    assert (shown(opaque(np.full((SIDE, SIDE, 3), level))) == [level] * 3 + [255]).all()


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (16, 16), (16, 4096), (4096, 16), (64, 400)])
def test_canvases_of_any_aspect_are_made(shape):
    """The planet is as large as the shorter side allows, and the source is left alone."""
    image = opaque(np.full((*shape, 3), 90))
    before = image.copy()
    assert shown(image).shape == (*shape, 4)
    np.testing.assert_array_equal(image, before)


def test_only_the_part_is_seen():
    """A tree at the side, left of the part, is not on the planet."""
    colours = ground_and_sky()
    colours[:, : SIDE // 4] = (250, 20, 20)
    image = shown(opaque(colours), planet=replace(PLANET, left=0.3, width=0.7)).astype(int)
    assert (image[..., 0] < image[..., 2] + 100).all()
    assert (shown(opaque(colours)).astype(int)[..., 0] > 200).any()


def test_things_reach_within_the_canvas():
    """The higher they are, the smaller is the planet, and the lower they become."""
    radii, lowerings = zip(
        *(
            horizon_radius(replace(PLANET, top=PLANET.horizon - height), 0.5, 1.0, 0.7)
            for height in (0.02, 0.1, 0.2, 0.3)
        ),
        strict=True,
    )
    assert sorted(radii, reverse=True) == list(radii)
    assert sorted(lowerings) == list(lowerings)
    assert radii[0] == 0.7
    assert lowerings[:2] == (1.0, 1.0)


def test_a_planet_is_made_of_the_unmirrored_source(monkeypatch):
    """It is one kind of picture in any light, with a fixed share."""
    source = opaque(landscape(64))
    orientations = analyse_source(source, 64, 64)
    scene = survey(source)
    remakes = {INSTANT_PRINT: True, LITTLE_PLANET: PLANET}
    shown = Photograph(orientations, scene, {"golden": 1.0}, [], frozenset(), remakes=remakes)
    weights = photograph.moves_of(shown)
    total = sum(weights.values())
    share = weights[LITTLE_PLANET,] + weights["golden", LITTLE_PLANET]
    assert share == pytest.approx(photograph.PLANET_SHARE * total)
    assert LITTLE_PLANET not in {
        names[-1] for names in photograph.moves_of(replace(shown, remakes={INSTANT_PRINT: True}))
    }
    used = []

    def layout(both, *_, **__):
        used.extend(both)
        return both[0].image_at(64, 64)

    monkeypatch.setattr(photograph, "gentle_layout", layout)
    image = photograph.render(shown, (LITTLE_PLANET,), 0.5, RandomStream(1), 64, 64)
    assert used == [orientations[0]] * 2
    assert image.shape == (64, 64, 4)
