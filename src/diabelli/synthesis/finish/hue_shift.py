"""Recolouring: one group of colours of a drawing is turned to another hue.

Drawings can hardly be rearranged: letters, icons and charts must keep their lines.  What can change
without harm is a colour.  The group is what lies around one hue; it is turned in the plane of
colour differences (Cb, Cr), so that brightness stays, and grey stays grey.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import Bytes, Floats, luma, resize
from diabelli.synthesis.core.rng import RandomStream

HUES = 12
"""Groups are looked for around this many hues."""
SMALL = 96
"""The side at which colours are counted."""
LEAST = 0.004
"""The chroma that a group has at least, as a share of all that the picture could have."""
INNER, OUTER = 0.87, 0.5
"""Cosines of the angles from the group's hue within which a colour turns wholly, and not at all."""


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
    circle, colours = hues(), palette(resize(image, SMALL, SMALL))
    shares = _shares(colours, circle)
    drawn, tangent = stream.between(0, float(shares.sum())), stream.between(0.35, 1.3) * strength
    sign = 1 if stream.between(-1, 1) > 0 else -1
    if not shares.any():
        return None
    hue = circle[min(int(np.searchsorted(np.cumsum(shares), drawn)), HUES - 1)]
    # The tangent of half the angle gives sine and cosine without rounding that differs by machine.
    square = tangent * tangent
    cosine, sine = (1 - square) / (1 + square), sign * 2 * tangent / (1 + square)
    fade = _fade(colours, hue, cosine, sine)
    return HueRotation(float(hue[0]), float(hue[1]), cosine, sine, fade)


def palette(small: Bytes) -> Floats:
    """Luma, Cb, Cr and the chroma's weight of each pixel, (pixels, 4) float32."""
    rgb = small[..., :3].reshape(-1, 3).astype(np.float32)
    light = luma(rgb)
    blue = np.float32(0.564) * (rgb[:, 2] - light)
    red = np.float32(0.713) * (rgb[:, 0] - light)
    chroma = np.sqrt(blue * blue + red * red)
    if small.shape[2] == 4:
        chroma = chroma * small[..., 3].reshape(-1) / np.float32(255)
    return np.stack([light, blue, red, chroma], axis=1)


def hues() -> Floats:
    """HUES unit vectors of (Cb, Cr), evenly around the circle."""
    angles = 2 * np.pi * np.arange(HUES) / HUES
    return np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32).round(4)


def is_near(colours: Floats, hue: Floats) -> NDArray[np.bool_]:
    """Which colours of a palette lie wholly in the group around a hue."""
    along = colours[:, 1] * hue[0] + colours[:, 2] * hue[1]
    return np.asarray(along >= np.float32(INNER) * np.maximum(colours[:, 3], 8))


def is_skin(colours: Floats) -> NDArray[np.bool_]:
    """Which colours of a palette may be skin: the box in Cb, Cr of Chai and Ngan 1999."""
    light, blue, red, _ = colours.T
    return np.asarray((np.abs(blue + 26) < 22) & (np.abs(red - 25) < 17) & (light > 60))


def _shares(colours: Floats, circle: Floats) -> Floats:
    """How much chroma lies around each hue, as a share of the most there could be; 0 for hues that
    are too rare, and for those of skin."""
    chroma = colours[:, 3]
    near = np.stack([is_near(colours, hue) for hue in circle], axis=1)
    shares = (near * chroma[:, None]).mean(0) / 128
    skin = (near * (chroma * is_skin(colours))[:, None]).mean(0) / 128
    return np.where((shares > LEAST) & (skin < 0.4 * shares), shares, 0).astype(np.float32)


def _fade(colours: Floats, hue: Floats, cosine: float, sine: float) -> float:
    """How much of their chroma nearly all colours of a group can keep when they are turned."""
    light, blue, red, _ = colours[is_near(colours, hue)].T
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
    return _recoloured(np.ascontiguousarray(image), hue)


@kernel
def _recoloured(image: Bytes, turn: Floats) -> Bytes:
    """`recoloured`, with a turn as (blue, red, cosine * fade, sine * fade)."""
    out = image.copy()
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            r, g, b = (
                np.float32(image[y, x, 0]),
                np.float32(image[y, x, 1]),
                np.float32(image[y, x, 2]),
            )
            light = np.float32(0.299) * r + np.float32(0.587) * g + np.float32(0.114) * b
            blue, red = np.float32(0.564) * (b - light), np.float32(0.713) * (r - light)
            chroma = np.sqrt(blue * blue + red * red)
            if chroma < 1:
                continue
            near = (blue * turn[0] + red * turn[1]) / chroma
            share = min(max((near - np.float32(OUTER)) / np.float32(INNER - OUTER), 0), 1)
            turned_blue = turn[2] * blue - turn[3] * red
            turned_red = turn[3] * blue + turn[2] * red
            blue += share * (turned_blue - blue)
            red += share * (turned_red - red)
            r, b = light + red / np.float32(0.713), light + blue / np.float32(0.564)
            g = (light - np.float32(0.299) * r - np.float32(0.114) * b) / np.float32(0.587)
            out[y, x, 0] = np.uint8(min(max(r + np.float32(0.5), 0), 255))
            out[y, x, 1] = np.uint8(min(max(g + np.float32(0.5), 0), 255))
            out[y, x, 2] = np.uint8(min(max(b + np.float32(0.5), 0), 255))
    return out
