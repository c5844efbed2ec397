"""Picture frame with mitred corners: carved and gilded, or of plain wood, in a light from above.

The frame is a height field: a profile that runs around the picture, and carved bands on it. Its
metal mirrors an environment that is a lamp above a dim room.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import bell, ramp
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats

SAMPLES = 128
"""Samples of a profile, from the picture to the wall."""
CAVITY = 0.09
"""Standard deviation, in frame widths, of the mean height with which a place is compared."""
LATTICE = 64
"""Rows and columns of the noise of which grain and wear are made."""
BEADS, LEAVES, GADROON = 0, 1, 2
"""Kinds of carved bands: half balls, lobes with a vein, slanted ridges."""


class Profile(NamedTuple):
    """Cross-section of a frame, in frame widths.

    Attributes:
        heights: (place, height) pairs, from the picture at 0 to the wall at 1.
        bands: (kind, middle, half width, amplitude, period) of the carved bands.
        inner: place from which the frame has its second finish.
        outer: place from which it has the first again.
    """

    heights: tuple[tuple[float, float], ...]
    bands: tuple[tuple[float, float, float, float, float], ...]
    inner: float
    outer: float


class Finish(NamedTuple):
    """Colours of a frame, linear light: (red, green, blue, share of metal).

    Attributes:
        main: of most of it.
        second: of its middle or of its inner edge.
    """

    main: tuple[float, float, float, float]
    second: tuple[float, float, float, float]


COVE = (
    (0, 0.1),
    (0.03, 0.17),
    (0.08, 0.17),
    (0.11, 0.1),
    (0.16, 0.1),
    (0.2, 0.13),
    (0.34, 0.16),
    (0.48, 0.24),
    (0.58, 0.38),
    (0.62, 0.46),
    (0.66, 0.5),
    (0.74, 0.56),
    (0.84, 0.54),
    (0.93, 0.42),
    (1, 0.1),
)
CASSETTA = (
    (0, 0.14),
    (0.03, 0.22),
    (0.09, 0.24),
    (0.13, 0.17),
    (0.17, 0.16),
    (0.2, 0.2),
    (0.64, 0.22),
    (0.68, 0.3),
    (0.76, 0.42),
    (0.84, 0.46),
    (0.93, 0.38),
    (1, 0.08),
)
REVERSE = (
    (0, 0.2),
    (0.05, 0.42),
    (0.12, 0.52),
    (0.22, 0.5),
    (0.27, 0.42),
    (0.4, 0.34),
    (0.62, 0.26),
    (0.78, 0.2),
    (0.82, 0.24),
    (0.9, 0.24),
    (1, 0.05),
)
ROUND = (
    (0, 0.12),
    (0.05, 0.16),
    (0.13, 0.16),
    (0.16, 0.22),
    (0.22, 0.3),
    (0.4, 0.4),
    (0.62, 0.44),
    (0.82, 0.38),
    (0.94, 0.24),
    (1, 0.08),
)
PROFILES = (
    Profile(
        COVE,
        (
            (BEADS, 0.055, 0.045, 0.05, 0.1),
            (LEAVES, 0.38, 0.17, 0.07, 0.3),
            (GADROON, 0.79, 0.1, 0.06, 0.13),
        ),
        0.11,
        0.165,
    ),
    Profile(
        COVE, ((LEAVES, 0.76, 0.13, 0.075, 0.24), (BEADS, 0.055, 0.04, 0.045, 0.085)), 0.2, 0.58
    ),
    Profile(
        CASSETTA, ((BEADS, 0.06, 0.04, 0.04, 0.09), (LEAVES, 0.82, 0.12, 0.06, 0.22)), 0.19, 0.65
    ),
    Profile(CASSETTA, (), 0.19, 0.65),
    Profile(
        REVERSE, ((GADROON, 0.14, 0.08, 0.05, 0.11), (BEADS, 0.86, 0.04, 0.04, 0.09)), 0.27, 0.79
    ),
    Profile(ROUND, (), 0.0, 0.15),
)
WORN = (0.3, 0.1, 0.1)
"""Colour of the ground that shows on worn ridges of metal, as a share of the light."""
GOLD = (0.86, 0.58, 0.21, 1.0)
PALE_GOLD = (0.8, 0.62, 0.34, 1.0)
SILVER = (0.62, 0.58, 0.5, 1.0)
WALNUT = (0.075, 0.036, 0.018, 0.0)
OAK = (0.3, 0.175, 0.085, 0.0)
EBONY = (0.012, 0.011, 0.011, 0.0)
BOLE = (0.12, 0.022, 0.014, 0.0)
GILT, WOODEN = (
    (Finish(GOLD, GOLD), Finish(GOLD, BOLE), Finish(PALE_GOLD, EBONY), Finish(GOLD, WALNUT)),
    (Finish(WALNUT, GOLD), Finish(EBONY, PALE_GOLD), Finish(OAK, GOLD), Finish(WALNUT, SILVER)),
)
"""Finishes of carved and of plain frames."""


class Moulding(NamedTuple):
    """A frame as it is rendered.

    Attributes:
        table: (SAMPLES, 5) float32: height in frame widths, red, green, blue, share of metal.
        bands: (n, 5) float32, as those of a `Profile`.
        worn: (3,) float32, colour of worn ridges.
        noise: (LATTICE, LATTICE) float32, normal.
        width: of the frame, in pixels.
        down: half of the picture's height, in pixels.
        across: half of its width, in pixels.
    """

    table: Floats
    bands: Floats
    worn: Floats
    noise: Floats
    width: np.float32
    down: np.float32
    across: np.float32


def choose_moulding(
    stream: RandomStream, width: float, down: float, across: float, *, grey: bool
) -> Moulding:
    """Choose profile and finish of a frame.

    Args:
        stream: random numbers.
        width: of the frame, in pixels.
        down: half of the picture's height, in pixels.
        across: half of its width, in pixels.
        grey: whether the frame has no colour.
    """
    profile = PROFILES[int(stream.between(0, len(PROFILES)))]
    finishes = GILT if profile.bands else WOODEN
    finish = finishes[int(stream.between(0, len(finishes)))]
    places = (np.arange(SAMPLES) + 0.5) / SAMPLES
    heights = np.interp(places, *np.array(profile.heights).T).astype(np.float32)
    # Edges of real mouldings are slightly round.
    heights = blur(heights[None].repeat(2, 0), 1.2)[0]
    is_second = (places > profile.inner) & (places < profile.outer)
    colours = np.where(is_second[:, None], finish.second, finish.main).astype(np.float32)
    worn = np.array(WORN, np.float32)
    if grey:
        colours[:, :3] = colours[:, :3].mean(1, keepdims=True)
        worn[:] = worn.mean()
    table = np.concatenate([heights[:, None], colours], 1).astype(np.float32)
    bands = np.array(profile.bands, np.float32).reshape(-1, 5)
    noise = stream.normal(LATTICE, LATTICE).astype(np.float32)
    return Moulding(table, bands, worn, noise, *(np.float32(one) for one in (width, down, across)))


def render_frame(moulding: Moulding, light: Floats, lean: float) -> Floats:
    """Render a frame alone; the picture's place is clear.

    Args:
        moulding: as returned by `choose_moulding`.
        light: (3,) float32, linear light that falls on it.
        lean: how far the lamp is to the right of the frame, -1..1.

    Returns:
        (h, w, 4) float32, linear light, multiplied by the share in the last channel. Its middle is
        that of the picture.
    """
    rows, columns = (
        2 * int(half + moulding.width + 2) + 1 for half in (moulding.down, moulding.across)
    )
    relief = _relief(moulding, rows, columns)
    around = blur(relief, max(CAVITY * float(moulding.width), 0.5))
    return _shade(moulding, relief, around, light.astype(np.float32), np.float32(lean))


@kernel
def _place(
    moulding: Moulding, down: np.float32, across: np.float32
) -> tuple[np.float32, np.float32, np.float32, bool]:
    """Return the place on a frame of a pixel, from the middle of the picture.

    Returns:
        Place 0..1 from the picture to the wall; place along the side, in pixels from its middle;
        half the length of the side there, in pixels; whether the side is level.
    """
    v, u = abs(down) - moulding.down, abs(across) - moulding.across
    if v > u:
        return v / moulding.width, across, moulding.across + max(v, np.float32(0)), True
    return u / moulding.width, down, moulding.down + max(u, np.float32(0)), False


@kernel
def _relief(moulding: Moulding, rows: int, columns: int) -> Floats:
    """Return the height of a frame (rows, columns) float32, in pixels."""
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    out = np.zeros((rows, columns), np.float32)
    table, bands, width = moulding.table, moulding.bands, moulding.width
    for y in range(rows):
        for x in range(columns):
            down, across = np.float32(y - rows // 2), np.float32(x - columns // 2)
            t, s, _, is_level = _place(moulding, down, across)
            if t < zero or t > one:
                continue
            at = min(max(t * np.float32(SAMPLES) - half, zero), np.float32(SAMPLES - 1.001))
            index = int(at)
            rest = at - np.float32(index)
            height = table[index, 0] + rest * (table[index + 1, 0] - table[index, 0])
            for k in range(bands.shape[0]):
                p = (t - bands[k, 1]) / bands[k, 2]
                if p < -one or p > one:
                    continue
                # A whole number of repeats fits each side, with one in its middle.
                side = moulding.across if is_level else moulding.down
                length = np.float32(2) * (side + bands[k, 1] * width)
                period = length / max(np.floor(length / (bands[k, 4] * width)), one)
                place = s / period + half
                if bands[k, 0] == GADROON:
                    place += np.float32(0.45) * p * (one if s > zero else -one)
                number = np.floor(place)
                q = np.float32(2) * (place - number) - one
                if bands[k, 0] == BEADS:
                    value = max(one - p * p - q * q, zero)
                    value = np.sqrt(value)
                elif bands[k, 0] == GADROON:
                    value = (one - q * q) * np.sqrt(max(one - p * p, zero))
                else:
                    value = _leaf(p, q)
                height += bands[k, 3] * value
            out[y, x] = height * width
    return out


@kernel
def _leaf(p: np.float32, q: np.float32) -> np.float32:
    """Return the height 0..1 of carved leaves, each between two smaller ones.

    Args:
        p: place across the band, -1 at the leaf's foot to 1 at its tip.
        q: place along the band within its repeat, -1..1.
    """
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    low = (p + one) * half
    # Three lobes on each side of the leaf.
    lobe = np.float32(3) * low - np.floor(np.float32(3) * low)
    wide = np.float32(0.78) * np.sqrt(max(one - low * low, zero))
    wide *= np.float32(0.78) + np.float32(0.9) * lobe * (one - lobe)
    a = abs(q) / max(wide, np.float32(0.05))
    value = zero
    if a < one:
        value = np.sqrt(one - a * a) * (np.float32(0.65) + np.float32(0.35) * low)
        value -= np.float32(0.4) * bell(q * q / np.float32(0.004))
        rib = (lobe - half) * (lobe - half)
        value -= np.float32(0.18) * a * bell((np.float32(0.25) - rib) / np.float32(0.03))
    b = (one - abs(q)) / np.float32(0.3)
    c = (low - np.float32(0.3)) / np.float32(0.3)
    between = one - b * b - c * c
    if between > zero:
        value = max(value, np.float32(0.7) * np.sqrt(between))
    return value


@kernel
def _shade(
    moulding: Moulding, relief: Floats, around: Floats, light: Floats, lean: np.float32
) -> Floats:
    """Implement `render_frame`: shade a height field."""
    one, half, zero, two = np.float32(1), np.float32(0.5), np.float32(0), np.float32(2)
    rows, columns = relief.shape
    table, width = moulding.table, moulding.width
    out = np.zeros((rows, columns, 4), np.float32)
    lx, ly, lz = np.float32(0.3) * lean, np.float32(-0.72), np.float32(0.62)
    for y in range(rows):
        for x in range(columns):
            down, across = np.float32(y - rows // 2), np.float32(x - columns // 2)
            t, s, length, is_level = _place(moulding, down, across)
            pixel = one / width
            cover = min(max(half - (t - one) / pixel, zero), one)
            cover *= min(max(half + t / pixel, zero), one)
            if cover <= zero:
                continue
            v, u = min(max(y, 1), rows - 2), min(max(x, 1), columns - 2)
            slope_y = (relief[v + 1, u] - relief[v - 1, u]) * half
            slope_x = (relief[v, u + 1] - relief[v, u - 1]) * half
            if t < pixel or t > one - pixel:
                slope_y, slope_x = slope_y * np.float32(0.3), slope_x * np.float32(0.3)
            at = min(max(t, zero) * np.float32(SAMPLES), np.float32(SAMPLES - 1))
            index = int(at)
            metal = table[index, 4]
            # Wear in soft spots, and grain along the wood.
            p, q = t * np.float32(7) + np.float32(8), s / width * np.float32(4) + np.float32(512)
            if not is_level:
                q += np.float32(17)
            wear = value_noise(moulding.noise, p, q)
            fine = value_noise(moulding.noise, p * np.float32(4), q * np.float32(3))
            grain = value_noise(moulding.noise, p * np.float32(5), q * np.float32(0.16))
            grain += half * value_noise(moulding.noise, p * np.float32(11), q * np.float32(0.3))
            slope_y += np.float32(0.025) * metal * fine
            slope_x += np.float32(0.025) * metal * wear
            nz = one / np.sqrt(one + slope_x * slope_x + slope_y * slope_y)
            nx, ny = -slope_x * nz, -slope_y * nz
            lit = max(nx * lx + ny * ly + nz * lz, zero)
            rx, ry, rz = two * nz * nx, two * nz * ny, two * nz * nz - one
            lobe = max(rx * lx + ry * ly + rz * lz, zero)
            lobe2 = lobe * lobe
            sharp = lobe2 * lobe2 * lobe2
            hollow = (around[y, x] - relief[y, x]) / width
            shade = one - np.float32(0.85) * ramp(hollow * np.float32(22))
            ridge = ramp(-hollow * np.float32(18) + np.float32(0.25) * wear - np.float32(0.35))
            # The mitre is a fine dark line.
            corner = (length - abs(s)) / max(np.float32(0.012) * width, half)
            shade *= one - np.float32(0.35) * bell(corner * corner)
            room = np.float32(0.4) - np.float32(0.28) * ry
            for c in range(3):
                colour = table[index, c + 1]
                if metal > half:
                    seen = room + np.float32(1.7) * sharp + np.float32(0.3) * lit
                    value = colour * seen * (one + np.float32(0.06) * wear)
                    # Light that gold mirrors twice is deeper; the ground shows on worn ridges.
                    value *= shade + (one - shade) * colour * half
                    value += half * ridge * (moulding.worn[c] * colour * seen - value)
                else:
                    value = colour * (one + np.float32(0.2) * grain + np.float32(0.05) * fine)
                    value *= (np.float32(0.18) + np.float32(1.15) * lit) * shade
                    value += np.float32(0.07) * (sharp * sharp + np.float32(0.25) * room) * shade
                out[y, x, c] = value * light[c] * cover
            out[y, x, 3] = cover
    return out
