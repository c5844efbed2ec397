"""Pictures of the engine `roll`, for the server and for the clients that verify them."""

from __future__ import annotations

import numpy as np

from diabelli.variation import Image


def rolled(source: Image, height: int, width: int, seed: int, strength: float) -> Image:
    """Scale the source by nearest neighbour and roll its columns by the seed.

    The result identifies source and seed. Strength 0 does not roll.
    """
    rows = np.arange(height) * source.shape[0] // height
    columns = np.arange(width) * source.shape[1] // width
    image = source[rows][:, columns]
    if strength:
        image = np.roll(image, seed % width, axis=1)
    return np.ascontiguousarray(image)
