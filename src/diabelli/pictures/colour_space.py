"""Colour spaces described by numbers, and their conversion to sRGB.

Code points are those of ITU-T H.273, which PNG's cICP chunk and AVIF's nclx box share. Colours
outside of sRGB are clipped channel by channel. High dynamic range (PQ and HLG) is tone-mapped with
the reference white tone-mapping operator of SMPTE ST 2094-50, annex C, for a display without
headroom: luminance up to the reference white of 203 cd/m2 is halved; above it, a quadratic Bézier
curve leads to white at 1000 cd/m2. Browsers use the same operator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diabelli.pictures.interruption import Interrupt, proceed
from diabelli.pictures.limits import Image

Chromaticities: TypeAlias = tuple[float, float, float, float, float, float, float, float]
"""CIE xy of white, red, green and blue, in the order of PNG's cHRM chunk."""
_Floats: TypeAlias = NDArray[np.floating[Any]]
Curve: TypeAlias = Callable[[_Floats], _Floats]
Samples: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]
Planes: TypeAlias = list[_Floats]
"""Red, green and blue of the same pixels: (pixel,) float32 each."""

_D65 = (0.3127, 0.3290)
_C = (0.310, 0.316)
_BT709: Chromaticities = (*_D65, 0.640, 0.330, 0.300, 0.600, 0.150, 0.060)
_BT2020: Chromaticities = (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046)
_PRIMARIES: dict[int, Chromaticities] = {
    1: _BT709,
    4: (*_C, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),  # BT.470 M
    5: (*_D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),  # BT.470 BG
    6: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),  # BT.601
    7: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),  # SMPTE 240M
    8: (*_C, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049),  # film
    9: _BT2020,
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),  # DCI-P3
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),  # Display P3
    22: (*_D65, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077),  # EBU 3213
}

_UNSPECIFIED = 2
_CAMERA_TRANSFERS = (1, 6, 11, 12, 14, 15)
"""Code points of BT.709, BT.601, BT.2020 and the like."""

_REFERENCE_WHITE = 203.0
"""Luminance of white paper in HDR video, cd/m2 (ITU-R BT.2408)."""
_PEAK = 1000.0 / _REFERENCE_WHITE
"""Luminance that is mapped to white, relative to the reference white: that of a BT.2100 display."""
_KNEE_GAIN = 0.5
"""Gain up to the reference white, ST 2094-50 C.3.6 for a headroom of log2(1000 / 203)."""
_BEZIER_KAPPA = 0.65
"""Position of the middle control point between knee and peak, ST 2094-50 C.3."""

_MAX_CONDITION = 1e4
"""Largest condition number of a matrix from RGB to XYZ; those of real displays are below 10."""
_NO_CORRECTION = 0.05
"""Distance of an exponent from 1 within which gAMA changes nothing; libpng's threshold."""
_SRGB_GAMMA = 1 / 2.2
_ENCODE_STEPS = 65_535
"""Resolution of the table for linear light to sRGB: steps below 0.06 of a level everywhere."""
_GAIN_STEPS = 65_535
"""Resolution of the table for tone mapping."""
_STRIP_PIXELS = 1 << 16
"""Pixels converted at once: planes of 256 KiB each, so that all of them fit into a cache."""


@dataclass(frozen=True, slots=True)
class ColourSpace:
    """Colour space of RGB samples.

    Attributes:
        curve: maps samples 0..1 to linear light, where 1 is white.
        primaries: chromaticities; None means those of sRGB.
        system: "sdr", "pq" or "hlg"; the last two are tone-mapped.
    """

    curve: Curve
    primaries: Chromaticities | None = None
    system: str = "sdr"

    @property
    def is_srgb(self) -> bool:
        """Whether samples are sRGB already."""
        return self.curve is _srgb and self.primaries in (None, _BT709)

    def to_srgb(self, samples: Samples, interrupt: Interrupt = proceed) -> Image:
        """Convert samples to sRGB.

        Args:
            samples: (row, column, 3) uint8 or uint16.
            interrupt: called before each strip.

        Returns:
            uint8 of the same shape.
        """
        most = np.iinfo(samples.dtype).max
        linear = self.curve(np.arange(most + 1) / most).astype(np.float32)
        if self.primaries is None and self.system == "sdr":
            return _encode(linear)[samples]
        matrix = _rgb_to_rgb(self.primaries or _BT709, _BT709).astype(np.float32)
        pixels = samples.reshape(-1, 3)
        converted = np.empty(pixels.shape, np.uint8)
        for start in range(0, len(pixels), _STRIP_PIXELS):
            interrupt()
            strip = pixels[start : start + _STRIP_PIXELS]
            light = [linear[strip[:, channel]] for channel in range(3)]
            if self.system != "sdr":
                light = _tone_mapped(light, self.primaries or _BT709, self.system)
            for channel, row in enumerate(matrix):
                converted[start : start + len(strip), channel] = _encode(_weighted(row, light))
        return converted.reshape(samples.shape)


