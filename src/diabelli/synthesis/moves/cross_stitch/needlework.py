"""Needlework: cloth, crosses and lines of thread, in light from one side.

A cell is drawn once for each kind of stitch, and repeated; the result is resized to a canvas.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import bell, ramp, smoothstep
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cross_stitch.pattern import SPLIT, Pattern

HALF_WIDTH = 0.21
"""Half of the width of a thread of a cross, in cells."""
LINE_WIDTH = 0.19
"""The same of a backstitch."""
DIAGONAL = float(np.float32(0.70710678))
OVERSAMPLED = 6
"""Pixels along one of a cell that are averaged, so that threads have soft edges."""
PLIES, SLANT = 2.6, 0.8
"""Turns of the twist of a thread along it, and across it."""
UNEVEN, SLUBS = 0.035, 0.012
"""Deviations of the light of crosses, and of threads of the cloth."""


class Light(NamedTuple):
    """Direction towards the light, of length 1.

    Attributes:
        down: below 0.
        across: to the right.
    """

    down: float
    across: float


def _thread(off: Floats, along: Floats, lean: float) -> Floats:
    """Return the light of a thread, about 1.

    Args:
        off: place across it, -1..1.
        along: place along it, -1..1.
        lean: how much its positive side faces the light, -1..1.
    """
    light = np.float32(1.2) - np.float32(0.45) * off * off + np.float32(0.24 * lean) * off
    # It dives into holes at both ends.
    end = np.square(along * along)
    light *= 1 - np.float32(0.4) * end
    turn = np.float32(PLIES) * along + np.float32(SLANT) * off
    ply = 1 - 4 * np.square(turn - np.floor(turn) - np.float32(0.5))
    light *= 1 + np.float32(0.16) * (ply - np.float32(0.67))
    sheen = np.square(3 * (off - np.float32(0.35 * lean)))
    rest = np.maximum(1 - sheen / np.float32(4.5), 0)
    return np.asarray(light + np.float32(0.2) * rest * rest * rest * (1 - end), np.float32)


def _places(size: int) -> tuple[Floats, Floats]:
    """Return rows and columns, 0..1, of the pixels of a cell, finer by OVERSAMPLED."""
    count = size * OVERSAMPLED
    line = (np.arange(count, dtype=np.float32) + np.float32(0.5)) / np.float32(count)
    return np.broadcast_to(line[:, None], (count, count)), np.broadcast_to(line, (count, count))


def _averaged(fine: Floats) -> Floats:
    """Return means over squares of OVERSAMPLED pixels."""
    size = len(fine) // OVERSAMPLED
    return np.asarray(fine.reshape(size, OVERSAMPLED, size, OVERSAMPLED).mean((1, 3)), np.float32)


def cross_cell(size: int, lit: Light) -> tuple[Floats, Floats]:
    """Return the light of the threads of a cross and of the cloth, (size, size) float32.

    A place has its thread's colour by the first, and the cloth's by the second.
    """
    y, x = _places(size)
    a, b = (x + y - 1) * np.float32(DIAGONAL), (x - y) * np.float32(DIAGONAL)
    wide = np.float32(HALF_WIDTH)
    above, below = np.abs(a) < wide, np.abs(b) < wide
    upper = _thread(a / wide, b / np.float32(DIAGONAL), DIAGONAL * (lit.down + lit.across))
    lower = _thread(b / wide, a / np.float32(DIAGONAL), DIAGONAL * (lit.across - lit.down))
    lower *= np.float32(0.7) + np.float32(0.3) * smoothstep(0, 0.2, np.abs(a) - wide)
    light = np.where(above, upper, np.where(below, lower, np.float32(0.3)))
    cloth = np.where(above | below, np.float32(0), np.float32(0.2))
    light, cloth = _averaged(light), _averaged(cloth)
    # A stitched area has the mean colour of its threads.
    return light / np.float32(light.mean() + 0.5 * cloth.mean()), cloth


def cloth_cell(size: int) -> Floats:
    """Return the light of a cell of bare cloth, (size, size) float32."""
    y, x = _places(size)
    v, u = np.minimum(y, 1 - y), np.minimum(x, 1 - x)
    hole = smoothstep(0.2, 0.06, np.sqrt(v * v + u * u))
    light = 1 - np.float32(0.38) * hole
    light -= np.float32(0.05) * (smoothstep(0.14, 0.0, v) + smoothstep(0.14, 0.0, u))
    p, r = 4 * y, 4 * x
    checks = (np.floor(p) + np.floor(r)) % 2 < 1
    bump = np.where(checks, p - np.floor(p), r - np.floor(r)) - np.float32(0.5)
    return _averaged(light + np.float32(0.12) * (np.float32(0.5) - 4 * bump * bump))


def sew(pattern: Pattern, linen: Floats, lit: Light, size: int, stream: RandomStream) -> Floats:
    """Return the cloth (rows size, columns size, 3) float32, 0..1, with all stitches.

    Args:
        pattern: of the stitches.
        linen: (3,) float32, colour of the cloth, 0..1.
        lit: from where light comes.
        size: even number of pixels in a cell.
        stream: random numbers.
    """
    rows, columns = pattern.codes.shape
    slub = resize_map(stream.normal(rows, 5).astype(np.float32), rows, columns)
    slub += resize_map(stream.normal(5, columns).astype(np.float32), rows, columns)
    uneven = (1 + UNEVEN * stream.normal(rows, columns)).astype(np.float32)
    bare = (1 + np.float32(SLUBS) * slub)[..., None] * linen
    out = _repeated(bare, cloth_cell(size))
    cells = out.reshape(rows, size, columns, size, 3).transpose(0, 2, 1, 3, 4)
    light, ground = cross_cell(size, lit)
    for code, colour in enumerate(pattern.threads):
        places = pattern.codes == code
        if places.any():
            tile = colour * light[..., None] + linen * ground[..., None]
            cells[places] = tile * uneven[places][:, None, None, None]
    light, ground = cross_cell(size // 2, lit)
    split = np.repeat(np.repeat(pattern.codes == SPLIT, 2, 0), 2, 1)
    cells = out.reshape(2 * rows, size // 2, 2 * columns, size // 2, 3).transpose(0, 2, 1, 3, 4)
    colours = pattern.threads[pattern.petite[split]]
    cells[split] = colours[:, None, None] * light[..., None] + linen * ground[..., None]
    reach = np.float32(LINE_WIDTH * size)
    _sew_lines(out, pattern.lines * np.float32(size), pattern.line_colours, reach,
               np.float32(lit.down), np.float32(lit.across))  # fmt: skip
    return out


def _repeated(colours: Floats, cell: Floats) -> Floats:
    """Return cells of colours (rows, columns, 3), of the light (size, size)."""
    rows, columns = colours.shape[:2]
    size = len(cell)
    out = np.empty((rows, size, columns, size, 3), np.float32)
    np.multiply(colours[:, None, :, None], cell[:, None, :, None], out=out)
    return out.reshape(rows * size, columns * size, 3)


@kernel
def _sew_lines(
    canvas: Floats,
    stitches: Floats,
    colours: Floats,
    wide: np.float32,
    lit_down: np.float32,
    lit_across: np.float32,
) -> None:
    """Sew backstitches on a cloth, in place.

    Args:
        canvas: (h, w, 3) float32, 0..1.
        stitches: (n, 4) float32, rows and columns of both ends, in pixels.
        colours: (n, 3) float32, 0..1.
        wide: half of the width of a thread.
        lit_down: direction towards the light.
        lit_across: the same.
    """
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    for k in range(len(stitches)):
        y0, x0 = stitches[k, 0] - half, stitches[k, 1] - half
        dy, dx = stitches[k, 2] - half - y0, stitches[k, 3] - half - x0
        long = np.sqrt(dy * dy + dx * dx) + np.float32(1e-3)
        reach = np.float32(2) * wide + np.float32(2)
        top, low = int(min(y0, y0 + dy) - reach), int(max(y0, y0 + dy) + reach) + 2
        left, right = int(min(x0, x0 + dx) - reach), int(max(x0, x0 + dx) + reach) + 2
        dy, dx = dy / long, dx / long
        lean = dy * lit_across - dx * lit_down
        for j in range(max(top, 0), min(low, canvas.shape[0])):
            for i in range(max(left, 0), min(right, canvas.shape[1])):
                b, a = np.float32(j) - y0, np.float32(i) - x0
                along, off = b * dy + a * dx, a * dy - b * dx
                beyond = max(max(-along, along - long), zero)
                share = wide - np.sqrt(off * off + beyond * beyond) + half
                share = min(max(share, zero), one)
                # Its shadow is on the side that the light does not reach.
                aside = off + np.float32(0.7) * lean * wide
                dark = one - np.sqrt(aside * aside + beyond * beyond) / (np.float32(2) * wide)
                dark = one - np.float32(0.45) * ramp(dark)
                place = np.float32(2) * along / long - one
                place *= place
                off = min(max(off / wide, -one), one)
                glow = one + np.float32(0.45) * (lean * off - half * off * off)
                glow += np.float32(0.3) * bell(
                    np.float32(6) * (off - half * lean) * (off - half * lean)
                )
                glow *= one - np.float32(0.3) * min(place * place, one)
                for c in range(3):
                    value = canvas[j, i, c] * dark
                    canvas[j, i, c] = value + share * (colours[k, c] * glow - value)
