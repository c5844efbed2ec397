"""Test pictures drawn by integer arithmetic: the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from diabelli.variation import Image


def places(side: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows (side, 1) and columns (1, side) of a picture, in 256ths of its side."""
    line = np.arange(side, dtype=np.int64) * 256 // side
    return line[:, None], line[None, :]


def scattered(y: NDArray[np.int64], x: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a pseudo-random number 0..255 for each position."""
    mixed = (y * 73856093 ^ x * 19349663) & 0xFFFFFFFF
    mixed = (mixed ^ mixed >> 13) * 0x5BD1E995 & 0xFFFFFFFF
    return (mixed ^ mixed >> 15) & 255


def painted(red: object, green: object, blue: object) -> Image:
    """Return three planes of any broadcastable shape as an image; values are clipped to 0..255."""
    planes = np.broadcast_arrays(red, green, blue)
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


def opaque(colours: NDArray[np.integer]) -> Image:
    """Return colours (h, w, 3), 0..255, as an opaque image (h, w, 4)."""
    out = np.full((*colours.shape[:2], 4), 255, np.uint8)
    out[..., :3] = colours
    return out


def pebbles(side: int = 256) -> Image:
    """Return a texture without a subject: pebbles of two sizes."""
    y, x = places(side)
    coarse, fine = scattered(y // 16, x // 16 + y // 32), scattered(y // 4, x // 4)
    grey = coarse // 2 + fine // 3
    return painted(grey + 20, grey + 10, grey)


def landscape(side: int = 256) -> Image:
    """Return a sun in a clear sky above hills and grass."""
    y, x = places(side)
    hill = 130 + abs((x * 3 + 40) % 192 - 96) // 3
    sun = (y - 60) ** 2 + (x - 180) ** 2 < 26**2
    grass = scattered(y // 3, x // 2) // 4
    ground = y > hill
    return painted(
        np.where(sun, 250, np.where(ground, 40 + grass, 90 + y // 2)),
        np.where(sun, 220, np.where(ground, 90 + grass + y // 8, 140 + y // 2)),
        np.where(sun, 90, np.where(ground, 30 + grass // 2, 220)),
    )


def face(side: int = 256) -> Image:
    """Return a face before a patterned wall: one subject, in the middle."""
    y, x = places(side)
    wall = 60 + 30 * ((y // 24 + x // 24) % 2) + scattered(y // 2, x // 2) // 12
    head = 2 * (y - 130) ** 2 + 3 * (x - 128) ** 2 < 2 * 84**2
    eyes = (y - 105) ** 2 + (abs(x - 128) - 30) ** 2 < 9**2
    mouth = (abs(y - 170 + (x - 128) ** 2 // 90) < 5) & (abs(x - 128) < 30)
    dark = eyes | mouth
    return painted(
        np.where(dark, 40, np.where(head, 214 - x // 8, wall)),
        np.where(dark, 30, np.where(head, 160 - x // 8, wall + 20)),
        np.where(dark, 50, np.where(head, 130 - x // 8, wall + 60)),
    )


def sticker(side: int = 256) -> Image:
    """Return the face cut out: transparent around it, half transparent at its rim."""
    y, x = places(side)
    away = 2 * (y - 130) ** 2 + 3 * (x - 128) ** 2 - 2 * 84**2
    alpha = np.clip(255 - away // 16, 0, 255)
    return np.dstack([face(side), alpha.astype(np.uint8)])


def ball(side: int = 256) -> Image:
    """Return a red ball, shaded from its upper left, on a rough grey background."""
    y, x = places(side)
    inside = (y - 120) ** 2 + (x - 130) ** 2 < 60**2
    light = 230 - (y + x - 190) // 2
    ground = 110 + scattered(y // 2, x // 2) // 8
    return painted(*(np.where(inside, light * share // 16, ground) for share in (15, 2, 3)))


def meadow(side: int = 256) -> Image:
    """Return a white stone, shaded from above, left of the middle of a meadow."""
    y, x = places(side)
    stone = (y - 140) ** 2 + 2 * (x - 90) ** 2 < 44**2
    grass = scattered(y // 4, x // 3) // 3 + scattered(y // 2, x // 2) // 6
    return painted(
        np.where(stone, 240 - y // 4, 30 + grass // 2),
        np.where(stone, 235 - y // 4, 60 + grass),
        np.where(stone, 225 - y // 4, 20 + grass // 3),
    )


def flag(side: int = 256) -> Image:
    """Return a graphic: a red disc and a blue bar on white."""
    y, x = places(side)
    disc = (y - 100) ** 2 + (x - 90) ** 2 < 50**2
    bar = (abs(y - 190) < 20) & (abs(x - 150) < 70)
    image = np.full((side, side, 3), 255, np.uint8)
    image[disc], image[bar] = (210, 30, 40), (30, 60, 200)
    return image


SOURCES: dict[str, Callable[[int], Image]] = {
    "pebbles": pebbles,
    "landscape": landscape,
    "face": face,
}


def bricks(side: int, mortar: int = 200) -> Image:
    """Return a wall of upright bricks, a sixteenth of the side wide."""
    y, x = np.indices((side, side)) * 256 // side
    joint = (x % 16 < 2) | ((y + 32 * (x // 16 % 2)) % 64 < 2)
    return np.repeat(np.where(joint, mortar, 60).astype(np.uint8)[..., None], 3, -1)
