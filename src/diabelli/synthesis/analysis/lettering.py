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
READABLE = 0.78
"""Mean of 2 x 2 cells from which a picture surely has words that are read; 28 % of photographs."""
CERTAIN = 0.85
"""Value at which a cell counts as lettering wholly; from POSSIBLE on it counts in part."""
MARGIN = 1
"""Cells of the grid by which lettering is grown, so that no edge of a letter is left outside."""


ENLARGED = 0.25
"""Side of the part of a picture that is enlarged for a second look, in sides; twice as large."""


class LikeliestLettering(NamedTuple):
    """Place of a picture where lettering is likeliest.

    Attributes:
        value: mean of 2 x 2 cells of the map there, 0..1.
        row: of it, as a share of the picture's height.
        column: of it, as a share of the width.
    """

    value: float
    row: float
    column: float


class Lettering(NamedTuple):
    """Lettering of a picture.

    Attributes:
        possible: whether there may be lettering anywhere; a false alarm is likelier than a miss.
        excluded: whether there is hardly any; neither is true in between.
        cells: (GRID, GRID) float32, 0..1, likely places of it.
        chances: (rows, columns) float32, 0..1, the map as `lettering_map` returns it.
        likeliest: the place where it is likeliest.
    """

    possible: bool
    excluded: bool
    cells: Floats
    chances: Floats
    likeliest: LikeliestLettering


def lettering_map(image: Bytes, side: int = INPUT) -> Floats:
    """Return how likely each place of an image belongs to lettering.

    Args:
        image: (h, w, 3 or more) uint8 sRGB; channels after the third are ignored.
        side: of a square of the network's input area, in pixels.

    Returns:
        (rows, columns) float32, 0..1, over the whole image; cells are about square.
    """
    tall, wide = size_with_area(image.shape[0], image.shape[1], side)
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
    likeliest = _likeliest(likely)
    if likeliest.value < POSSIBLE:
        none = np.zeros((GRID, GRID), np.float32)
        excluded = likeliest.value < EXCLUDED
        return Lettering(False, excluded, none, likely, likeliest)
    graded = np.clip((likely - POSSIBLE) / (CERTAIN - POSSIBLE), 0, 1).astype(np.float32)
    cells = np.clip(resize_map(graded, GRID, GRID), 0, 1)
    cells = dilate(cells.astype(np.float32), MARGIN)
    return Lettering(True, False, cells, likely, likeliest)


def enlarged_lettering(image: Bytes, place: LikeliestLettering) -> float:
    """Return how likely a part of a picture, enlarged, has lettering, 0..1; it finds smaller words.

    Args:
        image: (h, w, 3 or more) uint8 sRGB, the picture, about as large as INPUT.
        place: the middle of the part.
    """
    rows, columns = (max(round(ENLARGED * side), 1) for side in image.shape[:2])
    top = round(place.row * image.shape[0] - rows / 2)
    left = round(place.column * image.shape[1] - columns / 2)
    top = min(max(top, 0), image.shape[0] - rows)
    left = min(max(left, 0), image.shape[1] - columns)
    part = np.ascontiguousarray(image[top : top + rows, left : left + columns])
    return _likeliest(lettering_map(part, round(2 * ENLARGED * INPUT))).value


def _likeliest(likely: Floats) -> LikeliestLettering:
    """Return the 2 x 2 cells of a map of which the mean is highest."""
    blocks = (likely[:-1, :-1] + likely[1:, :-1] + likely[:-1, 1:] + likely[1:, 1:]) / 4
    row, column = divmod(int(blocks.argmax()), blocks.shape[1])
    rows, columns = likely.shape
    return LikeliestLettering(float(blocks.max()), (row + 1) / rows, (column + 1) / columns)


def _pairs(planes: Floats) -> Floats:
    """Return planes (h, w, c) as (h / 2, w / 2, 4c): pixel unshuffle of 2 x 2 blocks."""
    height, width, channels = planes.shape
    blocks = planes.reshape(height // 2, 2, width // 2, 2, channels).transpose(0, 2, 4, 1, 3)
    return np.ascontiguousarray(blocks).reshape(height // 2, width // 2, 4 * channels)


def _encode(name: str, planes: Floats) -> Floats:
    """Return an encoder stage's planes, of half the side."""
    halved = _NETWORK.step(name, planes, stride=2)
    return _NETWORK.step(f"{name}b", _NETWORK.step(f"{name}a", halved), added=halved)
