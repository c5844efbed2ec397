"""PNG source: parses every chunk here and passes only the pixels to Pillow.

https://www.w3.org/TR/png-3/ is the specification. Optional chunks that are damaged, malformed,
repeated or misplaced are ignored, as in browsers. Text and animation are never unpacked; the
picture is the default image.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import cast

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import PngImagePlugin

from diabelli.errors import InvalidPicture
from diabelli.pictures import colour_space, exif
from diabelli.pictures.colour_space import ColourSpace
from diabelli.pictures.png import SIGNATURE, chunk
from diabelli.pictures.readers.layers import Layers
from diabelli.pictures.readers.samples import to_eight_bits

GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
_CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
_DEPTHS = {
    GREY: (1, 2, 4, 8, 16),
    RGB: (8, 16),
    PALETTE: (1, 2, 4, 8),
    GREY_ALPHA: (8, 16),
    RGB_ALPHA: (8, 16),
}
_CRITICAL = (b"IHDR", b"PLTE", b"IDAT")
_DESCRIBING = (b"IHDR", b"PLTE", b"tRNS", b"cICP", b"iCCP", b"sRGB", b"cHRM", b"gAMA", b"eXIf")

_INFLATE_ERROR = cast(type[Exception], isal_zlib.error)  # isal's stubs call it an instance

_MAX_CHUNKS = 1 << 18
"""Chunks that are parsed: a loop of 0.2 s. Encoders write at most one for each 8 KiB."""
_MAX_PROFILE_BYTES = 16 * 1024 * 1024
"""Unpacked size of an ICC profile; the largest printer profiles have about 4 MiB."""
_PIECE_BYTES = 1 << 16
"""Compressed bytes unpacked at once when rows are counted."""
_LONGEST_CHECKED = 256
"""Bytes of a chunk that decide whether it is well-formed; a profile has a name of up to 79."""
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))
_ADAM7_PASSES = (*_ADAM7, (0, 1, 1, 2))
"""Left, top, horizontal and vertical step of each pass."""


class PngReader:
    """Reads a PNG.

    Attributes:
        width: in pixels.
        height: in pixels.
    """

    def __init__(self, data: bytes) -> None:
        """Parse the chunks.

        Raises:
            InvalidPicture: the header or a chunk that the pixels need is damaged.
        """
        self._header, self._chunks, self._pixels = _parse(data)
        width, height, bits, kind, compression, filtering, interlacing = struct.unpack(
            ">IIBBBBB", self._header
        )
        self.width, self.height = width, height
        self._bits, self._kind, self._interlaced = bits, kind, interlacing == 1
        if bits not in _DEPTHS.get(kind, ()) or compression or filtering or interlacing > 1:
            raise InvalidPicture(
                f"the PNG is damaged: its header declares colour type {kind} with {bits} bits, "
                f"compression {compression}, filter {filtering} and interlacing {interlacing}",
                param="image",
            )
        palette = len(self._chunks.get(b"PLTE", b""))
        if kind == PALETTE and not 3 <= palette <= 768:
            raise InvalidPicture(
                f"the PNG is damaged: its palette (PLTE) has {palette} bytes, 3 to 768 are needed",
                param="image",
            )

    def load(self) -> Layers:
        """Decode the pixels of the default image.

        Raises:
            InvalidPicture: rows are missing.
            OSError, SyntaxError, ValueError: Pillow cannot decode the pixels.
        """
        picture = self._decode()
        if self._kind == PALETTE:
            picture = self._with_palette(picture)
        alpha = self._alpha(picture)
        space, profile = self._colour_space()
        return Layers(
            colour=_without_alpha(picture),
            alpha=alpha,
            profile=profile,
            space=space,
            orientation=exif.orientation(self._chunks.get(b"eXIf", b"")),
        )

    def _decode(self, rawmode: str | None = None) -> Pillow.Image:
        """Decode the samples; `rawmode` replaces Pillow's name for their packing."""
        palette = [chunk(b"PLTE", self._chunks[b"PLTE"])] if self._kind == PALETTE else []
        length = sum(map(len, self._pixels)).to_bytes(4, "big")
        parts: list[bytes | memoryview] = [SIGNATURE, chunk(b"IHDR", self._header), *palette]
        # Pillow does not read the checksum of pixels; those of the file were verified.
        parts += [length, b"IDAT", *self._pixels, bytes(4), chunk(b"IEND", b"")]
        picture = PngImagePlugin.PngImageFile(BytesIO(b"".join(parts)))
        if rawmode is not None:
            picture.tile = [tile._replace(args=rawmode) for tile in picture.tile]
        picture.load()
        # Pillow fills a new image with zeros, and reports no rows that are missing.
        if self._interlaced or not _last_row(picture).any():
            self._require_all_rows()
        return picture

    def _require_all_rows(self) -> None:
        """Raise `InvalidPicture` unless the compressed pixels unpack to every row."""
        expected = sum(
            rows * (1 + -(-columns * _CHANNELS[self._kind] * self._bits // 8))
            for rows, columns in self._passes()
            if columns
        )
        unpacked = _unpacked_size(self._pixels, expected)
        if unpacked < expected:
            raise InvalidPicture(
                f"the PNG is damaged: its pixels end after {unpacked} of {expected} bytes",
                param="image",
            )

    def _passes(self) -> Iterator[tuple[int, int]]:
        """Rows and columns of each interlacing pass, or of the whole image."""
        passes = _ADAM7_PASSES if self._interlaced else ((0, 0, 1, 1),)
        for left, top, across, down in passes:
            yield -(-(self.height - top) // down), max(0, -(-(self.width - left) // across))

    def _with_palette(self, picture: Pillow.Image) -> Pillow.Image:
        """Look up palette indices (mode P): RGB, or RGBA if the palette has alpha."""
        plte = self._chunks[b"PLTE"]
        entries = np.frombuffer(plte, np.uint8, len(plte) // 3 * 3).reshape(-1, 3)
        alpha = np.frombuffer(self._chunks.get(b"tRNS", b""), np.uint8)[: len(entries)]
        colours = np.full((len(entries), 4), 255, np.uint8)
        colours[:, :3] = entries
        colours[: len(alpha), 3] = alpha
        # As in browsers, indices beyond the palette have its last colour.
        colours = np.pad(colours, ((0, 256 - len(colours)), (0, 0)), mode="edge")
        if not len(alpha):
            picture.putpalette(colours[:, :3].tobytes(), "RGB")
            return picture.convert("RGB")
        picture.putpalette(colours.tobytes(), "RGBA")
        return picture.convert("RGBA")

    def _alpha(self, picture: Pillow.Image) -> Pillow.Image | None:
        if picture.mode in ("LA", "RGBA"):
            return picture.getchannel("A")
        key = self._key()
        if key is None:
            return None
        same = self._equals(picture, key)
        return Pillow.fromarray(np.where(same, np.uint8(0), np.uint8(255)))

    def _key(self) -> tuple[int, ...] | None:
        """The transparent colour of a grey or an RGB picture, unused high bits masked."""
        body, channels = self._chunks.get(b"tRNS", b""), _CHANNELS[self._kind]
        if self._kind not in (GREY, RGB) or len(body) < 2 * channels:
            return None
        values = struct.unpack_from(f">{channels}H", body)
        return tuple(value & (2**self._bits - 1) for value in values)

    def _equals(self, picture: Pillow.Image, key: tuple[int, ...]) -> NDArray[np.bool_]:
        """Compare grey or RGB samples with `key` in all of their bits: (row, column)."""
        samples = np.asarray(picture)
        if self._kind == GREY:
            # Pillow stretches samples of 2 and 4 bits to 8, and makes those of 1 bit boolean.
            scale = {2: 85, 4: 17}.get(self._bits, 1)
            return np.asarray(samples == key[0] * scale)
        if self._bits == 8:
            return np.asarray((samples == key).all(axis=2))
        high = np.asarray((samples == np.right_shift(key, 8)).all(axis=2))
        if not high.any():
            return high
        # Pillow keeps the high bytes of 16-bit colour; in the other byte order, the low bytes.
        low = np.asarray(self._decode("RGB;16L"))
        return np.asarray(high & (low == np.bitwise_and(key, 255)).all(axis=2))

    def _colour_space(self) -> tuple[ColourSpace | None, bytes | None]:
        """Colour space and ICC profile by precedence: cICP, iCCP, sRGB, cHRM and gAMA."""
        code_points = self._chunks.get(b"cICP", b"")
        if code_points[2:] == b"\0\1":
            space = colour_space.from_code_points(code_points[0], code_points[1])
            if space is not None:
                return space, None
        profile = _unpack_profile(self._chunks.get(b"iCCP", b""))
        if b"sRGB" in self._chunks or b"gAMA" not in self._chunks:
            return None, profile
        gamma = int.from_bytes(self._chunks[b"gAMA"], "big") / 100_000
        body = self._chunks.get(b"cHRM")
        chromaticities = None if body is None else _chromaticities(body)
        return colour_space.from_gamma(gamma, chromaticities), profile


def _chromaticities(body: bytes) -> colour_space.Chromaticities:
    """White, red, green and blue of a cHRM chunk."""
    values = [value / 100_000 for value in struct.unpack(">8I", body)]
    return cast(colour_space.Chromaticities, tuple(values))


def _parse(data: bytes) -> tuple[bytes, dict[bytes, bytes], list[memoryview]]:
    """Split a PNG into its header, the chunks that describe its picture, and its pixels.

    Of a chunk that is repeated, the first that is well-formed counts. Optional chunks after the
    pixels do not count. A missing or damaged end is accepted: the pixels show if rows are missing.

    Raises:
        InvalidPicture: there is no header, a needed chunk has a wrong checksum, or there are too
            many chunks.
    """
    found: dict[bytes, bytes] = {}
    pixels: list[memoryview] = []
    for count, (kind, body, checksum) in enumerate(_chunks(data)):
        if count == 0 and (kind != b"IHDR" or len(body) != 13):
            break
        if count > _MAX_CHUNKS:
            raise InvalidPicture(
                f"the PNG has more than the {_MAX_CHUNKS} chunks that are accepted", param="image"
            )
        if kind == b"IEND":
            break
        wanted = kind == b"IDAT" or (
            kind in _DESCRIBING
            and kind not in found
            and not pixels
            and _counts(kind, bytes(body[:_LONGEST_CHECKED]), len(body), found)
        )
        if not wanted:
            continue
        if isal_zlib.crc32(body, isal_zlib.crc32(kind)) != checksum:
            if kind in _CRITICAL:
                raise InvalidPicture(
                    f"the PNG is damaged: wrong checksum in its {kind.decode()} chunk",
                    param="image",
                )
            continue
        if kind == b"IDAT":
            pixels.append(body)
        else:
            found[kind] = bytes(body)
    if b"IHDR" not in found:
        raise InvalidPicture("the PNG is damaged: it does not begin with its header", param="image")
    if not pixels:
        raise InvalidPicture("the PNG is damaged: it has no pixels", param="image")
    return found[b"IHDR"], found, pixels


def _counts(kind: bytes, start: bytes, length: int, found: dict[bytes, bytes]) -> bool:
    """Whether a chunk is well-formed and in its place, as browsers see it.

    Args:
        kind: of the chunk.
        start: its first bytes.
        length: of its body in bytes.
        found: the chunks before it.
    """
    if kind == b"cICP":
        return length == 4 and start[2] == 0 and start[3] <= 1 and b"PLTE" not in found
    if kind == b"tRNS":
        colour = found[b"IHDR"][9]
        if colour == PALETTE:
            return length > 0 and b"PLTE" in found
        return colour in (GREY, RGB) and length >= 2 * _CHANNELS[colour]
    if kind == b"iCCP":
        name, _, rest = start.partition(b"\0")
        return bool(name) and (len(name) == len(start) or rest[:1] == b"\0")
    if kind == b"sRGB":
        return length == 1 and start[0] <= 3
    if kind == b"gAMA":
        return length == 4 and any(start)
    return kind != b"cHRM" or length == 32


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview, int]]:
    """Yield type, body and checksum of each complete chunk."""
    view = memoryview(data)
    position = len(SIGNATURE)
    while position + 12 <= len(data):
        end = position + 8 + int.from_bytes(data[position : position + 4], "big")
        if end + 4 > len(data):
            return
        checksum = int.from_bytes(data[end : end + 4], "big")
        yield data[position + 4 : position + 8], view[position + 8 : end], checksum
        position = end + 4


def _last_row(picture: Pillow.Image) -> NDArray[np.uint8]:
    return np.asarray(picture.crop((0, picture.height - 1, picture.width, picture.height)))


def _unpacked_size(compressed: list[memoryview], enough: int) -> int:
    """Unpacked size of zlib data in bytes, counted up to `enough` and never held whole."""
    inflater = isal_zlib.decompressobj()
    size = 0
    try:
        for body in compressed:
            for start in range(0, len(body), _PIECE_BYTES):
                rest = bytes(body[start : start + _PIECE_BYTES])
                while rest and not inflater.eof and size < enough:
                    size += len(inflater.decompress(rest, 1 << 20))
                    rest = inflater.unconsumed_tail
    except _INFLATE_ERROR:
        pass
    return min(size, enough)


def _unpack_profile(body: bytes) -> bytes | None:
    """ICC profile of an iCCP chunk; None if it is malformed or unpacks to too much."""
    name, _, rest = body.partition(b"\0")
    if not name or rest[:1] != b"\0":
        return None
    try:
        inflater = isal_zlib.decompressobj()
        profile: bytes = inflater.decompress(rest[1:], _MAX_PROFILE_BYTES + 1)
    except _INFLATE_ERROR:
        return None
    return profile if inflater.eof and len(profile) <= _MAX_PROFILE_BYTES else None


def _without_alpha(picture: Pillow.Image) -> Pillow.Image:
    """Convert decoded samples to mode L or RGB."""
    if picture.mode == "I;16":
        return to_eight_bits(picture)
    return picture.convert("L" if picture.mode in ("1", "L", "LA") else "RGB")
