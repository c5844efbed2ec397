"""Layers of washes on paper, rendered at any size from fields at a fixed one.

The density of pigment changes a colour C to C - (C - C^2) (d - 1) (Bousseau et al. 2006).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.chroma import to_rgb
from diabelli.synthesis.core.curves import ramp
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.types import Bytes, Floats

PAPER_TONE = 0.9
"""Tone, 0..1, of the edge of the first wash."""
PALEST = 0.95
"""Luma 0..1 of the palest wash, so that it has a colour."""
OWN_COLOUR = 0.45
"""How far paint of two pigments keeps the colours of the picture."""
EXACTNESS = 0.8
"""How far the tones of kept places are those of the picture."""


class Manner(NamedTuple):
    """How a watercolour is painted. Lengths are in pixels of the fields if nothing else is said.

    Attributes:
        reach: of the simplification beside the subject.
        flat: how far tones are those of the washes, 0..1.
        washes: number of washes from paper to black.
        soft: gradient of tone per pixel below which the edges of washes are soft.
        rim: pigment at the edges of washes.
        wobble: displacement of washes.
        turbulence: change of the density of pigment by place.
        granulation: change of the density of pigment by the grain of the paper.
        light: luma of the darkest paint, 0..1.
        gain: factor of small colour differences.
        whites: tone from which paper stays bare, 0..1.
        ink: strength of the line, 0..1.
        shift: displacement of colour against the line.
        margin: width of bare paper, in shares of the shorter side.
        ragged: how uneven the border is, in the same.
        blooms: number of backruns.
        two: 1 if the paint consists of two pigments, else 0.
    """

    reach: float
    flat: float
    washes: float
    soft: float
    rim: float
    wobble: float
    turbulence: float
    granulation: float
    light: float
    gain: float
    whites: float
    ink: float
    shift: float
    margin: float
    ragged: float
    blooms: float
    two: float = 0.0


class Sheet(NamedTuple):
    """Picture, paper and paint.

    Attributes:
        fields: (rows, columns, 8) float32: simplified tone 0..1, Cb and Cr, steepness of the
            tone, kept places 0..1, subject 0..1, lines (below 0), density by backruns.
        light: (h, w) float32, luma of the picture, 0..1.
        grain: (h, w) float32, height of the paper.
        noise: lattice of the unevenness of the hand.
        pigments: (2, 3) float32, colours 0..1 of two pigments.
        paper: (3,) float32, colour of the sheet, 0..1.
    """

    fields: Floats
    light: Floats
    grain: Floats
    noise: Floats
    pigments: Floats
    paper: Floats


@kernel
def paint_washes(out: Bytes, sheet: Sheet, manner: Manner) -> None:
    """Paint `out` (h, w, 4) uint8."""
    height, width = sheet.grain.shape
    rows, columns, count = sheet.fields.shape
    zero, half, one = np.float32(0), np.float32(0.5), np.float32(1)
    here, found = np.zeros(count, np.float32), np.zeros(count, np.float32)
    colour = np.zeros(3, np.float32)
    shorter = np.float32(min(height, width))
    tall, wide = np.float32(height) / shorter, np.float32(width) / shorter
    scale_y = np.float32(rows) / np.float32(height)
    scale_x = np.float32(columns) / np.float32(width)
    noise = sheet.noise
    for y in range(height):
        for x in range(width):
            p, q = (np.float32(y) + half) / shorter, (np.float32(x) + half) / shorter
            # Slow noise, two of the size of a hand's tremor, and one of the frayed edge.
            slow = _noise_at(noise, p, q, np.float32(3.3), np.float32(20))
            down = _noise_at(noise, p, q, np.float32(9), np.float32(0))
            across = _noise_at(noise, p, q, np.float32(9), np.float32(31.3))
            fast = _noise_at(noise, p, q, np.float32(41), np.float32(3))
            grain = sheet.grain[y, x]
            v, u = (np.float32(y) + half) * scale_y - half, (np.float32(x) + half) * scale_x - half
            _look_up(sheet.fields, v, u, here)
            kept, subject = here[4], here[5]
            loose = (one - kept) * (one - np.float32(0.65) * subject)
            v += loose * (manner.wobble * (down + half * fast) + manner.shift)
            u += loose * (manner.wobble * (across - half * fast))
            u += loose * np.float32(0.6) * manner.shift * slow
            _look_up(sheet.fields, v, u, found)
            tone, rims = _stacked(found, manner, down, fast, kept, subject)
            exact = np.float32(0.15) * here[0] + np.float32(0.85) * sheet.light[y, x]
            tone += kept * np.float32(EXACTNESS) * (exact - tone)
            dark = _colour(colour, found, tone, kept, slow, sheet.pigments, manner)
            density = one + half * manner.turbulence * (
                np.float32(0.55) * slow + np.float32(0.4) * down + np.float32(0.15) * fast
            )
            density -= (
                manner.granulation * grain * (half + half * dark) * (one - np.float32(0.6) * kept)
            )
            density += manner.rim * rims * (one - np.float32(0.7) * kept)
            density += found[7] * (one - kept) * (one - np.float32(0.6) * subject)
            # Distance from the uneven border, in shares of the shorter side.
            edge = min(min(p, q), min(tall - p, wide - q))
            border = edge - manner.margin - np.float32(0.003) * fast
            frayed = np.float32(0.3) * down * min(one, edge * np.float32(30))
            border -= manner.ragged * (half + half * slow + frayed)
            border /= np.float32(0.004)
            # Pigment gathers inside the border.
            density += np.float32(0.35) * ramp(border) * (one - ramp((border - one) * half))
            density = min(max(density, np.float32(0.25)), np.float32(2.2))
            bare = tone + np.float32(0.05) * down + np.float32(0.04) * grain - manner.whites
            bare = ramp(bare / np.float32(0.06)) * (one - np.float32(0.7) * kept)
            cover = ramp(border + half) * (one - np.float32(0.85) * bare)
            stroke = zero
            if manner.ink > zero:
                least = np.float32(0.4) - np.float32(0.2) * max(subject, kept)
                stroke = ramp((-here[6] - least - np.float32(0.08) * down) / np.float32(0.3))
                stroke *= manner.ink * ramp(half * border)
                stroke *= one - np.float32(0.7) * kept
                stroke *= np.float32(0.8) - np.float32(0.09) * grain
            # Light from the upper left side on the grain.
            slope = grain - sheet.grain[max(y - 1, 0), max(x - 1, 0)]
            shade = one + np.float32(0.05) * min(max(slope, -one), one)
            for c in range(3):
                value = min(max(colour[c], np.float32(0.02)), one)
                value -= (value - value * value) * (density - one)
                value = one + cover * (min(max(value, zero), one) - one)
                value *= (one - stroke) * sheet.paper[c] * shade
                out[y, x, c] = np.uint8(min(max(value, zero), one) * np.float32(255) + half)
            out[y, x, 3] = np.uint8(255)


@kernel
def _noise_at(
    noise: Floats, p: np.float32, q: np.float32, cells: np.float32, offset: np.float32
) -> np.float32:
    """Return noise with that number of cells along the shorter side."""
    return value_noise(noise, p * cells + offset, q * cells + np.float32(0.37) * offset)


@kernel
def _stacked(
    found: Floats,
    manner: Manner,
    down: np.float32,
    fast: np.float32,
    kept: np.float32,
    subject: np.float32,
) -> tuple[np.float32, np.float32]:
    """Return the tone of washes on each other, from light to dark, and the pigment at their rims.

    Args:
        found: fields of the place.
        manner: how it is painted.
        down: noise of the size of a hand's tremor.
        fast: noise of the frayed edge.
        kept: how far the place is kept, 0..1.
        subject: how far it is of the subject, 0..1.
    """
    half, one = np.float32(0.5), np.float32(1)
    tone, steep = found[0], max(found[3], manner.soft)
    sharp = found[3] / (found[3] + manner.soft)
    stacked, rims = one, np.float32(0)
    step = np.float32(PAPER_TONE) / manner.washes
    for k in range(int(manner.washes)):
        level = np.float32(PAPER_TONE) - step * np.float32(k)
        level += np.float32(0.018) * down + np.float32(0.012) * fast
        # Distance from the edge of the wash, in pixels, inwards.
        inside = (level - tone) / steep
        stacked -= ramp(half + inside / np.float32(1.6)) / manner.washes
        outer = ramp(inside / np.float32(1.2))
        rims += sharp * outer * (one - ramp((inside - np.float32(1.2)) / np.float32(3.5)))
    even = manner.flat * (one - half * subject) * (one - np.float32(0.8) * kept)
    return tone + even * (stacked - tone), min(rims, one)


@kernel
def _colour(
    colour: Floats,
    found: Floats,
    tone: np.float32,
    kept: np.float32,
    slow: np.float32,
    pigments: Floats,
    manner: Manner,
) -> np.float32:
    """Fill `colour` (3,), 0..1, with that of paint, and return how dark it is, 0..1.

    Args:
        colour: the result.
        found: fields of the place.
        tone: of the washes.
        kept: how far the place is kept, 0..1.
        slow: slow noise, by which two pigments mix.
        pigments: their colours.
        manner: how it is painted.
    """
    zero, half, one = np.float32(0), np.float32(0.5), np.float32(1)
    lit = manner.light + (np.float32(PALEST) - manner.light) * min(max(tone, zero), one)
    dark = one - lit
    cb, cr = found[1], found[2]
    gain = manner.gain + kept * (np.float32(1.3) - manner.gain)
    factor = gain / (one + np.float32(1.5) * gain * np.sqrt(cb * cb + cr * cr))
    # Thin paint has less colour.
    thin = dark / max(np.float32(1.05) - found[0], np.float32(0.06))
    factor *= min(one, thin + np.float32(0.35))
    colour[0], colour[1], colour[2] = to_rgb(lit, cb * factor, cr * factor)
    if manner.two > zero:
        warm = np.float32(3.2) * (cr - cb) + np.float32(0.3) * slow
        warm = ramp(half + warm + np.float32(0.35) * (found[0] - half))
        first = min(np.float32(1.45) * dark, one)
        deep = one - np.float32(1.6) * max(dark - np.float32(0.62), zero)
        for c in range(3):
            pigment = pigments[0, c] + warm * (pigments[1, c] - pigments[0, c])
            mixed = deep * (one - first * (one - pigment))
            colour[c] = mixed + np.float32(OWN_COLOUR) * (colour[c] - mixed)
    return dark


@kernel
def _look_up(fields: Floats, v: np.float32, u: np.float32, found: Floats) -> None:
    """Fill `found` (c,) with `fields` (h, w, c) at a place, bilinear."""
    rows, columns, count = fields.shape
    v = min(max(v, np.float32(0)), np.float32(rows - 1))
    u = min(max(u, np.float32(0)), np.float32(columns - 1))
    y, x = min(int(v), rows - 2), min(int(u), columns - 2)
    a, b = v - np.float32(y), u - np.float32(x)
    for c in range(count):
        top = fields[y, x, c] + b * (fields[y, x + 1, c] - fields[y, x, c])
        low = fields[y + 1, x, c] + b * (fields[y + 1, x + 1, c] - fields[y + 1, x, c])
        found[c] = top + a * (low - top)
