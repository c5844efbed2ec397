"""Ground of a picture: how well it suits as a shore, and for a window's light to fall on.

A shore is ground in the open air, seen from the side. Unsuitable are water, rooms, products, what
is seen from above, the sky, and people who are cut at the waist. A window's light falls on rooms
and on things close by. Kernel regressions decide, on means of the subject map's encoder over the
top and the bottom; `models/ground.md` and `models/surface.md` are their model cards.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats

MODELS = Path(__file__).parent.parent / "models"
SHORE, SURFACE = MODELS / "ground.npz", MODELS / "surface.npz"
"""Files of the weights of the regressions."""
BANDS = ((0.0, 0.4), (0.6, 1.0))
"""First and last row of the bands over which the planes are averaged, in shares of the height."""
CELLS, SPREAD_STAGES = 10, 3
"""Cells of a side in which deviations are measured, and stages, from the finest, that have them."""
WIDTH = 1.0
"""Factor of the squared distance to a centre in the exponent; the mean squared length is 1."""


def suitability(features: Floats, weights: Path) -> float:
    """Return how well a picture suits, about -1 for not at all to 1 for well.

    Args:
        features: as returned by `ground_features`.
        weights: SHORE or SURFACE.
    """
    stored = _weights(weights)
    place = _place(features, stored["axes"], stored["origin"])
    return _regress(
        place, stored["centres"], stored["heights"], stored["slope"], stored["constant"]
    )


def ground_features(encoded: list[Floats]) -> Floats:
    """Return the means of the planes over each band, and of their deviations within cells.

    Args:
        encoded: as returned by `subject_map.encode`.

    Returns:
        (features,) float32, by stage; in each the means of all bands, then the deviations.
    """
    return np.concatenate(
        [
            means
            for stage, planes in enumerate(encoded)
            for means in _band_means(planes, BANDS, max(len(planes) // CELLS, 1))[
                : 2 if stage < SPREAD_STAGES else 1
            ]
        ],
        dtype=np.float32,
    )


def _band_means(
    planes: Floats, bands: tuple[tuple[float, float], ...], cell: int
) -> tuple[Floats, Floats]:
    """Return the means of planes (h, w, c) over bands, and of the deviations within cells.

    Args:
        planes: (h, w, c) float32.
        bands: first and last rows, in shares of the height.
        cell: side of a cell.

    Returns:
        Two arrays (bands * c,) float32.
    """
    rows = [(round(first * len(planes)), round(last * len(planes))) for first, last in bands]
    found = [_means(planes[first:last], cell) for first, last in rows]
    return np.concatenate([one[0] for one in found]), np.concatenate([one[1] for one in found])


@kernel
def _means(planes: Floats, cell: int) -> tuple[Floats, Floats]:
    """Return the mean of each plane of (h, w, c), and the mean deviation within its cells."""
    height, width, channels = planes.shape
    means, spreads = np.zeros(channels, np.float32), np.zeros(channels, np.float32)
    size, cells = np.float32(cell * cell), np.float32((height // cell) * (width // cell))
    for top in range(0, height, cell):
        for left in range(0, width, cell):
            for c in range(channels):
                total, square = np.float32(0), np.float32(0)
                for y in range(top, top + cell):
                    for x in range(left, left + cell):
                        total += planes[y, x, c]
                mean = total / size
                for y in range(top, top + cell):
                    for x in range(left, left + cell):
                        square += (planes[y, x, c] - mean) ** 2
                means[c] += mean / cells
                spreads[c] += np.sqrt(square / size) / cells
    return means, spreads


@kernel
def _place(features: Floats, axes: Floats, origin: Floats) -> Floats:
    """Project features (f,) on axes (f, a), relative to an origin (a,)."""
    place = -origin
    for f in range(len(features)):
        for a in range(len(place)):
            place[a] += features[f] * axes[f, a]
    return place


@kernel
def _regress(
    place: Floats, centres: Floats, heights: Floats, slope: Floats, constant: Floats
) -> float:
    """Return the value at a place (a,): a plane, and bells around centres (n, a).

    Args:
        place: (a,) float32.
        centres: (n, a) float32.
        heights: (n,) float32, of the bells.
        slope: (a,) float32, of the plane.
        constant: () float32, value of the plane at the origin.
    """
    value = float(constant.item())
    for a in range(len(place)):
        value += slope[a] * place[a]
    for n in range(len(centres)):
        distance = 0.0
        for a in range(len(place)):
            distance += (place[a] - centres[n, a]) ** 2
        value += heights[n] * np.exp(-WIDTH * distance)
    return value


@cache
def _weights(path: Path) -> dict[str, Floats]:
    """Load weights by name, float32."""
    with np.load(path) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}
