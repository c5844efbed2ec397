"""Raster of a bent sheet: where rays meet it, its colours, and the light on it and through it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import shoulder
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats

SAMPLES = ((0.125, 0.625), (0.375, 0.125), (0.625, 0.875), (0.875, 0.375))
"""Samples of a pixel, down and across, on a turned square, so that no two are in a row."""
KNEE = 0.72
"""Linear light above which a sheet is compressed."""
SOFT_LIGHT, RELIEF, RELIEF_STEP = 0.35, 1.2, 0.025
"""How far light reaches around edges, as it is of a part of the sky; strength of the shades of the
relief, and distance in half sides over which it is compared."""


class Pose(NamedTuple):
    """A sheet before the camera; lengths are in cells of the raster.

    Attributes:
        axes: (3, 3) float32, as in `Sheet`.
        row: of its middle, float32.
        column: of its middle, float32.
        size: half side of the maps, float32.
        bend: as in `Sheet`, float32.
        cosine: of the direction of the bend, float32.
        sine: of it, float32.
        translucency: as in `Sheet`, float32.
        gloss: as in `Sheet`, float32.
        opacity: as in `Sheet`, float32.
        down: movement during the exposure, float32.
        across: the same to the right, float32.
    """

    axes: Floats
    row: np.float32
    column: np.float32
    size: np.float32
    bend: np.float32
    cosine: np.float32
    sine: np.float32
    translucency: np.float32
    gloss: np.float32
    opacity: np.float32
    down: np.float32
    across: np.float32


class Light(NamedTuple):
    """Light on a sheet, each (3,) float32.

    Attributes:
        toward: direction of the light: down, across, toward the camera; length 1.
        key: linear light of it on a white sheet that faces it.
        sky: the same of the sky on a sheet that faces up.
    """

    toward: Floats
    key: Floats
    sky: Floats


@kernel
def render_sheet(raster: Floats, pose: Pose, maps: Floats, colours: Floats, light: Light) -> None:
    """Render a sheet.

    Args:
        raster: (h, w, 4) float32, written: linear light times opacity, and opacity.
        pose: of the sheet.
        maps: as in `Sheet`.
        colours: as in `Sheet`.
        light: on the sheet.
    """
    one, zero, half, two = np.float32(1), np.float32(0), np.float32(0.5), np.float32(2)
    size, bend = pose.size, pose.bend
    # Along the bend (a), across it (b), and the upper side (n).
    a, b, n = np.empty(3, np.float32), np.empty(3, np.float32), pose.axes[2]
    for c in range(3):
        a[c] = pose.cosine * pose.axes[0, c] + pose.sine * pose.axes[1, c]
        b[c] = pose.cosine * pose.axes[1, c] - pose.sine * pose.axes[0, c]
    flat = a[0] * b[1] - a[1] * b[0]
    curved = bend * (n[0] * b[1] - n[1] * b[0])
    span = b[0] * b[0] + b[1] * b[1]
    found, total, colour = (
        np.empty((2, 3), np.float32),
        np.empty(4, np.float32),
        np.empty(4, np.float32),
    )
    count = np.float32(len(SAMPLES))
    for y in range(raster.shape[0]):
        for x in range(raster.shape[1]):
            total[:] = zero
            for sample in range(len(SAMPLES)):
                when = (np.float32(sample) + half) / count - half
                down, across = np.float32(SAMPLES[sample][0]), np.float32(SAMPLES[sample][1])
                v = (np.float32(y) + down - pose.row - when * pose.down) / size
                u = (np.float32(x) + across - pose.column - when * pose.across) / size
                right = v * b[1] - u * b[0]
                root = flat * flat + np.float32(4) * curved * right
                if root < zero:
                    continue
                root = np.sqrt(root)
                for k in range(2):
                    below = flat + (root if k == 0 else -root)
                    s = two * right / below if abs(below) > np.float32(1e-5) else np.float32(9)
                    up = bend * s * s
                    t = (
                        (v - s * a[0] - up * n[0]) * b[0] + (u - s * a[1] - up * n[1]) * b[1]
                    ) / span
                    found[k, 0], found[k, 1] = s, t
                    found[k, 2] = s * a[2] + t * b[2] + up * n[2]
                first = 0 if found[0, 2] >= found[1, 2] else 1
                clear = one
                for k in (first, 1 - first):
                    s, t = found[k, 0], found[k, 1]
                    if s * s + t * t > two:
                        continue
                    _shade(s, t, a, pose, maps, colours, light, colour)
                    if colour[3] > zero:
                        for c in range(4):
                            total[c] += clear * colour[c]
                        clear *= one - colour[3]
            for c in range(4):
                raster[y, x, c] = total[c] / count


@kernel
def _shade(
    s: np.float32,
    t: np.float32,
    a: Floats,
    pose: Pose,
    maps: Floats,
    colours: Floats,
    light: Light,
    colour: Floats,
) -> None:
    """Write the light of a place of a sheet, times opacity, and opacity.

    Args:
        s: place along the bend.
        t: place across the bend.
        a: (3,) float32, direction of the bend.
        pose: of the sheet.
        maps: as in `Sheet`.
        colours: as in `Sheet`.
        light: on the sheet.
        colour: (4,) float32, written.
    """
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    across, down = pose.cosine * s - pose.sine * t, pose.sine * s + pose.cosine * t
    if abs(across) >= one or abs(down) >= one:
        colour[3] = zero
        return
    _sample(maps, down, across, colour)
    edge = min(max(colour[0] * pose.size * np.float32(1.5) + half, zero), one)
    if edge <= zero:
        colour[3] = zero
        return
    second, third, relief = colour[1], colour[2], colour[3]
    # Upper side of the bent sheet, turned toward the camera.
    normal = np.empty(3, np.float32)
    slope = np.float32(2) * pose.bend * s
    length = np.sqrt(one + slope * slope)
    for c in range(3):
        normal[c] = (pose.axes[2, c] - slope * a[c]) / length
    is_under = normal[2] < zero
    if is_under:
        for c in range(3):
            normal[c] = -normal[c]
    facing, along, beside = zero, zero, zero
    for c in range(3):
        facing += normal[c] * light.toward[c]
        along += light.toward[c] * pose.axes[0, c]
        beside += light.toward[c] * pose.axes[1, c]
    step = np.float32(RELIEF_STEP)
    _sample(maps, down + step * beside, across + step * along, colour)
    bump = one + (relief - colour[3]) * np.float32(-RELIEF if is_under else RELIEF)
    soft = np.float32(SOFT_LIGHT)
    lit = max(facing + soft, zero) / (one + soft) * bump
    through = pose.translucency * max(soft - facing, zero) / (one + soft)
    gleam = zero
    if facing > zero:
        # Halfway between light and camera (Blinn 1977).
        ahead = np.sqrt(np.float32(2) + np.float32(2) * light.toward[2])
        gleam = min((facing + normal[2]) / ahead, one)
        for _ in range(4):
            gleam *= gleam
        gleam *= pose.gloss
    above = np.float32(0.78) - np.float32(0.22) * normal[0]
    most = zero
    for c in range(3):
        base = colours[0, c] + second * (colours[1, c] - colours[0, c])
        base += third * (colours[2, c] - base)
        if is_under:
            base += np.float32(0.5) * (colours[3, c] - base)
        colour[c] = base
        most = max(most, base)
    opacity, knee, top = edge * pose.opacity, np.float32(KNEE), zero
    for c in range(3):
        base = colour[c]
        deep = base * base / max(most, np.float32(0.001))
        value = base * (light.key[c] * lit + light.sky[c] * above * (half + half * bump))
        value += deep * light.key[c] * through + gleam * light.key[c]
        colour[c] = value
        top = max(top, value)
    # Highlights keep their hue, so that no petal is a hole of white.
    share = opacity
    if top > knee:
        share *= shoulder(top, knee) / top
    for c in range(3):
        colour[c] *= share
    colour[3] = opacity


@kernel
def _sample(maps: Floats, down: np.float32, across: np.float32, out: Floats) -> None:
    """Sample maps (side, side, 4) at a place of -1..1, bilinearly."""
    side = maps.shape[0]
    half, one = np.float32(0.5), np.float32(1)
    v = min(max((down + one) * half * np.float32(side) - half, np.float32(0)), np.float32(side - 1))
    u = min(
        max((across + one) * half * np.float32(side) - half, np.float32(0)), np.float32(side - 1)
    )
    y, x = min(int(v), side - 2), min(int(u), side - 2)
    a, b = v - np.float32(y), u - np.float32(x)
    for c in range(4):
        above = maps[y, x, c] + b * (maps[y, x + 1, c] - maps[y, x, c])
        below = maps[y + 1, x, c] + b * (maps[y + 1, x + 1, c] - maps[y + 1, x, c])
        out[c] = above + a * (below - above)
