"""Colour spaces as their specifications state them, in double precision and without tables."""

from __future__ import annotations

import numpy as np

from oracles.picture_files import ADOBE_RGB, BT709, BT2020, DISPLAY_P3

PEAK = 1000 / 203


def to_xyz(chromaticities: tuple[float, ...]) -> np.ndarray:
    """Return the matrix from linear RGB to XYZ (SMPTE RP 177)."""
    x, y = np.array(chromaticities[::2]), np.array(chromaticities[1::2])
    xyz = np.stack([x / y, np.ones(4), (1 - x - y) / y])
    return xyz[:, 1:] * np.linalg.solve(xyz[:, 1:], xyz[:, 0])


def between(source: tuple[float, ...], target: tuple[float, ...]) -> np.ndarray:
    """Return the matrix from linear RGB to linear RGB with the same white."""
    return np.linalg.solve(to_xyz(target), to_xyz(source))


def srgb_to_light(samples: np.ndarray) -> np.ndarray:
    """Convert samples 0..1 by IEC 61966-2-1."""
    return np.where(samples <= 0.04045, samples / 12.92, ((samples + 0.055) / 1.055) ** 2.4)


def light_to_srgb(light: np.ndarray) -> np.ndarray:
    """Convert linear light to levels 0..255 by IEC 61966-2-1."""
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def pq_to_light(samples: np.ndarray) -> np.ndarray:
    """Convert samples 0..1 by SMPTE ST 2084 to light relative to 203 cd/m2."""
    power = samples ** (32 / 2523)
    light = np.maximum(power - 3424 / 4096, 0) / (2413 / 128 - 2392 / 128 * power)
    return 10_000 / 203 * light ** (16384 / 2610)


def hlg_to_light(samples: np.ndarray) -> np.ndarray:
    """Convert samples 0..1 by ITU-R BT.2100 to the light of a display, relative to 203 cd/m2."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(samples <= 0.5, samples**2 / 3, (np.exp((samples - c) / a) + b) / 12)
    luminance = scene @ np.array([0.2627, 0.6780, 0.0593])
    return PEAK * scene * luminance[..., np.newaxis] ** 0.2


def tone_mapped(light: np.ndarray) -> np.ndarray:
    """Map BT.2020 light (..., 3) by SMPTE ST 2094-50 annex C, with bisection of the curve."""
    largest = light.max(axis=-1, keepdims=True)
    low, high = np.zeros_like(largest), np.ones_like(largest)
    points = [(1, 0.5), (0.35 + 0.65 * 2, 0.35 * 0.5 + 0.65), (PEAK, 1)]

    def bezier(t: np.ndarray, axis: int) -> np.ndarray:
        first, second, third = (point[axis] for point in points)
        return (1 - t) ** 2 * first + 2 * t * (1 - t) * second + t**2 * third

    for _ in range(60):
        middle = (low + high) / 2
        below = bezier(middle, 0) < largest
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    mapped = np.where(largest <= 1, largest / 2, bezier(low, 1))
    return light * mapped / np.maximum(largest, 1e-12)


def shown(samples: np.ndarray, space: str) -> np.ndarray:
    """Return 8-bit RGB samples of that colour space as sRGB levels 0..255."""
    unit = samples / 255
    if space == "srgb":
        return samples.astype(float)
    if space in ("pq", "hlg", "p3 pq"):
        light = hlg_to_light(unit) if space == "hlg" else pq_to_light(unit)
        if space == "p3 pq":
            light = light @ between(DISPLAY_P3, BT2020).T
        return light_to_srgb(tone_mapped(light) @ between(BT2020, BT709).T)
    light, chromaticities = {
        "linear": (unit, BT709),
        "gamma": (unit ** (1 / 0.55), BT709),
        "adobe": (unit ** (1 / 0.45455), ADOBE_RGB),
        "p3": (srgb_to_light(unit), DISPLAY_P3),
        "2020": (unit**2.4, BT2020),
    }[space]
    return light_to_srgb(light @ between(chromaticities, BT709).T)
