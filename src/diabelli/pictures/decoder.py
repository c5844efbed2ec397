"""Decoding of sources that may be damaged or hostile."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import ImageFile

from diabelli.errors import (
    DiabelliError,
    InvalidPicture,
    MemoryUnavailable,
    NotSquare,
    PictureTooLarge,
    TooManyPixels,
)
from diabelli.pictures import colour, png
from diabelli.pictures.interruption import Interrupt, proceed
from diabelli.pictures.limits import LOCAL, DecodeLimits, Image
from diabelli.pictures.readers import avif, gif, jpeg, webp
from diabelli.pictures.readers.generic import GenericReader, open_with_pillow
from diabelli.pictures.readers.layers import Layers, Reader
from diabelli.pictures.readers.png import PngReader
from diabelli.pictures.scaling import limit_short_side
from diabelli.pictures.source_file import read_source

_TOO_LARGE = (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning)
_CUT_SHORT = {"WEBP": webp.is_cut_short, "AVIF": avif.is_cut_short}
"""Checks of formats whose decoders refuse a truncated file like one of another format."""
_PROBE_BYTES_PER_PIXEL = 28
"""Memory that decoding takes at most, in bytes for each pixel; see docs/operations.md."""

_MAX_ROWS = 1_000_000
"""Rows of a source. Pillow keeps an address for each row of each copy: with a few columns, that is
more memory than the pixels."""


def decode(
    data: bytes,
    limits: DecodeLimits,
    *,
    max_short_side: int | None = None,
    interrupt: Interrupt = proceed,
) -> Image:
    """Decode a source: upright, in sRGB. Of an animation, the default image or the first frame.

    Work and memory are bounded by `limits`, for any bytes.

    Args:
        data: the file.
        limits: checked before pixels are allocated, if the header shows the reason.
        max_short_side: if the shorter side has more pixels, the picture is scaled down to it right
            after decoding, with its aspect ratio. None keeps every pixel.
        interrupt: called between steps of the work; what it raises ends the decoding. WebP and AVIF
            are decoded in one step; `DecoderProcesses` can interrupt that.

    Returns:
        (row, column, 3) uint8, or 4 channels if some of it is transparent.

    Raises:
        InvalidPicture: the source is damaged or of no accepted format.
        PictureTooLarge: it has too many bytes.
        TooManyPixels: it has too many pixels.
        NotSquare: a square is required.
        MemoryUnavailable: there is too little memory on this machine.
    """
    if len(data) > limits.max_bytes:
        raise PictureTooLarge(
            f"the source has {len(data)} bytes, more than the {limits.max_bytes} that are accepted",
            param="image",
        )
    if not data:
        raise InvalidPicture("the source is empty: it has 0 bytes", param="image")
    try:
        reader = _open(data, limits)
        _check_size(reader.width, reader.height, limits)
        return _to_image(reader, max_short_side, interrupt)
    except MemoryError as cause:
        raise MemoryUnavailable from cause


def decodes_in_one_step(data: bytes, limits: DecodeLimits) -> bool:
    """Return whether `data` has a format whose pixels Pillow decodes in one native call."""
    return ("WEBP" in limits.formats and webp.is_webp(data)) or (
        "AVIF" in limits.formats and avif.is_avif(data)
    )


def to_image(
    source: str | Path | bytes | Pillow.Image | Image, *, max_short_side: int | None = None
) -> Image:
    """Convert a path, encoded bytes, a Pillow image or an array to an image.

    Args:
        source: an array is uint8, (row, column) or (row, column, 1, 3 or 4).
        max_short_side: as in `decode`; arrays keep every pixel.

    Raises:
        InvalidPicture: `source` is something else or cannot be decoded.
        OSError: a path cannot be read.
    """
    if isinstance(source, (str, Path)):
        source = read_source(source)
    if isinstance(source, bytes):
        return decode(source, LOCAL, max_short_side=max_short_side)
    if isinstance(source, Pillow.Image):
        return _from_pillow(source, max_short_side)
    return _checked(np.asarray(source))


def _open(data: bytes, limits: DecodeLimits) -> Reader:
    """Parse the header with the reader for the format of `data`."""
    if data.startswith(png.SIGNATURE) and "PNG" in limits.formats:
        return PngReader(data)
    if data.startswith(jpeg.SIGNATURE) and "JPEG" in limits.formats:
        return jpeg.JpegReader(data)
    if data.startswith(gif.SIGNATURES) and "GIF" in limits.formats:
        return gif.GifReader(data)
    if webp.is_webp(data) and "WEBP" in limits.formats:
        width, height = webp.read_size(data)
        _check_size(width, height, limits)
        return GenericReader(_open_with_pillow(data, limits, width * height))
    if avif.is_avif(data) and "AVIF" in limits.formats:
        facts = avif.read_facts(data)
        picture = _open_with_pillow(avif.without_exif(data), limits)
        avif.check_work(facts, picture.width, picture.height)
        return GenericReader(picture, facts.space)
    return GenericReader(_open_with_pillow(data, limits))


def _open_with_pillow(data: bytes, limits: DecodeLimits, pixels: int = 0) -> Pillow.Image:
    """Open `data`; `pixels` is the size of a canvas that Pillow allocates when it opens a file."""
    try:
        return open_with_pillow(data, limits.formats)
    except _TOO_LARGE as cause:
        raise TooManyPixels(
            f"the source has more than the {limits.max_pixels} pixels that are accepted",
            param="image",
        ) from cause
    except MemoryError:
        raise
    except Exception as cause:
        require_memory(pixels)
        for kind, is_cut_short in _CUT_SHORT.items():
            if kind in limits.formats and is_cut_short(data):
                raise InvalidPicture(
                    "the source is cut short: its last bytes are missing", param="image"
                ) from cause
        raise InvalidPicture(
            f"the source cannot be read as one of {', '.join(limits.formats)}", param="image"
        ) from cause


def _check_size(width: int, height: int, limits: DecodeLimits) -> None:
    if width < 1 or height < 1:
        raise InvalidPicture(
            f"the source has no pixels, its size is {width}x{height}", param="image"
        )
    if width * height > limits.max_pixels:
        raise TooManyPixels(
            f"the source has {width}x{height} pixels, more than the {limits.max_pixels} in all "
            "that are accepted",
            param="image",
        )
    if height > _MAX_ROWS:
        raise TooManyPixels(
            f"the source has {width}x{height} pixels, more than the {_MAX_ROWS} rows that are "
            "accepted",
            param="image",
        )
    if limits.square and width != height:
        raise NotSquare(width=width, height=height)


def _to_image(reader: Reader, max_short_side: int | None, interrupt: Interrupt = proceed) -> Image:
    layers = _load(reader, interrupt)
    interrupt()
    if max_short_side is not None:
        layers = limit_short_side(layers, max_short_side)
    return colour.to_srgb(layers, interrupt)


def _load(reader: Reader, interrupt: Interrupt) -> Layers:
    """Decode the pixels; translate the errors of Pillow's decoders."""
    try:
        return reader.load(interrupt)
    except (DiabelliError, MemoryError):
        raise
    # Pillow's decoders raise the error that their parsing meets, from OSError to IndexError.
    except Exception as cause:
        require_memory(reader.width * reader.height)
        raise InvalidPicture(
            f"the source is damaged: {str(cause) or 'its data contradict each other'}",
            param="image",
        ) from cause


