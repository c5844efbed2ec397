"""Lines of a photograph, with its open tones and its smoothed colours."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, dilate_disc, gradient, luma
from diabelli.synthesis.core.structure_tensor import coherence, structure_tensor
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.line_art.flow import (
    follow_flow,
    mean_along_flow,
    weights_along,
    without_short,
)

BLACK, WHITE = 0.15, 0.8
"""Largest luma that becomes black, and least that becomes white, so that fog stays fog."""
MIN_KNEE, MAX_KNEE, MAX_MEDIAN = 0.6, 9.0, 0.48
"""Bounds of the curve that lifts the median tone to a half, and the largest median it lifts."""
MIN_LINE = 0.006
"""Difference of tones 0..1 below which there is no line."""
MIN_CONTRAST, BUSY = 0.025, 1.5
"""Difference from which a line is drawn, and its share of the mean around, which textures have."""
SHORT, LONG = 0.2, 0.45
"""Means along the flow of short marks, which textures have, and of long lines."""
COHERENT = (0.5, 0.8)
"""Coherence of the structure tensor between which lines begin."""
SEEN, MIN_LENGTH = 0.3, 45
"""Value of a line from which it is seen, and least number of rows or columns that it crosses."""
MAX_DETAIL = 0.05
"""Largest difference of a tone from those around that is made stronger."""


class Smooth(NamedTuple):
    """A smoothed picture.

    Attributes:
        colours: (h, w, 3) float32, luma 0..1, red less luma, and blue less luma.
        calm: (h, w) float32, 0..1, faint texture beside the subject.
    """

    colours: Floats
    calm: Floats


def print_colours(source: Floats) -> Floats:
    """Return luma with open tones, red less luma, and blue less luma, (h, w, 3) float32.

    Args:
        source: (h, w, 3) float32, red, green and blue, 0..255.
    """
    light = luma(source)
    colours = np.stack([light, source[..., 0] - light, source[..., 2] - light], 2)
    colours /= np.float32(255)
    colours[..., 0] = open_tones(colours[..., 0])
    return colours


def open_tones(light: Floats) -> Floats:
    """Return tones 0..1 of the whole range, whose darks and brightest lights have details.

    Args:
        light: (h, w) float32, luma 0..1.
    """
    steps = np.sort(light.ravel())
    low, middle, high = (
        float(steps[int(share * (len(steps) - 1))]) for share in (0.01, 0.5, 0.995)
    )
    low, high = min(low, BLACK), max(high, WHITE)
    tone = np.clip((light - np.float32(low)) / np.float32(high - low), 0, 1)
    middle = min(max((middle - low) / (high - low), 0.0), MAX_MEDIAN)
    knee = np.float32(min(max(middle / (1 - 2 * middle), MIN_KNEE), MAX_KNEE))
    tone = tone * (1 + knee) / (tone + knee)
    around = blur(tone, 2.5)
    gain = np.float32(0.3) + np.float32(0.9) * smoothstep(0.5, 0.15, around)
    gain += np.float32(0.25) * smoothstep(0.6, 0.95, around)
    # More would be a halo beside an edge.
    detail = np.clip(tone - around, -MAX_DETAIL, MAX_DETAIL)
    return np.asarray(np.clip(tone + gain * detail, 0, 1), np.float32)


def smoothed(colours: Floats, near: Floats, flow: Floats) -> Smooth:
    """Return the picture with clean areas and smooth borders.

    Args:
        colours: (h, w, 3) float32, luma 0..1, red less luma, and blue less luma.
        near: (h, w) float32, 0..1, subject map.
        flow: (h, w, 2) float32, directions of edges.
    """
    spread, everywhere = np.float32(0.09), np.ones(near.shape, np.bool_)
    smooth = follow_flow(colours, flow, weights_along(5), spread, True, everywhere)
    smooth = follow_flow(smooth, flow, weights_along(7), spread, False, everywhere)
    apart = smooth[..., 0] - blur(smooth[..., 0], 7.0)
    calm = (1 - near) * smoothstep(0.035, 0.015, np.sqrt(blur(apart * apart, 9.0)))
    smooth += np.float32(0.8) * calm[..., None] * (blur(smooth, 2.5) - smooth)
    return Smooth(smooth, calm)


def find_lines(tone: Floats, flow: Floats) -> Floats:
    """Return how dark lines are, (h, w) float32; their outlines are at 0.5.

    They are a flow-based difference of Gaussians (Kang, Lee, Chui 2007).
    Short marks and those of textures are left out.

    Args:
        tone: (h, w) float32, 0..1.
        flow: (h, w, 2) float32, directions of edges.
    """
    fine, wide = blur(tone, 0.6), blur(tone, 1.4)
    thin = np.float32(1.8) * (fine - wide)
    thin[np.abs(thin) < MIN_LINE] = 0
    thin = mean_along_flow(thin, flow, weights_along(8))
    down, across = gradient(fine)
    tensor = structure_tensor(255 * down, 255 * across, 3.0)
    along = smoothstep(*COHERENT, coherence(tensor))
    busy = blur(np.abs(thin), 9.0)
    scale = np.float32(0.5) / (np.float32(BUSY) * busy + np.float32(MIN_CONTRAST))
    # Lines in the dark would fill it.
    dark = np.maximum(-thin * scale, 0) * along * smoothstep(0.1, 0.35, blur(tone, 4.0))
    dark[dark < 0.2] = 0
    length = mean_along_flow(np.minimum(dark, 1), flow, weights_along(10))
    dark *= smoothstep(SHORT, LONG, length)
    kept = without_short(dark > SEEN, MIN_LENGTH)
    return np.asarray(dark * blur(dilate_disc(kept, 2).astype(np.float32), 0.7), np.float32)
