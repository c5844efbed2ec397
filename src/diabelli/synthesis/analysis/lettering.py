"""Lettering map of a picture: where words, digits or brush writing may be, in any script.

A U-Net of about 50,000 weights, trained on synthetic lettering; `models/lettering.md` is its model
card. It takes a picture of about 512 x 512 pixels and gives one value for each 8 x 8 of them.
Encoder stages halve the side and add residual blocks; decoder stages double it and join the
encoder's planes of that size.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.convnet import Network, double, sigmoid
from diabelli.synthesis.core.filters import dilate
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats

WEIGHTS = Path(__file__).parent.parent / "models" / "lettering.npz"
_NETWORK = Network(WEIGHTS)
INPUT = 512
"""Side in pixels of a square of the network's input area; letters of 10 px there are found."""
CELL = 8
"""Side of a cell of the map, in pixels of the input."""
DEEPEST = 32
"""Pixels of the input to one of the deepest stage; both sides of the input are multiples of it."""
EXCLUDED = 0.6
"""Mean of 2 x 2 cells below which a picture hardly has lettering: 4 % of those with it."""
POSSIBLE = 0.65
"""Mean of 2 x 2 cells from which a picture may have lettering; `models/lettering.md` has rates."""
CERTAIN = 0.85
"""Value at which a cell counts as lettering wholly; from POSSIBLE on it counts in part."""
MARGIN = 1
"""Cells of the grid by which lettering is grown, so that no edge of a letter is left outside."""


class Lettering(NamedTuple):
    """Lettering of a picture.

    Attributes:
        possible: whether there may be lettering anywhere; a false alarm is likelier than a miss.
        excluded: whether there is hardly any; neither is true in between.
        cells: (GRID, GRID) float32, 0..1, likely places of it.
    """

    possible: bool
    excluded: bool
    cells: Floats


def lettering_map(image: Bytes) -> Floats:
    """Return how likely each place of an image belongs to lettering.

    Args:
        image: (h, w, 3 or more) uint8 sRGB; channels after the third are ignored.

    Returns:
        (rows, columns) float32, 0..1, over the whole image; cells are about square.
    """
    tall, wide = size_with_area(image.shape[0], image.shape[1], INPUT)
    height, width = (max(1, round(side / DEEPEST)) * DEEPEST for side in (tall, wide))
    colours = resize(image, height, width)[..., :3].astype(np.float32)
    fine = _NETWORK.step("e0", _pairs(colours * np.float32(4 / 255) - np.float32(2)), stride=2)
    middle = _encode("e1", fine)
    coarse = _encode("e2", middle)
    deep = _NETWORK.step("e3a", _NETWORK.step("e3", coarse, stride=2))
    coarse = _NETWORK.step("p2", np.concatenate([double(deep), coarse], axis=2))
    middle = _NETWORK.step("p1", np.concatenate([double(coarse), middle], axis=2))
    return sigmoid(np.ascontiguousarray(_NETWORK.step("o", middle, rectify=False)[..., 0]))


def find_lettering(image: Bytes) -> Lettering:
    """Find the lettering of a picture.

    Args:
        image: (h, w, 3 or more) uint8 sRGB.
    """
    likely = lettering_map(image)
    blocks = (likely[:-1, :-1] + likely[1:, :-1] + likely[:-1, 1:] + likely[1:, 1:]) / 4
    peak = blocks.max()
    if peak < POSSIBLE:
        none = np.zeros((GRID, GRID), np.float32)
        return Lettering(possible=False, excluded=bool(peak < EXCLUDED), cells=none)
    graded = np.clip((likely - POSSIBLE) / (CERTAIN - POSSIBLE), 0, 1).astype(np.float32)
    cells = np.clip(resize_map(graded, GRID, GRID), 0, 1)
    return Lettering(possible=True, excluded=False, cells=dilate(cells.astype(np.float32), MARGIN))


def _pairs(planes: Floats) -> Floats:
    """Return planes (h, w, c) as (h / 2, w / 2, 4c): pixel unshuffle of 2 x 2 blocks."""
    height, width, channels = planes.shape
    blocks = planes.reshape(height // 2, 2, width // 2, 2, channels).transpose(0, 2, 4, 1, 3)
    return np.ascontiguousarray(blocks).reshape(height // 2, width // 2, 4 * channels)


def _encode(name: str, planes: Floats) -> Floats:
    """Return an encoder stage's planes, of half the side."""
    halved = _NETWORK.step(name, planes, stride=2)
    return _NETWORK.step(f"{name}b", _NETWORK.step(f"{name}a", halved), added=halved)
