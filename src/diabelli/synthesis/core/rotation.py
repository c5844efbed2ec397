"""Rotation by an angle that is given by the tangent of its half."""

from __future__ import annotations

from typing import TypeVar

from diabelli.synthesis.core.types import Floats

Tangent = TypeVar("Tangent", float, Floats)


def rotation(tangent: Tangent) -> tuple[Tangent, Tangent]:
    """Return cosine and sine of the angle whose half has that tangent, or of an array of angles.

    The formula uses exactly rounded operations only, so it gives the same result on every machine.
    """
    square = tangent * tangent
    return (1 - square) / (1 + square), 2 * tangent / (1 + square)
