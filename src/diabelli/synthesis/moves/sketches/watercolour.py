"""Move: the picture as a watercolour on paper that stays bare along its edges."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.chroma import to_rgb
from diabelli.synthesis.core.curves import ramp
from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.sketches.paper import paper_grain
from diabelli.synthesis.moves.sketches.washes import (
    lines_of,
    planes_of,
    simplified,
    steepness,
)

WATERCOLOUR = "watercolour"
"""Name of the move."""
SIDE = 576
"""Side in pixels, by area, at which the picture is simplified."""


class Manner(NamedTuple):
    """How a watercolour is painted.

    Attributes:
        reach: of the simplification beside the subject, in pixels at SIDE.
        flat: how far tones are those of a few washes, 0..1.
        washes: number of washes from paper to black.
        soft: width of the edges of washes in even places, as a gradient per pixel.
        rim: pigment at the edges of washes.
        wobble: displacement of washes, in pixels.
        turbulence: density of pigment by place.
        granulation: density of pigment by the grain of the paper.
        light: luma of the darkest paint, 0..1.
        gain: factor of small colour differences.
        whites: tone from which paper stays bare, 0..1.
        ink: strength of the line, 0..1.
        shift: displacement of colour against the line, in pixels.
        margin: width of bare paper, in shares of the shorter side.
        ragged: how far the border is uneven, in the same.
        blooms: number of backruns.
    """

    reach: float
    flat: float
    washes: int
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
    blooms: int


MANNERS = {
    "washes": Manner(3.6, 0.6, 5, 0.008, 0.5, 1.6, 0.3, 0.28, 0.15, 1.6, 0.84, 0.0, 0.0, 0.035, 0.02, 3),
    "line": Manner(4.4, 0.5, 3, 0.012, 0.5, 3.0, 0.4, 0.22, 0.38, 1.9, 0.76, 1.0, 4.0, 0.035, 0.035, 3),
    "wet": Manner(4.4, 0.3, 4, 0.03, 0.35, 3.0, 0.6, 0.28, 0.2, 1.9, 0.9, 0.0, 0.0, 0.03, 0.035, 11),
    "two": Manner(3.6, 0.6, 5, 0.01, 0.5, 1.8, 0.35, 0.3, 0.15, 1.3, 0.86, 0.0, 0.0, 0.03, 0.012, 4),
}
PAIRS = (
    # Ultramarine with burnt sienna, indigo with raw sienna, and Payne's grey with red earth.
    ((0.10, 0.16, 0.42), (0.55, 0.25, 0.10)),
    ((0.08, 0.18, 0.30), (0.72, 0.46, 0.16)),
    ((0.13, 0.19, 0.27), (0.62, 0.34, 0.26)),
)
PAPERS = ((253, 250, 243), (251, 246, 234), (252, 251, 248))
NODES = 64
MAX_VIVID = 0.13
"""Mean of |Cb| + |Cr| above which two pigments would lose the colours of the picture."""
MAX_BARE = 0.08
"""Largest share of the picture, before it is softened, that is bare paper."""


def show_watercolour(
    canvas: Bytes, subject: Floats, skin: Floats, stream: RandomStream, *, grey: bool = False,
    manner: str | None = None,
) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a watercolour.

    Args:
        canvas: (h, w, 4) uint8, opaque.
        subject: (rows, columns) float32, 0..1, subject map.
        skin: the same of the skin of people, whose faces keep every line.
        stream: random numbers.
        grey: whether the painting is grey, as the canvas is.
    """
    height, width = canvas.shape[:2]
    names = list(MANNERS)
    drawn = names[int(stream.between(0, len(names)))]
    style = MANNERS[manner or drawn]
    pair = PAIRS[int(stream.between(0, len(PAIRS)))]
    paper = np.array(PAPERS[int(stream.between(0, len(PAPERS)))], np.float32) / np.float32(255)
    rows, columns = size_with_area(height, width, SIDE)
    source = resize(canvas, rows, columns)[..., :3].astype(np.float32)
    planes = planes_of(source)
    vivid = float(np.abs(planes[..., 1:]).sum(2).mean())
    if style is MANNERS["two"] and vivid > MAX_VIVID:
        style = MANNERS["washes"]
    planes[..., 0] = _levelled(planes[..., 0])
    care = np.clip(blur(resize_map(subject, rows, columns), 6.0), 0, 1)
    face = np.clip(1.6 * blur(resize_map(skin, rows, columns), 10.0), 0, 1)
    fine = simplified(planes, 2.0, 1)
    coarse = simplified(fine, style.reach, 1)
    near = (0.45 + 0.55 * np.maximum(care, face))[..., None].astype(np.float32)
    mixed = coarse + near * (fine - coarse)
    # Colour runs farther than tone.
    mixed[..., 1:] = blur(mixed[..., 1:], 1.5)
    fields = np.concatenate(
        [
            mixed,
            steepness(mixed[..., 0])[..., None],
            np.maximum(face, 0.0 * care)[..., None],
            care[..., None],
            lines_of(fine[..., 0], 1.1, 18.0)[..., None],
            _blooms(stream, rows, columns, style.blooms)[..., None],
        ],
        2,
    ).astype(np.float32)
    light = luma(canvas) / np.float32(255)
    noise = stream.normal(NODES, NODES).astype(np.float32)
    grain = paper_grain(stream, height, width)
    out = np.empty((height, width, 4), np.uint8)
    # Little of the sheet stays bare, however pale the picture is.
    bare = max(style.whites, float(np.quantile(mixed[..., 0], 1 - MAX_BARE)))
    numbers = np.array(style._replace(whites=bare), np.float32)
    pigments = np.array(pair, np.float32)
    mode = 2 if grey else 1 if style is MANNERS["two"] else 0
    _paint(out, fields, light, noise, grain, numbers, pigments, paper, mode)
    return out


