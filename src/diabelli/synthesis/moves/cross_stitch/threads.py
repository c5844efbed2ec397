"""Threads: a palette found of a picture, and the thread of each stitch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cross_stitch.oklab import from_oklab, to_oklab

ROUNDS, POINTS = 6, 4000
"""Rounds of k-means, and number of stitches on which it is done."""
CHROMA = np.float32(1.7)
"""Weight of differences of hue, in that of differences of lightness."""
APART = 0.992
"""Share of the stitches that are nearer to the threads than the start of a further one."""
SATURATION = np.float32(1.15)
"""How much purer threads are than the colours of a photograph."""
CALM = (np.float32(0.0003), np.float32(0.0018))
"""Costs, as squared differences of colours, of a stitch beside one of another colour: where the
subject is, and elsewhere."""
CALM_ROUNDS = 2
"""Rounds in which stitches become like those beside them."""
BLEND = ((0.3, 0.8), (0.55, 0.45))
"""Shares of the way from a thread to another one from which this is taken, in turn, in a
gradation."""
LIKE = np.float32(0.07)
"""Largest difference of threads that are blended."""


def choose_threads(stitches: Floats, is_stitched: NDArray[np.bool_], count: int) -> Floats:
    """Choose colours of threads by k-means in OKLab.

    The first is the mean colour; each further one starts where the others are far away, so that
    small things of another colour get one.

    Args:
        stitches: (rows, columns, 3) float32, 0..1, colours to be stitched.
        is_stitched: (rows, columns), where stitches are.
        count: of threads.

    Returns:
        (count, 3) float32, in OKLab.
    """
    colours = stitches[is_stitched]
    points = _weighted(to_oklab(colours[:: max(len(colours) // POINTS, 1)]))
    centres = np.repeat(points.astype(np.float64).mean(0).astype(np.float32)[None], count, 0)
    nearest = _squares(points, centres[:1])[:, 0]
    for k in range(1, count):
        order = np.argsort(nearest, kind="stable")
        centres[k] = points[order[int(APART * (len(order) - 1))]]
        nearest = np.minimum(nearest, _squares(points, centres[k : k + 1])[:, 0])
    for _ in range(ROUNDS):
        owner = _squares(points, centres).argmin(1)
        sizes = np.bincount(owner, minlength=count)
        sums = np.stack([np.bincount(owner, points[:, c], count) for c in range(3)], 1)
        means = (sums / np.maximum(sizes, 1)[:, None]).astype(np.float32)
        centres = np.where(sizes[:, None] > 0, means, centres)
    return np.asarray(centres / np.array([1, CHROMA, CHROMA], np.float32), np.float32)


def assign_threads(
    stitches: Floats, threads: Floats, near: Floats, smooth: NDArray[np.bool_]
) -> NDArray[np.int16]:
    """Return the thread of each stitch, (rows, columns) int16.

    Stitches that differ little from those beside join them. In gradations, two threads alternate
    where the colour is between them.

    Args:
        stitches: (rows, columns, 3) float32, 0..1, colours to be stitched.
        threads: (count, 3) float32, in OKLab.
        near: (rows, columns) float32, 0..1, where the subject is.
        smooth: (rows, columns), where gradations are.
    """
    calm = (CALM[1] + near * (CALM[0] - CALM[1]))[..., None]
    points, centres = _weighted(to_oklab(stitches)), _weighted(threads)
    away = _squares(points.reshape(-1, 3), centres).reshape(*near.shape, len(threads))
    owner = away.argmin(2)
    for _ in range(CALM_ROUNDS):
        own = (owner[..., None] == np.arange(len(threads))).astype(np.float32)
        padded = np.pad(own, ((1, 1), (1, 1), (0, 0)), mode="edge")
        beside = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
        owner = (away - calm * beside).argmin(2)
    first = np.take_along_axis(away, owner[..., None], 2)[..., 0]
    rest = away.copy()
    np.put_along_axis(rest, owner[..., None], np.float32(np.inf), 2)
    other = rest.argmin(2)
    second = np.take_along_axis(away, other[..., None], 2)[..., 0]
    between = np.square(centres[owner] - centres[other]).sum(2)
    share = (first - second + between) / np.maximum(2 * between, np.float32(1e-6))
    rows, columns = near.shape
    steps = np.array(BLEND, np.float32)
    least = np.tile(steps, (-(-rows // 2), -(-columns // 2)))[:rows, :columns]
    takes = smooth & (share > least) & (between < LIKE * LIKE)
    return np.where(takes, other, owner).astype(np.int16)


def dyed(threads: Floats) -> Floats:
    """Return the colours (count, 3) float32, 0..1, of threads in OKLab, a little purer."""
    return from_oklab(threads * np.array([1, SATURATION, SATURATION], np.float32))


def _weighted(colours: Floats) -> Floats:
    """Return colours in OKLab whose distances are weighted."""
    return colours * np.array([1, CHROMA, CHROMA], np.float32)


def _squares(points: Floats, centres: Floats) -> Floats:
    """Return the squared distances (n, k) float32 of points (n, 3) from centres (k, 3)."""
    total = np.zeros((len(points), len(centres)), np.float32)
    for c in range(3):
        total += np.square(points[:, c, None] - centres[:, c])
    return total
