"""Judge of joins: where two parts are best cut, and how visible the cut is.

The cut is the cheapest path from top to bottom (Efros, Freeman 2001) for the differences of colour
and gradient that texture does not hide (Kwatra, Schoedl, Essa, Turk, Bobick 2003). All arithmetic
is on integers.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.column_alignment import SIDE
from diabelli.synthesis.moves.rearrangement import Parts

FINE = 256
"""Side in pixels at which joins are judged."""
COLOUR, SLOW, DOWN, ACROSS, BUSY, TENSOR, GUARD = 0, 3, 6, 7, 8, 9, 12
"""First plane of each kind in the maps of a picture."""
UNIT = 4
"""Maps are in units of 1/4 grey level."""
MAX_TENSOR = 6000
UNGUARDED, GUARD_COST = 0.12, 500
"""Subject map up to which a cut costs nothing, and the cost of one through a sure subject."""
LENGTH_COST = 4
"""Cost of each row of a cut, so that it is straight where nothing is seen."""
LEVELLED, MAX_LEVELLED = 24 * UNIT, 44 * UNIT
"""Step of shade that is evened out wholly, and from which on it counts as an edge."""
LEVEL_REACH = 4
"""Rows above and below among which steps of shade are evened."""

Maps: TypeAlias = NDArray[np.int16]
"""Planes (side, side, 13) int16: colours, blurred colours, gradient of the luma, texture, structure
tensor (difference, product and sum of its diagonal), cost of cutting through the subject."""


class Visibility(NamedTuple):
    """How visible a cut is: worst means over windows of rows, unless said otherwise.

    Attributes:
        long: mismatch over a tenth of the height.
        short: mismatch over a fortieth of the height.
        turned: difference of the textures' orientations over a tenth of the height, 0..100.
        stepped: step of shade that cannot be evened out, in grey levels.
        bent: mismatch of the worst row of a level horizon.
    """

    long: int
    short: int
    turned: int
    stepped: int
    bent: int

    @property
    def total(self) -> int:
        """Sum weighted by how much each disturbs."""
        return self.long + self.short // 2 + self.turned + 2 * self.stepped


def judge_maps(image: Bytes, subject: Floats, side: int) -> Maps:
    """Return what the judge needs to know of each pixel.

    Args:
        image: (h, w, 3) uint8.
        subject: (n, n) float32, 0..1, likelihood that a place belongs to the subject.
        side: of the maps, in pixels.
    """
    scale = side / FINE
    colours = resize(image, side, side).astype(np.float32)
    light = luma(colours)
    down, across = gradient(light)
    soft_down, soft_across = gradient(blur(light, 0.7 * scale))
    tensor = np.stack(
        [
            soft_across * soft_across - soft_down * soft_down,
            2 * soft_across * soft_down,
            soft_across * soft_across + soft_down * soft_down,
        ],
        2,
    )
    texture = blur(np.abs(down) + np.abs(across), 3 * scale)
    guard = np.maximum(np.clip(resize_map(subject, side, side), 0, 1) - UNGUARDED, 0)
    planes = [
        UNIT * blur(colours, 0.6 * scale),
        UNIT * blur(colours, 2 * scale),
        UNIT * np.stack([down, across, texture], 2),
        np.clip(blur(tensor, 5 * scale), -MAX_TENSOR, MAX_TENSOR),
        GUARD_COST * guard[..., None],
    ]
    return np.rint(np.concatenate(planes, 2)).astype(np.int16)


def judge_join(
    maps: Maps, parts: Parts, shifts: NDArray[np.int32], level: NDArray[np.bool_]
) -> tuple[Visibility, Floats]:
    """Find the best cut between two parts.

    Args:
        maps: as returned by `judge_maps`.
        parts: the columns that meet.
        shifts: (side,) int32, how many pixels lower each row's match is in the right part.
        level: (side,) bool, rows of a level horizon.

    Returns:
        Its visibility, and its path (side,) float32 in shares of the source right of the join.
    """
    side = len(maps)
    scale = side // SIDE
    path = np.zeros(side, np.int32)
    found = _judge(
        maps,
        scale * parts.left + scale // 2,
        scale * parts.right + scale // 2,
        parts.sign,
        shifts,
        level,
        scale * parts.before - scale // 2,
        scale * parts.after - scale // 2,
        path,
    )
    return Visibility(*(int(value) for value in found)), path.astype(np.float32) / np.float32(side)


@kernel
def _judge(
    maps: Maps,
    left: int,
    right: int,
    sign: int,
    shifts: NDArray[np.int32],
    horizon: NDArray[np.bool_],
    before: int,
    after: int,
    path: NDArray[np.int32],
) -> tuple[int, int, int, int, int]:
    """Find the best cut; fills `path` (side,) with columns right of the join.

    The shade is levelled along the join first, then along the cut that is found.

    Args:
        maps: as returned by `judge_maps`.
        left: last column of the left part, in pixels of the maps.
        right: first column of the right part.
        sign: -1 if the right part is mirrored, else 1.
        shifts: (side,) int32, how many pixels lower each row's match is in the right part.
        horizon: (side,) bool, rows of a level horizon.
        before: columns left of the join in which it may be cut.
        after: columns right of it.
        path: (side,) int32.

    Returns:
        The fields of `Visibility`.
    """
    side = len(maps)
    upper, lower = np.zeros(side, np.int32), np.zeros(side, np.int32)
    for r in range(side):
        upper[r] = min(max(r - (shifts[r] >> 1), 0), side - 1)
        lower[r] = min(max(r - (shifts[r] >> 1) + shifts[r], 0), side - 1)
    level = np.zeros((side, 3), np.int32)
    seen = np.zeros((side, before + after + 1), np.int32)
    guard = np.zeros((side, before + after + 1), np.int32)
    for _ in range(2):
        _level(maps, left, right, sign, upper, lower, path, level)
        for r in range(side):
            one_row, two_row = maps[upper[r]], maps[lower[r]]
            for k in range(before + after + 1):
                x = k - before
                one, two = one_row[left + x], two_row[right + sign * x]
                seen[r, k] = _mismatch(one, two, sign, level[r])
                guard[r, k] = max(one[GUARD], two[GUARD])
        cheapest_path(seen, guard, path)
        path -= before
    along, turned, stepped = np.zeros((3, side), np.int32)
    for r in range(side):
        one, two = maps[upper[r], left + path[r]], maps[lower[r], right + sign * path[r]]
        along[r] = seen[r, path[r] + before]
        turned[r] = _turn(one, two, sign)
        for c in range(3):
            apart = np.int32(two[SLOW + c]) - np.int32(one[SLOW + c]) - level[r, c]
            stepped[r] = max(stepped[r], abs(apart))
    return (
        _worst_mean(along, side // 10),
        _worst_mean(along, side // 40),
        _worst_mean(turned, side // 10),
        _worst_mean(stepped, side // 30) // UNIT,
        int((along * horizon).max()),
    )


@kernel
def _mismatch(one: Maps, two: Maps, sign: int, level: NDArray[np.int32]) -> int:
    """Return how visible a cut is between two pixels (13,); texture on both sides hides it."""
    colour = 0
    for c in range(3):
        colour += abs(np.int32(two[c]) - np.int32(one[c]) - level[c])
    bend = abs(np.int32(two[DOWN]) - np.int32(one[DOWN]))
    bend += abs(sign * np.int32(two[ACROSS]) - np.int32(one[ACROSS]))
    return int((2 * colour + 3 * bend) * 15 // (5 * UNIT + np.int32(min(one[BUSY], two[BUSY]))))


@kernel
def _turn(one: Maps, two: Maps, sign: int) -> int:
    """Return the difference of the orientations of texture at two pixels (13,), 0..100."""
    p = abs(np.int32(one[TENSOR]) - np.int32(two[TENSOR]))
    q = abs(np.int32(one[TENSOR + 1]) - sign * np.int32(two[TENSOR + 1]))
    # the length of the vector (p, q) to 4 %, in integers
    length = (max(p, q) * 123 + min(p, q) * 51) >> 7
    return int(100 * length // (np.int32(one[TENSOR + 2]) + np.int32(two[TENSOR + 2]) + 20))


@kernel
def cheapest_path(
    seen: NDArray[np.int32], guard: NDArray[np.int32], path: NDArray[np.int32]
) -> None:
    """Fill `path` (h,) with the column of the cheapest path from top to bottom in each row.

    Args:
        seen: (h, w) int32, cost of each pixel; a slanting step costs more, as it is longer.
        guard: (h, w) int32, additional cost of each pixel.
        path: (h,) int32.
    """
    height, width = seen.shape
    total = np.zeros((height, width), np.int32)
    steps = np.zeros((height, width), np.int8)
    for r in range(height):
        for k in range(width):
            best, step = 0, 0
            if r > 0:
                best = total[r - 1, k]
                for s in (-2, -1, 1, 2):
                    if 0 <= k + s < width:
                        cost = total[r - 1, k + s] + (abs(s) * (seen[r, k] + 2 * LENGTH_COST) >> 1)
                        if cost < best:
                            best, step = cost, s
            total[r, k] = best + seen[r, k] + LENGTH_COST + guard[r, k]
            steps[r, k] = step
    k = int(np.argmin(total[height - 1]))
    for r in range(height - 1, -1, -1):
        path[r] = k
        k += steps[r, k]


@kernel
def _worst_mean(values: NDArray[np.int32], window: int) -> int:
    """Return the highest mean of `window` neighbouring values."""
    worst = 0
    for r in range(len(values) - window + 1):
        worst = max(worst, int(values[r : r + window].sum()) // window)
    return worst


@kernel
def _level(
    maps: Maps,
    left: int,
    right: int,
    sign: int,
    upper: NDArray[np.int32],
    lower: NDArray[np.int32],
    path: NDArray[np.int32],
    level: NDArray[np.int32],
) -> None:
    """Fill `level` (side, 3) with the step of shade along a cut, evened among rows of like colour.

    Arguments as in `_judge`; `upper` and `lower` are the rows of both parts.
    """
    side = len(maps)
    sums = np.zeros(3, np.int64)
    for y in range(side):
        one, two = maps[upper[y], left + path[y]], maps[lower[y], right + sign * path[y]]
        weight = 0
        sums[:] = 0
        for v in range(max(0, y - LEVEL_REACH), min(side, y + LEVEL_REACH + 1)):
            here, there = maps[upper[v], left + path[v]], maps[lower[v], right + sign * path[v]]
            apart, step = 0, 0
            for c in range(SLOW, SLOW + 3):
                apart += int(abs(np.int32(one[c]) - np.int32(here[c])))
                apart += int(abs(np.int32(two[c]) - np.int32(there[c])))
                step = max(step, int(abs(np.int32(here[c]) - np.int32(there[c]))))
            apart //= UNIT
            near = 64 * (16 - 16 * (v - y) * (v - y) // (LEVEL_REACH * LEVEL_REACH + 1))
            w = near * 300 // (300 + min(apart * apart, 1 << 20))
            shade = min(max(MAX_LEVELLED - step, 0), MAX_LEVELLED - LEVELLED)
            weight += w
            for c in range(3):
                sums[c] += w * shade * (np.int32(there[SLOW + c]) - np.int32(here[SLOW + c]))
        for c in range(3):
            level[y, c] = sums[c] // ((weight + 1) * (MAX_LEVELLED - LEVELLED))
