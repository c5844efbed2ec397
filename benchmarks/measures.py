"""Figures for "n variations of one source", without learned features.

How faithful they are (swd, coh7, cmp7, garble, sharp), how different (div, novel), and how much of
the layout they keep (lfssim, hog).  All are taken at 256 x 256.  They mislead one at a time: a copy
has a perfect garble, so read it beside novel and div.  And look at the pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np
from numpy.typing import NDArray

from diabelli.variation import Image
from filters import Floats, bell, gradients, grey, laplacian, resized
from matching import FAR, PATCH, Distances, nearest, nearest_window
from novelty import fit, novel

SIDE = 256
PROJECTIONS = 128
SMALL, WINDOW = 64, 25
"""Garble is looked for in windows of 25 x 25 of the picture at 64 x 64: two fifths of the side."""


@dataclass(frozen=True, slots=True)
class Measures:
    """The means over the variations of one source.

    Attributes:
        swd: distance between the sets of patches; 0 for a copy, lower is better.
        coh7: how far a variation's patches are from the source's nearest, in grey levels.
        cmp7: how far the source's patches are from the variation's nearest, in grey levels.
        garble: the worst wide window; broken subjects are above .55, broken scenes above .75.
        sharp: the energy of fine detail against the source's, 1 is the same.
        div: how much the variations differ from each other.
        novel: the share that no single affine map of the source explains, 0..1.
        lfssim: likeness to the source at 32 x 32, 1 is the same; neither good nor bad.
        hog: likeness of the directions of edges, 1 is the same; neither good nor bad.
    """

    swd: float
    coh7: float
    cmp7: float
    garble: float
    sharp: float
    div: float
    novel: float
    lfssim: float
    hog: float


NAMES = tuple(field.name for field in fields(Measures))


def measure(source: Image, variations: Sequence[Image]) -> Measures:
    """The measures of `variations` of `source`: square images (side, side, 3) uint8 of any size.

    div is nan for a single variation.
    """
    source = resized(source, SIDE)
    images = [resized(image, SIDE) for image in variations]
    profile = _profile(source)
    rows = [_one(source, profile, image) for image in images]
    means = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    return Measures(**means, div=diversity(source, images))


def mean(measures: Sequence[Measures]) -> Measures:
    """The mean of each figure."""
    rows = [asdict(each) for each in measures]
    return Measures(**{name: float(np.mean([row[name] for row in rows])) for name in NAMES})


def _one(source: Image, profile: list[Floats], image: Image) -> dict[str, float]:
    """The figures of one variation at SIDE, but for div."""
    mirrored = np.ascontiguousarray(source[:, ::-1])
    (field, distances), (field_m, distances_m) = nearest(image, source), nearest(image, mirrored)
    either = np.minimum(distances, distances_m)
    plain, turned = fit(image, field), fit(image, field_m)
    best, view = (turned, mirrored) if turned.share > plain.share else (plain, source)
    return {
        "swd": sliced_wasserstein(profile, _profile(image)),
        "coh7": _rms(either),
        "cmp7": _rms(nearest(view, image)[1]),
        "garble": garble(source, image),
        "sharp": sharpness(source, image),
        "novel": novel(image, view, best.affine, either),
        "lfssim": low_frequency_ssim(source, image),
        "hog": edge_likeness(source, image),
    }


def _rms(distances: Distances) -> float:
    """Bidirectional similarity (Simakov et al. 2008): sqrt(mean_q min_k |q - k|^2 / 3p^2)."""
    return float(np.sqrt(distances.mean() / (3 * PATCH**2)))


def _profile(image: Image) -> list[Floats]:
    """Sorted projections (PROJECTIONS, patches) of the 7x7x3 patches at scales 1, 1/2, 1/4, 1/8.

    The directions are random and of length 1, the same for every image.
    """
    rng = np.random.default_rng(0)
    sorted_projections = []
    for shrink in (1, 2, 4, 8):
        directions = rng.standard_normal((PROJECTIONS, PATCH, PATCH, 3)).astype(np.float32)
        directions /= np.sqrt((directions**2).sum((1, 2, 3), keepdims=True))
        flat = directions.transpose(0, 3, 1, 2).reshape(PROJECTIONS, -1)
        small = resized(image, SIDE // shrink).astype(np.float32)
        patches = np.lib.stride_tricks.sliding_window_view(small, (PATCH, PATCH), axis=(0, 1))
        projected = flat @ patches.reshape(-1, flat.shape[1]).T
        projected.sort(axis=1)
        sorted_projections.append(projected)
    return sorted_projections


def sliced_wasserstein(source: list[Floats], variation: list[Floats]) -> float:
    """Distance between sets of patches (Elnekave & Weiss 2022), free of units.

    At each scale the mean over directions w of |sort(w.P') - sort(w.P)|, over the mean of
    |w.P - median(w.P)|; the mean over the scales.
    """
    shares = []
    for one, other in zip(source, variation, strict=True):
        spread = np.abs(one - np.median(one, axis=1, keepdims=True)).mean()
        shares.append(np.abs(one - other).mean() / max(spread, 1e-6))
    return float(np.mean(shares))


def garble(source: Image, image: Image) -> float:
    """The worst wide window: its distance to the nearest of the source's, over its deviation.

    The source's windows are taken at zooms of .85, 1 and 1.15, and mirrored, so that a crop, a
    zoom or a mirror is not taken for garble.
    """
    small = resized(image, SMALL)
    best = np.full((SMALL - WINDOW + 1,) * 2, FAR, np.int32)
    for zoom in (0.85, 1.0, 1.15):
        zoomed = resized(source, round(SMALL * zoom))
        for view in (zoomed, zoomed[:, ::-1]):
            nearest_window(small, view, WINDOW, best)
    return float(np.sqrt(best.max() / (3 * WINDOW**2)) / max(float(source.std()), 1.0))


def sharpness(source: Image, image: Image) -> float:
    """The energy of the Laplacian, over the source's."""
    energy = [float((laplacian(grey(each)) ** 2).mean()) for each in (image, source)]
    return energy[0] / max(energy[1], 1e-9)


def diversity(source: Image, images: Sequence[Image]) -> float:
    """The mean deviation of a pixel over the images, over the source's (Shaham et al. 2019)."""
    if len(images) < 2:
        return float("nan")
    planes = np.stack([grey(image) for image in images])
    return float(planes.std(axis=0, ddof=1).mean() / max(float(grey(source).std()), 1e-6))


def low_frequency_ssim(source: Image, image: Image) -> float:
    """Structural similarity (Wang et al. 2004) of the greys at 32 x 32."""
    x, y = (grey(resized(each, 32)) for each in (source, image))
    mx, my = bell(x, 7, 1.5), bell(y, 7, 1.5)
    vx, vy = bell(x * x, 7, 1.5) - mx**2, bell(y * y, 7, 1.5) - my**2
    vxy = bell(x * y, 7, 1.5) - mx * my
    c1, c2 = 1e-4, 9e-4
    likeness = (2 * mx * my + c1) * (2 * vxy + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    return float(likeness.mean())


def edge_likeness(source: Image, image: Image) -> float:
    """The cosine of the cells' histograms of directions (Dalal & Triggs 2005), by their energy.

    A cell whose edges have grown or lost strength counts as less alike, by the root of the ratio.
    """
    a, b = _directions(source), _directions(image)
    na, nb = np.linalg.norm(a, axis=2), np.linalg.norm(b, axis=2)
    cosine = (a * b).sum(2) / np.maximum(na * nb, 1e-6)
    strongest = np.maximum(na, nb)
    ratio = np.minimum(na, nb) / np.maximum(strongest, 1e-6)
    return float((cosine * np.sqrt(ratio) * strongest).sum() / max(float(strongest.sum()), 1e-6))


def _directions(image: Image, cell: int = 16, bins: int = 9) -> NDArray[np.float32]:
    """Histograms (row of cells, column of cells, bins) of the gradients' unsigned directions."""
    down, across = gradients(grey(image))
    place = np.arctan2(down, across) % np.pi / np.pi * bins
    apart = np.abs(place[..., None] - np.arange(bins))
    weight = np.maximum(1 - np.minimum(apart, bins - apart), 0)
    weight *= np.hypot(down, across)[..., None]
    cells = SIDE // cell
    return np.asarray(weight.reshape(cells, cell, cells, cell, bins).sum((1, 3)), np.float32)
