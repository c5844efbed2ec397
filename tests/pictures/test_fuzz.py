"""PNGs of every kind with random damage."""

from __future__ import annotations

import gc
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageCms

from diabelli.errors import InvalidPicture
from diabelli.pictures import ANY, OPENAI, DecodeLimits, decode
from diabelli.pictures.png import SIGNATURE
from fuzzing import TIMES, tries

pytestmark = pytest.mark.slow

DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
"""The bits per sample that PNG allows for each colour type."""
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
PASSES = (
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
)
"""Adam7: first row, first column, step of rows, step of columns."""
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

Chunk = tuple[bytes, bytes]


@dataclass(frozen=True)
class Kind:
    """One kind of PNG."""

    colour: int
    bits: int
    interlaced: bool
    side: int = 9

    def chunks(self) -> list[Chunk]:
        """Its chunks, with all that may stand between header and pixels."""
        head = (self.side, self.side, self.bits, self.colour, 0, 0, int(self.interlaced))
        return [
            (b"IHDR", struct.pack(">IIBBBBB", *head)),
            (b"gAMA", struct.pack(">I", 45455)),
            (b"iCCP", b"sRGB\0\0" + zlib.compress(PROFILE)),
            *([(b"PLTE", bytes(3 * 2**self.bits))] if self.colour == 3 else []),
            *([(b"tRNS", self.transparency())] if self.colour in (0, 2, 3) else []),
            (b"eXIf", b"MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"),
            (b"acTL", struct.pack(">II", 2, 0)),
            (b"fcTL", struct.pack(">IIIIIHHBB", 0, self.side, self.side, 0, 0, 1, 10, 0, 0)),
            (b"IDAT", zlib.compress(self.pixels())),
            (b"fcTL", struct.pack(">IIIIIHHBB", 1, self.side, self.side, 0, 0, 1, 10, 0, 0)),
            (b"fdAT", struct.pack(">I", 2) + zlib.compress(self.pixels())),
            (b"tEXt", b"Comment\0nothing"),
            (b"IEND", b""),
        ]

    def transparency(self) -> bytes:
        """A transparent colour, or a palette's alpha."""
        return {0: b"\0\1", 2: b"\0\1\0\2\0\3", 3: b"\0\x80"}[self.colour]

    def pixels(self) -> bytes:
        """Noise behind filters of every type."""
        rng = np.random.default_rng(1)
        passes = PASSES if self.interlaced else ((0, 0, 1, 1),)
        lines = []
        for top, left, down, right in passes:
            rows, columns = -(-(self.side - top) // down), -(-(self.side - left) // right)
            width = -(-columns * CHANNELS[self.colour] * self.bits // 8)
            lines += [bytes([row % 5]) + rng.bytes(width) for row in range(rows) if columns > 0]
        return b"".join(lines)


KINDS = [
    Kind(colour, bits, interlaced)
    for colour, depths in DEPTHS.items()
    for bits, interlaced in product(depths, (False, True))
]


def written(chunks: list[Chunk]) -> bytes:
    """The chunks as a file, with checksums that fit."""
    whole = [SIGNATURE]
    for kind, body in chunks:
        checksum = struct.pack(">I", zlib.crc32(kind + body))
        whole += [struct.pack(">I", len(body)), kind, body, checksum]
    return b"".join(whole)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_kind_of_png_is_read(kind: Kind) -> None:
    """Each colour type, depth and interlacing makes an image of its size."""
    image = decode(written(kind.chunks()), OPENAI)
    assert image.shape[:2] == (kind.side, kind.side)
    assert image.dtype == np.uint8
    assert image.shape[2] in (3, 4)


def flip(draw: st.DrawFn, chunks: list[Chunk]) -> list[Chunk]:
    """Change one byte of one chunk, with a valid checksum."""
    index = draw(st.integers(0, len(chunks) - 1))
    kind, body = chunks[index]
    if body:
        place = draw(st.integers(0, len(body) - 1))
        body = body[:place] + bytes([draw(st.integers(0, 255))]) + body[place + 1 :]
    return [*chunks[:index], (kind, body), *chunks[index + 1 :]]


def move(draw: st.DrawFn, chunks: list[Chunk]) -> list[Chunk]:
    """Move one chunk."""
    index, place = (draw(st.integers(0, len(chunks) - 1)) for _ in range(2))
    rest = [*chunks[:index], *chunks[index + 1 :]]
    return [*rest[:place], chunks[index], *rest[place:]]


def double(draw: st.DrawFn, chunks: list[Chunk]) -> list[Chunk]:
    """Repeat one chunk."""
    index = draw(st.integers(0, len(chunks) - 1))
    return [*chunks[: index + 1], *chunks[index:]]


def lose(draw: st.DrawFn, chunks: list[Chunk]) -> list[Chunk]:
    """Remove one chunk."""
    index = draw(st.integers(0, len(chunks) - 1))
    return [*chunks[:index], *chunks[index + 1 :]]


def inflate(draw: st.DrawFn, chunks: list[Chunk]) -> list[Chunk]:
    """Make one chunk decompress to megabytes."""
    index = draw(st.integers(0, len(chunks) - 1))
    kind, body = chunks[index]
    bomb = zlib.compress(bytes(draw(st.sampled_from([10_000, 20_000_000]))))
    return [*chunks[:index], (kind, body[:6] + bomb), *chunks[index + 1 :]]


def misdeclare(draw: st.DrawFn, chunks: list[Chunk]) -> list[Chunk]:
    """Declare another size, depth or colour type."""
    sides = st.sampled_from([0, 1, 8, 10, 2000, 5000, 65_535, 2**31 - 1, 2**32 - 1])
    head = struct.pack(
        ">IIBBBBB",
        draw(sides),
        draw(sides),
        draw(st.sampled_from([1, 2, 4, 8, 16, 3, 255])),
        draw(st.integers(0, 7)),
        draw(st.integers(0, 1)),
        draw(st.integers(0, 1)),
        draw(st.integers(0, 2)),
    )
    return [(kind, head if kind == b"IHDR" else body) for kind, body in chunks]


def tear(draw: st.DrawFn, data: bytes) -> bytes:
    """Truncate the file, or overwrite a part of it."""
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, len(data)))
    return (
        data[:start] + draw(st.binary(max_size=20)) + (data[end:] if draw(st.booleans()) else b"")
    )


