"""Reads pictures that anybody may have made, to do harm as well."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from diabelli.errors import InvalidPicture, NotSquare, PictureTooLarge
from diabelli.pictures import colour, png
from diabelli.pictures.limits import LOCAL, DecodeLimits, Image

_TOO_LARGE = (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning)


def decode(data: bytes, limits: DecodeLimits) -> Image:
    """The picture in `data` as RGB, or as RGBA where some of it is transparent; upright, in sRGB.

    Of an animation it is the default image, or else the first frame.
    Raises `InvalidPicture`, `PictureTooLarge` or `NotSquare`, before any pixel is allocated
    wherever the header gives the reason.
    """
    if len(data) > limits.max_bytes:
        raise PictureTooLarge(
            f"the source has {len(data)} bytes, more than the {limits.max_bytes} that are accepted",
            param="image",
        )
    bits = 8
    if data.startswith(png.SIGNATURE) and "PNG" in limits.formats:
        width, height, bits = png.read_header(data)
        _check_size(width, height, limits)
        data = png.strip_ancillary_chunks(data)
    picture = _open(data, limits)
    _check_size(picture.width, picture.height, limits)
    try:
        return colour.to_srgb(picture, bits)
    # Pillow's readers raise whatever their parsing trips over, from OSError to IndexError.
    except Exception as cause:
        raise InvalidPicture(f"the source is damaged: {cause}", param="image") from cause


def _open(data: bytes, limits: DecodeLimits) -> Pillow.Image:
    try:
        return Pillow.open(BytesIO(data), formats=limits.formats)
    except _TOO_LARGE as cause:
        raise PictureTooLarge(
            f"the source has more than the {limits.max_pixels} pixels that are accepted",
            param="image",
        ) from cause
    except Exception as cause:
        raise InvalidPicture(
            f"the source cannot be read as one of {', '.join(limits.formats)}", param="image"
        ) from cause


def _check_size(width: int, height: int, limits: DecodeLimits) -> None:
    if width < 1 or height < 1:
        raise InvalidPicture(f"the source has no pixels, its size is {width}x{height}")
    if width * height > limits.max_pixels:
        raise PictureTooLarge(
            f"the source has {width}x{height} pixels, more than the {limits.max_pixels} in all "
            "that are accepted",
            param="image",
        )
    if limits.square and width != height:
        raise NotSquare(width=width, height=height)


def to_image(source: str | Path | bytes | Pillow.Image | Image) -> Image:
    """The image that a path, encoded bytes, a Pillow image or an array means.

    An array is uint8, (row, column) or (row, column, 1, 3 or 4).
    Raises `InvalidPicture` for anything else, and OSError for a path that cannot be read.
    """
    if isinstance(source, (str, Path)):
        source = Path(source).read_bytes()
    if isinstance(source, bytes):
        return decode(source, LOCAL)
    if isinstance(source, Pillow.Image):
        return colour.to_srgb(source.copy(), 8)
    return _checked(np.asarray(source))


def _checked(array: Image) -> Image:
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
