"""Where things may float in front of a picture: away from its subject, people and skin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.bare_skin import SIDE as SKIN_SIDE
from diabelli.synthesis.analysis.bare_skin import is_grey, skin_coloured, skin_of_matte
from diabelli.synthesis.analysis.person_matte import person_map
from diabelli.synthesis.analysis.subject_map import decode, encode
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats

SIDE = 64
"""Side of the map of distances, in cells."""
DECISION_SIDE = 256
"""Side in pixels at which places are decided, so that they are the same at every size."""
SUBJECT, PERSON, SKIN = 0.5, 0.4, 0.15
"""Values of the subject map, the person map and widened skin from which a place is taken."""
FACE, FACE_BLUR = 0.5, 1.5
"""Share of the colour of skin around a place from which it may be a far face, and the standard
deviation of its surroundings, in pixels of the skin map."""


def free_distance(image: Bytes, persons: Floats | None = None) -> Floats:
    """Return how far places are from the subject, from people and from all of the colour of skin.

    Args:
        image: (h, w, 3 or more) uint8.
        persons: its person map, if that is known already.

    Returns:
        (SIDE, SIDE) float32, distance in sides; 0 on them.
    """
    small = resize(image, DECISION_SIDE, DECISION_SIDE)
    taken = resize_map(decode(encode(small)), SIDE, SIDE) > SUBJECT
    matte = person_map(small) if persons is None else persons
    taken |= resize_map(matte, SIDE, SIDE) > PERSON
    taken |= resize_map(skin_of_matte(small, matte), SIDE, SIDE) > SKIN
    colours = resize(small, SKIN_SIDE, SKIN_SIDE)[..., :3]
    if not is_grey(colours):
        skin = blur(skin_coloured(colours).astype(np.float32), FACE_BLUR)
        taken |= resize_map(skin, SIDE, SIDE) > FACE
    return _distances(taken)


@kernel
def _distances(taken: NDArray[np.bool_]) -> Floats:
    """Return the distance of each cell (side, side) from the next one that is taken, in sides."""
    side = taken.shape[0]
    out = np.empty((side, side), np.float32)
    rows, columns = np.nonzero(taken)
    for y in range(side):
        for x in range(side):
            least = side * side
            for k in range(len(rows)):
                down, across = rows[k] - y, columns[k] - x
                least = min(least, down * down + across * across)
            out[y, x] = np.sqrt(np.float32(least)) / np.float32(side)
    return out