def _levelled(tone: Floats) -> Floats:
    """Return tones 0..1 stretched to the whole range, a little lighter."""
    low, high = (float(np.quantile(tone, share)) for share in (0.01, 0.985))
    span = max(high - low, 0.35)
    share = np.clip((tone - np.float32(low)) / np.float32(span), 0, 1)
    middle = float(share.mean())
    lift = np.float32(min(max(0.64 - middle, 0.0), 0.35) * 1.6)
    return np.asarray(share + lift * share * (1 - share), np.float32)


def _blooms(stream: RandomStream, rows: int, columns: int, count: int) -> Floats:
    """Return the density of backruns, (rows, columns) float32: pale inside, a dark rim."""
    out = np.zeros((rows, columns), np.float32)
    noise = stream.normal(NODES, NODES).astype(np.float32)
    places = stream.uniform(count, 4).astype(np.float32)
    _spread(out, noise, places)
    return out


@kernel
def _spread(out: Floats, noise: Floats, places: Floats) -> None:
    """Add backruns to `out` (h, w)."""
    height, width = out.shape
    shorter = np.float32(min(height, width))
    for k in range(len(places)):
        y0, x0 = places[k, 0] * np.float32(height), places[k, 1] * np.float32(width)
        size = (np.float32(0.04) + np.float32(0.11) * places[k, 2] * places[k, 2]) * shorter
        strength = np.float32(0.5) + np.float32(0.5) * places[k, 3]
        reach = np.float32(1.8) * size
        for y in range(max(int(y0 - reach), 0), min(int(y0 + reach) + 1, height)):
            for x in range(max(int(x0 - reach), 0), min(int(x0 + reach) + 1, width)):
                dy, dx = (np.float32(y) - y0) / size, (np.float32(x) - x0) / size
                far = np.sqrt(dy * dy + dx * dx)
                v, u = np.float32(40 + 3 * k) + dy * np.float32(1.6), np.float32(40) + dx * np.float32(1.6)
                far += np.float32(0.17) * value_noise(noise, v, u)
                far += np.float32(0.07) * value_noise(noise, v * np.float32(3.3), u * np.float32(3.3))
                far += np.float32(0.035) * value_noise(noise, v * np.float32(8.1), u * np.float32(8.1))
                inside = np.float32(1) - ramp((far - np.float32(0.82)) / np.float32(0.2))
                rim = ramp((far - np.float32(0.72)) / np.float32(0.2)) * (
                    np.float32(1) - ramp((far - np.float32(0.95)) / np.float32(0.05)))
                out[y, x] += strength * (np.float32(0.4) * rim - np.float32(0.38) * inside)


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


