"""Panes of a window: pieces of the picture that end at edges of things.

Panes settle as superpixels do (SLIC: Achanta et al. 2012): each moves to the middle of the places
that are nearest to it, by distance and by colour.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats

Labels = NDArray[np.int32]
"""Label of each place, from 0 on."""
TRIES, SETTLINGS = 2200, 6
"""Random places that are tried for panes, and times that panes settle."""
APART, UNEVEN = 1.55, (0.75, 1.25)
"""Least distance of the middles of two panes, in the mean of their radii; bounds of the factor by
which a pane is larger than others, so that they are no honeycomb."""
COLOUR_WEIGHT = np.float32(21.0)
"""Squared distance, in radii, of panes whose features differ by 1."""
SPAN = np.float32(2.6)
"""Radii up to which a place may be of a pane."""


def find_panes(features: Floats, radii: Floats, stream: RandomStream) -> tuple[Labels, int]:
    """Return the pane of each place, (h, w) int32, and their number.

    Args:
        features: (h, w, 4) float32, 0..1: colours, and a map whose edges they follow, too.
        radii: (h, w) float32, of panes there, in pixels.
        stream: random numbers.
    """
    height, width = radii.shape
    middles = _scattered(radii, stream)
    uneven = (UNEVEN[0] + (UNEVEN[1] - UNEVEN[0]) * stream.uniform(len(middles))).astype(np.float32)
    y, x = (middles[:, k].astype(np.int64) for k in (0, 1))
    seeds = np.column_stack([middles, uneven * radii[y, x], features[y, x]]).astype(np.float32)
    rows, columns = (one.astype(np.float32) for one in np.indices((height, width), np.float32))
    planes = {0: rows, 1: columns, **{3 + c: features[..., c] for c in range(4)}}
    owner = np.zeros((height, width), np.int32)
    for _ in range(SETTLINGS):
        _assign(owner, np.full((height, width), 1e9, np.float32), seeds, features)
        own = owner.ravel()
        count = np.bincount(own, minlength=len(seeds))
        for column, plane in planes.items():
            mean = np.bincount(own, plane.ravel(), len(seeds)) / np.maximum(count, 1)
            seeds[:, column] = np.where(count > 0, mean, seeds[:, column])
        y, x = (
            np.clip(seeds[:, k] + np.float32(0.5), 0, size - 1).astype(np.int64)
            for k, size in ((0, height), (1, width))
        )
        seeds[:, 2] = uneven * radii[y, x]
    return owner, len(seeds)


def _scattered(radii: Floats, stream: RandomStream) -> Floats:
    """Return random places (n, 2) float32, apart from each other by their radii (h, w)."""
    height, width = radii.shape
    tried = stream.uniform(TRIES, 2) * [height, width]
    sizes = radii[tried[:, 0].astype(np.int64), tried[:, 1].astype(np.int64)]
    chosen = np.empty((TRIES, 3))
    count = 0
    for (y, x), radius in zip(tried, sizes, strict=True):
        given = chosen[:count]
        least = APART / 2 * (given[:, 2] + radius)
        if not (np.square(given[:, 0] - y) + np.square(given[:, 1] - x) < least * least).any():
            chosen[count] = y, x, radius
            count += 1
    return chosen[:count, :2].astype(np.float32)


@kernel
def _assign(owner: Labels, best: Floats, seeds: Floats, features: Floats) -> None:
    """Find the nearest pane of each place.

    Args:
        owner: (h, w) int32, changed in place.
        best: (h, w) float32, large, changed in place.
        seeds: (n, 7) float32: y, x, radius and features.
        features: (h, w, 4) float32.
    """
    height, width = owner.shape
    for k in range(len(seeds)):
        y, x, radius = seeds[k, 0], seeds[k, 1], seeds[k, 2]
        span, scale = SPAN * radius + np.float32(2), np.float32(1) / (radius * radius)
        for j in range(max(int(y - span), 0), min(int(y + span) + 2, height)):
            for i in range(max(int(x - span), 0), min(int(x + span) + 2, width)):
                away = np.float32(0)
                for c in range(4):
                    step = features[j, i, c] - seeds[k, 3 + c]
                    away += step * step
                dy, dx = np.float32(j) - y, np.float32(i) - x
                away = away * COLOUR_WEIGHT + (dy * dy + dx * dx) * scale
                if away < best[j, i]:
                    best[j, i] = away
                    owner[j, i] = k
