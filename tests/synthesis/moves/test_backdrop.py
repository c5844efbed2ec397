"""Move: another backdrop for a subject that was photographed on white."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from diabelli.synthesis.core.alpha import premultiply
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves import backdrop, white_ground
from diabelli.synthesis.moves.backdrop import Extent
from diabelli.synthesis.moves.planner import find_moves
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
def test_a_whole_subject_stays_whole(seed):
    """It never meets an edge, and has between half and nine tenths of the side."""
    one = replace(prepared(), colours=[(228, 188, 190)])
    picture = rendered(one, 1.0, seed)[..., :3].astype(int)
    blue = picture[..., 2] - picture[..., 0] > 30
    rows, columns = np.flatnonzero(blue.any(1)), np.flatnonzero(blue.any(0))
    for line in (rows, columns):
        assert line[0] > 0
        assert line[-1] < SIDE - 1
    assert 0.5 < np.ptp(rows) / SIDE < 0.92


@pytest.mark.parametrize(("before", "beyond"), list(product([False, True], repeat=2)))
def test_a_cut_subject_stays_cut(before, beyond):
    """No window shows anything beyond an edge at which the subject goes on."""
    extent = Extent(0.0 if before else 0.2, 1.0 if beyond else 0.7, before, beyond)
    one = replace(prepared(), down=extent, across=Extent(0.3, 0.7, before=False, beyond=False))
    for seed in range(40):
        size, *places = RandomStream(seed).uniform(3)
        top, left, side = backdrop._window(one, 1.0, size, tuple(places))
        assert top >= 0 if before else top <= extent.first
        assert top + side <= 1 + 1e-9 if beyond else top + side >= extent.last
        assert left <= 0.3
        assert left + side >= 0.7


def test_the_backdrop_differs_from_the_subject():
    """A pink subject would vanish before pink."""
    pink = backdrop.COLOURS[4]
    assert pink in prepared().colours
    assert pink not in prepared(studio(subject=pink)).colours


def test_a_grey_subject_gets_a_grey_backdrop():
    """A black and white photograph stays one."""
    picture = rendered(prepared(studio(subject=(70, 70, 70))))[..., :3].astype(int)
    assert np.ptp(picture, axis=2).max() <= 1


def test_lettering_is_not_mirrored(monkeypatch):
    """Half of the pictures are mirrored if there is hardly any lettering, none if there may be."""
    picture = studio()
    picture[110:140, 80:110] = (220, 30, 30)
    one = prepared(picture)

    def sides(analysis):
        found = set()
        for seed in range(8):
            image = rendered(replace(one, analysis=analysis), 1.0, seed)[..., :3].astype(int)
            red = np.argwhere(image[..., 0] - image[..., 2] > 120)[:, 1].mean()
            blue = np.argwhere(image[..., 2] - image[..., 0] > 30)[:, 1].mean()
            found.add(red < blue)
        return found

    assert sides(replace(one.analysis, lettering_excluded=False)) == {True}
    assert sides(replace(one.analysis, lettering_excluded=True)) == {True, False}


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