@kernel
def _paint(
    out: Bytes, fields: Floats, light: Floats, noise: Floats, grain: Floats, manner: Floats,
    pigments: Floats, paper: Floats, mode: int,
) -> None:
    height, width = grain.shape
    rows, columns = fields.shape[:2]
    zero, half, one, two = np.float32(0), np.float32(0.5), np.float32(1), np.float32(2)
    flat, washes, soft, rim_ = manner[1], manner[2], manner[3], manner[4]
    wobble, turbulence, granulation = manner[5], manner[6], manner[7]
    darkest, gain, whites, ink, shift = manner[8], manner[9], manner[10], manner[11], manner[12]
    margin, ragged = manner[13], manner[14]
    found = np.zeros(fields.shape[2], np.float32)
    moved = np.zeros(fields.shape[2], np.float32)
    colour = np.zeros(3, np.float32)
    shorter = np.float32(min(height, width))
    scale_y, scale_x = np.float32(rows) / np.float32(height), np.float32(columns) / np.float32(width)
    for y in range(height):
        for x in range(width):
            # Place in shares of the shorter side.
            p, q = (np.float32(y) + half) / shorter, (np.float32(x) + half) / shorter
            v, u = (np.float32(y) + half) * scale_y - half, (np.float32(x) + half) * scale_x - half
            n1 = value_noise(noise, p * np.float32(9), q * np.float32(9))
            n2 = value_noise(noise, p * np.float32(9) + np.float32(31.3), q * np.float32(9) + np.float32(11.7))
            n3 = value_noise(noise, p * np.float32(41) + np.float32(3), q * np.float32(41))
            n4 = value_noise(noise, p * np.float32(3.3) + np.float32(20), q * np.float32(3.3) + np.float32(5))
            h = grain[y, x]
            _look_up(fields, v, u, found)
            face, care, line = found[4], found[5], found[6]
            loose = (one - face) * (one - np.float32(0.65) * care)
            _look_up(
                fields,
                v + loose * (wobble * (n1 + half * n3) + shift),
                u + loose * (wobble * (n2 - half * n3) + np.float32(0.6) * shift * n4),
                moved,
            )
            tone, steep = moved[0], max(moved[3], soft)
            sharp = moved[3] / (moved[3] + soft)
            # Washes from light to dark; each has a rim of pigment inside its edge.
            stacked, rims = one, zero
            count = int(washes)
            start = np.float32(0.9)
            step = start / washes
            for k in range(count):
                level = start - step * np.float32(k) + np.float32(0.018) * n1 + np.float32(0.012) * n3
                inside = (level - tone) / steep
                stacked -= (step + (one - start) / washes) * ramp(half + inside / np.float32(1.6))
                rim = ramp(inside / np.float32(1.2)) * (one - ramp((inside - np.float32(1.2)) / np.float32(3.5)))
                rims += rim * sharp
            even = flat * (one - np.float32(0.5) * care) * (one - face * np.float32(0.8))
            painted = tone + even * (stacked - tone)
            exact = face * np.float32(0.8)
            painted += exact * (tone_of(found, light[y, x]) - painted)
            lit = darkest + (np.float32(0.95) - darkest) * min(max(painted, zero), one)
            # Pigment: few of it in light tones.
            cb, cr = moved[1], moved[2]
            chroma = np.sqrt(cb * cb + cr * cr)
            factor = (gain + face * (np.float32(1.3) - gain)) / (one + np.float32(1.5) * gain * chroma)
            factor *= min(one, (one - lit) / max(np.float32(1.05) - tone, np.float32(0.06)) + np.float32(0.35))
            if mode == 2:
                factor = zero
            colour[0], colour[1], colour[2] = to_rgb(lit, cb * factor, cr * factor)
            if mode == 1:
                # Warm colours become the one pigment, others the second.
                warm = ramp(half + np.float32(3.2) * (cr - cb) + np.float32(0.3) * n4 + np.float32(0.35) * (tone - half))
                dark = one - lit
                for c in range(3):
                    pigment = pigments[0, c] + warm * (pigments[1, c] - pigments[0, c])
                    # Full pigment at half depth, deeper below.
                    first = min(dark * np.float32(1.45), one)
                    value = one - first * (one - pigment)
                    deep = max(dark - np.float32(0.62), zero)
                    own = value * (one - np.float32(1.6) * deep)
                    colour[c] = own + np.float32(0.45) * (colour[c] - own)
            density = one + turbulence * half * (np.float32(0.55) * n4 + np.float32(0.4) * n1 + np.float32(0.15) * n3)
            density -= granulation * h * (half + half * (one - lit)) * (one - np.float32(0.6) * face)
            density += rim_ * min(rims, one) * (one - np.float32(0.7) * face)
            density += moved[7] * (one - face) * (one - np.float32(0.6) * care)
            density = min(max(density, np.float32(0.25)), np.float32(2.2))
            # Bare paper: border, lights, and dry brush.
            edge = min(min(p, q), min(np.float32(height) / shorter - p, np.float32(width) / shorter - q))
            border = edge - margin - ragged * (half + np.float32(0.5) * n4 + np.float32(0.3) * n1 * min(one, edge * np.float32(30))) - np.float32(0.003) * n3
            keep = ramp(border / np.float32(0.004) + half)
            pool = ramp(border / np.float32(0.004)) * (one - ramp((border - np.float32(0.004)) / np.float32(0.008)))
            density += np.float32(0.35) * pool
            bare = ramp((painted + np.float32(0.05) * n1 + np.float32(0.04) * h - whites) / np.float32(0.06))
            bare *= one - np.float32(0.7) * face
            cover = keep * (one - np.float32(0.85) * bare)
            for c in range(3):
                value = min(max(colour[c], np.float32(0.02)), one)
                value -= (value - value * value) * (density - one)
                value = min(max(value, zero), one)
                colour[c] = one + cover * (value - one)
            if ink > zero:
                least = np.float32(0.4) - np.float32(0.2) * max(care, face) + np.float32(0.08) * n1
                stroke = ink * ramp((-line - least) / np.float32(0.3)) * ramp(border / np.float32(0.01) + np.float32(2.5))
                stroke *= (one - np.float32(0.7) * face) * (np.float32(0.92) - np.float32(0.1) * h)
                for c in range(3):
                    colour[c] *= one - stroke * (np.float32(0.86) - np.float32(0.03) * np.float32(c))
            slope = zero
            if y > 0 and x > 0:
                slope = (h - grain[y - 1, x - 1])
            shade = one + np.float32(0.05) * min(max(slope, -one), one)
            for c in range(3):
                value = colour[c] * paper[c] * shade
                out[y, x, c] = np.uint8(min(max(value, zero), one) * np.float32(255) + half)
            out[y, x, 3] = np.uint8(255)


@kernel
def tone_of(found: Floats, light: np.float32) -> np.float32:
    """Exact tone of a pixel: its luma, as level as the simplified one."""
    return half_of(found[0], light)


@kernel
def half_of(tone: np.float32, light: np.float32) -> np.float32:
    return np.float32(0.15) * tone + np.float32(0.85) * light
