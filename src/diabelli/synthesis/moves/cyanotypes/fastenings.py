"""Wooden pegs on a cord, and clips of metal, that hold a sheet."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.reliefs.table import noise

WOOD, CORD = (0.56, 0.38, 0.2), (0.5, 0.42, 0.3)
"""Shares of light that pegs and a cord reflect."""
METALS = ((0.05, 0.05, 0.055), (0.42, 0.43, 0.44), (0.5, 0.37, 0.14))
"""Shares of light that black, steel and brass clips reflect."""


def _box(y: Floats, x: Floats, tall: float, wide: float, corner: float) -> Floats:
    """Return distances within a box of half sides with round corners; below 0 outside."""
    b = np.maximum(np.abs(y) - np.float32(tall - corner), 0)
    a = np.maximum(np.abs(x) - np.float32(wide - corner), 0)
    inner = np.minimum(np.float32(tall) - np.abs(y), np.float32(wide) - np.abs(x))
    outer = np.float32(corner) - np.sqrt(a * a + b * b)
    return np.asarray(
        np.where((a > 0) & (b > 0), outer, np.minimum(inner, np.float32(9e9))), np.float32
    )


def _window(
    scene: Floats, row: float, column: float, reach: float
) -> tuple[tuple[slice, slice], Floats, Floats] | None:
    """Return a part of a scene around a place, and the distances down and across from that."""
    rows, columns = scene.shape[:2]
    first, last = max(int(row - reach), 0), min(int(row + reach) + 1, rows)
    left, right = max(int(column - reach), 0), min(int(column + reach) + 1, columns)
    if first >= last or left >= right:
        return None
    y = np.arange(first, last, dtype=np.float32)[:, None] + np.float32(0.5 - row)
    x = np.arange(left, right, dtype=np.float32)[None] + np.float32(0.5 - column)
    return (slice(first, last), slice(left, right)), y, x


def _cast(
    scene: Floats,
    cover: Floats,
    part: tuple[slice, slice],
    shift: tuple[int, int],
    soft: float,
    depth: float,
) -> None:
    """Darken a part of a scene by the shadow of what covers it, in place."""
    shade = blur(np.roll(cover, shift, (0, 1)), soft)
    scene[part] *= (1 - np.float32(depth) * shade)[..., None]


def hang(
    scene: Floats, row: float, columns: tuple[float, float], side: float, stream: RandomStream
) -> None:
    """Draw a cord, and pegs that hold the upper edge of a sheet, in place.

    Args:
        scene: (h, w, 3) float32, linear light.
        row: of the upper edge of the sheet, in pixels.
        columns: of the pegs.
        side: pixels of a side.
        stream: random numbers.
    """
    height, width = scene.shape[:2]
    x = np.arange(width, dtype=np.float32) + np.float32(0.5)
    across = (x - np.float32(width / 2)) / np.float32(width / 2)
    line = np.float32(row - 0.004 * side) - np.float32(0.012 * side) * across * across
    line = line + np.float32(stream.between(-0.006, 0.006) * side) * across
    thick = np.float32(0.0034 * side)
    first, last = max(int(line.min() - 3 * thick), 0), min(int(line.max() + 3 * thick) + 1, height)
    if first < last:
        y = np.arange(first, last, dtype=np.float32)[:, None] + np.float32(0.5) - line[None]
        cover = np.clip(thick - np.abs(y) + np.float32(0.5), 0, 1)
        strand = x[None] / (np.float32(2.6) * thick) + np.float32(0.45) * y / thick
        strand = np.abs(strand - np.floor(strand) - np.float32(0.5))
        level = np.float32(1.1) - np.float32(0.9) * strand - np.float32(0.25) * y / thick
        tone = level[..., None] * np.array(CORD, np.float32)
        scene[first:last] += cover[..., None] * (tone - scene[first:last])
    for column in columns:
        _peg(scene, row + 0.008 * side, column, side, stream)


def _peg(scene: Floats, row: float, column: float, side: float, stream: RandomStream) -> None:
    """Draw a peg whose middle is at a place, in place."""
    tall, wide = 0.052 * side, 0.0125 * side
    found = _window(scene, row, column, 1.5 * tall)
    if found is None:
        return
    part, y, x = found
    cosine, sine = (np.float32(one) for one in rotation(stream.between(-0.03, 0.03)))
    v, u = cosine * y - sine * x, sine * y + cosine * x
    slim = np.float32(wide) * (
        1 - np.float32(0.1) * smoothstep(0, tall, v) - np.float32(0.05) * smoothstep(0, -tall, v)
    )
    inner = _box(v, (u * np.float32(wide) / slim).astype(np.float32), tall, wide, 0.35 * wide)
    cover = np.clip(inner + np.float32(0.5), 0, 1)
    _cast(scene, cover, part, (round(0.006 * side), round(0.006 * side)), 0.004 * side, 0.5)
    grain = noise(v.shape[0], v.shape[1], 5, stream)
    fibre = np.repeat(stream.normal(1, v.shape[1]).astype(np.float32), v.shape[0], 0)
    level = (
        1
        + np.float32(0.05) * grain
        + np.float32(0.045) * fibre
        - np.float32(0.16) * u / np.float32(wide)
    )
    level *= 1 - np.float32(0.35) * smoothstep(0.22 * wide, 0.0, inner)
    for place, deep in ((0.5, 0.45), (-0.18, 0.55)):
        away = np.abs(v - np.float32(place * tall))
        level *= 1 - np.float32(deep) * smoothstep(0.035 * tall, 0.012 * tall, away)
    wire = np.abs(v + np.float32(0.24 * tall))
    metal = smoothstep(0.055 * tall, 0.04 * tall, wire)
    shine = np.float32(0.25) + np.float32(0.55) * smoothstep(
        0.04 * tall, 0, np.abs(wire - np.float32(0.015 * tall))
    )
    tone = level[..., None] * np.array(WOOD, np.float32)
    tone = tone + metal[..., None] * (shine[..., None] - tone)
    scene[part] += cover[..., None] * (tone.astype(np.float32) - scene[part])


def clip(
    scene: Floats, row: float, column: float, side: float, metal: int, stream: RandomStream
) -> None:
    """Draw a clip on the upper edge of a sheet at a place, in place."""
    tall, wide = 0.026 * side, 0.047 * side
    found = _window(scene, row, column, 0.1 * side)
    if found is None:
        return
    part, y, x = found
    cosine, sine = (np.float32(one) for one in rotation(stream.between(-0.02, 0.02)))
    v, u = cosine * y - sine * x, sine * y + cosine * x
    tone = np.array(METALS[metal], np.float32)
    # The jaw is wider below; two handles of wire stand above it.
    flare = 1 - np.float32(0.14) * np.clip(-v / np.float32(tall), -1, 1)
    jaw = _box(v, (u / flare).astype(np.float32), tall, wide, 0.006 * side)
    loop = _box(v + np.float32(1.9 * tall), u, 1.35 * tall, 0.5 * wide, 0.48 * wide)
    hole = np.minimum(loop, np.float32(0.0105 * side) - loop)
    body = np.clip(jaw + np.float32(0.5), 0, 1)
    handle = np.clip(hole + np.float32(0.5), 0, 1)
    cover = np.maximum(body, handle)
    _cast(scene, cover, part, (round(0.008 * side), round(0.006 * side)), 0.005 * side, 0.55)
    level = np.float32(0.75) + np.float32(0.25) * smoothstep(tall, -tall, v)
    level = level + np.float32(0.9) * smoothstep(
        0.3 * tall, 0.0, np.abs(v + np.float32(0.45 * tall))
    )
    level = level * (1 - np.float32(0.5) * smoothstep(0.0045 * side, 0.0, jaw))
    level = level - np.float32(0.4) * smoothstep(
        0.12 * tall, 0.02 * tall, np.abs(v - np.float32(0.62 * tall))
    )
    bright = np.float32(0.55) + np.float32(1.3) * smoothstep(
        0.004 * side, 0.0, np.abs(hole - np.float32(0.0045 * side))
    )
    for share, light in ((handle, bright), (body, level)):
        scene[part] += share[..., None] * (
            np.maximum(light, 0.1)[..., None] * tone + np.float32(0.012) - scene[part]
        )
