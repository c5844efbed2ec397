"""People in a picture: their bare skin, and the cells where a layout keeps proportions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.analysis.bare_skin import skin_of_matte
from diabelli.synthesis.analysis.person_matte import person_map
from diabelli.synthesis.core.filters import blur, dilate
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.types import Bytes, Floats

POSSIBLE_PERSON = 0.3
"""Value of the person map from which a place may be of a person. Of 89 faces larger than a twelfth
of the side all have it; at 0.5, and with the colour of skin, 3 have not."""
MIN_CELL_SHARE = 0.25
"""Share of such places from which a cell is held."""
REACH_CELLS = 2
"""Distance to which cells around it are held, over hair and hats."""
SKIN_OF_PERSON = 0.012
"""Share of bare skin from which a picture may be of a person."""
MIN_FACE_SKIN = 0.003
"""Share of bare skin from which there may be a face."""
FACE_REACH, MIN_FACE = 24.0, 0.55
"""Standard deviation in pixels of the window in which the skin of a face is measured, and least
share there of a large face: the skin of small ones never fills it."""


class People(NamedTuple):
    """Where people are.

    Attributes:
        skin: as returned by `bare_skin`.
        cells: (GRID, GRID) float32, 1 where a person may be or is close, else 0.
        bare: (GRID, GRID) float32, 1 where a person has bare skin, else 0; 0 throughout if the
            picture has less than SKIN_OF_PERSON.
    """

    skin: Floats
    cells: Floats
    bare: Floats

    @property
    def largest_face(self) -> float:
        """Largest share of bare skin in a window of the size of a large face, 0..1."""
        return float(blur(self.skin, FACE_REACH).max())

    @property
    def has_small_faces(self) -> bool:
        """Whether there is bare skin, but no large face."""
        return float(self.skin.mean()) > MIN_FACE_SKIN and self.largest_face < MIN_FACE


def find_people(image: Bytes) -> People:
    """Find people in an image (h, w, 3 or more) uint8.

    The cells are of animals and things as well: to keep their proportions costs little, while a
    face that is not found would be deformed.
    """
    matte = person_map(image)
    possible = (matte > POSSIBLE_PERSON).astype(np.float32)
    cells = resize_map(possible, GRID, GRID) > MIN_CELL_SHARE
    skin = skin_of_matte(image, matte)
    bare = (resize_map(skin, GRID, GRID) > 0.5) & bool(skin.mean() >= SKIN_OF_PERSON)
    return People(skin, dilate(cells.astype(np.float32), REACH_CELLS), np.asarray(bare, np.float32))
