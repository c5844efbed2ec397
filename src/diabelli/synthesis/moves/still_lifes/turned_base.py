"""Turned base of a snow globe: a solid of revolution of dark wood with a ring of metal."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import bell, ramp
from diabelli.synthesis.core.grid import look_up
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.still_lifes.tabletop import Tabletop

TILT = 0.15
"""Height at which a circle on the table is seen, as a share of its width."""
SAMPLES = 3
"""Samples of a pixel along each axis."""
SEAT = 1.36
"""Height of the middle of the sphere above the table, in its radii."""
HIDDEN = np.float32(-9)
"""Distance toward the camera where nothing is drawn, in radii; less than that of any point."""
METAL = ((0.595, 0.545), (0.63, 0.585), (0.69, 0.575), (0.7, 0.5), (0.62, 0.49))
WOOD = (
    *((0.62, 0.49), (0.64, 0.47), (0.64, 0.44), (0.6, 0.42), (0.6, 0.34), (0.63, 0.24)),
    *((0.75, 0.2), (0.81, 0.19), (0.82, 0.165), (0.79, 0.15), (0.83, 0.145), (0.9, 0.13)),
    *((0.92, 0.06), (0.88, 0.035), (0.88, 0.0), (0.84, 0.0)),
)
"""Points of the profile of the base from the top to the bottom: distance from the axis, and height
above the table, in radii of the sphere."""


class Materials(NamedTuple):
    """Materials of the base.

    Attributes:
        wood: (3,) float32, linear light.
        metal: (3,) float32, linear light.
        noise: (rows, columns) float32, normal, of which the streaks of the wood are made.
    """

    wood: Floats
    metal: Floats
    noise: Floats


def draw_base(
    radius: float, table: Tabletop, materials: Materials, lamp: float, *, is_mirrored: bool
) -> Floats:
    """Draw the base, or its mirror image in the table.

    Args:
        radius: of the sphere, in pixels.
        table: what the base stands on and mirrors.
        materials: of the base.
        lamp: -1 if the light comes from the right, else 1.
        is_mirrored: whether to draw the mirror image.

    Returns:
        (h, w, 4) float32: linear light, multiplied by the share in the last channel. The middle of
        the foot is in the middle.
    """
    numbers = np.array((radius, lamp, -1 if is_mirrored else 1), np.float32)
    return _draw_base(_profile(radius), table, materials, *numbers)


def _profile(radius: float) -> Floats:
    """Return the base's profile, from the top to the bottom.

    METAL and WOOD are rounded by corner cutting (Chaikin 1974), then sampled evenly.

    Args:
        radius: of the sphere, in pixels.

    Returns:
        (n, 5) float32: radius and height, in those of the sphere; normal out and up; 1 for metal,
        0 for wood.
    """
    pieces = []
    for points, kind in ((METAL, 1.0), (WOOD, 0.0)):
        curve = np.array(points, np.float64)
        for _ in range(4):
            cut = np.empty((2 * len(curve) - 2, 2))
            cut[0::2] = 0.75 * curve[:-1] + 0.25 * curve[1:]
            cut[1::2] = 0.25 * curve[:-1] + 0.75 * curve[1:]
            curve = np.concatenate((curve[:1], cut, curve[-1:]))
        steps = np.sqrt((np.diff(curve, axis=0) ** 2).sum(1))
        ends = np.concatenate(([0.0], np.cumsum(steps)))
        places = np.linspace(0, ends[-1], max(int(3 * radius * ends[-1]), 40))
        curve = np.stack([np.interp(places, ends, curve[:, k]) for k in (0, 1)], 1)
        ahead, behind = np.roll(curve, -3, 0), np.roll(curve, 3, 0)
        ahead[-3:], behind[:3] = curve[-1], curve[0]
        along = ahead - behind
        along /= np.maximum(np.sqrt((along**2).sum(1, keepdims=True)), 1e-9)
        pieces.append(
            np.column_stack((curve, -along[:, 1], along[:, 0], np.full(len(curve), kind)))
        )
    return np.concatenate(pieces).astype(np.float32)


class Seen(NamedTuple):
    """How a point of the surface is seen.

    Attributes:
        facing: cosine of the angle between its normal and the direction to the camera, 0..1.
        lit: how far it faces the lamp, from 0.
        shine: how bright it mirrors the window, 0..1.
        low: how far it mirrors the table rather than the room, 0..1.
        up: direction that is mirrored, up.
        across: the same to the side.
    """

    facing: np.float32
    lit: np.float32
    shine: np.float32
    low: np.float32
    up: np.float32
    across: np.float32


@kernel
def _view(
    nx: np.float32, ny: np.float32, nz: np.float32, facing: np.float32, lamp: np.float32
) -> Seen:
    """Return how a point is seen.

    Args:
        nx: its normal to the side.
        ny: the same up.
        nz: the same toward the camera.
        facing: cosine of the angle between the normal and the direction to the camera.
        lamp: -1 if the light comes from the right, else 1.
    """
    one, zero, half, two = np.float32(1), np.float32(0), np.float32(0.5), np.float32(2)
    facing = min(max(facing, zero), one)
    across, up = two * facing * nx, two * facing * ny - np.float32(TILT)
    toward = two * facing * nz - one
    p = lamp * across / max(toward + one, np.float32(0.05)) + np.float32(0.6)
    shine = ramp((np.float32(0.24) - abs(p)) / np.float32(0.16))
    shine *= ramp((up + np.float32(0.3)) / half) * (
        one - ramp((up - np.float32(0.75)) / np.float32(0.2))
    )
    low = ramp((np.float32(0.15) - up) / np.float32(0.3))
    lit = max(np.float32(0.65) * nz - lamp * np.float32(0.6) * nx + half * ny, zero)
    return Seen(facing, lit, shine, low, up, across)


@kernel
def _metal_value(
    seen: Seen,
    metal: np.float32,
    room: np.float32,
    top: np.float32,
    light: np.float32,
    window: np.float32,
) -> np.float32:
    """Return the light of one colour from the ring of metal.

    Args:
        seen: how the point is seen.
        metal: share of light that the metal reflects.
        room: light of the mirrored part of the room.
        top: light of the table.
        light: of the lamp.
        window: brightness of the mirrored window.
    """
    room *= np.float32(0.75)
    value = room + seen.low * (top - room)
    value += np.float32(0.1) * light * seen.lit + np.float32(1.3) * window * seen.shine
    return metal * (value + np.float32(0.01))


@kernel
def _wood_value(
    seen: Seen,
    wood: np.float32,
    room: np.float32,
    top: np.float32,
    level: np.float32,
    window: np.float32,
) -> np.float32:
    """Return the light of one colour from polished wood.

    Args:
        seen: how the point is seen.
        wood: share of light that the wood reflects there.
        room: light of the mirrored part of the room.
        top: light of the table.
        level: mean of the colours of the lamp's light.
        window: brightness of the mirrored window.
    """
    one = np.float32(1)
    # Schlick's approximation (1994) of Fresnel's reflection, at most 0.75.
    grazing = one - seen.facing
    grazing2 = grazing * grazing
    fresnel = np.float32(0.05) + np.float32(0.7) * grazing2 * grazing2 * grazing
    room *= np.float32(0.5)
    mirrored = room + seen.low * (top - room)
    wood *= (np.float32(0.35) + np.float32(1.3) * seen.lit) * (np.float32(0.22) + level)
    return wood + fresnel * mirrored + np.float32(0.2) * window * seen.shine


@kernel
def _draw_strip(
    profile: Floats,
    table: Tabletop,
    materials: Materials,
    scale: np.float32,
    lamp: np.float32,
    up: np.float32,
    x: np.float32,
    face: np.float32,
    depths: Floats,
    strip: Floats,
) -> None:
    """Draw one column of samples of the base, in place.

    Args:
        profile: (n, 5) float32, as `_profile` returns it.
        table: what the base stands on and mirrors.
        materials: of the base.
        scale: samples in the radius of the sphere.
        lamp: -1 if the light comes from the right, else 1.
        up: -1 for the mirror image, else 1.
        x: distance of the column from the axis, in radii of the sphere.
        face: 1 for the side toward the camera, -1 for the one away.
        depths: (rows,) float32, distance toward the camera of the drawn points.
        strip: (rows, 3) float32, its colour in linear light.
    """
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    mirror, colour = np.empty(3, np.float32), np.empty(3, np.float32)
    level = (table.light[0] + table.light[1] + table.light[2]) / np.float32(3)
    window = half + np.float32(1.2) * level
    rows = len(depths)
    last, is_missed = -1, True
    for index in range(profile.shape[0]):
        # A circle that this column misses is taken at its side, so no gap is left there.
        reach = max(profile[index, 0], abs(x))
        toward = face * np.sqrt(reach * reach - x * x)
        down = np.float32(TILT) * toward - up * profile[index, 1]
        row = min(max(int(down * scale + half * np.float32(rows)), 0), rows - 1)
        nx, ny = profile[index, 2] * x / reach, profile[index, 3]
        nz = profile[index, 2] * toward / reach
        facing = nz + np.float32(TILT) * ny
        first, end = min(row, last if last >= 0 else row), max(row, last)
        was_missed, is_missed = is_missed, profile[index, 0] <= abs(x)
        last = row
        if (is_missed and was_missed) or (facing <= zero and up > zero):
            continue
        down += np.float32(SEAT)
        if face < zero and x * x + down * down < one:
            continue
        seen = _view(nx, ny, nz, facing, lamp)
        look_up(
            table.bokeh,
            half - np.float32(0.45) * seen.up,
            half - np.float32(0.45) * seen.across,
            mirror,
        )
        height = profile[index, 1]
        if profile[index, 4] > half:
            for c in range(3):
                colour[c] = _metal_value(
                    seen, materials.metal[c], mirror[c], table.top[c], table.light[c], window
                )
        else:
            streak = value_noise(
                materials.noise,
                height * np.float32(45) + np.float32(5) * x + np.float32(32),
                np.float32(5) * x + np.float32(64),
            )
            for c in range(3):
                wood = materials.wood[c] * (one + np.float32(0.22) * streak)
                colour[c] = _wood_value(seen, wood, mirror[c], table.top[c], level, window)
        shade = one - half * bell(height * height / np.float32(0.004))
        for place in range(first, end + 1):
            if toward > depths[place]:
                depths[place] = toward
                for c in range(3):
                    strip[place, c] = colour[c] * shade


@kernel
def _draw_base(
    profile: Floats,
    table: Tabletop,
    materials: Materials,
    radius: np.float32,
    lamp: np.float32,
    up: np.float32,
) -> Floats:
    """Implement `draw_base`.

    Args:
        profile: (n, 5) float32, as `_profile` returns it.
        table: what the base stands on and mirrors.
        materials: of the base.
        radius: of the sphere, in pixels.
        lamp: -1 if the light comes from the right, else 1.
        up: -1 for the mirror image, else 1.
    """
    half = np.float32(0.5)
    rows, columns = 2 * int(np.float32(0.62) * radius) + 5, 2 * int(np.float32(0.94) * radius) + 5
    out = np.zeros((rows, columns, 4), np.float32)
    depths = np.empty(SAMPLES * rows, np.float32)
    strip = np.empty((SAMPLES * rows, 3), np.float32)
    scale = np.float32(SAMPLES) * radius
    share = np.float32(1) / np.float32(SAMPLES * SAMPLES)
    for column in range(SAMPLES * columns):
        x = (np.float32(column) + half - half * np.float32(SAMPLES * columns)) / scale
        depths[:] = HIDDEN
        for face in (-1, 1):
            _draw_strip(
                profile, table, materials, scale, lamp, up, x, np.float32(face), depths, strip
            )
        for place in range(SAMPLES * rows):
            if depths[place] > HIDDEN:
                y, across = place // SAMPLES, column // SAMPLES
                for c in range(3):
                    out[y, across, c] += strip[place, c] * share
                out[y, across, 3] += share
    return out
