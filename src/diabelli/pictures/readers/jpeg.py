"""JPEG source: bounds the number of scans and hands Pillow no metadata.

ITU-T T.81 is the specification that the names come from.
"""

from __future__ import annotations

import re
import struct

from PIL import Image as Pillow
from PIL import ImageChops, JpegImagePlugin

from diabelli.errors import InvalidPicture
from diabelli.pictures import exif
from diabelli.pictures.interruption import Interrupt, InterruptibleFile, load_in_steps
from diabelli.pictures.readers.layers import Layers

SIGNATURE = b"\xff\xd8\xff"
_EOI = b"\xff\xd9"
_TEM, _SOS, _APP1, _APP2 = 0x01, 0xDA, 0xE1, 0xE2
_METADATA = frozenset((*range(0xE1, 0xEE), 0xEF, 0xFE))  # all but JFIF and Adobe's colour transform
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_HUFFMAN_FRAMES = frozenset(range(0xC0, 0xC4))
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_PROFILE = b"ICC_PROFILE\0"

_MAX_SCANS = 100
"""Scans of a Huffman-coded frame; encoders write about 10.

Each costs 20 ms in 25 megapixels, however few bytes it has.
"""
_MAX_ARITHMETIC_SCANS = 12
"""Scans of an arithmetic-coded frame, which cost up to 300 ms each."""
_MAX_SEGMENTS = 1 << 16
"""Segments that are looked at: a loop of 0.1 s. A profile of 16 MiB needs 256."""
_NOISE = bytes.fromhex("6db6db924924b6db6d49") * 40
"""Entropy-coded data that decodes to other coefficients than zero bits do."""


class JpegReader:
    """Reads a JPEG.

    Attributes:
        width: in pixels.
        height: in pixels.
    """

    def __init__(self, data: bytes) -> None:
        """Parse the segments.

        Raises:
            InvalidPicture: there is no frame, or there are too many scans or segments.
        """
        self.width = self.height = 0
        self._kept: list[bytes | memoryview] = [data[:2]]
        self._profile: dict[int, memoryview] = {}
        self._exif: memoryview | None = None
        self._frame = self._scans = 0
        self._has_end = self._parse(data)
        if not self._scans or not self.width:
            raise InvalidPicture("the JPEG is damaged: it has no picture", param="image")

    def load(self, interrupt: Interrupt) -> Layers:
        """Decode the pixels.

        Raises:
            InvalidPicture: the file has no end, and pixels are missing.
            OSError, SyntaxError, ValueError: Pillow cannot decode the pixels.
        """
        picture = self._decode(_EOI, interrupt)
        if not self._has_end and self._depends_on_what_follows(picture, interrupt):
            raise InvalidPicture("the JPEG is cut short: pixels are missing", param="image")
        return Layers(
            colour=picture,
            profile=b"".join(part for _, part in sorted(self._profile.items())) or None,
            orientation=exif.orientation(bytes(self._exif or b"")),
        )

    def _decode(self, end: bytes, interrupt: Interrupt) -> Pillow.Image:
        file = InterruptibleFile(b"".join([*self._kept, end]), interrupt)
        picture = JpegImagePlugin.JpegImageFile(file)
        if picture.size != (self.width, self.height):
            raise InvalidPicture("the JPEG is damaged: it has frames of two sizes", param="image")
        load_in_steps(picture)
        return picture

    def _depends_on_what_follows(self, picture: Pillow.Image, interrupt: Interrupt) -> bool:
        """Return whether bytes after the last scan change the picture: its data is not whole."""
        other = self._decode(_NOISE + _EOI, interrupt)
        return ImageChops.difference(picture, other).getbbox(alpha_only=False) is not None

    def _parse(self, data: bytes) -> bool:
        """Collect the segments; return whether the file has an end."""
        view = memoryview(data)
        position = 2
        for _ in range(_MAX_SEGMENTS):
            found = _NEXT_MARKER.search(data, position)
            if found is None:
                return False
            marker, start, begin = data[found.end() - 1], found.end(), found.end() - 2
            if marker == _EOI[1]:
                return True
            if marker == _TEM:
                position = start
                continue
            position = start + int.from_bytes(data[start : start + 2], "big")
            if position > len(data) or position < start + 2:
                return False
            self._take(marker, view[start + 2 : position])
            if marker == _SOS:
                following = _NEXT_MARKER.search(data, position)
                position = following.start() if following else len(data.rstrip(b"\xff"))
            if marker not in _METADATA:
                self._kept.append(view[begin:position])
        raise InvalidPicture(
            f"the JPEG has more than the {_MAX_SEGMENTS} segments that are accepted", param="image"
        )

    def _take(self, marker: int, body: memoryview) -> None:
        """Note the facts that a segment declares."""
        if marker in _FRAMES and not self._frame:
            self._frame = marker
            self.height, self.width = struct.unpack_from(">HH", body.tobytes().ljust(5, b"\0"), 1)
        elif marker == _SOS:
            self._scans += 1
            limit = _MAX_SCANS if self._frame in _HUFFMAN_FRAMES else _MAX_ARITHMETIC_SCANS
            if self._scans > limit:
                raise InvalidPicture(
                    f"the JPEG has more than the {limit} scans that are accepted", param="image"
                )
        elif marker == _APP1 and self._exif is None and bytes(body[:6]) == b"Exif\0\0":
            self._exif = body
        elif marker == _APP2 and bytes(body[:12]) == _PROFILE and len(body) > 14:
            self._profile.setdefault(body[12], body[14:])
