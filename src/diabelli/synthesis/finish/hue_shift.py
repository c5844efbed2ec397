"""Hue rotation of one group of colours in a graphic.

Graphics can hardly be rearranged: letters, icons and charts must keep their lines. A colour can
change without harm. The group surrounds one hue. It is rotated in the plane of colour differences
(Cb, Cr), so brightness is kept and grey stays grey.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diabelli.synthesis.core.chroma import (
    HUE_COUNT,
    INNER_COSINE,
    OUTER_COSINE,
    PALETTE_SIDE,
    hues,
    in_hue_group,
    is_skin,
    palette,
    to_rgb,
    to_ycc,
)
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Bytes, Floats

MIN_CHROMA_SHARE = 0.004
"""Minimum chroma of a group, as a share of the maximum of the picture."""


@dataclass(frozen=True, slots=True)
class HueRotation:
    """Rotation of a group of colours.

    Attributes:
        blue: Cb of the group's hue; (blue, red) is a unit vector.
        red: Cr of the group's hue.
        cosine: cosine of the angle.
        sine: sine of the angle.
        fade: factor of chroma, 0..1, that keeps the results displayable.
    """

    blue: float
    red: float
    cosine: float
    sine: float
    fade: float


def random_hue_rotation(image: Bytes, strength: float, stream: RandomStream) -> HueRotation | None:
    """Draw a rotation for one of the hue groups of an image.

    Args:
        image: (h, w, 3 or 4) uint8.
        strength: 0..1, scales the angle.
        stream: random numbers.

    Returns:
        The rotation, or None if no group is coloured or all may be skin.
    """
    circle, colours = hues(), palette(resize(image, PALETTE_SIDE, PALETTE_SIDE))
    shares = _chroma_shares(colours, circle)
    drawn, tangent = stream.between(0, float(shares.sum())), stream.between(0.35, 1.3) * strength
    sign = 1 if stream.between(-1, 1) > 0 else -1
    if not shares.any():
        return None
    hue = circle[min(int(np.searchsorted(np.cumsum(shares), drawn)), HUE_COUNT - 1)]
    cosine, sine = rotation(sign * tangent)
    fade = _displayable_chroma(colours, hue, cosine, sine)
    return HueRotation(float(hue[0]), float(hue[1]), cosine, sine, fade)


def _chroma_shares(colours: Floats, circle: Floats) -> Floats:
    """Chroma around each hue as a share of the maximum: (HUE_COUNT,) float32.

    It is 0 for rare hues and for hues of skin.
    """
    chroma = colours[:, 3]
    near = np.stack([in_hue_group(colours, hue) for hue in circle], axis=1)
    shares = (near * chroma[:, None]).mean(0) / 128
    skin = (near * (chroma * is_skin(*colours.T[:3]))[:, None]).mean(0) / 128
    return np.where((shares > MIN_CHROMA_SHARE) & (skin < 0.4 * shares), shares, 0).astype(
        np.float32
    )


def _displayable_chroma(colours: Floats, hue: Floats, cosine: float, sine: float) -> float:
    """Share of their chroma that 98 % of the colours of a group can keep after a rotation."""
    light, blue, red, _ = colours[in_hue_group(colours, hue)].T
    turned_blue, turned_red = cosine * blue - sine * red, sine * blue + cosine * red
    r, b = turned_red / 0.713, turned_blue / 0.564
    added = np.stack([r, -(0.299 * r + 0.114 * b) / 0.587, b], axis=1)
    room = np.where(added > 0, 255 - light[:, None], light[:, None])
    kept = np.sort((room / np.maximum(np.abs(added), 1)).min(1))
    return float(min(1.0, kept[len(kept) // 50]))


def rotate_hue(image: Bytes, turn: HueRotation) -> Bytes:
    """Rotate a hue group of `image` (h, w, 3), or (h, w, 4) with straight alpha, uint8."""
    hue = np.array(
        [turn.blue, turn.red, turn.cosine * turn.fade, turn.sine * turn.fade], np.float32
    )
    return _rotate_hue(np.ascontiguousarray(image), hue)


@kernel
def _rotate_hue(image: Bytes, turn: Floats) -> Bytes:
    """Implement `rotate_hue`; `turn` is (blue, red, cosine * fade, sine * fade)."""
    out = image.copy()
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            r, g, b = (
                np.float32(image[y, x, 0]),
                np.float32(image[y, x, 1]),
                np.float32(image[y, x, 2]),
            )
            light, blue, red = to_ycc(r, g, b)
            chroma = np.sqrt(blue * blue + red * red)
            if chroma < 1:
                continue
            near = (blue * turn[0] + red * turn[1]) / chroma
            share = min(
                max((near - np.float32(OUTER_COSINE)) / np.float32(INNER_COSINE - OUTER_COSINE), 0),
                1,
            )
            turned_blue = turn[2] * blue - turn[3] * red
            turned_red = turn[3] * blue + turn[2] * red
            blue += share * (turned_blue - blue)
            red += share * (turned_red - red)
            r, g, b = to_rgb(light, blue, red)
            out[y, x, 0] = np.uint8(min(max(r + np.float32(0.5), np.float32(0)), np.float32(255)))
            out[y, x, 1] = np.uint8(min(max(g + np.float32(0.5), np.float32(0)), np.float32(255)))
            out[y, x, 2] = np.uint8(min(max(b + np.float32(0.5), np.float32(0)), np.float32(255)))
    return out
