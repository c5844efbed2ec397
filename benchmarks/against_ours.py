"""Runs the package that is first on the path, under the interface of `against.py`.

`blind.py` puts the `src` folder of a revision there, so that any revision is compared.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import diabelli


def vary(
    source: NDArray[np.uint8], n: int, strength: float, seed: int, size: int
) -> tuple[list[NDArray[np.uint8]], list[list[str]]]:
    """Return n images (size, size, 3) uint8 and the moves of each, none before version 5."""
    variations = diabelli.vary(source, n=n, size=size, strength=strength, seed=seed, threads=1)
    images = [one.image for one in variations]
    return images, [list(getattr(one, "moves", ())) for one in variations]
