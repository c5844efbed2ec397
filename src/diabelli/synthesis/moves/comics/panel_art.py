"""Art of a panel: ink lines over flat colours in soft steps, with dots in the mid tones.

Lines are a flow-based difference of Gaussians (Kang, Lee, Chui 2007), whose dark side becomes ink
(XDoG: Winnemoeller, Kyprianidis, Olsen 2012). Colours are smoothed along the flow (Kyprianidis,
Doellner 2008). Dots are those of Benjamin Day's screens.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, gradient, luma, wide_blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.structure_tensor import coherence, structure_tensor
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.comics.colour_schemes import Scheme
from diabelli.synthesis.moves.line_art.flow import (
    edge_directions,
    follow_flow,
    mean_along_flow,
    weights_along,
    without_short,
)
from diabelli.synthesis.moves.line_art.lines import print_colours

STEPS, STEPPED = 5, 0.75
"""Number of tones of flat colours, and how far a calm place gets the nearest one."""
SOFT = 0.3
"""Width of the changes between tones, in steps."""
LOST = (0.008, 0.028)
"""Mean differences of tones, lost by smoothing, between which a flat place becomes textured."""
ROUGH = (0.05, 0.026)
"""Such differences between which a place becomes smooth enough for lines."""
SHARPER, WIDER = 0.45, 0.12
"""Gains of the finest details, and of broad differences of tones."""
NOISE = (0.004, 0.02)
"""Differences of tones that are noise on calm ground, in the light and in the dark."""
LINE, LINE_LENGTH = 0.65, 56
"""How much a line darkens its place, and least number of rows or columns that it crosses."""
FAINT, BUSY = 0.03, 0.8
"""Difference of tones beside which an edge is inked, and its share of the mean around, which
textures have."""
COHERENT, LONG = (0.4, 0.7), (0.16, 0.38)
"""Coherence of the structure tensor, and mean along the flow, between which a line begins."""
DOT = 0.13
"""Difference of tones between dots and the ground beside them."""
INKED = (0.62, 0.45)
"""Tones between which an edge begins to be inked; those of clouds and white clothes are not."""
SHOULDER = 0.84
"""Tone from which lights are compressed, so that whites have details."""


class Art(NamedTuple):
    """How a panel is drawn.

    Attributes:
        scheme: its colours.
        light: how far down and to the right the light comes from, of length 1.
        screen: cosine and sine of the angle of the screen of dots.
        period: distance of dots, in pixels.
    """

    scheme: Scheme
    light: tuple[float, float]
    screen: tuple[float, float]
    period: float


def draw_art(source: Floats, care: Floats, fine: Floats, art: Art) -> Floats:
    """Return the art of a panel, (h, w, 3) float32, 0..1.

    Args:
        source: (h, w, 3) float32, colours 0..255.
        care: (h, w) float32, 0..1, faces and words.
        fine: the same, what should keep its detail.
        art: how it is drawn.
    """
    flow = edge_directions(luma(source))
    colours = print_colours(source)
    everywhere = np.ones(care.shape, np.bool_)
    smooth = follow_flow(colours, flow, weights_along(4), np.float32(0.08), True, everywhere)
    smooth = follow_flow(smooth, flow, weights_along(5), np.float32(0.08), False, everywhere)
    tone, flat = colours[..., 0], smooth[..., 0]
    # What smoothing loses is texture, which stays as it is.
    lost = blur(np.abs(tone - flat), 2.5)
    texture = smoothstep(*LOST, lost)
    # Neither whites are bleached nor darks filled.
    ends = np.maximum(smoothstep(0.76, 0.9, flat), smoothstep(0.26, 0.12, flat))
    near = np.maximum(np.maximum(np.maximum(care, fine), texture), ends)
    lit = flat + np.float32(4 * art.scheme.fall) * flat * (1 - flat) * _fall(care.shape, art.light)
    shade = np.asarray(lit + np.float32(STEPPED) * (1 - near) * (_steps(lit) - lit), np.float32)
    low, high = (np.float32(one) for one in NOISE)
    noise = (low + (high - low) * smoothstep(0.4, 0.08, flat)) * (1 - np.maximum(care, texture))
    detail = tone - flat
    shade += np.copysign(np.maximum(np.abs(detail) - noise, 0), detail)
    shade += np.float32(SHARPER) * np.maximum(care, texture) * (tone - blur(tone, 1.0))
    shade += np.float32(WIDER) * (shade - wide_blur(shade, 12.0))
    shade -= np.float32(DOT) * _dots(shade, art) * (1 - np.clip(np.float32(1.1) * near, 0, 1))
    above, room = np.maximum(shade - np.float32(SHOULDER), 0), np.float32(1 - SHOULDER)
    shade += above * room / (above + room) - above
    line = _ink(tone, flow) * (1 - care) * smoothstep(*ROUGH, lost)
    shade *= 1 - np.float32(LINE) * line
    return _coloured(shade, smooth, colours, art.scheme)


def _steps(tone: Floats) -> Floats:
    """Return tones near those of the flat colours."""
    place = np.clip(tone, 0, 1) * np.float32(STEPS - 1)
    low = np.minimum(np.floor(place), STEPS - 2)
    share = np.clip((place - low - np.float32(0.5)) / np.float32(SOFT) + np.float32(0.5), 0, 1)
    return np.asarray((low + share * share * (3 - 2 * share)) / np.float32(STEPS - 1), np.float32)


def _fall(shape: tuple[int, ...], light: tuple[float, float]) -> Floats:
    """Return a light from one side, (h, w) float32, about -1..1."""
    y = ((np.arange(shape[0]) + 0.5) / shape[0] * 2 - 1).astype(np.float32)[:, None]
    x = ((np.arange(shape[1]) + 0.5) / shape[1] * 2 - 1).astype(np.float32)[None]
    return np.asarray(np.float32(light[0]) * y + np.float32(light[1]) * x, np.float32)


def _dots(tone: Floats, art: Art) -> Floats:
    """Return where a screen of dots is darker (above 0) and brighter; its mean is about 0."""
    out = np.empty_like(tone)
    cosine, sine = (np.float32(one) for one in art.screen)
    _screen(tone, cosine, sine, np.float32(art.period), out)
    return out


@kernel
def _screen(
    tone: Floats, cosine: np.float32, sine: np.float32, period: np.float32, out: Floats
) -> None:
    """Implement `_dots`: discs whose area falls from dark to bright mid tones."""
    half, one, zero = np.float32(0.5), np.float32(1), np.float32(0)
    far = np.float32(4096)
    for y in range(tone.shape[0]):
        for x in range(tone.shape[1]):
            v = (cosine * np.float32(y) + sine * np.float32(x)) / period + far
            u = (cosine * np.float32(x) - sine * np.float32(y)) / period + far
            v, u = v - np.float32(int(v)) - half, u - np.float32(int(u)) - half
            value = tone[y, x]
            # Share of ink; neither black nor white has dots.
            area = min(max((np.float32(0.9) - value) / np.float32(0.75), zero), one)
            window = min(max((np.float32(0.93) - value) * np.float32(8), zero), one)
            window *= min(max((value - np.float32(0.16)) * np.float32(6), zero), one)
            radius = np.float32(0.2) + np.float32(0.3) * area
            away = (radius - np.sqrt(v * v + u * u)) * period + half
            cover = min(max(away, zero), one)
            mean = min(np.float32(3.1416) * radius * radius, one)
            out[y, x] = window * (cover - mean)


def _ink(tone: Floats, flow: Floats) -> Floats:
    """Return where ink lines are, (h, w) float32, 0..1; textures and short marks have none."""
    fine, wide = blur(tone, 0.8), blur(tone, 1.9)
    thin = np.minimum(fine - wide, 0)
    thin[thin > -np.float32(0.004)] = 0
    thin = mean_along_flow(np.ascontiguousarray(thin), flow, weights_along(7))
    down, across = gradient(fine)
    along = coherence(structure_tensor(255 * down, 255 * across, 3.0))
    strength = -thin / (np.float32(BUSY) * blur(-thin, 12.0) + np.float32(FAINT))
    line = smoothstep(0.4, 0.9, strength) * smoothstep(*COHERENT, along)
    line *= smoothstep(*INKED, fine)
    line *= smoothstep(*LONG, mean_along_flow(line, flow, weights_along(10)))
    kept = without_short(line > np.float32(0.3), LINE_LENGTH)
    return np.asarray(line * np.clip(2 * blur(kept.astype(np.float32), 0.8), 0, 1), np.float32)


def _coloured(shade: Floats, smooth: Floats, colours: Floats, scheme: Scheme) -> Floats:
    """Return tones (h, w) in the colours of a scheme, (h, w, 3) float32, 0..1."""
    ramp = np.array(scheme.ramp, np.float32) / np.float32(255)
    light = np.array(scheme.light, np.float32)
    # Red and blue less luma, half of them smoothed.
    red, blue = (
        np.float32(scheme.colour * 0.5) * (smooth[..., k] + colours[..., k]) for k in (1, 2)
    )
    out = np.empty((*shade.shape, 3), np.float32)
    _mix(shade, red, blue, ramp, light, np.float32(scheme.share), out)
    return out


@kernel
def _mix(
    shade: Floats,
    red: Floats,
    blue: Floats,
    ramp: Floats,
    light: Floats,
    share: np.float32,
    out: Floats,
) -> None:
    """Implement `_coloured`."""
    one, zero = np.float32(1), np.float32(0)
    own = np.empty(3, np.float32)
    for y in range(shade.shape[0]):
        for x in range(shade.shape[1]):
            value = min(max(shade[y, x], zero), one)
            place = value * np.float32(4)
            low = min(int(place), 3)
            rest = place - np.float32(low)
            # Chroma falls towards black and white.
            room = min(np.float32(3.5) * min(value, one - value) + np.float32(0.15), one)
            own[0], own[2] = value + room * red[y, x], value + room * blue[y, x]
            green = value - np.float32(0.299) * own[0] - np.float32(0.114) * own[2]
            own[1] = green / np.float32(0.587)
            for c in range(3):
                local = min(max(own[c], zero), one) * light[c]
                made = ramp[low, c] + rest * (ramp[low + 1, c] - ramp[low, c])
                out[y, x, c] = min(max(local + share * (made - local), zero), one)
