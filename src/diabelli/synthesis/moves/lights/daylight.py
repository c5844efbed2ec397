"""Light of other hours: a low sun, dusk, sunset, sunlight through a window, a blind or leaves.

Colours are factors of linear light, or linear light.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.grid import centres
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.lights import leaf_shade as leaves
from diabelli.synthesis.moves.lights import shadows
from diabelli.synthesis.moves.lights.lighting import (
    FIELD_SIDE,
    Lighting,
    filled,
    mixed,
)
from diabelli.synthesis.moves.scene import Scene

Colour = tuple[float, float, float]
SHADE: Colour = (0.42, 0.45, 0.5)
"""Light from the sky, in which shadows lie."""
SUN: Colour = (1.46, 1.3, 1.01)
"""Light of the sun through a window."""
BLIND_SHADE: Colour = (0.4, 0.41, 0.45)
LOW_SUN: Colour = (1.62, 1.26, 0.84)
"""Light beside and between the slats of a blind."""
LEAF_SHADE: Colour = (0.36, 0.38, 0.42)
LEAF_SUN: Colour = (1.66, 1.45, 1.08)
"""Light in the shade of leaves, and of the sun between them."""
ROUGH, LARGE_LEAVES = 12.0, 1.4
"""Roughness in grey levels above which small shadows are not seen, and the size of leaves there."""
SHINING = (0.93, 0.99)
"""Least channel 0..1 from which a place may shine itself, and at which it surely does."""
SUNSETS: tuple[tuple[Colour, Colour], ...] = (
    ((0.29, 0.24, 0.5), (0.4, 0.35, 0.66)),
    ((0.84, 0.4, 0.37), (0.92, 0.46, 0.6)),
    ((1.2, 0.59, 0.24), (1.25, 0.76, 0.62)),
)
"""Orange and pink sunsets: light above, in the middle and at the horizon."""
PALE = (0.6, 0.85)
"""Median luma 0..1 from which low sun is less yellow, and at which it is ON_PALE."""
HEADROOM = 0.5
"""How far sunlight may go from the light of a pale place to white."""
ON_PALE: Colour = (1.7, 1.22, 0.8)
"""Low sun on snow and pale walls, which would be stained yellow."""


class View(NamedTuple):
    """The scene of one picture, and its random numbers.

    Attributes:
        scene: properties of the source.
        stream: random numbers.
        canvas: (h, w, 4) uint8, the picture in its own light.
    """

    scene: Scene
    stream: RandomStream
    canvas: Bytes


def window(view: View) -> Lighting:
    """Sunlight through a window."""
    places = shadows.bent_places(view.canvas, view.stream)
    return _sunlight(view.canvas, shadows.window(view.stream, places), SHADE, SUN)


def blinds(view: View) -> Lighting:
    """Low sun between the slats of a blind."""
    # Many parallel bars show every wrong guess of the depth.
    places = shadows.flat_places(view.canvas)
    return _sunlight(view.canvas, shadows.blinds(view.stream, places), BLIND_SHADE, LOW_SUN)


def leaf_shade(view: View) -> Lighting:
    """Sunlight through the leaves of a tree."""
    places = shadows.bent_places(view.canvas, view.stream)
    size = LARGE_LEAVES if view.scene.roughness > ROUGH else 1.0
    mask = leaves.leaf_shade(view.stream, places, size)
    return _sunlight(view.canvas, mask, LEAF_SHADE, LEAF_SUN)


def golden(view: View) -> Lighting:
    """Low sun beside the frame: warm light on that side, cool shades, a thin haze.

    The later the hour, the warmer the light and the deeper the shades.
    """
    y, x = _coordinates()
    sunward = x if view.stream.between(0, 1) < 0.5 else 1 - x
    slope, height = view.stream.between(-0.1, 0.6), view.stream.between(0.05, 0.35)
    late = view.stream.between(-1, 1)
    lit = smoothstep(0.08, 0.92, sunward + np.float32(slope) * (np.float32(0.5) - y))
    exposure = view.scene.exposure(0.19, 0.8, 1.4) * (1 - 0.08 * late)
    away, above = (sunward - np.float32(1.04)) / 0.75, (y - np.float32(height)) / 0.75
    haze = np.square(np.maximum(1 - away * away - above * above, 0))
    shaded = (0.8 - 0.08 * late, 0.62 - 0.09 * late, 0.5 - 0.1 * late)
    sunlit = (1.9 + 0.08 * late, 1.25 - 0.07 * late, 0.6 - 0.12 * late)
    pale = min(max((view.scene.median_luma - PALE[0]) / (PALE[1] - PALE[0]), 0), 1)
    sunlit = _blend(sunlit, ON_PALE, pale)
    return Lighting(
        dark_gain=_calmed(
            _between(lit, (0.42, 0.45, 0.56), (0.8, 0.62, 0.52), exposure), view.scene, share=0.4
        ),
        bright_gain=_calmed(_between(lit, shaded, sunlit, exposure), view.scene, share=0.4),
        glow=np.asarray(haze[..., None] * _colour(0.045, 0.027, 0.009), np.float32),
        headroom=HEADROOM,
    )


def dusk(view: View) -> Lighting:
    """Cool light after the sun has set, a little brighter on one side; the later, the dimmer."""
    y, x = _coordinates()
    near = x if view.stream.between(0, 1) < 0.5 else 1 - x
    slope = view.stream.between(0.1, 0.7)
    lit = smoothstep(0.0, 1.0, near + np.float32(slope) * (np.float32(0.5) - y))
    exposure = view.scene.exposure(0.125, 0.6, 0.85) * (1 - 0.16 * view.stream.between(-1, 1))
    return Lighting(
        dark_gain=_calmed(
            _between(lit, (0.14, 0.25, 0.54), (0.42, 0.56, 0.92), exposure), view.scene
        ),
        bright_gain=_calmed(
            _between(lit, (0.24, 0.4, 0.8), (0.8, 0.98, 1.42), exposure), view.scene
        ),
        glow=filled(0.0003, 0.0008, 0.002),
        saturations=(0.7 + 0.2 * view.scene.portrait, 0.78 + 0.12 * view.scene.portrait),
    )


def sunset(view: View) -> Lighting:
    """Violet above, orange to pink at the horizon, on all that is bright; a dim ground."""
    y, _ = _coordinates()
    height = np.broadcast_to(y, (FIELD_SIDE, FIELD_SIDE)) / np.float32(
        view.stream.between(0.42, 0.6)
    )
    upper = np.clip(height / np.float32(0.55), 0, 1)
    lower = np.clip((height - np.float32(0.55)) / np.float32(0.45), 0, 1)
    pinkness = min(max(view.stream.between(-0.3, 1.3), 0), 1)
    above, middle, horizon = (_colour(*_blend(orange, pink, pinkness)) for orange, pink in SUNSETS)
    ground = view.scene.exposure(0.075, 0.3, 0.8)
    return Lighting(
        dark_gain=filled(0.86 * ground, 0.78 * ground, 0.88 * ground),
        bright_gain=mixed(lower, mixed(upper, above, middle), horizon),
        glow=filled(0.0, 0.0, 0.0),
        luma_range=(0.35, min(max(view.scene.upper_luma + 0.1, 0.6), 0.85)),
        saturations=(0.55, 0.25),
    )


LightMaker = Callable[[View], Lighting]
"""Makes the lighting of one picture."""


def _sunlight(canvas: Bytes, mask: Floats, shade: Colour, sun: Colour) -> Lighting:
    """Return sunlight where a mask is 1 and light from the sky where it is 0.

    Places that shine themselves, such as lamps, windows and the sky, keep their light.
    """
    gain = mixed(mask, _colour(*shade), _colour(*sun))
    own = resize(canvas, *mask.shape)[..., :3].min(2).astype(np.float32) / np.float32(255)
    shining = smoothstep(*SHINING, own)
    gain = mixed(shining, gain, _colour(1.0, 1.0, 1.0))
    return Lighting(gain, gain, np.zeros_like(gain), headroom=HEADROOM)


def _between(share: Floats, low: Colour, high: Colour, exposure: float) -> Floats:
    """Return a field of `low` where a share is 0 and `high` where it is 1, times an exposure."""
    return mixed(share, _colour(*low), _colour(*high)) * np.float32(exposure)


def _blend(first: Colour, second: Colour, share: float) -> Colour:
    """Return the colour between two, `first` where the share is 0."""
    red, green, blue = (a + share * (b - a) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _calmed(gain: Floats, scene: Scene, *, share: float = 0.5) -> Floats:
    """Return a gain that is closer to 1 and to grey by a share, as far as it is a portrait."""
    calm = np.sqrt(np.maximum(gain, np.float32(0.55))) * _colour(1.04, 1.0, 0.92)
    return np.asarray(gain + np.float32(share * scene.portrait) * (calm - gain), np.float32)


def _colour(*channels: float) -> Floats:
    """Return (3,) float32."""
    return np.array(channels, np.float32)


def _coordinates() -> tuple[Floats, Floats]:
    """Centres of cells in sides: (FIELD_SIDE, 1) and (1, FIELD_SIDE) float32."""
    shares = centres(FIELD_SIDE)
    return shares[:, None], shares[None]
