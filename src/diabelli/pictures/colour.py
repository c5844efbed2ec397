"""From whatever a file calls colour to sRGB, 8 bits a channel, upright."""

from __future__ import annotations

import logging
import struct
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, ImageCms
from PIL import Image as Pillow

from diabelli.pictures.limits import Image

_SRGB_GAMMA = 1 / 2.2
_NO_CORRECTION = 0.05  # libpng, too, takes an exponent this near to 1 for 1
_COLOUR_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
_DAMAGED_EXIF = (SyntaxError, ValueError, TypeError, LookupError, OSError, struct.error)
_log = logging.getLogger("diabelli.pictures")


def to_srgb(picture: Pillow.Image, bits: int) -> Image:
    """The first frame of `picture` as (row, column, 3) uint8, or 4 where some alpha is below 255.

    bits: per sample in the file, which Pillow does not tell; PNG's transparent colour needs it.
    """
    picture.load()
    image = _colours(picture)
    alpha = _alpha(picture, bits)
    if alpha is not None:
        image = np.dstack([image, alpha])
    return drop_opaque_alpha(_upright(image, _orientation(picture)))


def drop_opaque_alpha(image: Image) -> Image:
    """The image without an alpha channel that is 255 everywhere; contiguous, and never a view."""
    if image.shape[2] == 4 and image[..., 3].min() == 255:
        image = image[..., :3]
    return np.array(image, np.uint8, order="C")


def _alpha(picture: Pillow.Image, bits: int) -> NDArray[np.uint8] | None:
    """Alpha (row, column), or None where the picture has none."""
    key = picture.info.get("transparency")
    if picture.mode in ("1", "L", "I;16", "RGB") and key is not None:
        return np.where(_differs(picture, key, bits), 255, 0).astype(np.uint8)
    if picture.has_transparency_data:
        return np.asarray(picture.convert("RGBA"))[..., 3]
    return None


def _differs(
    picture: Pillow.Image, key: int | tuple[int, int, int], bits: int
) -> NDArray[np.bool_]:
    """Where the picture (1, L, I;16 or RGB) differs from the transparent colour.

    PNG states that colour in the file's own bits, while Pillow has stretched grey of 2 or 4 bits
    to 8, and has kept the upper 8 of colour with 16.
    """
    pixels = np.asarray(picture)
    if picture.mode == "RGB":
        colour = np.asarray(key) >> (bits - 8)
        return np.asarray((pixels != colour).any(axis=2))
    scale = 255 // (2**bits - 1) if bits in (2, 4) else 1
    return np.asarray(pixels != np.multiply(key, scale))


def _colours(picture: Pillow.Image) -> Image:
    """The picture without its alpha, in sRGB: (row, column, 3) uint8."""
    flat = _flat(picture)
    profile = picture.info.get("icc_profile")
    managed = _managed(flat, profile) if profile else None
    if managed is not None:
        return np.asarray(managed)
    image = np.asarray(flat.convert("RGB"))
    if picture.format != "PNG" or "srgb" in picture.info:
        return image
    return _gamma_corrected(image, picture.info.get("gamma", _SRGB_GAMMA))


def _flat(picture: Pillow.Image) -> Pillow.Image:
    """The picture without alpha, as L, RGB or CMYK: what colour profiles describe."""
    if picture.mode in _COLOUR_SPACES:
        return picture
    if picture.mode.startswith("I"):
        return Pillow.fromarray(_eight_bits(np.asarray(picture)))
    if picture.mode == "LA":
        return picture.getchannel("L")
    if picture.mode == "1":
        return picture.convert("L")
    # By way of RGBA, because a palette's transparent entries would else be blended.
    return picture.convert("RGBA").convert("RGB")


def _eight_bits(pixels: NDArray[np.integer]) -> NDArray[np.uint8]:
    """16-bit samples (row, column), rounded to 8 bits."""
    clipped = np.clip(pixels, 0, 65535).astype(np.uint32)
    rounded: NDArray[np.uint8] = ((clipped + 128) // 257).astype(np.uint8)
    return rounded


def _managed(flat: Pillow.Image, profile: bytes) -> Pillow.Image | None:
    """The picture (L, RGB or CMYK) taken from its ICC profile to sRGB.

    None where the profile is damaged or describes another kind of colour: as in browsers, the
    picture then counts as having none.
    """
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        space = source.profile.xcolor_space.strip()
        if space == "RGB" and flat.mode == "L":
            flat = flat.convert("RGB")
        if space != _COLOUR_SPACES[flat.mode]:
            return None
        srgb = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(flat, source, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError) as cause:
        _log.debug("profile.ignored", extra={"reason": str(cause)})
        return None


def _gamma_corrected(image: Image, gamma: float) -> Image:
    """The image, whose file says that its samples are light to the power of `gamma`, in sRGB."""
    exponent = _SRGB_GAMMA / gamma if gamma > 0 else 1.0
    if abs(exponent - 1) < _NO_CORRECTION:
        return image
    table = np.rint(255 * (np.arange(256) / 255) ** exponent).astype(np.uint8)
    return np.asarray(table[image])


def _orientation(picture: Pillow.Image) -> int:
    """EXIF's orientation, 1..8; 1 where there is none that can be read."""
    try:
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except _DAMAGED_EXIF as cause:
        _log.debug("exif.ignored", extra={"reason": str(cause)})
        return 1


def _upright(image: Image, orientation: int) -> Image:
    """The image as its camera was held, by EXIF's numbers."""
    if orientation in (5, 6, 7, 8):
        image = image.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    return image
