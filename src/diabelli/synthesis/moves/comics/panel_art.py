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
from diabelli.synthesis.moves.sketches.pencil_tone import edge_directions
from diabelli.synthesis.moves.sketches.woodblock_blocks import (
    follow_flow,
    mean_along_flow,
    weights_along,
    without_short,
)
from diabelli.synthesis.moves.sketches.woodblock_lines import print_colours

STEPS = 5
"""Number of tones of flat colours."""
SOFT, FINE_SOFT = 0.2, 1.0
"""Widths of the changes between tones, in steps: on calm ground, and where detail is."""
DETAIL, FINE_DETAIL = 0.75, 1.1
"""Shares of the difference between a photograph and its flat colours that are drawn: elsewhere, and
in faces and words."""
LINE, FACE_LINE = 0.92, 0.35
"""How dark lines are, and those in faces."""
LINE_LENGTH = 20
"""Least number of rows or columns that a line crosses."""
DOT = 0.15
"""Difference of tones between dots and the ground beside them."""


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
    # Structure that smoothing loses is given back.
    lost = blur(np.abs(tone - flat), 2.5)
    busy = np.maximum(fine, smoothstep(0.012, 0.045, lost))
    near = np.maximum(care, busy)
    # Neither whites are bleached nor darks filled.
    ends = np.maximum(smoothstep(0.76, 0.9, flat), smoothstep(0.26, 0.12, flat))
    near = np.maximum(near, ends)
    lit = flat + np.float32(art.scheme.fall) * _fall(care.shape, art.light)
    stepped = _steps(lit, near)
    # Noise of the dark is no detail.
    detail = tone + np.float32(0.4) * (tone - blur(tone, 1.0)) - flat
    noise = np.float32(0.012) + np.float32(0.035) * smoothstep(0.4, 0.08, flat)
    noise = noise * (1 - np.float32(0.7) * care)
    detail = np.sign(detail) * np.maximum(np.abs(detail) - noise, 0)
    gain = np.float32(DETAIL) + np.float32(FINE_DETAIL - DETAIL) * np.maximum(care, 0.6 * busy)
    # Broad tones of faces are those of the photograph.
    stepped = stepped + care * (lit - stepped)
    shade = stepped + gain * detail
    shade = shade + np.float32(0.25) * (shade - wide_blur(shade, 12.0))
    dots = _dots(shade, art) * (1 - np.clip(1.25 * near, 0, 1))
    shade = shade - np.float32(DOT) * dots
    black = smoothstep(0.2, 0.07, blur(shade, 1.0)) * (1 - care)
    shade = np.clip(shade * (1 - np.float32(0.25) * black), 0, 1)
    line = _ink(tone, flow)
    line *= np.float32(LINE) + np.float32(FACE_LINE - LINE) * care
    return _coloured(shade, smooth, colours, line, art.scheme)


def _steps(tone: Floats, near: Floats) -> Floats:
    """Return tones near those of the flat colours, with softer changes near details."""
    place = np.clip(tone, 0, 1) * np.float32(STEPS - 1)
    low = np.minimum(np.floor(place), STEPS - 2)
    rest = place - low
    soft = np.float32(SOFT) + np.float32(FINE_SOFT - SOFT) * near
    share = np.clip((rest - np.float32(0.5)) / soft + np.float32(0.5), 0, 1)
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
    level = blur(-thin, 12.0)
    strength = -thin / (np.float32(1.25) * level + np.float32(0.017))
    line = smoothstep(0.45, 1.1, strength) * smoothstep(0.35, 0.65, along)
    length = mean_along_flow(line, flow, weights_along(10))
    line *= smoothstep(0.13, 0.35, length)
    kept = without_short(line > np.float32(0.35), LINE_LENGTH)
    return np.asarray(line * np.clip(2 * blur(kept.astype(np.float32), 0.8), 0, 1), np.float32)


def _coloured(
    shade: Floats, smooth: Floats, colours: Floats, line: Floats, scheme: Scheme
) -> Floats:
    """Return tones (h, w) in the colours of a scheme, (h, w, 3) float32, 0..1."""
    ramp = np.array(scheme.ramp, np.float32) / np.float32(255)
    light = np.array(scheme.light, np.float32)
    # Red and blue less luma, half of them smoothed.
    red, blue = (
        np.float32(scheme.colour)
        * (np.float32(0.7) * smooth[..., k] + np.float32(0.3) * colours[..., k])
        for k in (1, 2)
    )
    out = np.empty((*shade.shape, 3), np.float32)
    _mix(shade, red, blue, line, ramp, light, np.float32(scheme.share), out)
    return out


@kernel
def _mix(
    shade: Floats,
    red: Floats,
    blue: Floats,
    line: Floats,
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
            own[0] = value + room * red[y, x]
            own[2] = value + room * blue[y, x]
            own[1] = (value - np.float32(0.299) * own[0] - np.float32(0.114) * own[2]) / np.float32(
                0.587
            )
            for c in range(3):
                local = min(max(own[c], zero), one) * light[c]
                made = ramp[low, c] + rest * (ramp[low + 1, c] - ramp[low, c])
                mixed = local + share * (made - local)
                out[y, x, c] = min(
                    max(
                        mixed * (one - line[y, x]) + line[y, x] * ramp[0, c] * np.float32(0.5), zero
                    ),
                    one,
                )