def from_code_points(primaries: int, transfer: int) -> ColourSpace | None:
    """Return the colour space for code points of H.273; None if either is unknown."""
    if primaries not in _PRIMARIES or transfer not in _TRANSFERS:
        return None
    system, curve = _TRANSFERS[transfer]
    return ColourSpace(curve, _PRIMARIES[primaries], system)


def from_video_code_points(primaries: int, transfer: int) -> ColourSpace | None:
    """Return the colour space for code points of AVIF; None if it is sRGB.

    As in browsers, the transfer functions of video cameras, and an unspecified one, count as that
    of sRGB, and unspecified primaries as those of BT.709.
    """
    space = from_code_points(
        1 if primaries == _UNSPECIFIED else primaries,
        13 if transfer in (_UNSPECIFIED, *_CAMERA_TRANSFERS) else transfer,
    )
    return None if space is None or space.is_srgb else space


def from_gamma(gamma: float, chromaticities: Chromaticities | None) -> ColourSpace | None:
    """Return the colour space of PNG's gAMA and cHRM chunks.

    Args:
        gamma: exponent of the encoding, above 0; sRGB's is about 0.45.
        chromaticities: of cHRM, or None.

    Returns:
        None if the samples count as sRGB: `gamma` is that of sRGB and there are no chromaticities,
        or the chromaticities span no colour space.
    """
    if chromaticities is None:
        if abs(_SRGB_GAMMA / gamma - 1) < _NO_CORRECTION:
            return None
        return ColourSpace(_power(1 / gamma))
    if not spans_colours(chromaticities):
        return None
    return ColourSpace(_power(1 / gamma), chromaticities)


def spans_colours(chromaticities: Chromaticities) -> bool:
    """Return whether all chromaticities are in 0..1 and their matrix is invertible."""
    if not all(0 <= value <= 1 for value in chromaticities) or not all(chromaticities[1::2]):
        return False
    try:
        matrix = _rgb_to_xyz(chromaticities)
        condition = np.linalg.cond(matrix)
    except np.linalg.LinAlgError:
        return False
    return bool(np.isfinite(condition) and condition < _MAX_CONDITION)


def _encode(light: _Floats) -> Image:
    """Encode linear light, clipped to 0..1, as sRGB uint8 of the same shape."""
    steps = light * _ENCODE_STEPS
    steps += 0.5
    np.clip(steps, 0, _ENCODE_STEPS, out=steps)
    levels: Image = _srgb_table()[steps.astype(np.uint16)]
    return levels


def _weighted(weights: _Floats, planes: Planes) -> _Floats:
    """Return the sum of three planes, each times its weight."""
    total: _Floats = planes[0] * weights[0]
    total += planes[1] * weights[1]
    total += planes[2] * weights[2]
    return total


@cache
def _srgb_table() -> Image:
    """Return the sRGB levels 0..255 of linear light in steps of 1 / 65535."""
    light = np.arange(_ENCODE_STEPS + 1) / _ENCODE_STEPS
    samples = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    table: Image = np.rint(255 * samples).astype(np.uint8)
    return table


