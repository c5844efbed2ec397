"""Interruption of decoding between steps of bounded work."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TypeAlias, cast

from PIL import ImageFile

Interrupt: TypeAlias = Callable[[], None]
"""Called between steps; raises a `DiabelliError` to abandon the decoding."""


_STEPS = 64
"""Steps in which a small file is decoded."""
_MIN_STEP_BYTES = 256
"""Bytes of a step at least."""


def proceed() -> None:
    """Do nothing, so that the decoding is not interrupted."""


class InterruptibleFile(BytesIO):
    """A file in memory that calls `interrupt` before each read."""

    def __init__(self, data: bytes, interrupt: Interrupt) -> None:
        super().__init__(data)
        self._interrupt = interrupt

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next `size` bytes."""
        self._interrupt()
        return super().read(size)


def load_in_steps(picture: ImageFile.ImageFile) -> None:
    """Decode a PNG, JPEG or GIF that Pillow has opened from an `InterruptibleFile`.

    The fewer bytes a file has, the more work each of them can mean.
    """
    size = cast(BytesIO, picture.fp).getbuffer().nbytes
    picture.decodermaxblock = min(max(size // _STEPS, _MIN_STEP_BYTES), ImageFile.MAXBLOCK)
    picture.load()
