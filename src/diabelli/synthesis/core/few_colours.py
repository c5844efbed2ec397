"""Few colours that are close to all of a picture, by k-means (Lloyd 1982)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.types import Floats

COUNTED_SIDE, ROUNDS = 64, 8
"""Side in pixels of the grid whose colours are counted; rounds of the search."""
HUE_WEIGHT = np.float32(3)
"""Weight of squared differences of Cb and Cr beside those of luma: a wrong hue is seen more."""


def few_colours(picture: Floats, count: int) -> Floats:
    """Return colours (count, 3) float32 that are close to those of a picture, by Lloyd (1982).

    Args:
        picture: (h, w, 3) float32: luma, Cb and Cr.
        count: number of colours.
    """
    colours = _thinned(picture)
    means = np.empty((count, 3), np.float32)
    # The first ones are far apart, so that small things of another colour keep it.
    means[0] = colours[int(np.argmin(colours[:, 0]))]
    least = _apart(colours, means[0])
    for k in range(1, count):
        means[k] = colours[int(np.argmax(least))]
        least = np.minimum(least, _apart(colours, means[k]))
    for _ in range(ROUNDS):
        nearest = nearest_colour(colours, means)
        counts = np.bincount(nearest, minlength=count)
        for c in range(3):
            sums = np.bincount(nearest, colours[:, c].astype(np.float64), minlength=count)
            means[:, c] = np.where(counts > 0, sums / np.maximum(counts, 1), means[:, c])
    return means


def nearest_colour(colours: Floats, means: Floats) -> NDArray[np.int64]:
    """Return for each colour (n, 3) the index of the closest one of (count, 3)."""
    best, least = np.zeros(len(colours), np.int64), _apart(colours, means[0])
    for k in range(1, len(means)):
        away = _apart(colours, means[k])
        best[away < least] = k
        least = np.minimum(least, away)
    return best


def _thinned(colours: Floats) -> Floats:
    """Return the colours of places of a grid, (n, 3) float32."""
    steps = [max(size // COUNTED_SIDE, 1) for size in colours.shape[:2]]
    return np.ascontiguousarray(colours[:: steps[0], :: steps[1]]).reshape(-1, 3)


def _apart(colours: Floats, mean: Floats) -> Floats:
    """Return the squared differences (n,) of colours (n, 3) from one of them."""
    luma, cb, cr = (colours[:, c] - mean[c] for c in range(3))
    return np.asarray(luma * luma + HUE_WEIGHT * (cb * cb + cr * cr), np.float32)