Damage = Callable[[st.DrawFn, list[Chunk]], list[Chunk]]
DAMAGES: tuple[Damage, ...] = (flip, move, double, lose, inflate, misdeclare)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Generate a PNG with damage at the level of chunks."""
    kind = replace(draw(st.sampled_from(KINDS)), side=draw(st.integers(1, 20)))
    chunks = kind.chunks()
    for _ in range(draw(st.integers(0, 4))):
        chunks = draw(st.sampled_from(DAMAGES))(draw, chunks) if chunks else chunks
    data = written(chunks)
    return tear(draw, data) if draw(st.integers(0, 3)) == 0 else data


def tried(data: bytes, rules: DecodeLimits) -> np.ndarray | None:
    """Return the image, or None if it was refused; other exceptions propagate."""
    try:
        return decode(data, rules)
    except InvalidPicture:
        return None


@pytest.mark.parametrize("rules", [OPENAI, ANY], ids=["openai", "any"])
def test_a_damaged_png_is_refused_or_read(rules: DecodeLimits) -> None:
    """A damaged file gives an image within the limits, or is refused in time."""

    @tries(120)
    @given(data=damaged())
    def attack(data: bytes) -> None:
        image = tried(data, rules)
        if image is not None:
            assert image.dtype == np.uint8
            assert image.shape[2] in (3, 4)
            assert 0 < image.shape[0] * image.shape[1] <= rules.max_pixels

    attack()


def test_damaged_files_leak_no_memory() -> None:
    """Memory is the same after many files as after a few."""
    files = [written(kind.chunks()) for kind in KINDS]

    def many(times: int) -> int:
        for number in range(times):
            data = bytearray(files[number % len(files)])
            data[(7919 * number) % len(data)] ^= 1 + number % 255
            tried(bytes(data), OPENAI)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    before = many(200)
    after = many(600 * TIMES)
    tracemalloc.stop()
    assert after - before < 100_000
