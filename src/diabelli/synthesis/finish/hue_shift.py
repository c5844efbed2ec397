"""Recolouring: one group of colours of a drawing is turned to another hue.

Drawings can hardly be rearranged: letters, icons and charts must keep their lines.  What can change
without harm is a colour.  The group is what lies around one hue; it is turned in the plane of
colour differences (Cb, Cr), so that brightness stays, and grey stays grey.
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
    rotation,
    to_rgb,
    to_ycc,
)
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats

MIN_CHROMA_SHARE = 0.004
"""The chroma that a group has at least, as a share of all that the picture could have."""


@dataclass(frozen=True, slots=True)
class HueRotation:
    """How a group of colours is turned.

    Attributes:
        blue, red: the group's hue, as a unit vector of (Cb, Cr).
        cosine, sine: of the angle.
        fade: what its chroma is multiplied by, 0..1, so that a screen can show what comes out.
    """

    blue: float
    red: float
    cosine: float
    sine: float
    fade: float


def random_hue_rotation(image: Bytes, strength: float, stream: RandomStream) -> HueRotation | None:
    """A turn for one of the colours of `image` (h, w, 3 or 4) uint8, the further the greater
    `strength` 0..1; None where nothing is coloured, or all that is may be skin."""
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
    """How much chroma lies around each hue, as a share of the most there could be; 0 for hues that
    are too rare, and for those of skin."""
    chroma = colours[:, 3]
    near = np.stack([in_hue_group(colours, hue) for hue in circle], axis=1)
    shares = (near * chroma[:, None]).mean(0) / 128
    skin = (near * (chroma * is_skin(*colours.T[:3]))[:, None]).mean(0) / 128
    return np.where((shares > MIN_CHROMA_SHARE) & (skin < 0.4 * shares), shares, 0).astype(
        np.float32
    )


def _displayable_chroma(colours: Floats, hue: Floats, cosine: float, sine: float) -> float:
    """How much of their chroma nearly all colours of a group can keep when they are turned."""
    light, blue, red, _ = colours[in_hue_group(colours, hue)].T
    turned_blue, turned_red = cosine * blue - sine * red, sine * blue + cosine * red
    r, b = turned_red / 0.713, turned_blue / 0.564
    added = np.stack([r, -(0.299 * r + 0.114 * b) / 0.587, b], axis=1)
    room = np.where(added > 0, 255 - light[:, None], light[:, None])
    kept = np.sort((room / np.maximum(np.abs(added), 1)).min(1))
    return float(min(1.0, kept[len(kept) // 50]))


def rotate_hue(image: Bytes, turn: HueRotation) -> Bytes:
    """`image` (h, w, 3), or (h, w, 4) with straight alpha, uint8, with that group turned."""
    hue = np.array(
        [turn.blue, turn.red, turn.cosine * turn.fade, turn.sine * turn.fade], np.float32
    )
    return _rotate_hue(np.ascontiguousarray(image), hue)


@kernel
def _rotate_hue(image: Bytes, turn: Floats) -> Bytes:
    """`recoloured`, with a turn as (blue, red, cosine * fade, sine * fade)."""
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
