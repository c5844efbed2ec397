"""Transparent washes of watercolour: a light one of the picture's hues, and two of shade."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.sketches.focal_part import Focus
from diabelli.synthesis.moves.sketches.pencil_tone import density

LIFT = 0.6
"""Share of the way to white by which the first wash is lighter than the picture."""
PALEST = np.array([0.93, 0.935, 0.945], np.float32)
"""Share of light that the palest wash leaves."""
SHADE = np.array([0.62, 0.64, 0.78], np.float32)
"""Share of light that the second wash leaves: a cool grey."""


def stretched(light: Floats) -> Floats:
    """Return tones 0..1 of the whole range for luma 0..1."""
    steps = np.sort(light.ravel())
    low, high = (float(steps[int(share * (len(steps) - 1))]) for share in (0.02, 0.98))
    low, high = min(low, 0.2), max(high, 0.75)
    return np.asarray(np.clip((light - np.float32(low)) / np.float32(high - low), 0, 1), np.float32)


def opened(tone: Floats) -> Floats:
    """Return tones 0..1 whose median is a half at most, and whose darks have details."""
    middle = min(float(np.median(tone)), 0.47)
    knee = np.float32(min(max(middle / (1 - 2 * middle), 0.5), 9.0))
    tone = tone * (1 + knee) / (tone + knee)
    around = blur(tone, 9.0)
    gain = np.float32(0.25) + np.float32(0.9) * smoothstep(0.5, 0.15, around)
    return np.asarray(np.clip(tone + gain * np.clip(tone - around, -0.12, 0.12), 0, 1), np.float32)


def flattened(values: Floats, reach: float, even: float) -> Floats:
    """Return maps (h, w, c) smoothed but for their edges, by a guided filter (He 2013).

    Each channel guides itself.

    Args:
        values: maps 0..1.
        reach: standard deviation of the window in pixels.
        even: variance below which a place is smoothed.
    """
    mean = blur(values, reach)
    variance = np.maximum(blur(values * values, reach) - mean * mean, 0)
    gain = np.asarray(variance / (variance + np.float32(even)), np.float32)
    return np.asarray(blur(gain, reach) * values + blur((1 - gain) * mean, reach), np.float32)


def brush_streaks(rows: int, columns: int, stream: RandomStream) -> Floats:
    """Return smooth noise (rows, columns) float32 that is drawn out along strokes of a brush."""
    wide = resize_map(stream.normal(8, 6).astype(np.float32), rows, columns)
    thin = resize_map(stream.normal(44, 7).astype(np.float32), 2 * rows, 2 * columns)
    # Rows are sheared, as the hand draws upwards to the right.
    shift = (np.arange(rows)[:, None] + np.arange(columns)[None, :] // 2) % (2 * rows)
    return np.asarray(wide + np.float32(0.8) * thin[shift, np.arange(columns)[None, :]], np.float32)


def bounds(colours: Floats) -> tuple[Floats, Floats]:
    """Return the largest and the least channel (h, w) of colours (h, w, 3)."""
    red, green, blue = (colours[..., c] for c in range(3))
    return np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)


def chroma(colours: Floats) -> Floats:
    """Return the difference of the largest and the least channel, (h, w), of colours (h, w, 3)."""
    most, least = bounds(colours)
    return most - least


def local_colours(colours: Floats) -> Floats:
    """Return the colours (h, w, 3) of the first wash, 0..1: light, and of the same hues."""
    mean = luma(colours)[..., None]
    apart = colours - mean
    vivid = smoothstep(0.15, 0.6, chroma(colours))[..., None]
    lifted = mean + np.float32(LIFT) * (1 - np.float32(0.7) * vivid) * (1 - mean)
    most, least = (one[..., None] for one in bounds(apart))
    # A channel that is cut off would be of another hue.
    gain = (np.float32(0.995) - lifted) / np.maximum(most, np.float32(1e-3))
    gain = np.maximum(gain, np.float32(0.6))
    gain = np.minimum(gain, (lifted - np.float32(0.15)) / np.maximum(-least, np.float32(1e-3)))
    return np.clip(lifted + np.minimum(gain, np.float32(1.5)) * apart, 0.12, 0.995)


def washes(
    source: Floats,
    light: Floats,
    focus: Focus,
    gaps: Floats,
    stream: RandomStream,
) -> Floats:
    """Return the densities (h, w, 3) of transparent washes.

    Args:
        source: (h, w, 3) float32, 0..1.
        light: (h, w) float32, 0..1, its tones.
        focus: how far each place is painted.
        gaps: (h, w) float32, 0..1, places beside lines that may stay bare.
        stream: random numbers.
    """
    rows, columns = light.shape
    places = focus.washes
    noise = resize_map(stream.normal(16, 16).astype(np.float32), rows, columns)
    noise += np.float32(0.6) * resize_map(stream.normal(60, 60).astype(np.float32), rows, columns)
    both = np.concatenate([source, light[..., None]], 2)
    around = blur(both, 9.0)
    # Pale things before pale ground are shown by what little contrast there is.
    pale = np.float32(1.2) * smoothstep(0.5, 0.8, around[..., 3:])
    both = both + pale * np.clip(both - around, -0.12, 0.12)
    flat = flattened(flattened(both, 4.0, 0.01), 3.0, 0.006)
    colours, tone = np.clip(flat[..., :3], 0, 1), np.clip(flat[..., 3], 0, 1)
    streaks = brush_streaks(rows, columns, stream)
    # A brush stops at once, and leaves an edge where its wash dries.
    loose = smoothstep(0.0, 0.25, places) * (1 - np.float32(0.7) * places)
    reach = places + np.float32(0.1) * streaks * loose
    dry = np.float32(0.02) * noise
    gaps = 1 - np.float32(0.85) * gaps * smoothstep(-0.1, 0.5, noise)
    bare = smoothstep(0.86, 0.97, tone + dry) * smoothstep(0.22, 0.08, chroma(colours))
    # White things get a pale wash; white grounds stay bare.
    bare *= 1 - np.float32(0.9) * focus.held
    first = smoothstep(0.3, 0.44, reach) * (1 - bare) * gaps
    first *= np.float32(0.3) + np.float32(0.7) * places
    second = smoothstep(0.5, 0.42, tone + dry) * smoothstep(0.45, 0.58, reach) * gaps
    second *= (np.float32(0.2) + np.float32(0.8) * places) * np.clip(
        np.float32(1.35) - np.float32(1.3) * tone, 0.6, 1.25
    )
    third = smoothstep(0.25, 0.17, tone + dry) * smoothstep(0.66, 0.8, reach)
    base = density(np.minimum(local_colours(colours), PALEST))
    shade = density(SHADE)[None, None] * np.float32(0.75) + np.float32(0.28) * base
    out = np.zeros_like(source)
    for mask, layer, amount in ((first, base, 0.9), (second, shade, 0.85), (third, shade, 0.9)):
        wet = np.maximum(mask - blur(mask, 3.0), 0)
        pool = np.float32(amount) * mask * (1 + np.float32(0.14) * noise)
        pool += np.float32(0.6) * wet * smoothstep(0.3, 0.7, places)
        out += np.maximum(pool, 0)[..., None] * layer
    return out
