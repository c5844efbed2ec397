"""A coin on grey ground, and its cut: the simplest subject of two halves."""

import numpy as np

from diabelli.synthesis.analysis.cut_out import SIDE, CutOut
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.stickers.subject_cut import Cut
from oracles.sources import opaque

MAGENTA, CYAN = (250, 0, 250), (0, 250, 250)
ROUND = np.hypot(*(np.mgrid[:SIDE, :SIDE] - SIDE / 2 + 0.5)) < SIDE / 4
"""Where the coin is."""


def cut_of(mask: np.ndarray, *, mirrored: bool = False) -> Cut:
    """Return a cut with a hard outline."""
    part = mask.astype(np.float32)
    return Cut(CutOut(part, part), mirrored)


def coin(side: int) -> Bytes:
    """Return a disc, magenta at the left and cyan at the right, (side, side, 4) uint8."""
    y, x = (np.mgrid[:side, :side] + 0.5) / side - 0.5
    colours = np.full((side, side, 3), 120)
    disc = np.hypot(y, x) < 0.25
    colours[disc & (x < 0)] = MAGENTA
    colours[disc & (x >= 0)] = CYAN
    return opaque(colours)


def halves(image: Bytes) -> tuple[np.ndarray, np.ndarray]:
    """Return where an image is as magenta, and as cyan, as the coin, (h, w) bool each."""
    red, green, blue = image[..., :3].astype(int).transpose(2, 0, 1)
    magenta = (red > green + 130) & (blue > green + 130)
    return magenta, (green > red + 130) & (blue > red + 130)
