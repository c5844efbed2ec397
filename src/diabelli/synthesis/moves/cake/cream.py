"""Piped cream: swirls, rosettes and shells, as heights."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats

SWIRL, ROSETTE, SHELL = range(3)
"""Shapes that a nozzle makes."""


def pipe(
    shape: int, radius: float, offset: tuple[float, float], turn: tuple[float, float]
) -> Floats:
    """Return the heights (n, n) float32 of a piece of cream, in pixels; -1 where it is not.

    Args:
        shape: which the nozzle makes.
        radius: in pixels.
        offset: of its middle from that of the patch, down and across, in pixels.
        turn: cosine and sine of its direction.
    """
    reach = int(1.12 * radius) + 2
    line = np.arange(-reach, reach + 1, dtype=np.float32)
    y, x = (line - np.float32(offset[0]))[:, None], (line - np.float32(offset[1]))[None]
    y, x = y / np.float32(radius), x / np.float32(radius)
    c, s = np.float32(turn[0]), np.float32(turn[1])
    x, y = c * x + s * y, c * y - s * x
    made = _shell(x, y) if shape == SHELL else _round(x, y, is_rosette=shape == ROSETTE)
    return np.asarray(np.where(made > 0, made * np.float32(radius), -1), np.float32)


def _round(x: Floats, y: Floats, *, is_rosette: bool) -> Floats:
    """Return the heights of a swirl or a rosette of radius 1."""
    far = np.sqrt(x * x + y * y) + np.float32(1e-4)
    c, s = x / far, y / far
    if is_rosette:
        # A rope that winds to the middle: the angle grows with the distance.
        c, s = _times((c, s), _power(rotation(np.float32(1.25) * far), 8))
        three = _power((c, s), 3)[0]
        edge = far * (1 + np.float32(0.035) * c)
        dome = np.sqrt(np.maximum(1 - edge * edge, 0))
        fade = np.minimum(dome * 2, 1)
        return dome * np.float32(0.72) + fade * (np.float32(0.1) * c + np.float32(0.045) * three)
    c, s = _times((c, s), rotation(np.float32(0.42) * (far - 1)))
    c, s = _power((c, s), 8)
    edge = far * (1 - np.float32(0.07) * c)
    dome = np.sqrt(np.maximum(1 - edge * edge, 0))
    peak = np.maximum(1 - edge, 0)
    ridge = np.float32(0.13) * np.minimum(edge * 3, 1) * np.minimum(dome * 2, 1)
    return dome * np.float32(0.55) + np.float32(0.65) * peak + ridge * (c - np.float32(0.4) * c * c)


def _shell(x: Floats, y: Floats) -> Floats:
    """Return the heights of a shell of length 2 that points to the left."""
    head = np.float32(0.3)
    front = (x - head) / (1 - head)
    back = (x - head) / (1 + head)
    tail = np.maximum(1 - back * back, 0)
    wide = np.where(x > head, 1 - front * front, tail * tail)
    wide = np.float32(0.86) * np.sqrt(np.maximum(wide, 0)) + np.float32(1e-3)
    share = np.clip(y / wide, -1, 1)
    dome = np.sqrt(np.maximum(1 - share * share, 0))
    groove = np.float32(3.5) * share + np.float32(8)
    groove -= np.floor(groove)
    groove = 4 * groove * (1 - groove)
    fade = np.minimum(dome * 2, 1)
    made = wide * (np.float32(0.75) * dome + np.float32(0.15) * fade * groove)
    return np.where((np.abs(y) < wide) & (wide > np.float32(0.02)), made, -1)


def _times(a: tuple[Floats, Floats], b: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Return cosine and sine of the sum of two angles."""
    return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]


def _power(angle: tuple[Floats, Floats], count: int) -> tuple[Floats, Floats]:
    """Return cosine and sine of a multiple of an angle."""
    made = angle
    for bit in bin(count)[3:]:
        made = _times(made, made)
        if bit == "1":
            made = _times(made, angle)
    return made
