"""Move: the picture as a painting that fills the frame, in one of four manners of painters.

Its colours are pushed towards those of a palette before it is painted in wide strokes. The relief
of the paint and the weave of the canvas are lit from one side, as in a photograph of a painting.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.chroma import CB, CR, colour_differences
from diabelli.synthesis.core.curves import ramp
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.paintings.brush_strokes import SIDE, Manner, Paint, paint

BRUSHWORK = "brushwork"
"""Name of the move."""


class Palette(NamedTuple):
    """How the colours of a picture become those of paint.

    Attributes:
        gain: factor of small colour differences.
        limit: bound of colour differences, in grey levels.
        shadow: change of Cb and Cr of black, in grey levels.
        light: the same of white.
        black: luma of black.
        white: luma of white.
        middle: change of the luma of grey, in grey levels.
        ground: colour of the bare canvas, 0..255.
        tones: number of colours; 0 for any.
    """

    gain: float
    limit: float
    shadow: tuple[float, float]
    light: tuple[float, float]
    black: float
    white: float
    middle: float
    ground: tuple[int, int, int]
    tones: int = 0


class Style(NamedTuple):
    """A manner of painting, with its palettes.

    Attributes:
        manner: of the strokes.
        palettes: from which one is drawn.
        weave: slope of the threads of the canvas.
        gloss: light that the paint mirrors.
    """

    manner: Manner
    palettes: tuple[Palette, ...]
    weave: float
    gloss: float


STYLES = (
    # Impressionist: short strokes of broken colours.
    Style(
        Manner(
            brushes=((12.0, 0.0), (7.0, 0.0), (4.4, 20.0), (2.7, 28.0), (1.6, 44.0)),
            points=6,
            unevenness=0.55,
            value_jitter=22.0,
            colour_jitter=34.0,
            calm=5.0,
            grey_jitter=0.4,
            curvature=0.45,
            streaks=0.3,
            thickness=0.17,
        ),
        (
            Palette(1.55, 105.0, (16.0, -2.0), (-16.0, 5.0), 44.0, 250.0, 12.0, (205, 170, 120)),
            Palette(1.6, 105.0, (20.0, 8.0), (-10.0, 12.0), 48.0, 248.0, 10.0, (190, 150, 130)),
            Palette(1.5, 105.0, (-4.0, 12.0), (8.0, -6.0), 40.0, 250.0, 14.0, (180, 170, 140)),
        ),
        0.16,
        0.05,
    ),
    # Tonal: long, soft strokes in the colours of the evening.
    Style(
        Manner(
            brushes=((16.0, 0.0), (12.0, 0.0), (6.5, 18.0), (3.8, 24.0), (2.3, 34.0), (1.5, 52.0)),
            points=9,
            unevenness=0.55,
            value_jitter=20.0,
            colour_jitter=18.0,
            calm=5.0,
            grey_jitter=0.3,
            curvature=0.45,
            streaks=0.25,
            thickness=0.14,
        ),
        (
            Palette(0.85, 70.0, (8.0, -10.0), (-34.0, 16.0), 14.0, 232.0, -14.0, (110, 70, 40)),
            Palette(0.8, 70.0, (16.0, -4.0), (-22.0, 24.0), 18.0, 236.0, -10.0, (120, 70, 60)),
            Palette(0.8, 70.0, (-4.0, 8.0), (8.0, -6.0), 16.0, 228.0, -12.0, (90, 80, 70)),
        ),
        0.2,
        0.06,
    ),
    # Expressive: the widest strokes, in strong pure colours.
    Style(
        Manner(
            brushes=((16.0, 0.0), (11.0, 0.0), (6.6, 22.0), (4.0, 28.0), (2.4, 38.0), (1.6, 62.0)),
            points=8,
            unevenness=0.55,
            value_jitter=30.0,
            colour_jitter=64.0,
            calm=5.0,
            grey_jitter=0.6,
            curvature=0.45,
            streaks=0.35,
            thickness=0.25,
        ),
        (
            Palette(2.6, 150.0, (42.0, 6.0), (-40.0, 8.0), 30.0, 246.0, 8.0, (200, 80, 50)),
            Palette(2.6, 150.0, (24.0, 10.0), (-30.0, 24.0), 34.0, 244.0, 6.0, (220, 120, 60)),
            Palette(2.6, 150.0, (24.0, -26.0), (-8.0, 24.0), 28.0, 246.0, 8.0, (190, 60, 90)),
        ),
        0.14,
        0.07,
    ),
    # Gouache: even strokes of few colours, without gloss.
    Style(
        Manner(
            brushes=((15.0, 0.0), (10.0, 0.0), (5.5, 16.0), (3.2, 22.0), (1.9, 32.0), (1.2, 50.0)),
            points=9,
            unevenness=0.55,
            value_jitter=7.0,
            colour_jitter=10.0,
            calm=5.0,
            grey_jitter=0.5,
            curvature=0.45,
            streaks=0.15,
            thickness=0.05,
        ),
        (
            Palette(1.9, 120.0, (20.0, 2.0), (-18.0, 8.0), 36.0, 244.0, 8.0, (235, 220, 195), 16),
            Palette(1.8, 120.0, (26.0, -12.0), (-12.0, 9.0), 40.0, 242.0, 8.0, (230, 220, 200), 13),
            Palette(2.1, 125.0, (2.0, 16.0), (4.0, -8.0), 44.0, 246.0, 6.0, (240, 225, 190), 14),
        ),
        0.07,
        0.0,
    ),
)
THREADS = 190.0
"""Threads of the canvas along its shorter side."""
CARES = (1.25, 0.25)
"""Factors of the thresholds beside the subject, and on it."""
GROUND_SHARE = 0.45
"""How far the bare canvas has its own colour, beside that of the picture."""
COUNTED_SIDE, ROUNDS = 64, 8
"""Side in pixels of the picture in which the few colours of a palette are found; rounds of that."""
DARK_LUMA, DARK_LIFT = 95.0, 0.4
"""Mean luma below which a picture is painted lighter, and by how much of what it has less."""
EVENNESS = 0.8
"""How close colours come to the few, so that some of the shapes between them are kept."""
HUE_WEIGHT = np.float32(3)
"""Weight of squared differences of Cb and Cr beside those of luma: a wrong hue is seen more."""
NOISE_NODES = 64
"""Rows and columns of the noise by which threads differ."""
LIGHT_ANGLES = (0.42, 0.6)
"""Bounds of the share of the light's direction that is from the side."""


