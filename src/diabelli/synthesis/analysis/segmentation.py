"""Segmentation of the subject by foreground evidence, then by colour.

A first cut uses the evidence and follows edges. Then the colours inside and outside are learned and
the cut is repeated (GrabCut: Rother, Kolmogorov, Blake 2004), so that legs join their body.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.binary_mrf import Pairs, minimise_binary_mrf
from diabelli.synthesis.core.chroma import CB, CR, colour_differences
from diabelli.synthesis.core.filters import blur, dilate
from diabelli.synthesis.core.types import Bytes, Floats

MIN_THRESHOLD = 0.18
"""Lower bound of the Otsu threshold that is the unit of evidence."""
MRF_SWEEPS = 10
"""TRW-S sweeps per cut."""
COLOUR_ITERATIONS = 3
"""Cuts by learned colours."""
CUT_COST, SIMILARITY_CUT_COST = 0.25, 1.2
"""Cost of cutting two neighbours apart, and its increase for neighbours of equal colour."""
COLOUR_SCALE = np.float32(40)
"""Colour difference, summed over three channels, at which that increase falls to a third."""
LUMA_BINS, CHROMA_BINS = 12, 16
"""Bins per axis of the colour histogram."""
MIN_FREQUENCY = 2e-5
"""Frequency up to which a colour does not decide."""


class Silhouette(NamedTuple):
    """Masks of a subject.

    Attributes:
        body: (h, w) float32, 0 or 1.
        around: (h, w) float32, 0..1, with adjacent and thin parts.
    """

    body: Floats
    around: Floats


def silhouette(image: Bytes, evidence: Floats) -> Silhouette:
    """Segment the subject of a small image.

    Args:
        image: (h, w, 4) uint8.
        evidence: (h, w) float32, 0..1, foreground evidence.
    """
    strong = (evidence / np.float32(max(_otsu(evidence), MIN_THRESHOLD))).astype(np.float32)
    right, down = _pairwise_costs(image)
    found = minimise_binary_mrf(
        np.stack([strong, np.ones_like(strong)], -1), right, down, MRF_SWEEPS
    )
    likely = strong / 2
    bins = _colour_bins(image)
    for _ in range(COLOUR_ITERATIONS):
        if not 0.01 < found.mean() < 0.9:
            break
        inside = _colour_likelihood(bins, found * (0.2 + strong))
        outside = _colour_likelihood(bins, ~found * np.maximum(1.2 - strong, 0))
        likely = ((inside + MIN_FREQUENCY) / (inside + outside + 2 * MIN_FREQUENCY)).astype(
            np.float32
        )
        unary = np.stack([strong / 2 + likely, 1.5 - likely], -1).astype(np.float32)
        found = minimise_binary_mrf(unary, right, down, MRF_SWEEPS)
    # a cut leaves out thin parts, which are recovered by their colours
    thin = np.clip(strong / 2 + 2 * likely - 1, 0, 1).astype(np.float32)
    close = np.clip(1.5 * blur(dilate(thin, 1), 0.7), 0, 1)
    body = found.astype(np.float32)
    closed = np.clip(1.2 * blur(-dilate(-dilate(body, 2), 1), 0.7), 0, 1)
    return Silhouette(body, np.maximum(close, closed).astype(np.float32))


def _otsu(values: Floats) -> float:
    """Threshold of maximum variance between classes (Otsu 1979), from 64 bins."""
    bins, top = 64, float(values.max()) + 1e-9
    places = np.minimum((values / top * bins).astype(np.int64), bins - 1)
    counts = np.bincount(places.ravel(), minlength=bins)
    centres = (np.arange(bins) + 0.5) / bins * top
    below = np.cumsum(counts) / values.size
    mean = np.cumsum(counts * centres) / values.size
    between = (mean[-1] * below - mean) ** 2 / np.maximum(below * (1 - below), 1e-9)
    return float(centres[np.argmax(between[:-1])])


def _pairwise_costs(image: Bytes) -> tuple[Pairs, Pairs]:
    """Costs of cutting each pixel from its right and its lower neighbour: (h, w, 4) each."""
    colours = image[..., :3].astype(np.float32)
    pairs = []
    for axis in (1, 0):
        near = np.zeros(image.shape[:2], np.float32)
        inner = (slice(0, -1), slice(None)) if axis == 0 else (slice(None), slice(0, -1))
        near[inner] = np.abs(np.diff(colours, axis=axis)).sum(2) / COLOUR_SCALE
        pair = np.zeros((*image.shape[:2], 4), np.float32)
        pair[..., 1] = pair[..., 2] = CUT_COST + SIMILARITY_CUT_COST / (1 + near + near * near)
        pairs.append(pair)
    return pairs[0], pairs[1]


def _colour_bins(image: Bytes) -> NDArray[np.int64]:
    """Index of the histogram bin of each pixel's colour, (h, w) int64."""
    light, blue, red = colour_differences(image)
    bins = np.clip((light / 22).astype(np.int64), 0, LUMA_BINS - 1)
    cb, cr = (
        np.clip((plane / 10 + CHROMA_BINS / 2).astype(np.int64), 0, CHROMA_BINS - 1)
        for plane in (CB * blue, CR * red)
    )
    return np.asarray((bins * CHROMA_BINS + cb) * CHROMA_BINS + cr)


def _colour_likelihood(bins: NDArray[np.int64], weights: Floats) -> NDArray[np.float64]:
    """Frequency of each pixel's colour in a smoothed histogram of weighted pixels: flat float64."""
    sides = (LUMA_BINS, CHROMA_BINS, CHROMA_BINS)
    counts = np.bincount(bins.ravel(), weights.ravel(), LUMA_BINS * CHROMA_BINS * CHROMA_BINS)
    smooth = counts.astype(np.float64).reshape(sides)
    for axis in range(3):
        index = np.arange(sides[axis])
        before, after = (
            np.take(smooth, np.clip(index + step, 0, sides[axis] - 1), axis) for step in (-1, 1)
        )
        smooth = (before + 2 * smooth + after) / 4
    return np.asarray((smooth / max(float(smooth.sum()), 1e-9)).ravel()[bins])