def _rgb_to_rgb(source: Chromaticities, target: Chromaticities) -> _Floats:
    """Return the matrix from linear RGB of `source` to that of `target`, by Bradford."""
    bradford = np.array(
        [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    )
    to_xyz, from_xyz = _rgb_to_xyz(source), np.linalg.inv(_rgb_to_xyz(target))
    cones = (bradford @ _rgb_to_xyz(target).sum(axis=1)) / (bradford @ to_xyz.sum(axis=1))
    adaptation = np.linalg.inv(bradford) @ np.diag(cones) @ bradford
    matrix: _Floats = from_xyz @ adaptation @ to_xyz
    return matrix


def _rgb_to_xyz(chromaticities: Chromaticities) -> _Floats:
    """Return the matrix from linear RGB to CIE XYZ, where white has Y = 1."""
    x, y = np.array(chromaticities[0::2]), np.array(chromaticities[1::2])
    xyz = np.stack([x / y, np.ones(4), (1 - x - y) / y])
    matrix: _Floats = xyz[:, 1:] * np.linalg.solve(xyz[:, 1:], xyz[:, 0])
    return matrix


def _tone_mapped(light: Planes, primaries: Chromaticities, system: str) -> Planes:
    """Tone-map the planes of red, green and blue; the gain depends on the largest in BT.2020."""
    if system == "hlg":
        light = _hlg_system(light, primaries)
    wide = light
    if primaries != _BT2020:
        matrix = _rgb_to_rgb(primaries, _BT2020).astype(np.float32)
        wide = [_weighted(row, light) for row in matrix]
    largest = np.maximum(np.maximum(wide[0], wide[1]), wide[2])
    steps = np.clip(largest, 0, _PEAK) * np.float32(_GAIN_STEPS / _PEAK)
    gain = _gain_table()[steps.astype(np.intp)]
    # Above the peak, the largest becomes white.
    gain *= _PEAK / np.maximum(largest, np.float32(_PEAK))
    return [plane * gain for plane in light]


@cache
def _gain_table() -> _Floats:
    """Return the gains of the reference white operator for light 0.._PEAK, in equal steps."""
    light = np.arange(_GAIN_STEPS + 1) * _PEAK / _GAIN_STEPS
    middle_x = (1 - _BEZIER_KAPPA) + _BEZIER_KAPPA / _KNEE_GAIN
    middle_y = (1 - _BEZIER_KAPPA) * _KNEE_GAIN + _BEZIER_KAPPA
    # Solve x(t) = light for the Bézier curve (1, knee), (middle_x, middle_y), (peak, 1).
    square, linear = 1 - 2 * middle_x + _PEAK, 2 * (middle_x - 1)
    above = np.maximum(light, 1)
    t = (np.sqrt(linear**2 - 4 * square * (1 - above)) - linear) / (2 * square)
    y = _KNEE_GAIN + t * (2 * (middle_y - _KNEE_GAIN) + t * (_KNEE_GAIN - 2 * middle_y + 1))
    return np.where(light <= 1, _KNEE_GAIN, y / above).astype(np.float32)


def _pq(samples: _Floats) -> _Floats:
    """Convert samples 0..1 of SMPTE ST 2084 (PQ) to light relative to the reference white."""
    m1, m2 = 2610 / 16384, 2523 / 32
    c1, c2, c3 = 3424 / 4096, 2413 / 128, 2392 / 128
    power = samples ** (1 / m2)
    light: _Floats = (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    return light * 10_000 / _REFERENCE_WHITE


def _hlg(samples: _Floats) -> _Floats:
    """Convert samples 0..1 of ITU-R BT.2100 HLG to scene light 0..1."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    light: _Floats = np.where(samples <= 0.5, samples**2 / 3, (np.exp((samples - c) / a) + b) / 12)
    return light


def _hlg_system(light: Planes, primaries: Chromaticities) -> Planes:
    """Convert HLG's scene light to the light of a display of 1000 cd/m2."""
    luminance = _weighted(_rgb_to_xyz(primaries)[1].astype(np.float32), light)
    gain = np.float32(_PEAK) * np.maximum(luminance, 0) ** np.float32(0.2)
    return [plane * gain for plane in light]


def _srgb(samples: _Floats) -> _Floats:
    """Convert samples 0..1 of IEC 61966-2-1 (sRGB) to linear light."""
    light: _Floats = np.where(
        samples <= 0.04045, samples / 12.92, ((samples + 0.055) / 1.055) ** 2.4
    )
    return light


def _smpte240(samples: _Floats) -> _Floats:
    """Convert samples 0..1 of SMPTE 240M to linear light."""
    light: _Floats = np.where(
        samples < 0.0913, samples / 4, ((samples + 0.1115) / 1.1115) ** (1 / 0.45)
    )
    return light


def _power(exponent: float, scale: float = 1.0) -> Curve:
    return lambda samples: scale * samples**exponent


_TRANSFERS: dict[int, tuple[str, Curve]] = {
    # BT.709, 601, 2020 and kin are shown with the exponent of reference displays, BT.1886.
    **dict.fromkeys(_CAMERA_TRANSFERS, ("sdr", _power(2.4))),
    4: ("sdr", _power(2.2)),
    5: ("sdr", _power(2.8)),
    7: ("sdr", _smpte240),
    8: ("sdr", _power(1.0)),
    13: ("sdr", _srgb),
    16: ("pq", _pq),
    17: ("sdr", _power(2.6, 52.37 / 48)),  # SMPTE ST 428
    18: ("hlg", _hlg),
}
"""System and curve by code point of the transfer characteristics."""
