"""A thing: what in a photograph has one vivid colour that is not nature's, told by its hue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.resample import Floats

FAINT = 20
"""Chroma below which a colour is not counted, in grey levels."""
DIM = 40
"""What luma is raised by in purity, chroma / (luma + DIM), so that dark pixels count little."""
PALE, PURE = 0.2, 0.42
"""Purity below which a pixel is unlikely to belong to a thing, and above which it surely does."""
LIKE = 0.75
"""The cosine of the angle within which a hue is the thing's."""


@dataclass(frozen=True, slots=True)
class ColourObject:
    """The things of one colour.

    Attributes:
        blue, red: their mean hue, as a unit vector of (Cb, Cr).
        area: the share of the picture that surely belongs to them.
        like: the cosine of the angle within which a hue is theirs.
    """

    blue: float
    red: float
    area: float
    like: float = LIKE

    def has(self, colours: Floats, like: float | None = None) -> NDArray[np.bool_]:
        """Which colours of a palette are of its hue, however pale or dark.

        like: another cosine than its own.
        """
        cosine = np.float32(self.like if like is None else like)
        along = colours[:, 1] * np.float32(self.blue) + colours[:, 2] * np.float32(self.red)
        return np.asarray((along > cosine * colours[:, 3]) & (colours[:, 3] > 8))


def purity(colours: Floats) -> Floats:
    """How pure each colour of a palette is: its chroma beside its luma."""
    return colours[:, 3] / (colours[:, 0] + np.float32(DIM))


def is_pure(colours: Floats) -> NDArray[np.bool_]:
    """Which colours of a palette are surely paint, cloth or petals, if their hue is."""
    return np.asarray((purity(colours) > PURE) & (colours[:, 3] > FAINT))
