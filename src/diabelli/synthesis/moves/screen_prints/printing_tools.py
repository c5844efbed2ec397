"""Tools of a printer as parts of a relief: ink tins, a squeegee, a knife, tape, pins."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.reliefs.relief import Relief, stamp
from diabelli.synthesis.moves.reliefs.solids import put_rod
from diabelli.synthesis.moves.reliefs.table import noise

TIN, STEEL, BEECH, TAPE, CORE = (
    (0.55, 0.55, 0.54),
    (0.5, 0.5, 0.5),
    (0.5, 0.31, 0.15),
    (0.66, 0.55, 0.35),
    (0.36, 0.25, 0.15),
)
"""Shares of light that tools reflect."""
STRIP = (0.011, 0.032)
"""Halves of the height and width of a strip of tape, in sides."""
RUBBERS = ((0.09, 0.05, 0.03), (0.02, 0.09, 0.2), (0.2, 0.04, 0.03), (0.03, 0.12, 0.07))
"""The same for blades of squeegees."""


def _square(radius: float) -> tuple[Floats, Floats, int]:
    """Return rows (n, 1) and columns (1, n) of a square around a middle, and half of its side."""
    reach = int(radius) + 2
    line = np.arange(-reach, reach + 1, dtype=np.float32)
    return line[:, None], line[None], reach


def _away(y: Floats, x: Floats, radius: float) -> Floats:
    """Return the distance of places from the middle, in radii."""
    return np.asarray(np.sqrt(y * y + x * x) / np.float32(radius), np.float32)


def _lattice(rows: int, columns: int, nodes: tuple[int, int], stream: RandomStream) -> Floats:
    """Return smooth noise (rows, columns) float32 with that number of nodes down and across."""
    return resize_map(stream.normal(*nodes).astype(np.float32), rows, columns)


def put_tin(
    relief: Relief, place: tuple[float, float], radius: float, ink: Floats, stream: RandomStream
) -> None:
    """Put an open tin of ink on a relief, in place.

    Args:
        relief: of all there is.
        place: row and column of its middle, in pixels.
        radius: in pixels.
        ink: (3,) float32, share of light that the ink reflects.
        stream: random numbers.
    """
    y, x, reach = _square(radius)
    away = _away(y, x, radius)
    count = 2 * reach + 1
    slow, fine = noise(count, count, 5, stream), noise(count, count, 14, stream)
    top = np.float32(0.75 * radius)
    # The wall, its rolled edge, and ink below it, which is higher where it was stirred.
    edge = np.abs(away - np.float32(0.92)) / np.float32(0.08)
    rim = np.sqrt(np.maximum(1 - edge * edge, 0)) * np.float32(0.09 * radius)
    pool = (
        top
        - np.float32(0.2 * radius)
        + np.float32(0.007 * radius) * (slow + np.float32(0.5) * fine)
    )
    shape = np.where(away < 0.86, pool, top + rim)
    shape = np.where(away < 1, shape, np.float32(-1)).astype(np.float32)
    stirred = np.asarray(slow + np.float32(0.4) * fine, np.float32)
    smear = smoothstep(0.55, 1.1, stirred) * smoothstep(0.86, 0.9, away)
    inked = np.maximum(smoothstep(0.87, 0.84, away), smear)
    tone = np.array(TIN, np.float32)
    colour = tone + inked[..., None] * (ink * (1 + np.float32(0.05) * slow)[..., None] - tone)
    at = int(place[0]) - reach, int(place[1]) - reach
    stamp(relief, shape, at, 0.0, colour.astype(np.float32), 0.35)


def put_lid(
    relief: Relief, place: tuple[float, float], radius: float, ink: Floats, stream: RandomStream
) -> None:
    """Put the lid of a tin, its inked side up, on a relief, in place; see `put_tin`."""
    y, x, reach = _square(radius)
    away = _away(y, x, radius)
    count = 2 * reach + 1
    slow = noise(count, count, 4, stream)
    slow += np.float32(0.5) * noise(count, count, 11, stream)
    ring = np.abs(away - np.float32(0.92)) / np.float32(0.08)
    high = np.float32(0.03 * radius) + np.float32(0.09 * radius) * np.maximum(1 - ring * ring, 0)
    inked = smoothstep(0.72, 0.66, np.asarray(away + np.float32(0.07) * slow, np.float32))
    high = high + np.float32(0.02 * radius) * inked
    shape = np.where(away < 1, high, np.float32(-1)).astype(np.float32)
    tone = np.array(TIN, np.float32)
    colour = tone + inked[..., None] * (ink - tone)
    at = int(place[0]) - reach, int(place[1]) - reach
    stamp(relief, shape, at, 0.0, colour.astype(np.float32), 0.3)


def put_squeegee(
    relief: Relief,
    place: tuple[float, float],
    half: tuple[float, float],
    ink: Floats,
    stream: RandomStream,
) -> None:
    """Put a squeegee, whose blade is inked, on a relief, in place.

    Args:
        relief: of all there is.
        place: row and column of its middle, in pixels.
        half: half of its length, and half of its width, in pixels.
        ink: (3,) float32, share of light that the ink reflects.
        stream: random numbers.
    """
    length, wide = half
    reach = int(length) + 3
    thin = int(1.3 * wide) + 3
    v = np.arange(-thin, thin + 1, dtype=np.float32)[:, None]
    u = np.arange(-reach, reach + 1, dtype=np.float32)[None]
    lean = np.float32(stream.between(-0.012, 0.012))
    v, u = v + lean * u, u - lean * v
    away = np.abs(v + np.float32(0.28 * wide)) / np.float32(0.72 * wide)
    along = np.float32(length) - np.abs(u)
    # The handle is round along its upper side.
    dome = np.sqrt(np.maximum(1 - np.square(np.square(np.minimum(away, 1))), 0))
    ends = smoothstep(-0.5, 0.25 * wide, along)
    handle = np.where(
        (away < 1) & (along > 0), np.float32(0.62 * wide) * dome * (0.6 + 0.4 * ends), -1
    )
    blade = np.where(
        (np.abs(v - np.float32(0.72 * wide)) < np.float32(0.34 * wide)) & (along > 0),
        np.float32(0.3 * wide),
        -1,
    )
    shape = np.maximum(handle, blade).astype(np.float32)
    rows, columns = shape.shape
    grain = _lattice(rows, columns, (max(rows // 3, 2), max(columns // 40, 2)), stream)
    fine = _lattice(rows, columns, (max(rows // 2, 2), max(columns // 9, 2)), stream)
    wood = np.array(BEECH, np.float32) * np.float32(stream.between(0.7, 1.15))
    wood = wood * (1 + np.float32(0.1) * grain + np.float32(0.05) * fine)[..., None]
    rubber = np.array(RUBBERS[int(stream.between(0, len(RUBBERS)))], np.float32)
    # Ink stays on the edge of the blade, and splashes the handle.
    edge = _lattice(rows, columns, (2, max(columns // 14, 2)), stream)
    low = (v - np.float32(0.72 * wide)) / np.float32(wide) + np.float32(0.05) * edge
    wet = smoothstep(-0.06, 0.24, np.asarray(low, np.float32))
    wet = wet * smoothstep(0.02, 0.1, along / np.float32(length))
    blade_colour = rubber + wet[..., None] * (ink - rubber)
    stain = _lattice(rows, columns, (max(rows // 6, 2), max(columns // 10, 2)), stream)
    stain = smoothstep(1.9, 2.2, stain)
    wood = wood + stain[..., None] * (ink - wood)
    colour = np.where((handle > blade)[..., None], wood, blade_colour).astype(np.float32)
    at = int(place[0]) - thin, int(place[1]) - reach
    stamp(relief, shape, at, 0.0, colour, 0.12)


def put_knife(
    relief: Relief,
    place: tuple[float, float],
    size: float,
    ink: Floats,
    stream: RandomStream,
) -> None:
    """Put a palette knife with ink on its blade on a relief, in place.

    Args:
        relief: of all there is.
        place: row and column of its middle, in pixels.
        size: half of its length, in pixels.
        ink: (3,) float32, share of light that the ink reflects.
        stream: random numbers.
    """
    cosine, sine = rotation(stream.between(-0.12, 0.12))
    y, x, reach = _square(size)
    along = (np.float32(cosine) * x + np.float32(sine) * y) / np.float32(size)
    across = (np.float32(cosine) * y - np.float32(sine) * x) / np.float32(size)
    width = np.float32(0.1) + np.float32(0.03) * along
    is_blade = (np.abs(across) < width) & (along > -0.1) & (along < 0.98)
    shape = np.where(is_blade, np.float32(0.03 * size), np.float32(-1)).astype(np.float32)
    count = 2 * reach + 1
    rough = noise(count, count, 9, stream)
    wet = smoothstep(0.45, 0.55, along + np.float32(0.12) * rough)
    shape = shape + np.where(is_blade, np.float32(0.03 * size) * wet, 0).astype(np.float32)
    tone = np.array(STEEL, np.float32)
    colour = (tone + wet[..., None] * (ink - tone)).astype(np.float32)
    at = int(place[0]) - reach, int(place[1]) - reach
    stamp(relief, shape, at, 0.0, colour, 0.4)
    ends = [
        (place[0] + far * size * sine, place[1] + far * size * cosine) for far in (-0.95, -0.12)
    ]
    wood = np.array(BEECH, np.float32) * np.float32(0.5)
    put_rod(relief, (*ends[0], *ends[1]), 0.085 * size, 0.05 * size, wood, 0.4)


def put_tape(relief: Relief, place: tuple[float, float], radius: float) -> None:
    """Put a roll of tape on a relief, in place; see `put_tin`."""
    y, x, reach = _square(radius)
    away = _away(y, x, radius)
    is_roll = (away < 1) & (away > 0.62)
    shape = np.where(is_roll, np.float32(0.4 * radius), np.float32(-1)).astype(np.float32)
    ring = away * 31
    layers = 1 + np.float32(0.05) * (np.abs(ring - np.floor(ring) - np.float32(0.5)) * 4 - 1)
    core = smoothstep(0.7, 0.685, away)[..., None]
    tape = np.array(TAPE, np.float32) * layers[..., None]
    colour = (tape + core * (np.array(CORE, np.float32) - tape)).astype(np.float32)
    stamp(relief, shape, (int(place[0]) - reach, int(place[1]) - reach), 0.0, colour, 0.05)


def put_pin(relief: Relief, place: tuple[float, float], radius: float, colour: Floats) -> None:
    """Put a round pin on a relief, in place; see `put_tin`."""
    y, x, reach = _square(radius)
    away = _away(y, x, radius)
    dome = np.float32(0.9 * radius) * np.sqrt(np.maximum(1 - away * away, 0)) + np.float32(0.8)
    shape = np.where(away < 1, dome, np.float32(-1)).astype(np.float32)
    at = int(place[0]) - reach, int(place[1]) - reach
    stamp(relief, shape, at, 0.0, colour, 0.5)


def put_clip(
    relief: Relief, place: tuple[float, float], size: tuple[float, float], colour: Floats
) -> None:
    """Put a clip or peg, a bar with a round back, on a relief, in place.

    Args:
        relief: of all there is.
        place: row and column of its middle, in pixels.
        size: half of its height and of its width, in pixels.
        colour: (3,) float32, share of light that it reflects.
    """
    tall, wide = size
    y = np.arange(-int(tall) - 2, int(tall) + 3, dtype=np.float32)[:, None] / np.float32(tall)
    x = np.arange(-int(wide) - 2, int(wide) + 3, dtype=np.float32)[None] / np.float32(wide)
    inside = (np.abs(y) < 1) & (np.abs(x) < 1)
    back = np.sqrt(np.maximum(1 - np.square(np.minimum(np.abs(x), 1)) * np.float32(0.8), 0))
    groove = 1 - np.float32(0.35) * smoothstep(0.12, 0.05, np.abs(y + np.float32(0.15)))
    shape = np.where(inside, np.float32(0.8 * min(tall, wide)) * back * groove, np.float32(-1))
    at = int(place[0]) - int(tall) - 2, int(place[1]) - int(wide) - 2
    stamp(relief, shape.astype(np.float32), at, 0.0, colour, 0.3)


def put_strip(relief: Relief, place: tuple[float, float], stream: RandomStream) -> None:
    """Put a strip of tape on a relief, in place; see `put_tin`."""
    tall, wide = STRIP[0] * relief.side, STRIP[1] * relief.side
    cosine, sine = rotation(stream.between(-0.1, 0.1))
    y, x, reach = _square(wide)
    v = np.float32(cosine) * y - np.float32(sine) * x
    u = np.float32(cosine) * x + np.float32(sine) * y
    inside = (np.abs(v) < tall) & (np.abs(u) < wide)
    shape = np.where(inside, np.float32(0.006 * relief.side), np.float32(-1)).astype(np.float32)
    at = int(place[0]) - reach, int(place[1]) - reach
    stamp(relief, shape, at, 0.0, np.array(TAPE, np.float32), 0.0)
