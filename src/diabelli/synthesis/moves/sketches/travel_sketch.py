"""Move: a travel sketch in pen and wash, which fades into bare paper."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.sketches.focal_part import focal_part
from diabelli.synthesis.moves.sketches.paper import paper_grain, show_on_paper
from diabelli.synthesis.moves.sketches.pen_hand import draw_lines, pen_widths
from diabelli.synthesis.moves.sketches.pen_lines import (
    Lines,
    line_strength,
    texture_of,
    trace_lines,
)
from diabelli.synthesis.moves.sketches.pencil_tone import density, edge_directions
from diabelli.synthesis.moves.sketches.washes import opened, stretched, washes

TRAVEL_SKETCH = "travel_sketch"
"""Name of the move."""
SIDE = 720
"""Side in pixels at which the sketch is made, so that it is the same at every size."""
SHARE = 0.86
"""Side of the picture beside that of the sheet."""


class Manner(NamedTuple):
    """How a sketch is made; colours are 0..255.

    Attributes:
        paper: colour of the sheet.
        ink: colour of the pen's ink.
    """

    paper: tuple[int, int, int]
    ink: tuple[int, int, int]


MANNERS = (
    Manner((250, 248, 242), (38, 34, 36)),
    Manner((248, 244, 233), (62, 40, 30)),
)
TWICE = 0.45
"""Share of the lines that are drawn twice."""
GAP = (-2, -3)
"""Rows and columns by which the gaps of washes are beside lines."""
ROUGH = 0.16
"""How far the grain of the paper shows in washes."""


def show_travel_sketch(image: Bytes, subject: Floats, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a sketch in pen and wash.

    Args:
        image: (h, w, 4) uint8, opaque.
        subject: (rows, columns) float32, 0..1, subject map.
        stream: random numbers.
    """
    height, width = image.shape[:2]
    chance = stream.uniform(5)
    rows, columns = size_with_area(height, width, SIDE)
    high, wide = int(rows * SHARE), int(columns * SHARE)
    top = int((rows - high) * (0.3 + 0.4 * chance[1]))
    left = int((columns - wide) * (0.2 + 0.6 * chance[2]))
    source = resize(image, high, wide)[..., :3].astype(np.float32) / np.float32(255)
    near = np.clip(resize_map(subject, high, wide), 0, 1)
    manner = MANNERS[int(chance[0] * len(MANNERS))]
    tone = opened(stretched(luma(source)))
    strength, flow = line_strength(tone), edge_directions(255 * tone)
    focus = focal_part(near, tone, strength, stream)
    lines = trace_lines(strength, flow, stream)
    widths = pen_widths(lines, focus, texture_of(strength, flow), strength, stream)
    scale = float(np.sqrt(height * width / (rows * columns)))
    ink = np.zeros((height, width), np.float32)
    for force in (np.ones(len(widths), np.float32), _drawn_twice(lines, stream)):
        draw_lines(ink, lines, widths * force, (top, left), scale, stream)
    beside = np.zeros((high, wide), np.float32)
    draw_lines(beside, lines, 2 * widths, (0, 0), 1.0, stream)
    beside = np.roll(blur(beside, 1.0), GAP, (0, 1))
    sheet = np.zeros((rows, columns, 3), np.float32)
    sheet[top : top + high, left : left + wide] = washes(source, tone, focus, beside, stream)
    paint = np.maximum(resize_map(sheet, height, width), 0)
    paper = np.array(manner.paper, np.float32) / np.float32(255)
    ink_share = np.array(manner.ink, np.float32) / np.float32(255) / paper
    paint += ink[..., None] * density(ink_share)
    rough = np.float32(ROUGH) * (1 - np.float32(0.7) * ink)
    grain = paper_grain(stream, height, width)
    out, no_chalk = np.empty_like(image), np.zeros((1, 1, 3), np.float32)
    lit_from = np.float32(1 if chance[3] < 0.5 else -1)
    show_on_paper(out, paint, no_chalk, grain, rough, paper, lit_from)
    return out


def _drawn_twice(lines: Lines, stream: RandomStream) -> Floats:
    """Return the share of its width with which each point is drawn again, (n,) float32."""
    lengths = np.diff(lines.starts)
    again = np.where(stream.uniform(len(lengths)) < TWICE, 0.75, 0.0)
    return np.repeat(again, lengths).astype(np.float32)
