"""Move: another backdrop for a thing that was photographed on white."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.core.alpha import premultiply
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves import backdrop, white_ground
from diabelli.synthesis.moves.backdrop import Extent
from diabelli.synthesis.moves.planner import find_moves
from diabelli.synthesis.moves.studio_paper import PAPERS
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import studio

SIDE = 256


@pytest.fixture(autouse=True)
def mapped(monkeypatch):
    """Let the subject map show the disc of `studio`."""
    y, x = np.mgrid[0:80, 0:80]
    disc = (np.hypot(y - 40, x - 40) < 22).astype(np.float32)
    monkeypatch.setattr(white_ground, "subject_map", lambda _: disc)


def prepared(picture=None):
    orientations = analyse_source(studio() if picture is None else picture, SIDE, SIDE)
    found = backdrop.prepare(orientations[0], orientations[0].image_at(SIDE, SIDE))
    assert found is not None
    return found


def rendered(one, strength=0.5, seed=1, side=SIDE):
    return backdrop.render(one, strength, RandomStream(seed), side, side)


def test_a_photograph_on_white_gets_another_backdrop():
    """The move is found, and the picture has no white left; below .4 nothing moves."""
    orientations = analyse_source(studio(), SIDE, SIDE)
    moves = {move.name: move for move in find_moves(orientations, 0.5)}
    assert set(moves) == {"backdrop"}
    picture = moves["backdrop"].render(1, 0.5, SIDE, SIDE)
    assert (picture[..., :3].min(2) > 235).mean() < 0.01
    assert not find_moves(orientations, 0.3)


@pytest.mark.parametrize("seed", range(6))
def test_a_thing_stays_whole(seed):
    """It keeps a margin to each edge, and has between half and nine tenths of the side."""
    one = replace(prepared(), papers=[PAPERS[4]])
    picture = rendered(one, 1.0, seed)[..., :3].astype(int)
    blue = picture[..., 2] - picture[..., 0] > 30
    rows, columns = np.flatnonzero(blue.any(1)), np.flatnonzero(blue.any(0))
    for line in (rows, columns):
        assert line[0] >= 0.035 * SIDE
        assert line[-1] <= 0.965 * SIDE
    assert 0.5 < np.ptp(rows) / SIDE < 0.92


@pytest.mark.parametrize(("first", "last"), [(0.01, 0.99), (0.02, 0.5), (0.6, 0.98), (0.4, 0.6)])
def test_each_window_shows_the_whole_thing(first, last):
    """Also one that is as large as the source, or at one side of it."""
    one = replace(prepared(), down=Extent(first, last), across=Extent(0.3, 0.7))
    for seed in range(40):
        size, *places = RandomStream(seed).uniform(3)
        top, left, side = backdrop._window(one, seed / 39, size, tuple(places))
        for begin, extent in ((top, one.down), (left, one.across)):
            assert begin + 0.0399 * side <= extent.first
            assert begin + (1 - 0.0399) * side >= extent.last


def test_the_core_of_a_shadow_stays_whole():
    """A window that cuts it would show an edge where the shadow has none."""
    assert prepared(studio(shadow=0.4)).across.last > prepared().across.last + 0.02


def test_the_backdrop_differs_from_the_thing():
    """A pink thing would vanish before pink, and so would one with a pink rim."""
    pink = PAPERS[4]
    assert pink in prepared().papers
    assert pink not in prepared(studio(subject=pink.tone)).papers
    rimmed = studio()
    distance = np.hypot(*(np.mgrid[0:SIDE, 0:SIDE] - 128))
    rimmed[(distance < 69) & (distance > 60)] = pink.tone
    assert pink not in prepared(rimmed).papers


def test_a_thing_without_a_shadow_gets_one_where_it_stands():
    """It is below the thing alone; a thing that has a shadow keeps it alone."""
    assert not prepared().has_shadow
    assert prepared(studio(shadow=0.3)).has_shadow
    one = replace(prepared(), papers=[PAPERS[2]])
    with_shadow = rendered(one)[..., :3].astype(int)
    without = rendered(replace(one, has_shadow=True))[..., :3].astype(int)
    taken = without - with_shadow
    assert taken.min() >= 0
    thing = np.flatnonzero((without[..., 2] - without[..., 0] > 60).any(1))
    below = round(thing[0] + 0.7 * np.ptp(thing))
    assert taken[:below].max() == 0
    assert (taken[below:] > 20).sum() > 200


def test_a_thing_stands_on_the_second_sheet():
    """The edge between two sheets is above its lower end, never below."""
    for seed in range(60):
        one = replace(prepared(), papers=[PAPERS[2]], has_shadow=True)
        picture = rendered(one, 1.0, seed)[..., :3].astype(int)
        steps = np.abs(np.diff(picture[:, 2].sum(1)))
        if steps.max() > 40 and (steps > 40).sum() <= 2:
            thing = np.flatnonzero((picture[..., 2] - picture[..., 0] > 60).any(1))
            assert thing[0] < steps.argmax() < thing[-1]
            return
    raise AssertionError("no seed shows two sheets")


@pytest.mark.parametrize("is_excluded", [False, True])
def test_nothing_is_mirrored(is_excluded):
    """Lettering may be too faint to be found."""
    picture = studio()
    picture[110:140, 80:110] = (220, 30, 30)
    one = prepared(picture)
    one = replace(one, analysis=replace(one.analysis, lettering_excluded=is_excluded))
    for seed in range(8):
        image = rendered(one, 1.0, seed)[..., :3].astype(int)
        red = np.argwhere(image[..., 0] - image[..., 2] > 120)[:, 1].mean()
        blue = np.argwhere(image[..., 2] - image[..., 0] > 30)[:, 1].mean()
        assert red < blue


def test_a_seed_has_one_picture_at_every_size():
    """Size, place and colour are the same; details are finer."""
    source = resize(premultiply(studio()), 512, 512)[..., :3]
    orientations = analyse_source(source, 512, 512)
    one = backdrop.prepare(orientations[0], orientations[0].image_at(SIDE, SIDE))
    small = rendered(one, side=128).astype(int)
    large = resize(rendered(one, side=512), 128, 128).astype(int)
    assert np.abs(small - large)[..., :3].mean() < 2


def test_each_step_of_strength_leads_further_away():
    """The size changes more, and the backdrop gets deeper."""
    one, source = prepared(), studio().astype(int)
    distances = [
        np.mean([np.abs(rendered(one, s, seed)[..., :3] - source).mean() for seed in range(8)])
        for s in (0.4, 0.7, 1.0)
    ]
    assert distances == sorted(distances)
