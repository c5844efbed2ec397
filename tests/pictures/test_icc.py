"""Profiles without tables, against LittleCMS."""

from __future__ import annotations

import struct
from io import BytesIO

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageCms

from diabelli.pictures.icc import space_of
from oracles.picture_files import profile


def with_curve(tag: bytes, name: bytes = b"RGB ") -> bytes:
    """A profile with the primaries of sRGB and this curve; of grey if `name` is GRAY."""
    data = bytearray(profile(1.0))
    end = len(data)
    for at in range(132, 132 + 12 * int.from_bytes(data[128:132], "big"), 12):
        if data[at + 1 : at + 4] == b"TRC":
            data[at + 4 : at + 12] = struct.pack(">II", end, len(tag))
            if name == b"GRAY":
                data[at] = ord("k")
    data += tag
    data[:4] = len(data).to_bytes(4, "big")
    data[16:20] = name
    return bytes(data)


def parametric(form: int, *values: float) -> bytes:
    fixed = (round(value * 65_536) for value in values)
    return b"para" + struct.pack(f">IHH{len(values)}i", 0, form, 0, *fixed)


def table(*values: int) -> bytes:
    return b"curv" + struct.pack(f">II{len(values)}H", 0, len(values), *values)


CURVES = {
    "linear": table(),
    "exponent": table(round(1.8 * 256)),
    "table": table(0, 9000, 20_000, 65_535),
    "type 0": parametric(0, 2.4),
    "type 1": parametric(1, 2.2, 1.1, -0.1),
    "type 2": parametric(2, 2.2, 1.1, -0.1, 0.0004),
    "type 3": parametric(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045),
    "type 4": parametric(4, 2.2, 0.9, 0.05, 0.1, 0.2, 0.02, 0.0),
}


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("bits", [8, 16])
def test_colours_are_those_of_littlecms(name, bits):
    """For every type of curve; Pillow passes LittleCMS samples of 8 bits only."""
    samples = np.random.default_rng(1).integers(0, 256, (20, 20, 3), np.uint8)
    data = with_curve(CURVES[name])
    srgb = ImageCms.createProfile("sRGB")
    source = ImageCms.ImageCmsProfile(BytesIO(data))
    expected = np.asarray(ImageCms.profileToProfile(Pillow.fromarray(samples), source, srgb))
    space = space_of(data, grey=False)
    image = space.to_srgb(samples if bits == 8 else samples.astype(np.uint16) * 257)
    # LittleCMS keeps one level less in the shadows of steep curves.
    assert np.abs(image.astype(int) - expected).max() <= 2
    assert (image == expected).mean() > 0.9


def test_a_profile_of_grey_is_for_grey():
    """It has no primaries; RGB pictures ignore it."""
    data = with_curve(table(), b"GRAY")
    assert space_of(data, grey=True).primaries is None
    assert space_of(data, grey=False) is None


def with_equal_colorants() -> bytes:
    """A profile whose red is in the place of green and blue too, which spans no colours."""
    data = bytearray(profile(1.0))
    entries = {}
    for at in range(132, 132 + 12 * int.from_bytes(data[128:132], "big"), 12):
        entries[bytes(data[at : at + 4])] = at
    for name in (b"gXYZ", b"bXYZ"):
        red, at = entries[b"rXYZ"], entries[name]
        data[at + 4 : at + 12] = data[red + 4 : red + 12]
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        with_equal_colorants(),
        b"",
        bytes(500),
        profile(1.0)[:200],
        with_curve(b"text" + bytes(20)),
        with_curve(parametric(9, 1.0)),
        with_curve(parametric(1, 2.2, 0.0, 0.1)),
        with_curve(table(0, 1)[:-2] + b""),
        with_curve(table(), b"CMYK"),
        profile(1.0).replace(b"rXYZ", b"A2B0"),
        profile(1.0).replace(b"XYZ ", b"Lab ", 1),
        profile(1.0).replace(b"acsp", b"none"),
    ],
)
def test_other_profiles_are_left_to_littlecms(data):
    """Damaged ones, those with tables, and those of other colours."""
    assert space_of(data, grey=True) is None
