"""PDQ, a perceptual hash: pictures that look alike have hashes that differ in few of 256 bits.

After "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (Facebook, 2019),
in whose words and bit order a hash is written here; so it can be compared with the lists of others.
The box filters by which they shrink a picture lean to one side, by more the smaller it is. So every
picture is first brought to 512x512, as the authors do with larger ones: the hash of a copy does not
hang on its size.
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
"""Hashes to compare by the thousand: (4, hash), uint64."""

_FloatArray: TypeAlias = NDArray[np.floating[Any]]

MAX_MATCH_DISTANCE = 31
"""Two hashes that differ in at most so many bits are of the same picture, as PDQ's authors hold."""

_WORKING_SIDE = 512
_GRID_SIDE = 64
_STEP = _WORKING_SIDE // _GRID_SIDE
_BOX_WIDTH = _STEP // 2
_DCT_SIDE = 16
_MIN_SIDE = 5  # PDQ was tested on no fewer rows or columns
_MIN_QUALITY = 50  # below it, PDQ's authors find hashes of unlike pictures alike


def pdq(image: Image) -> str | None:
    """The hash of `image` in 64 hexadecimal digits.

    None where the image has too few features, so that its hash would match other pictures: a flat
    colour, a faint gradient, fewer than 5 rows or columns. Transparent images count as on white.
    """
    grids = _grids(image, mirrored=(False,))
    return _to_hex(_dct(grids[0])) if grids else None


def pdq_dihedral(image: Image) -> tuple[str, ...]:
    """The hashes of `image` in its eight ways up: turned and mirrored; its own comes first.

    Empty where `pdq` is None. It costs little more than one hash: a turn is a mirror and
    a transposition, and only a mirror is shrunk anew.
    """
    grids = _grids(image, mirrored=(False, True))
    waves = [_dct(grid) for grid in grids]
    return tuple(_to_hex(one) for one in [*waves, *(one.T for one in waves)])


