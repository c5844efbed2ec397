"""Curve and primaries of ICC profiles that have no tables.

LittleCMS, by Pillow, converts samples of 8 bits only. Profiles of linear light and the like need
all 16 bits in the shadows. https://www.color.org/ICC1v43_2010-12.pdf names the tags and types.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from diabelli.pictures.colour_space import Chromaticities, ColourSpace, Curve, spans_colours

_HEADER_BYTES = 128
_MAX_TAGS = 100
_TABLES = (b"A2B0", b"A2B1", b"A2B2", b"D2B0", b"D2B1")
_CURVES = {b"RGB ": (b"rTRC", b"gTRC", b"bTRC"), b"GRAY": (b"kTRC",)}
_PARAMETERS = (1, 3, 4, 5, 7)
"""Number of parameters by type of a parametric curve."""


def space_of(profile: bytes, *, grey: bool) -> ColourSpace | None:
    """Return the colour space of a profile.

    Args:
        profile: of RGB, or of grey.
        grey: whether the picture is grey; others cannot have a profile of grey.

    Returns:
        None if the profile is damaged, of another kind, has tables, or has more than one curve.
    """
    kind = profile[16:20]
    if profile[20:24] != b"XYZ " or profile[36:40] != b"acsp" or (kind == b"GRAY" and not grey):
        return None
    try:
        tags = _tags(profile)
        curves = {tags[name] for name in _CURVES[kind]}
        if len(curves) != 1 or any(name in tags for name in _TABLES):
            return None
        curve = _curve(curves.pop())
        if kind != b"RGB ":
            return ColourSpace(curve, None)
        primaries = _primaries(tags)
        return ColourSpace(curve, primaries) if spans_colours(primaries) else None
    except (struct.error, IndexError, KeyError, ValueError, ZeroDivisionError):
        return None


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, _HEADER_BYTES)
    places = struct.iter_unpack(
        ">4sII", profile[_HEADER_BYTES + 4 : _HEADER_BYTES + 4 + 12 * min(count, _MAX_TAGS)]
    )
    return {name: profile[start : start + size] for name, start, size in places}


def _curve(tag: bytes) -> Curve:
    """Return the curve of a tag: samples 0..1 to light 0..1."""
    kind, number = struct.unpack_from(">4s4xI", tag)
    if kind == b"para":
        form = number >> 16
        values = struct.unpack_from(f">{_PARAMETERS[form]}i", tag, 12)
        return _parametric(*(value / 65_536 for value in values))
    if kind != b"curv":
        raise ValueError(kind)
    values = struct.unpack_from(f">{number}H", tag, 12)
    if number <= 1:
        return _parametric(*(value / 256 for value in values))
    table = np.array(values) / 65_535
    return lambda samples: np.interp(samples, np.linspace(0, 1, len(table)), table)


def _parametric(g: float = 1.0, a: float = 1.0, b: float = 0.0, *rest: float) -> Curve:
    """Return the curve of ICC.1:2010, table 65; the number of parameters gives its type."""
    if len(rest) < 2:
        # Below -b / a, light is 0, or c for the second type.
        offset = rest[0] if rest else 0.0
        c, d, e, f = 0.0, -b / a, offset, offset
    else:
        c, d, e, f = (*rest, 0.0, 0.0)[:4]

    def curve(samples: NDArray[np.floating]) -> NDArray[np.floating]:
        above = np.maximum(a * samples + b, 0) ** g + e
        return np.clip(np.where(samples >= d, above, c * samples + f), 0, 1)

    return curve


def _primaries(tags: dict[bytes, bytes]) -> Chromaticities:
    """Return the chromaticities of the colorants and of the white that they add up to."""
    names = b"rXYZ", b"gXYZ", b"bXYZ"
    colorants = np.array([struct.unpack_from(">3i", tags[name], 8) for name in names]) / 65_536
    x, y = zip(*map(_xy, (colorants.sum(axis=0), *colorants)), strict=True)
    return x[0], y[0], x[1], y[1], x[2], y[2], x[3], y[3]


def _xy(xyz: NDArray[np.floating]) -> tuple[float, float]:
    total = float(xyz.sum())
    if total <= 0 or xyz[1] <= 0:
        raise ValueError(f"no colour has the tristimulus values {xyz}")
    return float(xyz[0]) / total, float(xyz[1]) / total