def require_memory(pixels: int) -> None:
    """Raise MemoryError if as much as decoding takes cannot be allocated.

    Some decoders report a failed allocation as damaged data.
    """
    np.empty(_PROBE_BYTES_PER_PIXEL * pixels, np.uint8)


def _from_pillow(picture: Pillow.Image, max_short_side: int | None) -> Image:
    """Convert a Pillow image. If no pixel has been decoded, its file is decoded like any other."""
    data = _undecoded_file(picture)
    if data is None:
        copied = picture.copy()
        copied.format = picture.format
        return _to_image(GenericReader(copied), max_short_side)
    try:
        return _to_image(_open(data, LOCAL), max_short_side)
    except MemoryError as cause:
        raise MemoryUnavailable from cause


def _undecoded_file(picture: Pillow.Image) -> bytes | None:
    """Return the file of a Pillow image that is open at its first frame with nothing decoded."""
    if not isinstance(picture, ImageFile.ImageFile) or picture.format not in LOCAL.formats:
        return None
    file = picture.fp
    if not picture.tile or picture.tell() or file is None or not file.seekable():
        return None
    position = file.tell()
    file.seek(0)
    data = BytesIO(file.read()).getvalue()
    file.seek(position)
    return data


def _checked(array: Image) -> Image:
    """Check an array and convert grey to RGB."""
    if array.ndim == 2:
        array = array[..., np.newaxis]
    if array.dtype != np.uint8 or array.ndim != 3 or 0 in array.shape:
        raise InvalidPicture(
            f"an array of {array.dtype} with shape {array.shape} is not accepted: "
            "uint8, (row, column) or (row, column, 1, 3 or 4)"
        )
    if array.shape[2] not in (1, 3, 4):
        raise InvalidPicture(f"an array of {array.shape[2]} channels is not accepted: 1, 3 or 4")
    return colour.drop_opaque_alpha(np.repeat(array, 3, axis=2) if array.shape[2] == 1 else array)
