"""Tones of a drawing: those of pencil on paper, places that are drawn, and edges."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.structure_tensor import structure_tensor
from diabelli.synthesis.core.types import Floats

SHARES = (0.0, 0.04, 0.12, 0.25, 0.45, 0.62, 0.8, 1.0)
TONES = (0.05, 0.1, 0.24, 0.42, 0.63, 0.8, 0.94, 1.0)
"""Quantiles of the tones of pencil drawings, and the tones, 0..1: many lights, few darks."""
MATCHED = 0.55
"""How far the histogram of a picture becomes that of drawings."""
FACE_TONE, MAX_FACE_GAIN, MIN_FACE = 0.95, 1.3, 50
"""Tone of the lights of a face, so that they are almost paper; the largest factor that makes them
so, as dark skin stays dark; least number of pixels of skin."""
SUBJECT_TONE = 0.82
"""Tone of the subject above which only its brightest lights are."""
MIN_TONE = 0.001
"""Tone of the darkest place."""
RIM, FADING_RIM = (0.03, 0.045), (0.02, 0.2)
"""Distances from the edge of the sheet, in shorter sides, between which a drawing begins."""


def density(share: Floats) -> Floats:
    """Return the density of pencil that leaves a share of the light of the paper, 0..1.

    A density d leaves (1 - d / 16)^16, which is close to exp(-d).
    """
    root = np.sqrt(np.sqrt(np.sqrt(np.sqrt(np.clip(share, MIN_TONE, 1)))))
    return np.asarray(16 * (1 - root), np.float32)


def tones(light: Floats, near: Floats, fine: Floats, counted: Floats | None = None) -> Floats:
    """Return the tones 0..1 of a drawing.

    Args:
        light: (h, w) float32, luma 0..1.
        near: (h, w) float32, 0..1, subject map.
        fine: (h, w) float32, 0..1, bare skin.
        counted: (h, w) float32, 0..1, places whose lights are matched; None for all.
    """
    steps = np.clip(light * 255, 0, 255).astype(np.int64)
    known = steps if counted is None else steps[counted > 0.5]
    share = np.cumsum(np.bincount(known.ravel(), minlength=256)) / max(known.size, 1)
    table = np.interp(share, SHARES, TONES).astype(np.float32)
    tone = np.float32(MATCHED) * table[steps] + np.float32(1 - MATCHED) * light
    face = np.sort(light[fine > 0.5])
    if len(face) > MIN_FACE:
        low, high = 0.6 * float(face[len(face) // 50]), float(face[len(face) * 11 // 12])
        gain = min(FACE_TONE / max(high - low, 0.1), MAX_FACE_GAIN)
        own = np.clip((light - np.float32(low)) * np.float32(gain), 0, 1)
        tone = tone + fine * (own - tone)
    # More contrast would turn the soft shades of a face into blotches.
    calm = 1 - np.float32(0.75) * fine
    tone = tone + np.float32(0.35) * calm * (tone - blur(tone, 16.0))
    tone = tone + np.float32(0.7) * calm * (tone - blur(tone, 1.6))
    tone = np.clip((tone - np.float32(0.02)) / np.float32(0.9), 0, 1)
    # The subject has no bare paper but its brightest lights, so that no part of it is lost.
    most = np.float32(SUBJECT_TONE) + np.float32(1 - SUBJECT_TONE) * smoothstep(0.82, 0.97, light)
    held = blur(np.clip(np.float32(1.5) * near, 0, 1), 6.0) * (1 - np.float32(0.5) * fine)
    return np.asarray(tone + held * np.minimum(most - tone, 0), np.float32)


def drawn_places(near: Floats, fine: Floats, stream: RandomStream, *, faded: bool) -> Floats:
    """Return how far each place is drawn, 0..1: less beside the subject, and not at the rim.

    Args:
        near: (h, w) float32, 0..1, subject map.
        fine: (h, w) float32, 0..1, bare skin.
        stream: random numbers.
        faded: whether the drawing fades into the paper.
    """
    rows, columns = near.shape
    held = np.clip(np.float32(1.3) * blur(np.maximum(near, fine), 14.0), 0, 1)
    rough = resize_map(stream.normal(9, 9).astype(np.float32), rows, columns)
    rough += np.float32(0.5) * resize_map(stream.normal(30, 30).astype(np.float32), rows, columns)
    lines, places = np.arange(rows), np.arange(columns)
    y = np.minimum(lines, lines[::-1]).astype(np.float32)[:, None]
    x = np.minimum(places, places[::-1]).astype(np.float32)[None, :]
    away = np.minimum(y, x) / np.float32(min(rows, columns)) + np.float32(0.014) * rough
    if faded:
        # A subject that the frame cuts is drawn up to the rim.
        away = away + np.float32(0.13) * held + np.float32(0.02) * rough
    rim = smoothstep(*(FADING_RIM if faded else RIM), away)
    return np.asarray((np.float32(0.72) + np.float32(0.28) * held) * rim, np.float32)


def hues(source: Floats) -> Floats:
    """Return the densities (h, w, 3) of coloured pencils, of mean 1, for colours 0..255."""
    colours = source / np.float32(255)
    light = luma(colours)[..., None]
    colours = np.clip(light + np.float32(1.5) * (colours - light), 0.03, 0.97)
    dense = density(colours) + np.float32(0.04)
    mean = (dense[..., 0] + dense[..., 1] + dense[..., 2]) / np.float32(3)
    return np.asarray(dense / mean[..., None], np.float32)


def edge_directions(light: Floats) -> Floats:
    """Return the directions of edges (h, w, 2), unit vectors down and across.

    Args:
        light: (h, w) float32, luma 0..255.
    """
    down, across = gradient(blur(light, 1.0))
    tensor = structure_tensor(down, across, 2.5)
    # Twice the angle of the edge, as a vector: that of the smaller eigenvalue.
    cosine, sine = tensor[..., 0] - tensor[..., 1], -2 * tensor[..., 2]
    length = np.sqrt(cosine * cosine + sine * sine)
    cosine = (cosine + np.float32(1e-4)) / (length + np.float32(1e-4))
    half_cosine = np.sqrt(np.maximum((1 + cosine) / 2, 0))
    sign = np.where(sine < 0, np.float32(-1), np.float32(1))
    half_sine = sign * np.sqrt(np.maximum((1 - cosine) / 2, 0))
    return np.stack([half_sine, half_cosine], 2).astype(np.float32)


def outlines(light: Floats, tone: Floats, fine: Floats) -> Floats:
    """Return where a line is drawn, (h, w) float32, 0..1: the dark sides of edges, and details.

    Args:
        light: (h, w) float32, luma 0..1.
        tone: tones of the drawing.
        fine: bare skin, 0..1, which has fewer lines.
    """
    detail = np.float32(5) * (blur(light, 3.0) - blur(light, 0.5))
    detail -= np.float32(0.12) + np.float32(0.1) * fine
    edge = np.float32(9) * (blur(tone, 2.2) - blur(tone, 0.9)) - np.float32(0.1)
    found = np.maximum(detail, edge * (1 - np.float32(0.6) * fine))
    return np.asarray(np.clip(found, 0, 1), np.float32)
