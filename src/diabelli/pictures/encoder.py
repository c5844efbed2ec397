"""Writes images as PNG, WebP or JPEG."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image as Pillow

from diabelli.errors import InvalidParameter
from diabelli.pictures import png
from diabelli.pictures.limits import Format, Image
from diabelli.pictures.scaling import flatten_on_white

_SUFFIXES: dict[str, Format] = {
    ".png": "png",
    ".webp": "webp",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
}
_DEFAULT_QUALITY = 90
_WEBP_METHOD = 2


def encode(
    image: Image, output_format: Format, *, quality: int | None = None, xmp: bytes | None = None
) -> bytes:
    """The image as bytes in that format, with the XMP packet where there is one.

    image: (row, column, 3 or 4) uint8. JPEG has no alpha: it is laid on white.
    quality: 0..100 for WebP and JPEG, None for a good middle; PNG loses nothing and ignores it.
    """
    if output_format == "png":
        return png.encode_png(image, xmp)
    quality = _DEFAULT_QUALITY if quality is None else quality
    written = BytesIO()
    if output_format == "webp":
        picture = Pillow.fromarray(image)
        picture.save(written, "WEBP", quality=quality, method=_WEBP_METHOD, xmp=xmp or b"")
    else:
        picture = Pillow.fromarray(flatten_on_white(image))
        picture.save(written, "JPEG", quality=quality, xmp=xmp)
    return written.getvalue()


def format_of(path: str | Path) -> Format:
    """The format that the suffix of `path` means.

    Raises `InvalidParameter` for a suffix that stands for none.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _SUFFIXES:
        raise InvalidParameter(
            f"{str(path)!r} names no format: it must end in one of {', '.join(_SUFFIXES)}",
            param="path",
        )
    return _SUFFIXES[suffix]
