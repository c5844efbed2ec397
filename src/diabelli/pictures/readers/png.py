"""PNG source: passes only the pixels to Pillow.

Text and animation are never unpacked; the picture is the default image.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import PngImagePlugin

from diabelli.errors import InvalidPicture
from diabelli.pictures import colour_space, exif, icc
from diabelli.pictures.colour_space import ColourSpace
from diabelli.pictures.interruption import Interrupt, InterruptibleFile, load_in_steps
from diabelli.pictures.png import SIGNATURE, chunk
from diabelli.pictures.readers import png_chunks
from diabelli.pictures.readers.layers import Layers
from diabelli.pictures.readers.png_chunks import (
    CHANNELS,
    GREY,
    GREY_ALPHA,
    PALETTE,
    RGB,
    RGB_ALPHA,
)
from diabelli.pictures.readers.samples import to_eight_bits

_DEPTHS = {
    GREY: (1, 2, 4, 8, 16),
    RGB: (8, 16),
    PALETTE: (1, 2, 4, 8),
    GREY_ALPHA: (8, 16),
    RGB_ALPHA: (8, 16),
}
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
        self._header, self._chunks, self._pixels = png_chunks.parse(data)
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

    def load(self, interrupt: Interrupt) -> Layers:
        """Decode the pixels of the default image.

        Samples of 16 bits are converted to sRGB here, before they lose the lower 8.

        Raises:
            InvalidPicture: rows are missing.
            OSError, SyntaxError, ValueError: Pillow cannot decode the pixels.
        """
        picture = self._decode_at_first(interrupt)
        if self._kind == PALETTE:
            picture = self._with_palette(picture)
        alpha = self._alpha(picture, interrupt)
        space, profile = self._colour_space()
        deep_space = self._deep_space(space, profile)
        if deep_space is None:
            colour = _without_alpha(picture)
        else:
            space = profile = None
            samples = self._deep_samples(picture, interrupt)
            colour = Pillow.fromarray(deep_space.to_srgb(samples, interrupt))
        return Layers(
            colour=colour,
            alpha=alpha,
            profile=profile,
            space=space,
            orientation=exif.orientation(self._chunks.get(b"eXIf", b"")),
        )

    def _decode_at_first(self, interrupt: Interrupt) -> Pillow.Image:
        """Decode the samples; as in browsers, a wrong checksum of all rows is ignored."""
        try:
            return self._decode(interrupt)
        except OSError:
            pixels = png_chunks.with_checksum(self._pixels, self._unpacked_bytes())
            if pixels is None:
                raise
            self._pixels = pixels
        return self._decode(interrupt)

    def _deep_space(self, space: ColourSpace | None, profile: bytes | None) -> ColourSpace | None:
        """Return the colour space to be applied to samples of 16 bits; None to leave it."""
        if self._bits < 16:
            return None
        if profile is not None:
            return icc.space_of(profile, grey=self._kind in (GREY, GREY_ALPHA))
        return None if space is None or space.is_srgb else space

    def _deep_samples(self, picture: Pillow.Image, interrupt: Interrupt) -> NDArray[np.uint16]:
        """Return all bits of 16-bit samples, without alpha: (row, column, 3) uint16.

        Args:
            picture: as decoded.
            interrupt: as in `load`.
        """
        if self._kind == GREY:
            grey = np.asarray(picture, np.uint16)
        elif self._kind == GREY_ALPHA:
            # High and low bytes of grey and of alpha, as if they were channels of 8 bits.
            channels = np.asarray(self._decode(interrupt, header=self._as_rgba(), rawmode="RGBA"))
            grey = channels[..., 0].astype(np.uint16)
            grey <<= 8
            grey |= channels[..., 1]
        else:
            samples = np.asarray(picture)[..., :3].astype(np.uint16)
            samples <<= 8
            samples |= self._low_bytes(picture.mode, interrupt)
            return samples
        return np.repeat(grey[..., np.newaxis], 3, axis=2)

    def _as_rgba(self) -> bytes:
        """Return the header of RGBA, whose pixels have as many bytes as 16-bit grey with alpha."""
        return struct.pack(">IIBBBBB", self.width, self.height, 8, RGB_ALPHA, *self._header[10:])

    def _low_bytes(self, mode: str, interrupt: Interrupt) -> NDArray[np.uint8]:
        """Return (row, column, 3): bytes that are low in one byte order and high in the other."""
        return np.asarray(self._decode(interrupt, rawmode=f"{mode};16L"))[..., :3]

    def _decode(
        self, interrupt: Interrupt, *, header: bytes | None = None, rawmode: str | None = None
    ) -> Pillow.Image:
        """Decode the samples.

        Args:
            interrupt: as in `load`.
            header: replaces that of the file.
            rawmode: replaces Pillow's name for the packing of samples.
        """
        palette = [chunk(b"PLTE", self._chunks[b"PLTE"])] if self._kind == PALETTE else []
        length = sum(map(len, self._pixels)).to_bytes(4, "big")
        start = chunk(b"IHDR", header or self._header)
        parts: list[bytes | memoryview] = [SIGNATURE, start, *palette]
        # Pillow does not read the checksum of pixels; those of the file were verified.
        parts += [length, b"IDAT", *self._pixels, bytes(4), chunk(b"IEND", b"")]
        picture = PngImagePlugin.PngImageFile(InterruptibleFile(b"".join(parts), interrupt))
        if rawmode is not None:
            picture.tile = [tile._replace(args=rawmode) for tile in picture.tile]
        load_in_steps(picture)
        # Pillow fills a new image with zeros, and reports no rows that are missing.
        if self._interlaced or not _last_row(picture).any():
            self._require_all_rows()
        return picture

    def _require_all_rows(self) -> None:
        """Raise `InvalidPicture` unless the compressed pixels unpack to every row."""
        expected = self._unpacked_bytes()
        unpacked = png_chunks.unpacked_size(self._pixels, expected)
        if unpacked < expected:
            raise InvalidPicture(
                f"the PNG is damaged: its pixels end after {unpacked} of {expected} bytes",
                param="image",
            )

    def _unpacked_bytes(self) -> int:
        """Return the bytes of all rows, with their filters."""
        return sum(
            rows * (1 + -(-columns * CHANNELS[self._kind] * self._bits // 8))
            for rows, columns in self._passes()
            if columns
        )

    def _passes(self) -> Iterator[tuple[int, int]]:
        """Return rows and columns of each interlacing pass, or of the whole image."""
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

    def _alpha(self, picture: Pillow.Image, interrupt: Interrupt) -> Pillow.Image | None:
        if picture.mode in ("LA", "RGBA"):
            return picture.getchannel("A")
        key = self._key()
        if key is None:
            return None
        same = self._equals(picture, key, interrupt)
        return Pillow.fromarray(np.where(same, np.uint8(0), np.uint8(255)))

    def _key(self) -> tuple[int, ...] | None:
        """Return the transparent colour of a grey or an RGB picture, unused high bits masked."""
        body, channels = self._chunks.get(b"tRNS", b""), CHANNELS[self._kind]
        if self._kind not in (GREY, RGB) or len(body) < 2 * channels:
            return None
        values = struct.unpack_from(f">{channels}H", body)
        return tuple(value & (2**self._bits - 1) for value in values)

    def _equals(
        self, picture: Pillow.Image, key: tuple[int, ...], interrupt: Interrupt
    ) -> NDArray[np.bool_]:
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
        low = self._low_bytes("RGB", interrupt)
        return np.asarray(high & (low == np.bitwise_and(key, 255)).all(axis=2))

    def _colour_space(self) -> tuple[ColourSpace | None, bytes | None]:
        """Return colour space and ICC profile, by precedence: cICP, iCCP, sRGB, cHRM and gAMA."""
        code_points = self._chunks.get(b"cICP", b"")
        if code_points[2:] == b"\0\1":
            space = colour_space.from_code_points(code_points[0], code_points[1])
            if space is not None:
                return space, None
        profile = png_chunks.unpack_profile(self._chunks.get(b"iCCP", b""))
        if b"sRGB" in self._chunks or b"gAMA" not in self._chunks:
            return None, profile
        gamma = int.from_bytes(self._chunks[b"gAMA"], "big") / 100_000
        body = self._chunks.get(b"cHRM")
        chromaticities = None if body is None else _chromaticities(body)
        return colour_space.from_gamma(gamma, chromaticities), profile


def _chromaticities(body: bytes) -> colour_space.Chromaticities:
    """Return white, red, green and blue of a cHRM chunk."""
    values = [value / 100_000 for value in struct.unpack(">8I", body)]
    return cast(colour_space.Chromaticities, tuple(values))


def _last_row(picture: Pillow.Image) -> NDArray[np.uint8]:
    return np.asarray(picture.crop((0, picture.height - 1, picture.width, picture.height)))


def _without_alpha(picture: Pillow.Image) -> Pillow.Image:
    """Convert decoded samples to mode L or RGB."""
    if picture.mode == "I;16":
        return to_eight_bits(picture)
    return picture.convert("L" if picture.mode in ("1", "L", "LA") else "RGB")
