"""Columns are aligned, cuts are judged, subjects stay whole, lines are counted."""

import numpy as np
import pytest

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.column_alignment import (
    SIDE,
    align,
    alignment_costs,
    column_features,
    level_costs,
)
from diabelli.synthesis.moves.join_judge import FINE, cheapest_path, judge_join, judge_maps
from diabelli.synthesis.moves.rearrangement import (
    Frame,
    Parts,
    frames,
    newness_of_pairs,
    readable_ways,
)
from diabelli.synthesis.moves.straight_lines import count_long_lines
from diabelli.synthesis.moves.subject_whole import shows_whole_subject

NO_SUBJECT = np.zeros((SIDE, SIDE), np.float32)
LEVEL = np.zeros(FINE, bool)


def stepped(drop):
    """Return sky above ground; the ground begins `drop` rows lower in the right half."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    ground = rows >= 60 + drop * (columns >= SIDE // 2)
    return np.where(ground[..., None], [90, 120, 60], [180, 200, 230]).astype(np.uint8)


def noise_picture(seed=1):
    values = blur(RandomStream(seed).normal(FINE, FINE).astype(np.float32), 1.0)
    return np.clip(np.stack([128 + 60 * values] * 3, -1), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("drop", [-5, -2, 0, 3, 6])
def test_layers_are_aligned_whose_heights_differ(drop):
    features = column_features(stepped(drop))
    shifts = align(features, np.zeros(SIDE, np.int32), 30, 100)
    assert shifts[58 + drop // 2] == drop


def test_a_level_horizon_is_costly_to_move():
    level = level_costs(stepped(0))
    assert level[58:62].max() > 500
    assert not level[:50].any()
    assert not level[70:].any()


def test_costs_are_least_where_columns_are_alike():
    costs = alignment_costs(column_features(stepped(20)), np.zeros(SIDE, np.int32))
    assert (costs == costs.T).all()
    assert costs[10, 20] < costs[10, 50]
    assert costs[50, 45] < costs[50, 10]


def test_the_cheapest_path_goes_round_costly_pixels():
    seen = np.full((40, 21), 50, np.int32)
    seen[:, 12] = 1
    guard = np.zeros_like(seen)
    guard[15:20, 12] = 5000
    path = np.zeros(40, np.int32)
    cheapest_path(seen, guard, path)
    assert (path[:10] == 12).all()
    assert (path[15:20] != 12).all()
    assert (path[-10:] == 12).all()
    assert np.abs(np.diff(path)).max() <= 2


def test_a_cut_within_one_texture_is_less_visible_than_between_two():
    texture = noise_picture()
    halves = texture.copy()
    halves[:, FINE // 2 :] = halves[:, FINE // 2 :] // 3 + 150
    straight = np.zeros(FINE, np.int32)
    parts = Parts(96, 30, 1)
    within, _ = judge_join(judge_maps(texture, NO_SUBJECT, FINE), parts, straight, LEVEL)
    between, _ = judge_join(judge_maps(halves, NO_SUBJECT, FINE), parts, straight, LEVEL)
    assert within.total < 220 < between.total


def test_a_mirrored_slant_counts_as_turned():
    rows, columns = np.mgrid[:FINE, :FINE]
    slant = np.stack([128 + 60 * np.sin((rows + columns) / 3)] * 3, -1).astype(np.uint8)
    maps, straight = judge_maps(slant, NO_SUBJECT, FINE), np.zeros(FINE, np.int32)
    mirrored, _ = judge_join(maps, Parts(96, 40, -1), straight, LEVEL)
    kept, _ = judge_join(maps, Parts(96, 40, 1), straight, LEVEL)
    assert mirrored.turned > 80
    assert kept.turned < 10


def test_a_cut_keeps_off_the_subject():
    subject = NO_SUBJECT.copy()
    subject[40:80, 90:100] = 1
    maps = judge_maps(noise_picture(), subject, FINE)
    _, path = judge_join(maps, Parts(92, 20, 1), np.zeros(FINE, np.int32), LEVEL)
    places = 92.5 / SIDE + path[90:150]
    assert ((places < 90 / SIDE) | (places > 99 / SIDE)).all()


def test_places_within_the_source_only_are_shown_once():
    weights = np.ones(SIDE)
    newness = newness_of_pairs(weights)
    assert newness.max() > 0.2
    for mirrored, a, b in np.argwhere(newness > 0.05)[::37]:
        parts = Parts(int(a) * 2, int(b) * 2, 1 - 2 * int(mirrored))
        for frame in frames(parts, weights, 0.05):
            left = parts.left / SIDE + np.array([-frame.split * frame.extent, 0])
            right = parts.right / SIDE + parts.sign * np.array(
                [0, (1 - frame.split) * frame.extent]
            )
            right.sort()
            assert min(left[0], right[0]) >= 0
            assert max(left[1], right[1]) <= 1
            assert left[1] <= right[0] or right[1] <= left[0]
            assert 0 <= frame.top <= 1 - frame.extent + 1e-9


def test_a_crop_is_not_new():
    weights = np.ones(SIDE)
    newness = newness_of_pairs(weights)
    # both sides of a column follow each other as in the source
    assert newness[0][np.arange(10, 50), np.arange(10, 50)].max() < 0.01


@pytest.mark.parametrize(
    ("columns", "whole"),
    [((70, 80), True), ((96, 110), False), ((50, 56), False), ((10, 24), True), ((28, 40), False)],
    ids=["left part", "at the cut", "at the new left edge", "right part", "at the new right edge"],
)
def test_a_subject_that_is_cut_is_noticed(columns, whole):
    subject = NO_SUBJECT.copy()
    subject[50:80, columns[0] : columns[1]] = 1
    # shows columns 54 to 100 of the source, then columns 3 to 36
    frame, path = Frame(0.66, 0.55, 0.1), np.zeros(FINE, np.float32)
    assert shows_whole_subject(subject, Parts(100, 0, 1), path, frame) is whole


def test_boards_have_long_lines_and_gravel_has_none():
    rows, columns = np.mgrid[:FINE, :FINE]
    boards = np.where((columns + rows // 4) % 32 < 3, 60, 160)[..., None].repeat(3, 2)
    assert count_long_lines(boards.astype(np.uint8)) > 4
    assert count_long_lines(noise_picture()) == 0
    assert 1 <= count_long_lines(stepped(0)) <= 2


@pytest.mark.parametrize(
    ("columns", "sign", "ways"),
    [
        ((), 1, (False, True)),
        ((), -1, (False, True)),
        ((70,), 1, (False,)),
        ((70,), -1, (False,)),
        ((30,), 1, (False,)),
        ((30,), -1, (True,)),
        ((70, 30), 1, (False,)),
        ((70, 30), -1, ()),
    ],
)
def test_lettering_is_never_mirrored(columns, sign, ways):
    lettered = np.zeros(SIDE, bool)
    lettered[list(columns)] = True
    # shows columns 54 to 100 of the source, then 20 to 58 or, mirrored, 40 to 2
    right = 20 if sign > 0 else 40
    assert readable_ways(Parts(100, right, sign), Frame(0.66, 0.55, 0.1), lettered) == ways