def show_brushwork(
    image: Bytes, subject: Floats, stream: RandomStream, *, grey: bool = False
) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a painting that fills the frame.

    Args:
        image: (h, w, 4) uint8, opaque.
        subject: (rows, columns) float32, 0..1, subject map.
        stream: random numbers.
        grey: whether the painting is grey, as the image is.
    """
    height, width = image.shape[:2]
    style = STYLES[int(stream.between(0, len(STYLES)))]
    palette = style.palettes[int(stream.between(0, len(style.palettes)))]
    side = stream.between(*LIGHT_ANGLES) * (1 if stream.between(0, 1) < 0.35 else -1)
    rows, columns = size_with_area(height, width, SIDE)
    source = resize(image, rows, columns)[..., :3].astype(np.float32)
    if not grey:
        source = recoloured(source, palette)
    stain = np.array(palette.ground, np.float32)
    if grey:
        stain = np.full(3, stain.mean(), np.float32)
    ground = np.float32(GROUND_SHARE) * stain + np.float32(1 - GROUND_SHARE) * blur(source, 8.0)
    care = np.float32(CARES[0]) + np.float32(CARES[1] - CARES[0]) * np.clip(
        resize_map(subject, rows, columns), 0, 1
    )
    covered = paint(source, ground, style.manner, stream, height, width, care.astype(np.float32))
    noise = stream.normal(NOISE_NODES, NOISE_NODES).astype(np.float32)
    out = np.empty((height, width, 4), np.uint8)
    _light(out, covered, noise, np.float32(side), np.float32(style.weave), np.float32(style.gloss))
    return out


def recoloured(source: Floats, palette: Palette) -> Floats:
    """Return colours (h, w, 3) float32 0..255 as those of a palette."""
    luma, blue, red = colour_differences(source)
    share = luma / np.float32(255)
    dark, bright = (1 - share) * (1 - share), share * share
    bulge = 4 * share * (1 - share)
    # Dark pictures are painted lighter, as paint is never as dark.
    mean = float(luma.mean(dtype=np.float64))
    middle = palette.middle + DARK_LIFT * max(DARK_LUMA - mean, 0.0)
    light = palette.black + (palette.white - palette.black) * share + middle * bulge
    cb, cr = CB * blue, CR * red
    chroma = np.sqrt(cb * cb + cr * cr)
    factor = palette.gain / (1 + palette.gain * chroma / palette.limit)
    cb = cb * factor + palette.shadow[0] * dark + palette.light[0] * bright
    cr = cr * factor + palette.shadow[1] * dark + palette.light[1] * bright
    if palette.tones:
        few = _with_few(np.stack([light, cb, cr], 2).astype(np.float32), palette.tones)
        light, cb, cr = (
            one + np.float32(EVENNESS) * (other - one)
            for one, other in zip((light, cb, cr), few, strict=True)
        )
    red, blue = light + cr / CR, light + cb / CB
    green = (light - np.float32(0.299) * red - np.float32(0.114) * blue) / np.float32(0.587)
    return np.clip(np.stack([red, green, blue], 2), 0, 255).astype(np.float32)


def _with_few(colours: Floats, count: int) -> tuple[Floats, Floats, Floats]:
    """Return the channels of colours (h, w, 3) float32 with only a few of them, by Lloyd (1982)."""
    small = _thinned(colours)
    means = _few(small, count)
    nearest = _nearest(colours.reshape(-1, 3), means).reshape(colours.shape[:2])
    chosen = means[nearest]
    return chosen[..., 0], chosen[..., 1], chosen[..., 2]


def _thinned(colours: Floats) -> Floats:
    """Return the colours of places of a grid, (n, 3) float32."""
    steps = [max(size // COUNTED_SIDE, 1) for size in colours.shape[:2]]
    return np.ascontiguousarray(colours[:: steps[0], :: steps[1]]).reshape(-1, 3)


def _few(colours: Floats, count: int) -> Floats:
    """Return colours (count, 3) float32 that are close to those of (n, 3)."""
    means = np.empty((count, 3), np.float32)
    # The first ones are far apart, so that small things of another colour keep it.
    means[0] = colours[int(np.argmin(colours[:, 0]))]
    least = _apart(colours, means[0])
    for k in range(1, count):
        means[k] = colours[int(np.argmax(least))]
        least = np.minimum(least, _apart(colours, means[k]))
    for _ in range(ROUNDS):
        nearest = _nearest(colours, means)
        counts = np.bincount(nearest, minlength=count)
        for c in range(3):
            sums = np.bincount(nearest, colours[:, c].astype(np.float64), minlength=count)
            means[:, c] = np.where(counts > 0, sums / np.maximum(counts, 1), means[:, c])
    return means


def _nearest(colours: Floats, means: Floats) -> NDArray[np.int64]:
    """Return for each colour (n, 3) the index of the closest one of (count, 3)."""
    best, least = np.zeros(len(colours), np.int64), _apart(colours, means[0])
    for k in range(1, len(means)):
        away = _apart(colours, means[k])
        best[away < least] = k
        least = np.minimum(least, away)
    return best


def _apart(colours: Floats, mean: Floats) -> Floats:
    """Return the squared differences (n,) of colours (n, 3) from one of them."""
    luma, cb, cr = (colours[:, c] - mean[c] for c in range(3))
    return np.asarray(luma * luma + HUE_WEIGHT * (cb * cb + cr * cr), np.float32)


@kernel
def _light(
    out: Bytes,
    covered: Paint,
    noise: Floats,
    side: np.float32,
    weave: np.float32,
    gloss: np.float32,
) -> None:
    """Light paint and canvas from one side.

    Args:
        out: (h, w, 4) uint8, the result.
        covered: the painted canvas.
        noise: lattice by which threads differ.
        side: share of the light's direction that is to the right.
        weave: slope of threads.
        gloss: light that the paint mirrors.
    """
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    relief = covered.relief
    rows, columns = relief.shape
    shorter = np.float32(min(rows, columns))
    lx, ly = side, np.float32(-0.5)
    lz = np.sqrt(one - lx * lx - ly * ly)
    length = np.sqrt(np.float32(2) + np.float32(2) * lz)
    thread = shorter / np.float32(THREADS)
    seen = weave * ramp((thread - np.float32(2.2)) / np.float32(2))
    thick = np.float32(0.006) * shorter
    for y in range(rows):
        above, below = max(y - 1, 0), min(y + 1, rows - 1)
        for x in range(columns):
            before, after = max(x - 1, 0), min(x + 1, columns - 1)
            slope_y = (relief[below, x] - relief[above, x]) * half
            slope_x = (relief[y, after] - relief[y, before]) * half
            if seen > zero:
                p, q = (np.float32(y) + half) / thread, (np.float32(x) + half) / thread
                uneven = value_noise(noise, p * np.float32(0.31), q * np.float32(0.31))
                slope = seen * (one + np.float32(0.35) * uneven)
                # Thick paint fills the weave.
                slope *= one - np.float32(0.7) * ramp(relief[y, x] / thick)
                if (int(p) + int(q)) & 1 == 0:
                    slope_y += slope * np.float32(2) * (p - np.float32(int(p)) - half)
                else:
                    slope_x += slope * np.float32(2) * (q - np.float32(int(q)) - half)
            nz = one / np.sqrt(one + slope_x * slope_x + slope_y * slope_y)
            nx, ny = -slope_x * nz, -slope_y * nz
            lit = min(max(nx * lx + ny * ly + nz * lz, zero) / lz, np.float32(1.7))
            shine = max(nx * lx + ny * ly + nz * (lz + one), zero) / length
            for _ in range(5):
                shine *= shine
            # The side of the lamp is a little brighter.
            away = (np.float32(x) + half) / np.float32(columns) - half
            light = one + np.float32(0.12) * side * away
            for c in range(3):
                value = max(covered.colours[y, x, c], zero) / np.float32(255)
                value *= value * light * (np.float32(0.35) + np.float32(0.65) * lit)
                value += gloss * shine
                # Bright paint keeps its relief.
                if value > np.float32(0.8):
                    value = one - np.float32(0.04) / (value - np.float32(0.6))
                out[y, x, c] = np.uint8(np.sqrt(value) * np.float32(255) + half)
            out[y, x, 3] = np.uint8(255)
