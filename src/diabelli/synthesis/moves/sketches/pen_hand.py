"""The hand that draws lines with a pen: its width, gaps and shake."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.sketches.focal_part import Focus
from diabelli.synthesis.moves.sketches.pen_lines import Lines, blur_widely

TEXTURED, LONELY = (0.4, 0.75), (0.08, 0.03)
"""Differences of direction between which lines become those of a texture, and densities of lines
around between which a line is alone."""
LEAST, APART, OF_TEXTURE, OF_STAIN = 34.0, 90.0, 80.0, 60.0
"""Least length of a line in pixels of the reference size, and additions to it apart from the
focal part, in textures, and on even ground."""
WIDTH = 1.7
"""Mean width of a line, in pixels of the reference size."""


def pen_widths(
    lines: Lines,
    focus: Focus,
    texture: Floats,
    strength: Floats,
    stream: RandomStream,
) -> Floats:
    """Return the width of the pen at each point, (n,) float32; 0 where it is lifted.

    Args:
        lines: traced lines.
        focus: how far each place is drawn.
        texture: (h, w) float32, 0..1, share of lines in other directions than those around.
        strength: (h, w) float32, of lines.
        stream: random numbers.
    """
    places = focus.lines
    rows, columns = places.shape
    # Leaves, grass and waves get few lines: there are many, each in another direction.
    busy = smoothstep(*TEXTURED, texture)
    # A short line alone is a stain.
    lonely = smoothstep(*LONELY, blur_widely(np.minimum(strength, 1), 14.0))
    firsts, lengths = lines.starts[:-1], np.diff(lines.starts)
    if not len(firsts):
        return np.zeros(0, np.float32)
    line = np.repeat(np.arange(len(firsts)), lengths)
    v = np.clip(lines.places[:, 0] + 0.5, 0, rows - 1).astype(np.int64)
    u = np.clip(lines.places[:, 1] + 0.5, 0, columns - 1).astype(np.int64)

    def means(values: Floats) -> NDArray[np.float64]:
        return np.asarray(np.add.reduceat(values.astype(np.float64), firsts) / lengths)

    strong, fine = means(np.minimum(lines.strengths, 1.5)), means(focus.detail[v, u])
    # Where little is drawn, lines are long and strong.
    least = LEAST + APART * (1 - fine)
    least += OF_TEXTURE * means(busy[v, u]) + OF_STAIN * means(lonely[v, u])
    # Ticks in snow, sky and water are short, and apart from things.
    doubt = np.clip((60 - lengths) / 30, 0, 1) * (1 - means(focus.held[v, u]))
    kept = (lengths * np.minimum(0.35 + strong, 1.1) > least) & (
        strong > 0.34 + 0.3 * (1 - fine) + 0.3 * doubt
    )
    index = np.arange(len(v))
    away = np.minimum(index - firsts[line], lines.starts[1:][line] - 1 - index)
    taper = np.minimum((1 + away) / 9.0, 1.0)
    swell = resize_map(stream.normal(48, 48).astype(np.float32), rows, columns)[v, u]
    lift = resize_map(stream.normal(40, 40).astype(np.float32), rows, columns)[v, u]
    local = 0.5 * (strong[line] + np.minimum(lines.strengths, 1.5))
    width = WIDTH * (0.5 + 0.5 * np.minimum(local, 1.1)) * (1 + 0.28 * swell)
    width *= (0.35 + 0.65 * taper) * (0.45 + 0.55 * places[v, u])
    is_lifted = (lift > 1.25 + 1.2 * np.minimum(strong, 1)[line]) | (places[v, u] < 0.12)
    width = np.where(kept[line] & ~is_lifted, np.maximum(width, 0.4), 0)
    return np.asarray(width, np.float32)


def draw_lines(
    ink: Floats,
    lines: Lines,
    widths: Floats,
    origin: tuple[int, int],
    scale: float,
    stream: RandomStream,
) -> None:
    """Draw lines on a sheet, (h, w) float32, 0..1, with a hand that is not quite sure.

    Args:
        ink: changed in place.
        lines: the lines, in pixels of the reference size.
        widths: of the pen at each point.
        origin: row and column of the picture on the sheet.
        scale: of the sheet beside the reference size.
        stream: random numbers.
    """
    rows, columns = ink.shape
    nodes = stream.normal(26, 26, 2).astype(np.float32) * np.float32(0.75)
    shake = resize_map(nodes, 200, 200)
    share = lines.places + np.array(origin, np.float32)
    v = np.clip(share[:, 0] * np.float32(scale * 200 / rows), 0, 199).astype(np.int64)
    u = np.clip(share[:, 1] * np.float32(scale * 200 / columns), 0, 199).astype(np.int64)
    moved = (share + shake[v, u] + np.float32(0.5)) * np.float32(scale) - np.float32(0.5)
    first = np.zeros(len(widths), np.bool_)
    first[lines.starts[:-1]] = True
    _draw(ink, np.ascontiguousarray(moved, np.float32), widths * np.float32(scale), first)


@kernel
def _draw(ink: Floats, places: Floats, widths: Floats, first: NDArray[np.bool_]) -> None:
    """Draw pieces of lines from each place to the next one."""
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    rows, columns = ink.shape
    for k in range(1, len(widths)):
        if first[k] or widths[k] <= zero or widths[k - 1] <= zero:
            continue
        y0, x0, y1, x1 = places[k - 1, 0], places[k - 1, 1], places[k, 0], places[k, 1]
        wide = half * (widths[k] + widths[k - 1])
        thin = min(wide, one)
        radius = half * max(wide, one)
        reach = radius + one
        p, q = y1 - y0, x1 - x0
        square = max(p * p + q * q, np.float32(1e-6))
        top, low = max(int(min(y0, y1) - reach), 0), min(int(max(y0, y1) + reach) + 1, rows - 1)
        left = max(int(min(x0, x1) - reach), 0)
        right = min(int(max(x0, x1) + reach) + 1, columns - 1)
        for y in range(top, low + 1):
            for x in range(left, right + 1):
                a, b = np.float32(y) - y0, np.float32(x) - x0
                share = min(max((a * p + b * q) / square, zero), one)
                a, b = a - share * p, b - share * q
                cover = min(max(radius + half - np.sqrt(a * a + b * b), zero), one) * thin
                ink[y, x] = max(ink[y, x], cover)
