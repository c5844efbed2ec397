"""Rotation by an angle that is given by the tangent of its half."""

from __future__ import annotations


def rotation(tangent: float) -> tuple[float, float]:
    """Return cosine and sine of the angle whose half has that tangent.

    The formula uses exactly rounded operations only, so it gives the same result on every machine.
    """
    square = tangent * tangent
    return (1 - square) / (1 + square), 2 * tangent / (1 + square)
