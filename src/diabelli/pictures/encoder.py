"""Encoding as PNG, WebP or JPEG."""

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
"""Quality of WebP and JPEG, 0..100: artefacts are hard to see, at about a tenth of PNG's size."""
_WEBP_METHOD = 2
"""Effort of libwebp, 0..6: higher values take far more time for a few percent of bytes."""


def encode(
    image: Image, output_format: Format, *, quality: int | None = None, xmp: bytes | None = None
) -> bytes:
    """Encode `image`, with the XMP packet if there is one.

    Args:
        image: (row, column, 3 or 4) uint8. JPEG has no alpha channel: alpha is flattened on white.
        output_format: of the result.
        quality: 0..100 for WebP and JPEG; None means 90. Ignored for PNG, which is lossless.
        xmp: XMP packet, UTF-8.
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
    """Return the format for the suffix of `path`; case does not matter.

    Raises:
        InvalidParameter: no format has that suffix.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _SUFFIXES:
        raise InvalidParameter(
            f"{str(path)!r} names no format; the path must end in one of {', '.join(_SUFFIXES)}",
            param="path",
        )
    return _SUFFIXES[suffix]
