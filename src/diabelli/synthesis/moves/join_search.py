"""Search for the joins of a picture: pairs of columns at which two of its parts can meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.column_alignment import (
    SIDE,
    STRIDE,
    Features,
    align,
    alignment_costs,
    column_features,
    level_costs,
)
from diabelli.synthesis.moves.join_judge import FINE, Visibility, judge_join, judge_maps
from diabelli.synthesis.moves.rearrangement import (
    MIN_BOTH,
    MIN_REACH,
    Frame,
    Parts,
    frames,
    newness_of_pairs,
)
from diabelli.synthesis.moves.subject_whole import is_cut, shows_whole_subject

MIN_NEWNESS = 0.09
"""Smallest deviation of an arrangement from a crop or a mirror image, as a share of the width."""
MAX_VISIBILITY, MAX_TURNED, MAX_BENT = 170, 50, 120
"""Visibility of a cut, in total, of turned texture and at a horizon, above which it is refused."""
ALIGNED, COARSELY_JUDGED, FINELY_JUDGED = 240, 240, 40
"""Most pairs that reach each step of the search."""
EXTENT_GAIN = 200
"""Visibility that is accepted for showing the whole source instead of nothing."""
COARSE = 128
"""Side in pixels at which joins are judged first."""
MAX_JOINS = 8
"""Most joins that are kept."""
APART = 8
"""Least difference of two joins' columns, in pixels of SIDE."""
MAX_FRAMES, MAX_ALIKE = 10, 2
"""Most frames that are kept of a join, and of one split and extent."""
SHIFT_BLUR = 4.0
"""Blur of the differences in height along the rows, in pixels of SIDE."""


@dataclass(frozen=True, slots=True, eq=False)
class Join:
    """Two parts of a picture, aligned and cut.

    Attributes:
        parts: the columns that meet.
        shifts: (SIDE,) float32, how much lower each row's match is in the right part, in shares.
        path: (FINE,) float32, the cut in each row, in shares right of the join.
        visibility: of the cut.
        frames: what may be shown of it, the newest first.
    """

    parts: Parts
    shifts: Floats
    path: Floats
    visibility: Visibility
    frames: tuple[Frame, ...]


def find_joins(
    image: Bytes, subject: Floats, lettering: Floats, weights: NDArray[np.float64]
) -> list[Join]:
    """Return the joins of a picture that show something new and whose cut is not seen, best first.

    Args:
        image: (h, w, 3) uint8.
        subject: (SIDE, SIDE) float32, 0..1, likelihood that a place belongs to the subject.
        lettering: (SIDE, SIDE) float32, 0..1, likelihood that it shows lettering.
        weights: (SIDE,) float64, how much is to be seen in each column.
    """
    guarded = np.maximum(subject, lettering)
    features, level = column_features(image), level_costs(image)
    pairs = _pairs_to_align(alignment_costs(features, level), weights)
    if not pairs:
        return []
    shifts = dict(zip(pairs, _smooth_shifts(features, level, pairs), strict=True))
    coarse = _judged(judge_maps(image, guarded, COARSE), pairs, shifts, level)
    fine = _judged(
        judge_maps(image, guarded, FINE),
        [pair for pair, *_ in coarse[:FINELY_JUDGED]],
        shifts,
        level,
    )
    joins: list[Join] = []
    for pair, visibility, path in fine:
        if len(joins) == MAX_JOINS:
            break
        if not _is_hidden(visibility):
            continue
        if any(_alike(pair, join.parts) for join in joins):
            continue
        tried = [
            frame
            for frame in frames(pair, weights, MIN_NEWNESS)
            if _within_source(frame, shifts[pair]) and not is_cut(lettering, pair, path, frame)
        ]
        whole = _whole_frames(subject, pair, path, tried)
        if whole:
            joins.append(Join(pair, shifts[pair], path, visibility, whole))
    return joins


def _whole_frames(
    subject: Floats, parts: Parts, path: Floats, tried: list[Frame]
) -> tuple[Frame, ...]:
    """Return the first frames that show the subject whole, at most MAX_ALIKE of each split."""
    found: list[Frame] = []
    for frame in tried:
        alike = sum(frame[:2] == other[:2] for other in found)
        if alike < MAX_ALIKE and shows_whole_subject(subject, parts, path, frame):
            found.append(frame)
            if len(found) == MAX_FRAMES:
                break
    return tuple(found)


def _pairs_to_align(costs: NDArray[np.int32], weights: NDArray[np.float64]) -> list[Parts]:
    """Return the pairs of columns that may give something new, those that align best first.

    Args:
        costs: as returned by `alignment_costs`.
        weights: (SIDE,) float64, how much is to be seen in each column.
    """
    newness = newness_of_pairs(weights)
    mirrored, lefts, rights = np.nonzero(newness >= MIN_NEWNESS)
    order = np.argsort(costs[lefts, rights], kind="stable")
    pairs = [
        Parts(int(lefts[k]) * STRIDE, int(rights[k]) * STRIDE, 1 - 2 * int(mirrored[k]))
        for k in order
    ]
    wide = [
        pair
        for pair in pairs
        if min(pair.before, pair.after) >= MIN_REACH and pair.before + pair.after >= MIN_BOTH
    ]
    return wide[:ALIGNED]


def _smooth_shifts(
    features: Features, level: NDArray[np.int32], pairs: list[Parts]
) -> list[Floats]:
    """Return each pair's differences in height, (SIDE,) in shares, smooth along the rows."""
    shifts = [align(features, level, pair.left, pair.right) for pair in pairs]
    smooth = blur(np.stack(shifts, 1)[:, None].astype(np.float32), SHIFT_BLUR)
    return list(np.ascontiguousarray(smooth[:, 0].T) / np.float32(SIDE))


def _judged(
    maps: NDArray[np.int16],
    pairs: list[Parts],
    shifts: dict[Parts, Floats],
    level: NDArray[np.int32],
) -> list[tuple[Parts, Visibility, Floats]]:
    """Return pairs with the visibility and the path of their best cut.

    Those come first whose cut is least visible and that show most of the source.
    """
    side = len(maps)
    stacked = np.stack([shifts[pair] for pair in pairs], 1)[:, None]
    rows = np.rint(side * resize_map(stacked, side, 1)[:, 0]).astype(np.int32)
    horizon = np.repeat(level > 0, side // SIDE)
    found = [
        (pair, *judge_join(maps, pair, np.ascontiguousarray(rows[:, k]), horizon))
        for k, pair in enumerate(pairs)
    ]
    return sorted(found, key=lambda one: one[1].total - EXTENT_GAIN * one[0].extent)


def _alike(one: Parts, other: Parts) -> bool:
    """Return whether two joins are nearly the same."""
    apart = abs(one.left - other.left) + abs(one.right - other.right)
    return one.sign == other.sign and apart < APART


def _within_source(frame: Frame, shifts: Floats) -> bool:
    """Return whether the rows that a frame shows, moved by half their shift, are in the source."""
    rows = (np.arange(SIDE) + np.float32(0.5)) / np.float32(SIDE)
    shown = (rows >= frame.top) & (rows <= frame.top + frame.extent)
    moved = np.abs(shifts) / 2
    return bool(((rows - moved)[shown].min() >= 0) and ((rows + moved)[shown].max() <= 1))


def _is_hidden(visibility: Visibility) -> bool:
    """Return whether a cut is not seen."""
    return (
        visibility.total <= MAX_VISIBILITY
        and visibility.turned <= MAX_TURNED
        and visibility.bent <= MAX_BENT
    )
