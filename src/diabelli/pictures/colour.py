"""Colour management: layers of a decoded picture to sRGB, 8 bits a channel, upright."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import cast

import numpy as np
from PIL import Image as Pillow
from PIL import ImageCms

from diabelli.pictures.interruption import Interrupt, proceed
from diabelli.pictures.limits import Image
from diabelli.pictures.readers.layers import Layers

_PROFILE_SPACES = {"L": b"GRAY", "RGB": b"RGB ", "CMYK": b"CMYK"}
"""ICC's signature of the colour space that a profile for each of Pillow's modes describes."""
_STRIP_PIXELS = 1 << 20
"""Pixels converted at once: up to 0.2 s of work."""
_log = logging.getLogger("diabelli.pictures")


def to_srgb(layers: Layers, interrupt: Interrupt = proceed) -> Image:
    """Convert to sRGB, merge alpha, and apply the orientation.

    Args:
        layers: decoded layers.
        interrupt: called between strips of the conversion.

    Returns:
        (row, column, 3) uint8, or 4 channels if some alpha is below 255.
    """
    image = _colours(layers, interrupt)
    if layers.alpha is not None and layers.alpha.getextrema() != (255, 255):
        image = np.dstack([image, np.asarray(layers.alpha)])
    return np.array(_upright(image, layers.orientation), np.uint8, order="C")


def drop_opaque_alpha(image: Image) -> Image:
    """Copy `image`, without its alpha channel if that is 255 everywhere."""
    if image.shape[2] == 4 and image[..., 3].min() == 255:
        image = image[..., :3]
    return np.array(image, np.uint8, order="C")


def _colours(layers: Layers, interrupt: Interrupt) -> Image:
    """Convert the colours to sRGB: (row, column, 3) uint8."""
    if layers.profile:
        managed = _apply_profile(layers.colour, layers.profile, interrupt)
        if managed is not None:
            return np.asarray(managed)
    image = np.asarray(layers.colour.convert("RGB"))
    return image if layers.space is None else layers.space.to_srgb(image, interrupt)


def _apply_profile(
    picture: Pillow.Image, profile: bytes, interrupt: Interrupt
) -> Pillow.Image | None:
    """Convert `picture` (mode L, RGB or CMYK) from its ICC profile to sRGB.

    Returns:
        None if the profile is damaged or describes another kind of colour. As in browsers, the
        picture then counts as having none.
    """
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        space = profile[16:20]
        if space == _PROFILE_SPACES["RGB"] and picture.mode == "L":
            picture = picture.convert("RGB")
        if space != _PROFILE_SPACES[picture.mode]:
            return None
        srgb = ImageCms.createProfile("sRGB")
        transform = ImageCms.buildTransform(source, srgb, picture.mode, "RGB")
        return _in_strips(picture, transform, interrupt)
    except (ImageCms.PyCMSError, OSError) as cause:
        _log.debug("profile.ignored", extra={"reason": str(cause)})
        return None


def _in_strips(
    picture: Pillow.Image, transform: ImageCms.ImageCmsTransform, interrupt: Interrupt
) -> Pillow.Image:
    """Apply `transform`, whose result is RGB, to strips of full width."""
    converted = Pillow.new("RGB", picture.size)
    rows = max(1, _STRIP_PIXELS // picture.width)
    for top in range(0, picture.height, rows):
        interrupt()
        box = (0, top, picture.width, min(top + rows, picture.height))
        strip = picture.crop(box)
        converted.paste(cast(Pillow.Image, ImageCms.applyTransform(strip, transform)), box)
    return converted


def _upright(image: Image, orientation: int) -> Image:
    """Rotate and mirror by EXIF's orientation 1..8."""
    if orientation in (5, 6, 7, 8):
        image = image.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    return image
