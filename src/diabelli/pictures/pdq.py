"""PDQ, a perceptual hash: similar pictures have hashes that differ in few of 256 bits.

Implements "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (Facebook,
2019), with its word and bit order, so that hashes can be compared with published lists.
The box filters of the reference implementation are not centred; the error grows as the picture
gets smaller. Every picture is therefore resized to 512x512 first, as the authors do with larger
ones. The hash of a copy then does not depend on its size.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from diabelli.pictures.limits import Image
from diabelli.pictures.scaling import flatten_on_white

PackedHashes: TypeAlias = NDArray[np.uint64]
"""Hashes packed for fast comparison: (4, hash) uint64."""

_FloatArray: TypeAlias = NDArray[np.floating[Any]]

MAX_MATCH_DISTANCE = 31
"""Maximum Hamming distance in bits of two hashes of the same picture; PDQ's authors' value."""

_WORKING_SIDE = 512
"""Rows and columns to which a picture is resized first, as by the authors."""
_GRID_SIDE = 64
"""Rows and columns of the smoothed picture that is transformed."""
_STEP = _WORKING_SIDE // _GRID_SIDE
_BOX_WIDTH = _STEP // 2
_DCT_SIDE = 16
"""Rows and columns of coefficients, each of which gives a bit."""
_MIN_SIDE = 5
"""Least rows and columns of a picture; PDQ was not tested on fewer."""
_MIN_QUALITY = 50
"""Quality of 100 below which the authors found that hashes of different pictures match."""


def pdq(image: Image) -> str | None:
    """Return the hash of `image` in 64 hexadecimal digits.

    Args:
        image: (row, column, 3 or 4) uint8; alpha is flattened on white.

    Returns:
        None if the image has too few features and its hash would match other pictures: a flat
        colour, a faint gradient, fewer than 5 rows or columns.
    """
    grids = _grids(image, mirrored=(False,))
    return _to_hex(_dct(grids[0])) if grids else None


def pdq_dihedral(image: Image) -> tuple[str, ...]:
    """Return the hashes of `image` under the eight symmetries of the square, its own first.

    Costs little more than one hash: a rotation is a reflection and a transposition, and only a
    reflection must be downsampled again.

    Returns:
        Eight hashes of 64 hexadecimal digits; empty if `pdq` returns None.
    """
    grids = _grids(image, mirrored=(False, True))
    coefficients = [_dct(grid) for grid in grids]
    return tuple(_to_hex(one) for one in [*coefficients, *(one.T for one in coefficients)])


def pack_hashes(hashes: Iterable[str]) -> PackedHashes:
    """Pack hashes as (4, hash) uint64 for `hamming_distances`."""
    rows = np.frombuffer(bytes.fromhex("".join(hashes)), np.uint64).reshape(-1, 4)
    return np.ascontiguousarray(rows.T)


def hamming_distances(ones: PackedHashes, others: PackedHashes) -> NDArray[np.uint16]:
    """Return the Hamming distance of each pair of hashes.

    Args:
        ones: (4, m); a Python loop runs over them, so pass the fewer hashes here.
        others: (4, n).

    Returns:
        (m, n) uint16, bits.
    """
    found = np.zeros((ones.shape[1], others.shape[1]), np.uint16)
    for index, row in enumerate(found):
        for word, column in zip(ones[:, index], others, strict=True):
            row += np.bitwise_count(word ^ column)
    return found


def _grids(image: Image, *, mirrored: tuple[bool, ...]) -> list[_FloatArray]:
    """Return the luma as (64, 64) grids, one for each pair of row and column reflections.

    Empty if the image has too few features.
    """
    if min(image.shape[:2]) < _MIN_SIDE:
        return []
    halves = [_downsample_rows(luma).T for luma in _mirror_variants(_luma(image), mirrored)]
    grids = [_downsample_rows(way).T for half in halves for way in _mirror_variants(half, mirrored)]
    return grids if _quality(grids[0]) >= _MIN_QUALITY else []


def _mirror_variants(plane: _FloatArray, mirrored: tuple[bool, ...]) -> list[_FloatArray]:
    return [plane[::-1] if flip else plane for flip in mirrored]


def _dct(grid: _FloatArray) -> _FloatArray:
    """Return DCT coefficients 1..16 of `grid` (64, 64) in each direction: (16, 16)."""
    matrix = _dct_matrix()
    return _product(_product(matrix, grid), matrix.T)


def _product(left: _FloatArray, right: _FloatArray) -> _FloatArray:
    """Return the matrix product, without OpenBLAS.

    OpenBLAS maps a buffer of 32 MB for each thread that multiplies at the same time, and ends the
    process if it cannot.
    """
    return cast(_FloatArray, np.einsum("ij,jk->ik", left, right))


def _luma(image: Image) -> _FloatArray:
    """Return the luma 0..255 of `image`, with at most 512 rows and columns."""
    picture = Pillow.fromarray(image)
    if max(image.shape[:2]) > _WORKING_SIDE:
        # Resizing colours takes less time than converting all pixels to luma.
        whole = (_WORKING_SIDE, _WORKING_SIDE)
        picture = picture.resize(whole, Pillow.Resampling.BILINEAR, reducing_gap=1.0)
    if image.shape[2] == 4:
        picture = Pillow.fromarray(flatten_on_white(np.asarray(picture)))
    # Pillow's weights of red, green and blue equal PDQ's to 0.001, and it needs a single pass.
    return cast(_FloatArray, np.asarray(picture.convert("F")))


def _downsample_rows(luma: _FloatArray) -> _FloatArray:
    """Resize rows (m, n), m <= 512, to 512, blur with two box filters, take every 8th: (64, n).

    Adds slices instead of multiplying matrices. NumPy would start threads for such a product, and
    on a busy machine they cost more than the work.
    """
    luma = _upsample_rows(luma)
    first = _STEP // 2 - _BOX_WIDTH // 2
    shrunk = np.zeros((_GRID_SIDE, luma.shape[1]), np.float32)
    weighed = np.empty_like(shrunk)
    for tap, weight in enumerate(_filter_taps()):
        # The last tap of the last row is outside of the image and has weight 0.
        rows = luma[first + tap :: _STEP]
        np.multiply(rows, weight[: len(rows), None], out=weighed[: len(rows)])
        shrunk[: len(rows)] += weighed[: len(rows)]
    return shrunk


def _upsample_rows(luma: _FloatArray) -> _FloatArray:
    """Resize rows (m, n), m <= 512, to 512 rows; columns follow in the second pass."""
    rows, columns = luma.shape
    if rows == _WORKING_SIDE:
        return luma
    taller = Pillow.fromarray(luma).resize((columns, _WORKING_SIDE), Pillow.Resampling.BILINEAR)
    return cast(_FloatArray, np.asarray(taller))


@cache
def _filter_taps() -> _FloatArray:
    """Return the weights of 7 neighbouring rows for each of 64 samples: (7, 64)."""
    offset = np.arange(_WORKING_SIDE)[None, :] - np.arange(_WORKING_SIDE)[:, None]
    box = (offset > -_BOX_WIDTH // 2) & (offset <= _BOX_WIDTH // 2)
    box = box / box.sum(axis=1, keepdims=True)
    points = np.arange(_GRID_SIDE)[None, :] * _STEP + _STEP // 2
    blur = _product(box[points[0]], box)
    taps = np.arange(2 * _BOX_WIDTH - 1)[:, None] - _BOX_WIDTH // 2
    padded = np.pad(blur, ((0, 0), (0, 1)))
    rows = np.arange(_GRID_SIDE)[None, :]
    return cast(_FloatArray, padded[rows, points + taps].astype(np.float32))


@cache
def _dct_matrix() -> _FloatArray:
    """Return rows 1..16 of the 64-point DCT-II matrix: (16, 64)."""
    wave, point = np.arange(1, _DCT_SIDE + 1)[:, None], np.arange(_GRID_SIDE)[None, :]
    cosines = np.sqrt(2 / _GRID_SIDE) * np.cos(np.pi / (2 * _GRID_SIDE) * wave * (2 * point + 1))
    return cast(_FloatArray, cosines.astype(np.float32))


def _quality(grid: _FloatArray) -> int:
    """Return PDQ's quality metric of a (64, 64) luma grid: 0 (featureless) to 100."""
    steps = [np.abs(np.diff(grid, axis=axis)) * 100 / 255 for axis in (0, 1)]
    return min(100, sum(int(np.trunc(step).sum()) for step in steps) // 90)


def _to_hex(coefficients: _FloatArray) -> str:
    """Threshold DCT coefficients (16, 16) at their median; the last gives the first bit."""
    values = coefficients.ravel()
    middle = values.size // 2 - 1
    median = np.partition(values, middle)[middle]
    return np.packbits(values[::-1] > median).tobytes().hex()
