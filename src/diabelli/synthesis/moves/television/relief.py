"""Relief: a surface of heights, colours and gloss, lit from one side."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats

AMBIENT, DIRECT = 0.42, 0.95
"""Light from everywhere, and of the lamp; both together are about 1 on a flat surface."""
LAMP = (0.48, -0.62, 0.62)
"""Direction of the lamp: to its side, down, and towards the camera."""
REACHES = (0.005, 0.011, 0.019)
"""Distances in sides over which higher parts throw shadows."""
CREVICE = 0.008
"""Deviation of the blur by which crevices are found, in sides."""


class Relief:
    """A relief; parts are laid on it from back to front.

    Attributes:
        height: (h, w) float32, towards the camera, in sides.
        colour: (h, w, 3) float32, share of light that is reflected.
        gloss: (h, w) float32, strength of the highlights.
        metal: (h, w) float32, share 0..1 that mirrors the room in its own colour.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self.height = np.zeros(shape, np.float32)
        self.colour = np.zeros((*shape, 3), np.float32)
        self.gloss = np.zeros(shape, np.float32)
        self.metal = np.zeros(shape, np.float32)

    def lay(self, cover: Floats, colour: Floats, gloss: float, metal: float = 0.0) -> None:
        """Lay a material on a share `cover` (h, w) of places; `colour` is (3,) or (h, w, 3)."""
        self.colour += cover[..., None] * (colour - self.colour)
        self.gloss += cover * (np.float32(gloss) - self.gloss)
        self.metal += cover * (np.float32(metal) - self.metal)

    def lit(self, lamp: float, pixel: float) -> Floats:
        """Return the light (h, w, 3) float32 that it reflects.

        Args:
            lamp: -1 if the lamp is on the left, else 1.
            pixel: side of a pixel, in sides.
        """
        height = blur(self.height, 0.6)
        down, across = np.zeros_like(height), np.zeros_like(height)
        scale = np.float32(0.5 / pixel)
        down[1:-1] = (height[2:] - height[:-2]) * scale
        across[:, 1:-1] = (height[:, 2:] - height[:, :-2]) * scale
        inverse = 1 / np.sqrt(1 + down * down + across * across)
        to_lamp = np.array(LAMP) * (lamp, 1, 1)
        to_lamp /= np.sqrt((to_lamp * to_lamp).sum())
        halfway = to_lamp + np.array((0.0, 0.0, 1.0))
        halfway /= np.sqrt((halfway * halfway).sum())
        (lx, ly, lz), (hx, hy, hz) = to_lamp.astype(np.float32), halfway.astype(np.float32)
        lambert = np.maximum((lz - across * lx - down * ly) * inverse, np.float32(0))
        shine = np.maximum((hz - across * hx - down * hy) * inverse, np.float32(0))
        for _ in range(5):
            shine *= shine
        shade = self._shade(height, lamp, pixel)
        diffuse = np.float32(AMBIENT) + np.float32(DIRECT) * lambert * shade
        # Metal mirrors a bright ceiling and a bright side, and a dark floor.
        side = np.float32(0.5 * lamp)
        mirrored = np.asarray(
            (down * np.float32(0.8) - across * side) * inverse + np.float32(0.1), np.float32
        )
        room = np.float32(0.25) + np.float32(1.1) * smoothstep(-0.35, 0.75, mirrored)
        level = diffuse + self.metal * (room * shade - diffuse)
        out = self.colour * level[..., None]
        out += (self.gloss * shine * shade)[..., None]
        return np.asarray(out, np.float32)

    def _shade(self, height: Floats, lamp: float, pixel: float) -> Floats:
        """Return the share 0..1 of light that higher parts let through."""
        around = blur(height, CREVICE / pixel)
        crevice = np.clip((around - height) / np.float32(0.009), 0, 1)
        hidden = np.zeros_like(height)
        for reach in REACHES:
            step = (round(0.75 * reach / pixel), round(-lamp * 0.6 * reach / pixel))
            above = np.roll(height, step, (0, 1)) - height - np.float32(0.45 * reach)
            np.maximum(hidden, np.clip(above / np.float32(0.005), 0, 1), out=hidden)
        hidden = blur(hidden, 0.0016 / pixel)
        return (1 - np.float32(0.55) * crevice) * (1 - np.float32(0.6) * hidden)


def veneer(shape: tuple[int, int], pixel: float, stream: RandomStream, wave: float = 1.0) -> Floats:
    """Return the relative brightness (h, w) float32 of wood with grain across, about 1.

    `wave` is how much the grain is bent.
    """
    rows, columns = shape
    tall, wide = max(rows * pixel, 0.05), max(columns * pixel, 0.05)

    def noise(down: float, across: float) -> Floats:
        size = (min(2 + int(down * tall), 2 * rows), min(2 + int(across * wide), 2 * columns))
        return resize_map(stream.normal(*size).astype(np.float32), rows, columns)

    bend = noise(3, 1.2)
    place = np.arange(rows, dtype=np.float32)[:, None] * np.float32(16 * pixel)
    place = place + np.float32(wave) * (np.float32(1.5) * bend + np.float32(0.12) * noise(40, 3))
    ring = np.asarray(place - np.floor(place), np.float32)
    dark = smoothstep(0, 0.75, ring) * (1 - smoothstep(0.88, 1, ring))
    out = 1 + np.float32(0.3) * (np.float32(0.45) - dark) + np.float32(0.07) * bend
    out += np.float32(0.075) * noise(300, 7) + np.float32(0.05) * noise(600, 18)
    return np.maximum(out, np.float32(0.25))
