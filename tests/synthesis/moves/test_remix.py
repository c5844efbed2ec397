"""The move "remix" rearranges sure pictures, the same way on every machine."""

import hashlib
from functools import cache

import numpy as np
import pytest

from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.join_search import MAX_TURNED, MAX_VISIBILITY, MIN_NEWNESS
from diabelli.synthesis.moves.remix import _frames_of_strength, prepare, render
from diabelli.synthesis.moves.splicing import splice

SIDE = 320


@cache
def meadow():
    """Return a drawn meadow with tufts below a sky, (SIDE, SIDE, 3) uint8."""
    noise = RandomStream(5)
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
    rough = blur(noise.normal(SIDE, SIDE).astype(np.float32), 0.8)
    tufts = blur(noise.normal(SIDE, SIDE).astype(np.float32), 6.0)
    ridge = 0.4 + 0.03 * np.sin(9 * columns) + 0.02 * np.sin(23 * columns + 1)
    grass = np.stack([70 + 60 * rows, 110 + 50 * rows, 50 + 20 * rows], -1)
    grass = grass + 30 * rough[..., None] + 220 * tufts[..., None]
    sky = np.stack([150 + 80 * rows, 190 + 50 * rows, 240 + 0 * rows], -1)
    picture = np.where((rows < ridge)[..., None], sky + 1.5 * rough[..., None], grass)
    return np.clip(picture, 0, 255).astype(np.uint8)


@cache
def prepared():
    found = prepare(meadow())
    assert found is not None
    return found


def boards():
    """Return slanting boards of even brightness."""
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
    noise = blur(RandomStream(2).normal(SIDE, SIDE).astype(np.float32), 1.0)
    gap = ((9 * (columns + 0.2 * rows)) % 1) < 0.1
    return np.clip(np.stack([150 - 90 * gap + 8 * noise] * 3, -1), 0, 255).astype(np.uint8)


def test_a_meadow_is_rearranged_with_cuts_that_are_not_seen():
    remix = prepared()
    assert 0.5 <= remix.confidence <= 1
    assert remix.joins
    for join in remix.joins:
        assert join.visibility.total <= MAX_VISIBILITY
        assert join.visibility.turned <= MAX_TURNED
        assert join.frames


@pytest.mark.parametrize(
    "picture",
    [np.full((SIDE, SIDE, 3), 128, np.uint8), boards()],
    ids=["plain", "boards"],
)
def test_pictures_in_which_a_cut_would_show_or_change_nothing_are_refused(picture):
    assert prepare(picture) is None


def test_a_picture_full_of_one_subject_is_refused():
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
    disc = (rows - 0.5) ** 2 + (columns - 0.5) ** 2 < 0.4**2
    picture = meadow().copy()
    picture[disc] = (meadow()[disc] // 4) + np.array([150, 20, 20], np.uint8)
    assert prepare(picture) is None


def test_a_seed_has_one_picture_of_the_asked_size():
    once = render(prepared(), 0.5, RandomStream(3), 200, 240)
    again = render(prepared(), 0.5, RandomStream(3), 200, 240)
    assert once.shape == (200, 240, 3)
    assert once.dtype == np.uint8
    assert hashlib.sha256(once).digest() == hashlib.sha256(again).digest()


def test_seeds_give_different_arrangements():
    pictures = [
        resize(render(prepared(), 0.5, RandomStream(seed), 160, 160), 40, 40).astype(int)
        for seed in range(6)
    ]
    apart = [
        np.abs(one - other).mean()
        for index, one in enumerate(pictures)
        for other in pictures[:index]
    ]
    assert np.mean(apart) > 2


def test_the_size_does_not_change_the_picture():
    large = render(prepared(), 0.5, RandomStream(4), 320, 320)
    small = render(prepared(), 0.5, RandomStream(4), 160, 160)
    assert np.abs(resize(large, 160, 160).astype(int) - small).mean() < 4


def test_a_rearranged_picture_is_as_sharp_as_its_source():
    def sharpness(picture):
        down, across = gradient(luma(picture[SIDE // 2 :]))
        return float((np.abs(down) + np.abs(across)).mean())

    for seed in range(4):
        result = render(prepared(), 0.5, RandomStream(seed), SIDE, SIDE)
        assert 0.6 < sharpness(result) / sharpness(meadow()) < 1.2


def test_a_mild_strength_does_not_mirror():
    upright = {
        splice(meadow(), join, frame, 64, 64).tobytes()
        for join in prepared().joins
        for frame in join.frames
    }

    def share_upright(strength):
        results = (render(near, strength, RandomStream(seed), 64, 64) for seed in range(12))
        return sum(result.tobytes() in upright for result in results) / 12

    near = prepared()
    assert share_upright(0.2) == 1
    assert 0 < share_upright(0.5) < 1


def test_the_bolder_the_newer():
    frames = prepared().joins[0].frames
    half = len(frames) // 2
    assert _frames_of_strength(frames, 0.5) == frames
    assert _frames_of_strength(frames, 1.0)[:half] == frames[:half]
    assert _frames_of_strength(frames, 0.2)[-half:] == frames[-half:]


def test_frames_show_something_new():
    assert MIN_NEWNESS > 0
    source = meadow()
    for seed in range(4):
        result = render(prepared(), 0.5, RandomStream(seed), 96, 96).astype(int)
        small = resize(source, 96, 96).astype(int)
        assert np.abs(result - small).mean() > 4
        assert np.abs(result - small[:, ::-1]).mean() > 4
