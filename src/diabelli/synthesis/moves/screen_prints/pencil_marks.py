"""Pencil on the margin of a print: its number, and the printer's name, in loose strokes."""

from __future__ import annotations

import itertools

import numpy as np

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.screen_prints.print_sheet import Sheet
from diabelli.synthesis.moves.screen_prints.sheet_layout import Placed

DIGITS: dict[str, tuple[tuple[float, float], ...]] = {
    "0": (
        (0.5, 0.0),
        (0.12, 0.2),
        (0.02, 0.6),
        (0.25, 0.98),
        (0.6, 0.8),
        (0.68, 0.35),
        (0.45, 0.0),
    ),
    "1": ((0.1, 0.22), (0.4, 0.0), (0.32, 1.0)),
    "2": ((0.08, 0.22), (0.3, 0.0), (0.6, 0.12), (0.55, 0.42), (0.02, 1.0), (0.66, 0.94)),
    "3": (
        (0.1, 0.08),
        (0.5, 0.0),
        (0.58, 0.25),
        (0.26, 0.45),
        (0.6, 0.62),
        (0.45, 0.95),
        (0.02, 0.92),
    ),
    "4": ((0.45, 0.0), (0.02, 0.62), (0.66, 0.6), (0.5, 0.4), (0.42, 1.02)),
    "5": (
        (0.62, 0.0),
        (0.2, 0.04),
        (0.12, 0.42),
        (0.52, 0.42),
        (0.56, 0.78),
        (0.3, 1.0),
        (0.0, 0.9),
    ),
    "6": (
        (0.55, 0.02),
        (0.15, 0.4),
        (0.06, 0.8),
        (0.3, 1.0),
        (0.56, 0.75),
        (0.36, 0.52),
        (0.1, 0.72),
    ),
    "7": ((0.04, 0.05), (0.62, 0.0), (0.22, 1.0)),
    "8": (
        (0.55, 0.15),
        (0.25, 0.0),
        (0.12, 0.25),
        (0.55, 0.7),
        (0.32, 1.0),
        (0.06, 0.78),
        (0.58, 0.15),
    ),
    "9": ((0.58, 0.2), (0.26, 0.0), (0.1, 0.3), (0.36, 0.48), (0.6, 0.2), (0.5, 1.0)),
    "/": ((0.6, -0.1), (0.0, 1.15)),
}
"""Strokes of digits: x and y in heights of a digit."""
NAMES: tuple[tuple[tuple[float, float], ...], ...] = (
    (
        (0.0, 0.9), (0.3, -0.3), (0.5, 0.9), (0.3, 0.5), (0.62, 0.5), (0.8, 0.9), (0.95, 0.45),
        (1.1, 0.9), (1.25, 0.45), (1.4, 0.9), (1.6, -0.35), (1.62, 0.9), (1.9, 0.5), (2.0, 0.9),
        (2.3, 0.6), (2.9, 0.7),
    ),
    (
        (0.4, -0.2), (0.05, 0.1), (0.4, 0.5), (0.1, 0.95), (0.6, 0.7), (0.75, 0.45), (0.85, 0.9),
        (1.1, 0.5), (1.2, 0.9), (1.45, -0.3), (1.5, 0.9), (1.75, 0.5), (1.9, 1.4), (1.6, 1.5),
        (2.2, 0.5), (2.8, 0.75),
    ),
    (
        (0.1, -0.2), (0.05, 0.95), (0.1, 0.0), (0.6, -0.1), (0.55, 0.4), (0.15, 0.45), (0.8, 0.95),
        (1.05, 0.5), (1.15, 0.9), (1.4, 0.55), (1.5, 0.9), (1.7, 0.5), (1.8, 0.92), (2.6, 0.4),
    ),
)  # fmt: skip
"""Lines of signatures, in the same unit."""
HEIGHT, THICK, GRAPHITE = 0.0165, 0.0008, 0.5
"""Height of a digit and half of the thickness of a line, in sides, and light of graphite."""


def number_print(canvas: Floats, sheet: Sheet, placed: Placed, stream: RandomStream) -> None:
    """Write the number of a print and a name below it, in place.

    Args:
        canvas: (h, w, 4) float32, colours 0..1.
        sheet: its place.
        placed: the print on the sheet.
        stream: random numbers.
    """
    edition = (20, 25, 30, 40, 50, 60, 75)[int(stream.between(0, 7))]
    text = f"{1 + int(stream.between(0, edition))}/{edition}"
    size = HEIGHT * float(sheet.side)
    row = float(placed.area.top) + placed.size[0] + 0.75 * size
    # The margins at both sides are alike.
    left = float(-sheet.wide) + float(sheet.wide - placed.area.left - placed.size[1]) + 0.8 * size
    points: list[tuple[float, float, float, float]] = []

    def draw(line: tuple[tuple[float, float], ...], at: float, scale: float) -> None:
        for (x, y), (p, q) in itertools.pairwise(line):
            points.append((row + y * scale, at + x * scale, row + q * scale, at + p * scale))

    for letter in text:
        draw(DIGITS[letter], left, size)
        left += 0.82 * size
    name = NAMES[int(stream.between(0, len(NAMES)))]
    draw(name, float(placed.area.left) + placed.size[1] - 5.2 * size, 1.15 * size)
    thick = np.float32(THICK * float(sheet.side))
    _write(canvas, sheet, np.array(points, np.float32), thick, np.float32(GRAPHITE))


@kernel
def _write(
    canvas: Floats, sheet: Sheet, lines: Floats, thick: np.float32, graphite: np.float32
) -> None:
    """Draw lines of pencil, in place.

    Args:
        canvas: (h, w, 4) float32, colours 0..1.
        sheet: its place.
        lines: (n, 4) float32, row and column of both ends on the sheet.
        thick: half of the thickness of a line, in pixels.
        graphite: share of the light of the paper that pencil leaves.
    """
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    height, width = canvas.shape[0], canvas.shape[1]
    # Lines that are thinner than a pixel are fainter.
    power = (one - graphite) * min(thick * np.float32(2), one)
    wide = max(thick, half)
    cover = np.zeros((height, width), np.float32)
    for k in range(lines.shape[0]):
        v0, u0, v1, u1 = lines[k]
        y0 = sheet.row + sheet.cosine * v0 + sheet.sine * u0
        x0 = sheet.column + sheet.cosine * u0 - sheet.sine * v0
        y1 = sheet.row + sheet.cosine * v1 + sheet.sine * u1
        x1 = sheet.column + sheet.cosine * u1 - sheet.sine * v1
        down, across = y1 - y0, x1 - x0
        length = max(down * down + across * across, np.float32(1e-6))
        top, low = max(int(min(y0, y1) - wide) - 2, 0), min(int(max(y0, y1) + wide) + 3, height)
        left, right = max(int(min(x0, x1) - wide) - 2, 0), min(int(max(x0, x1) + wide) + 3, width)
        for y in range(top, low):
            b = np.float32(y) + half - y0
            for x in range(left, right):
                a = np.float32(x) + half - x0
                share = min(max((b * down + a * across) / length, zero), one)
                v, u = b - share * down, a - share * across
                value = min(max(wide + half - np.sqrt(v * v + u * u), zero), one)
                cover[y, x] = max(cover[y, x], value)
    for y in range(height):
        for x in range(width):
            if cover[y, x] > zero:
                for c in range(3):
                    canvas[y, x, c] *= one - power * cover[y, x]
