"""GIF source: hands Pillow the first frame alone.

https://www.w3.org/Graphics/GIF/spec-gif89a.txt is the specification that the names come from.
"""

from __future__ import annotations

import struct

from PIL import GifImagePlugin
from PIL import Image as Pillow

from diabelli.errors import InvalidPicture
from diabelli.pictures.interruption import Interrupt, InterruptibleFile, load_in_steps
from diabelli.pictures.readers.layers import Layers

SIGNATURES = (b"GIF87a", b"GIF89a")
_IMAGE, _EXTENSION, _GRAPHIC_CONTROL = 0x2C, 0x21, 0xF9
_MAX_BLOCKS = 1 << 18
"""Data sub-blocks that are looked at: a loop of 0.1 s, and 64 MiB of sub-blocks of usual size."""


class GifReader:
    """Reads the first frame of a GIF.

    Attributes:
        width: of the canvas in pixels.
        height: of the canvas in pixels.
    """

    def __init__(self, data: bytes) -> None:
        """Parse up to the first frame.

        Raises:
            InvalidPicture: there is no frame, or there are too many data sub-blocks.
        """
        self._data, self._position, self._blocks = data, 0, 0
        self._control = b""
        try:
            self.width, self.height, flags = struct.unpack_from("<HHB", data, 6)
            self._head = data[: 13 + _table_bytes(flags)]
            self._frame = self._find_frame(len(self._head))
            left, top, width, height = struct.unpack_from("<4H", self._frame, 1)
        except (struct.error, IndexError) as cause:
            raise InvalidPicture("the GIF is cut short: it has no frame", param="image") from cause
        self._box = left, top, left + width, top + height
        # As in browsers, the canvas grows with a first frame that does not fit.
        self.width, self.height = max(self.width, self._box[2]), max(self.height, self._box[3])

    def load(self, interrupt: Interrupt) -> Layers:
        """Decode the first frame; the canvas around it is transparent.

        Raises:
            OSError, SyntaxError, ValueError: Pillow cannot decode the pixels.
        """
        data = b"".join([self._head, self._control, self._frame, b";"])
        picture = GifImagePlugin.GifImageFile(InterruptibleFile(data, interrupt))
        load_in_steps(picture)
        alpha = None
        if picture.has_transparency_data:
            alpha = picture.convert("RGBA").getchannel("A")
        if self._box != (0, 0, self.width, self.height):
            inside = alpha.crop(self._box) if alpha else 255
            alpha = Pillow.new("L", picture.size, 0)
            alpha.paste(inside, self._box)
        return Layers(colour=picture.convert("RGBA").convert("RGB"), alpha=alpha)

    def _find_frame(self, position: int) -> bytes:
        """Return the first frame: descriptor, colour table and data."""
        while (kind := self._data[position]) != _IMAGE:
            if kind != _EXTENSION:
                raise IndexError(position)
            end = self._skip_blocks(position + 2)
            if self._data[position + 1] == _GRAPHIC_CONTROL:
                self._control = self._data[position:end]
            position = end
        data = position + 10 + _table_bytes(self._data[position + 9]) + 1
        return self._data[position : self._skip_blocks(data)]

    def _skip_blocks(self, position: int) -> int:
        """Return the position after a sequence of data sub-blocks, or the end of the file."""
        while position < len(self._data) and (size := self._data[position]):
            position += 1 + size
            self._blocks += 1
            if self._blocks > _MAX_BLOCKS:
                raise InvalidPicture(
                    f"the GIF has more than the {_MAX_BLOCKS} data blocks that are accepted",
                    param="image",
                )
        return position + 1


def _table_bytes(flags: int) -> int:
    """Return the bytes of the colour table that `flags` declare."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
