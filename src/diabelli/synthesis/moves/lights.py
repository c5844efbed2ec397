"""Light of hours and seasons over a place, one function each.

Colours are linear sRGB; those of `bright` and `dark` are factors for a picture of medium light.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.lighting import LINEAR, Lighting, luminance
from diabelli.synthesis.moves.place import Place, skin_share

MIN_SKIN_LIGHT = 0.62
"""Least factor of light on skin; in sRGB it is 0.8."""
SUN_HEIGHT = 0.3
"""Height of a low sun beside the frame, as a share from the top."""

Colour: TypeAlias = tuple[float, float, float]
Light: TypeAlias = Callable[["View"], Lighting]


class View:
    """A place, coordinates of its maps, and the side of the sun in one picture.

    Attributes:
        y: (rows, 1) float32, heights as shares, 0 at the top.
        x: (1, columns) float32, shares of the width.
        sunward: (1, columns) float32, 0..1, 1 on the sun's side.
    """

    def __init__(self, place: Place, stream: RandomStream, boldness: float) -> None:
        """boldness: 1 for medium strength, above 1 for darker nights and stronger glow."""
        self.place, self.boldness = place, np.float32(boldness)
        self.rows, self.columns = place.small.shape[:2]
        self.y = _centres(self.rows)[:, None]
        self.x = _centres(self.columns)[None]
        self.from_right = stream.between(0, 1) < 0.5
        self.sunward = self.x if self.from_right else 1 - self.x
        self.sun_beyond = stream.between(-0.15, 0.1)

    def fill(self, colour: Colour) -> Floats:
        """Return a grid of one colour."""
        return np.broadcast_to(linear(*colour), (self.rows, self.columns, 3)).copy()

    def mix(self, share: Floats, low: Colour, high: Colour) -> Floats:
        """Return a grid of `low` where a share is 0 and `high` where it is 1, eased."""
        eased = np.broadcast_to(share * share * (3 - 2 * share), (self.rows, self.columns))
        start, end = linear(*low), linear(*high)
        return np.asarray(start + (end - start) * eased[..., None], np.float32)

    def glow(self, colour: Colour, reach: float) -> Floats:
        """Return light about the sun, fading within a share of the sides."""
        away = (1 + np.float32(self.sun_beyond) - self.sunward) / np.float32(reach)
        above = (self.y - np.float32(SUN_HEIGHT)) / np.float32(reach)
        hill = np.maximum(1 - away * away - above * above, 0)
        return np.asarray((hill * hill)[..., None] * linear(*colour) * self.boldness, np.float32)

    def exposure(self, target: float, low: float, high: float) -> np.float32:
        """Return the factor, `low`..`high`, that gives the picture a median luminance."""
        median = max(float(np.median(luminance(LINEAR[self.place.small]))), 0.01)
        return np.float32(min(max(target / median, low), high))

    def lighting(self, bright: Floats, dark: Floats, glow: Floats, colour: float) -> Lighting:
        """Return a `Lighting` that darkens no skin much."""
        share = skin_share(self.place)
        least = np.float32(MIN_SKIN_LIGHT)
        lift = np.maximum(least / np.maximum(luminance(bright), np.float32(0.01)), 1)
        factor = (1 + (lift - 1) * share)[..., None]
        parts = (np.asarray(part * factor, np.float32) for part in (bright, dark))
        return Lighting(next(parts), next(parts), glow, colour)


def linear(red: float, green: float, blue: float) -> Floats:
    """Return a linear colour (3,) float32."""
    return np.array((red, green, blue), np.float32)


def _centres(count: int) -> Floats:
    """Centres of cells as shares of a side, (count,) float32."""
    return (np.arange(count, dtype=np.float32) + np.float32(0.5)) / np.float32(count)


def golden(view: View) -> Lighting:
    """Low sun beside the frame: warm light, cool shade, a haze on the sun's side."""
    exposure = view.exposure(0.15, 0.55, 1.5)
    lit = np.clip(view.sunward * np.float32(1.25) - np.float32(0.1), 0, 1)
    return view.lighting(
        view.mix(lit, (0.75, 0.58, 0.46), (1.95, 1.28, 0.58)) * exposure,
        view.mix(lit, (0.38, 0.41, 0.54), (0.72, 0.56, 0.46)) * exposure,
        view.glow((0.18, 0.09, 0.02), 0.95),
        0.95,
    )


def autumn(view: View) -> Lighting:
    """Mild, warm light, for coloured leaves."""
    exposure = view.exposure(0.17, 0.7, 1.4)
    return view.lighting(
        view.mix(view.sunward, (0.95, 0.86, 0.72), (1.3, 1.06, 0.75)) * exposure,
        view.mix(view.sunward, (0.7, 0.7, 0.75), (0.9, 0.8, 0.74)) * exposure,
        view.glow((0.14, 0.08, 0.03), 0.8),
        1.0,
    )


def night(view: View) -> Lighting:
    """Late dusk, and a warm lamp beside the subject."""
    exposure = view.exposure(0.02, 0.075, 0.35) / view.boldness
    lamp = _lamplight(view) * view.exposure(0.2, 0.6, 1.35)
    moon = view.mix(view.sunward, (0.43, 0.57, 0.84), (0.81, 1.07, 1.56)) * exposure
    shade = view.fill((0.4, 0.66, 1.2)) * exposure
    return view.lighting(
        moon + lamp, shade + np.float32(0.7) * lamp, view.fill((0.0, 0.0, 0.0)), 0.75
    )


def _lamplight(view: View) -> Floats:
    """Return factors (rows, columns, 3) of a lamp's light about the subject."""
    rows, columns = np.nonzero(view.place.is_subject)
    heights, shares = rows / view.rows, columns / view.columns
    row, column = heights.mean(), shares.mean()
    tall = max(2.1 * float(np.percentile(np.abs(heights - row), 95)), 0.45)
    wide = max(2.1 * float(np.percentile(np.abs(shares - column), 95)), 0.45)
    aside = 0.08 if view.from_right else -0.08
    across = (view.x - np.float32(column + aside)) / np.float32(wide)
    down = (view.y - np.float32(row)) / np.float32(tall)
    pool = np.maximum(1 - across * across - down * down, 0)
    return np.asarray((pool * pool)[..., None] * linear(1.15, 0.82, 0.45), np.float32)
