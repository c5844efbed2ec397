"""Surroundings of a picture: how certainly it shows the open air, and a person.

Two logistic regressions on means of the fourth stage of the subject map's encoder;
`models/surroundings.md` is their model card.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats

WEIGHTS = Path(__file__).parent.parent / "models" / "surroundings.npz"
STAGE = 3
"""Index of the encoder's stage whose planes are used."""
ZONES = ((0, 10, 0, 10), (0, 2, 0, 10), (8, 10, 0, 10), (3, 7, 3, 7))
"""Rows and columns (first, end, first, end) of the whole, the top, the bottom and the centre."""


class Surroundings(NamedTuple):
    """What a picture shows.

    Attributes:
        openness: log-odds that it shows the open air.
        person: log-odds that it shows a person.
    """

    openness: float
    person: float


def find_surroundings(encoded: list[Floats]) -> Surroundings:
    """Find out what a picture shows.

    Args:
        encoded: as returned by `subject_map.encode`.
    """
    stored = _weights()
    return Surroundings(
        *(
            _log_odds(encoded[STAGE], stored[f"{name}_w"], float(stored[f"{name}_b"]))
            for name in ("open", "person")
        )
    )


def _log_odds(planes: Floats, weights: Floats, bias: float) -> float:
    """Return the log-odds of one regression.

    Args:
        planes: (h, w, c) float32.
        weights: (zones * c,) float32.
        bias: its constant.
    """
    for (top, bottom, left, right), own in zip(ZONES, weights.reshape(len(ZONES), -1), strict=True):
        bias += _projected_mean(planes[top:bottom, left:right], own)
    return bias


@cache
def _weights() -> dict[str, Floats]:
    """Load the weights by name: vectors (zones * channels,) and constants, float32."""
    with np.load(WEIGHTS) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


@kernel
def _projected_mean(planes: Floats, weights: Floats) -> float:
    """Mean over places of the dot product of planes (h, w, c) with weights (c,)."""
    total = 0.0
    for y in range(planes.shape[0]):
        for x in range(planes.shape[1]):
            for c in range(planes.shape[2]):
                total += planes[y, x, c] * weights[c]
    return total / (planes.shape[0] * planes.shape[1])
