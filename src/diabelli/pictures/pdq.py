"""PDQ, a perceptual hash: pictures that look alike have hashes that differ in few of 256 bits.

After "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (Facebook, 2019),
in whose words and bit order a hash is written here; so it can be compared with the lists of others.
Their published C++ shrinks a picture by box filters; here the same filters are one matrix an axis.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from diabelli.pictures.rules import Image
from diabelli.pictures.writing import on_white

_Floats: TypeAlias = NDArray[np.floating[Any]]

NEAR = 31
"""Two hashes that differ in at most so many bits are of the same picture, as PDQ's authors hold."""

_GRID = 64
_HASHED = 16
_ENOUGH = 512  # what has more is shrunk to it first, as PDQ's authors do; their tests allow it
_LEAST = 5  # PDQ was tested on no fewer rows or columns
_LEAST_QUALITY = 50  # below it, PDQ's authors find hashes of unlike pictures alike
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def pdq(image: Image) -> str | None:
    """The hash of `image` in 64 hexadecimal digits.

    None where the image has too few features, so that its hash would match other pictures: a flat
    colour, a faint gradient, fewer than 5 rows or columns. Transparent images count as on white.
    """
    waves = _waves(image)
    return None if waves is None else _digits(waves)


def pdq_turned(image: Image) -> tuple[str, ...]:
    """The hashes of `image` in its eight ways up: turned and mirrored; its own comes first.

    Empty where `pdq` is None. It costs no more than one hash: a turn of the picture only changes
    signs and places among its waves.
    """
    waves = _waves(image)
    if waves is None:
        return ()
    odd = np.where(np.arange(_HASHED) % 2, np.float32(1), np.float32(-1))
    signs = (1, odd[None, :], odd[:, None], odd[None, :] * odd[:, None])
    mirrored = [waves * sign for sign in signs]
    return tuple(_digits(one) for one in [*mirrored, *(one.T for one in mirrored)])


def distance(one: str, other: str) -> int:
    """In how many of 256 bits two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def words(hashes: Iterable[str]) -> NDArray[np.uint64]:
    """The hashes as (hash, 4) words, for `distances`."""
    return np.frombuffer(bytes.fromhex("".join(hashes)), np.uint64).reshape(-1, 4)


def distances(ones: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """The `distance` of each of `ones` (m, 4) to each of `others` (n, 4), as (m, n)."""
    differing: NDArray[np.uint8] = np.bitwise_count(ones[:, None, :] ^ others[None, :, :])
    return cast(NDArray[np.uint16], differing.sum(axis=2, dtype=np.uint16))


def _waves(image: Image) -> _Floats | None:
    """The image's 16 lowest waves in each direction but the constant, or None where `pdq` is."""
    if min(image.shape[:2]) < _LEAST:
        return None
    luma = _luma(image)
    rows, columns = luma.shape
    grid = _shrinking(rows) @ luma @ _shrinking(columns).T
    if _quality(grid) < _LEAST_QUALITY:
        return None
    cosines = _cosines()
    return cosines @ grid @ cosines.T


def _luma(image: Image) -> _Floats:
    """Brightness 0..255 (row, column), of at most `_ENOUGH` rows and columns."""
    rows, columns = (min(side, _ENOUGH) for side in image.shape[:2])
    box = Pillow.Resampling.BOX
    small = Pillow.fromarray(image).resize((columns, rows), box, reducing_gap=1.0)
    return on_white(np.asarray(small)).astype(np.float32) @ _LUMA


@lru_cache(maxsize=32)
def _shrinking(length: int) -> _Floats:
    """The matrix (64, length) that blurs an axis by two box filters and takes 64 points of it."""
    if length == _GRID:
        return np.eye(_GRID, dtype=np.float32)
    width = -(-length // (2 * _GRID))
    offset = np.arange(length)[None, :] - np.arange(length)[:, None]
    box = ((offset > width // 2 - width) & (offset <= width // 2)).astype(np.float32)
    box /= box.sum(axis=1, keepdims=True)
    points = ((np.arange(_GRID) + 0.5) * length / _GRID).astype(np.intp)
    return box[points] @ box


@cache
def _cosines() -> _Floats:
    """The rows 1 to 16 of the 64-point cosine transform: (16, 64)."""
    wave, point = np.arange(1, _HASHED + 1)[:, None], np.arange(_GRID)[None, :]
    cosines = np.sqrt(2 / _GRID) * np.cos(np.pi / (2 * _GRID) * wave * (2 * point + 1))
    return cast(_Floats, cosines.astype(np.float32))


def _quality(grid: _Floats) -> int:
    """PDQ's measure of how much there is to see in (64, 64) brightness: 0 nothing, 100 plenty."""
    steps = [np.abs(np.diff(grid, axis=axis)) * 100 / 255 for axis in (0, 1)]
    return min(100, sum(int(np.trunc(step).sum()) for step in steps) // 90)


def _digits(waves: _Floats) -> str:
    """One bit for each wave (16, 16): whether it is above their median. The last comes first."""
    values = waves.ravel()
    middle = values.size // 2 - 1
    median = np.partition(values, middle)[middle]
    return np.packbits(values[::-1] > median).tobytes().hex()