def hamming_distance(one: str, other: str) -> int:
    """In how many of 256 bits two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def pack_hashes(hashes: Iterable[str]) -> PackedHashes:
    """The hashes as (4, hash) words of 64 bits, for `distances`."""
    rows = np.frombuffer(bytes.fromhex("".join(hashes)), np.uint64).reshape(-1, 4)
    return np.ascontiguousarray(rows.T)


def hamming_distances(ones: PackedHashes, others: PackedHashes) -> NDArray[np.uint16]:
    """The `distance` of each of `ones` (4, m) to each of `others` (4, n), as (m, n).

    It takes the ones in turn: let them be the fewer.
    """
    found = np.zeros((ones.shape[1], others.shape[1]), np.uint16)
    for index, row in enumerate(found):
        for word, column in zip(ones[:, index], others, strict=True):
            row += np.bitwise_count(word ^ column)
    return found


def _grids(image: Image, *, mirrored: tuple[bool, ...]) -> list[_FloatArray]:
    """The image's brightness in (64, 64), with its rows and its columns mirrored as told.

    Empty where there is too little to see.
    """
    if min(image.shape[:2]) < _MIN_SIDE:
        return []
    halves = [_downsample_rows(luma).T for luma in _mirror_variants(_luma(image), mirrored)]
    grids = [_downsample_rows(way).T for half in halves for way in _mirror_variants(half, mirrored)]
    return grids if _quality(grids[0]) >= _MIN_QUALITY else []


def _mirror_variants(plane: _FloatArray, mirrored: tuple[bool, ...]) -> list[_FloatArray]:
    return [plane[::-1] if flip else plane for flip in mirrored]


def _dct(grid: _FloatArray) -> _FloatArray:
    """The 16 lowest waves of a grid in each direction but the constant: (16, 16)."""
    cosines = _dct_matrix()
    return cosines @ grid @ cosines.T


def _luma(image: Image) -> _FloatArray:
    """Brightness 0..255, with at most 512 rows and columns."""
    picture = Pillow.fromarray(image)
    if max(image.shape[:2]) > _WORKING_SIDE:
        # Pillow shrinks colours in less time than it takes to turn all of them into brightness.
        whole = (_WORKING_SIDE, _WORKING_SIDE)
        picture = picture.resize(whole, Pillow.Resampling.BILINEAR, reducing_gap=1.0)
    if image.shape[2] == 4:
        picture = Pillow.fromarray(flatten_on_white(np.asarray(picture)))
    # Pillow weighs red, green and blue as PDQ does, to the thousandth, and in a single pass.
    return cast(_FloatArray, np.asarray(picture.convert("F")))


def _downsample_rows(luma: _FloatArray) -> _FloatArray:
    """The rows (m, n), m <= 512, of 512 blurred by two box filters, and 64 taken: (64, n).

    As sums of slices, not as a product of matrices: for one so large NumPy starts threads, and on
    a machine that is busy they cost more than the work.
    """
    luma = _upsample_rows(luma)
    first = _STEP // 2 - _BOX_WIDTH // 2
    shrunk = np.zeros((_GRID_SIDE, luma.shape[1]), np.float32)
    weighed = np.empty_like(shrunk)
    for tap, weight in enumerate(_filter_taps()):
        # The last tap of the last row would lie outside, where nothing counts.
        rows = luma[first + tap :: _STEP]
        np.multiply(rows, weight[: len(rows), None], out=weighed[: len(rows)])
        shrunk[: len(rows)] += weighed[: len(rows)]
    return shrunk


def _upsample_rows(luma: _FloatArray) -> _FloatArray:
    """The rows (m, n), m <= 512, as 512: one direction at a time, as little as there is to do."""
    rows, columns = luma.shape
    if rows == _WORKING_SIDE:
        return luma
    taller = Pillow.fromarray(luma).resize((columns, _WORKING_SIDE), Pillow.Resampling.BILINEAR)
    return cast(_FloatArray, np.asarray(taller))


@cache
def _filter_taps() -> _FloatArray:
    """How much each of 7 neighbouring rows counts for each of the 64 that are taken: (7, 64)."""
    offset = np.arange(_WORKING_SIDE)[None, :] - np.arange(_WORKING_SIDE)[:, None]
    box = (offset > -_BOX_WIDTH // 2) & (offset <= _BOX_WIDTH // 2)
    blur = np.linalg.matrix_power(box / box.sum(axis=1, keepdims=True), 2)
    points = np.arange(_GRID_SIDE)[None, :] * _STEP + _STEP // 2
    taps = np.arange(2 * _BOX_WIDTH - 1)[:, None] - _BOX_WIDTH // 2
    padded = np.pad(blur, ((0, 0), (0, 1)))
    return cast(_FloatArray, padded[points, points + taps].astype(np.float32))


@cache
def _dct_matrix() -> _FloatArray:
    """The rows 1 to 16 of the 64-point cosine transform: (16, 64)."""
    wave, point = np.arange(1, _DCT_SIDE + 1)[:, None], np.arange(_GRID_SIDE)[None, :]
    cosines = np.sqrt(2 / _GRID_SIDE) * np.cos(np.pi / (2 * _GRID_SIDE) * wave * (2 * point + 1))
    return cast(_FloatArray, cosines.astype(np.float32))


def _quality(grid: _FloatArray) -> int:
    """PDQ's measure of how much there is to see in (64, 64) brightness: 0 nothing, 100 plenty."""
    steps = [np.abs(np.diff(grid, axis=axis)) * 100 / 255 for axis in (0, 1)]
    return min(100, sum(int(np.trunc(step).sum()) for step in steps) // 90)


def _to_hex(waves: _FloatArray) -> str:
    """One bit for each wave (16, 16): whether it is above their median. The last comes first."""
    values = waves.ravel()
    middle = values.size // 2 - 1
    median = np.partition(values, middle)[middle]
    return np.packbits(values[::-1] > median).tobytes().hex()
