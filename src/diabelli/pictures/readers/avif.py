"""AVIF source: bounds the coded frames, and reads the code points of the colour space.

Boxes are those of ISO/IEC 14496-12 (ISOBMFF) and 23008-12 (HEIF); OBUs those of the AV1
specification. A decoder decodes every frame before the first that is shown, however few bytes it
has, and frames may be larger than the picture. So frames are counted, and their size is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from diabelli.errors import InvalidPicture
from diabelli.pictures.colour_space import ColourSpace, from_video_code_points

_BRANDS = (b"avif", b"avis", b"mif1", b"msf1")
_CONTAINERS = (b"meta", b"iprp", b"ipco", b"moov", b"trak", b"mdia", b"minf", b"stbl")
_SEQUENCE_HEADER, _FRAME_HEADER, _FRAME = 1, 3, 6
_EXIF_ITEM = re.compile(rb"(infe(?:\x02.......|\x03.........))Exif", re.DOTALL)
"""Entry of an EXIF item: box type, version, flags, item (2 or 4 bytes), protection, item type."""
_MAX_CODED_RATIO = 6
"""Coded pixels for each pixel of the picture.

An animation with alpha has 4: colour and alpha, as an item and as a track. A gain map adds one.
"""
_SMALL_PIXELS = 1 << 20
"""Coded pixels that are always accepted: thumbnails, and frames padded to whole blocks."""
_MAX_BOXES = 1 << 14
"""Boxes, extents and OBUs that are looked at; a grid of 256 tiles has about 1,000."""


def is_avif(data: bytes) -> bool:
    """Return whether `data` begins as an AVIF does."""
    if data[4:8] != b"ftyp":
        return False
    brands = data[8 : min(int.from_bytes(data[:4], "big"), 256)]
    return any(brands[at : at + 4] in _BRANDS for at in range(0, len(brands), 4))


def is_cut_short(data: bytes) -> bool:
    """Return whether an AVIF has fewer bytes than a box of its top level states."""
    start = 0
    for _ in range(_MAX_BOXES if is_avif(data) else 0):
        size = int.from_bytes(data[start : start + 4], "big")
        if size == 1:
            size = int.from_bytes(data[start + 8 : start + 16], "big")
        if size < 8:
            break
        start += size
        if start >= len(data):
            return start > len(data)
    return False


@dataclass(slots=True)
class AvifFacts:
    """Facts about an AVIF that Pillow does not report.

    Attributes:
        space: colour space of the code points; None if there are none.
        coded_pixels: total of all frames that a decoder may have to decode.
    """

    space: ColourSpace | None
    coded_pixels: int


def read_facts(data: bytes) -> AvifFacts:
    """Parse the boxes of an AVIF.

    Raises:
        InvalidPicture: there are more boxes, extents and frame units than in any picture.
    """
    budget = _Budget()
    boxes = list(_walk(memoryview(data), 0, len(data), budget))
    space, coded = None, 0
    for kind, body in boxes:
        if kind == b"colr" and bytes(body[:4]) == b"nclx" and len(body) >= 8 and space is None:
            primaries, transfer = (int.from_bytes(body[at : at + 2], "big") for at in (4, 6))
            space = from_video_code_points(primaries, transfer)
    for extent in _extents(boxes, memoryview(data), budget):
        coded += _coded_pixels(extent, budget)
    return AvifFacts(space, coded)


def without_exif(data: bytes) -> bytes:
    """Return an AVIF whose EXIF items have an unknown type; all bytes keep their places.

    Browsers ignore EXIF in AVIF: its boxes rotate and mirror. Pillow refuses a picture for
    damaged EXIF.
    """
    return _EXIF_ITEM.sub(rb"\1none", data)


def check_work(facts: AvifFacts, width: int, height: int) -> None:
    """Raise `InvalidPicture` if frames have far more pixels than the picture."""
    accepted = max(_SMALL_PIXELS, _MAX_CODED_RATIO * width * height)
    if facts.coded_pixels > accepted:
        raise InvalidPicture(
            f"the AVIF codes {facts.coded_pixels} pixels for a picture of {width}x{height}; at "
            f"most {accepted} are accepted",
            param="image",
        )


class _Budget:
    """Count of loop steps that one file may cost."""

    def __init__(self) -> None:
        self._left = _MAX_BOXES

    def spend(self) -> None:
        """Count one step; raise `InvalidPicture` if there were too many."""
        self._left -= 1
        if self._left < 0:
            raise InvalidPicture(
                f"the AVIF has more than the {_MAX_BOXES} boxes and frame units that are accepted",
                param="image",
            )


def _walk(
    data: memoryview, start: int, end: int, budget: _Budget
) -> Iterator[tuple[bytes, memoryview]]:
    """Yield type and body of each box, those inside of containers included."""
    while start + 8 <= end:
        budget.spend()
        size, kind, head = (
            int.from_bytes(data[start : start + 4], "big"),
            bytes(data[start + 4 : start + 8]),
            8,
        )
        if size == 1:
            size, head = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        stop = end if size == 0 else min(end, start + size)
        if stop < start + head:
            return
        yield kind, data[start + head : stop]
        if kind in _CONTAINERS:
            skipped = 4 if kind == b"meta" else 0
            yield from _walk(data, start + head + skipped, stop, budget)
        start = stop


def _extents(
    boxes: list[tuple[bytes, memoryview]], data: memoryview, budget: _Budget
) -> Iterator[memoryview]:
    """Yield the bytes of each item, and those of the first sample of each track."""
    idat = next((body for kind, body in boxes if kind == b"idat"), data[:0])
    for kind, body in boxes:
        if kind == b"iloc":
            yield from _items(_Bits(body), data, idat, budget)
    sizes = [body for kind, body in boxes if kind == b"stsz"]
    offsets = [
        body[8 : 12 if kind == b"stco" else 16]
        for kind, body in boxes
        if kind in (b"stco", b"co64")
    ]
    for size, offset in zip(sizes, offsets, strict=False):
        at = int.from_bytes(offset, "big")
        length = int.from_bytes(size[4:8], "big") or int.from_bytes(size[12:16], "big")
        yield data[at : at + length]


def _items(box: _Bits, data: memoryview, idat: memoryview, budget: _Budget) -> Iterator[memoryview]:
    """Yield the bytes of each item in an iloc box."""
    version = box.read(8)
    box.read(24)
    offset_bits, length_bits, base_bits, index_bits = (8 * box.read(4) for _ in range(4))
    if version == 0:
        index_bits = 0
    wide = 32 if version == 2 else 16
    for _ in range(box.read(wide)):
        budget.spend()
        box.read(wide)
        source = idat if version and box.read(16) & 15 == 1 else data
        box.read(16)
        base = box.read(base_bits)
        extents = []
        for _ in range(box.read(16)):
            budget.spend()
            box.read(index_bits)
            start = base + box.read(offset_bits)
            length = box.read(length_bits)
            extents.append(source[start : start + length if length else None])
        if sum(map(len, extents)) <= len(data):
            yield extents[0] if len(extents) == 1 else memoryview(b"".join(extents))
        else:
            raise InvalidPicture(
                "the AVIF is damaged: an item has more bytes than the file", param="image"
            )


def _coded_pixels(data: memoryview, budget: _Budget) -> int:
    """Return frames times pixels in a sequence of OBUs; 0 if `data` has no sequence header."""
    area, frames, position = 0, 0, 0
    while position < len(data):
        budget.spend()
        header = data[position]
        kind, extended, sized = header >> 3 & 15, header >> 2 & 1, header >> 1 & 1
        if header & 0x81:
            break
        position += 1 + extended
        size = len(data) - position
        if sized:
            size, position = _leb128(data, position)
        if size < 0:
            break
        body = data[position : position + size]
        if kind == _SEQUENCE_HEADER:
            area = max(area, _frame_area(_Bits(body)))
        frames += kind in (_FRAME_HEADER, _FRAME)
        position += size
    return area * frames


def _leb128(data: memoryview, position: int) -> tuple[int, int]:
    """Return an unsigned LEB128 number and the position after it."""
    value = 0
    for index in range(8):
        if position >= len(data):
            break
        byte = data[position]
        position += 1
        value |= (byte & 127) << 7 * index
        if not byte & 128:
            break
    return value, position


def _frame_area(bits: _Bits) -> int:
    """Return the largest area in pixels of a frame, from a sequence header.

    A frame may override the size within the number of bits that the header reserves for it.
    """
    bits.read(4)
    if bits.read(1):
        bits.read(5)
    else:
        _skip_operating_points(bits)
    width_bits, height_bits = bits.read(4) + 1, bits.read(4) + 1
    width, height = bits.read(width_bits) + 1, bits.read(height_bits) + 1
    return max(width * height, (1 << width_bits + height_bits) // 4)


def _skip_operating_points(bits: _Bits) -> None:
    """Skip timing, decoder model and operating points of a sequence header."""
    delay_bits = 0
    if bits.read(1):
        bits.read(64)
        if bits.read(1):
            bits.read_uvlc()
        if bits.read(1):
            delay_bits = bits.read(5) + 1
            bits.read(42)
    delays = bits.read(1)
    for _ in range(bits.read(5) + 1):
        bits.read(12)
        if bits.read(5) > 7:
            bits.read(1)
        if delay_bits and bits.read(1):
            bits.read(2 * delay_bits + 1)
        if delays and bits.read(1):
            bits.read(4)


class _Bits:
    """Reader of big-endian bit fields; zeros follow the end."""

    def __init__(self, data: memoryview) -> None:
        self._data, self._position = data, 0

    def read(self, count: int) -> int:
        """Return the next `count` bits, 0 to 64."""
        start, end = self._position, self._position + count
        self._position = end
        first, last = start // 8, -(-end // 8)
        chunk = bytes(self._data[first:last]).ljust(last - first, b"\0")
        return int.from_bytes(chunk, "big") >> (8 * last - end) & ((1 << count) - 1)

    def read_uvlc(self) -> int:
        """Return AV1's variable-length number."""
        zeros = 0
        while zeros < 32 and not self.read(1):
            zeros += 1
        return self.read(zeros) + (1 << zeros) - 1
