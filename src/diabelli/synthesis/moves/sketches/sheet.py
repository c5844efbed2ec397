"""Sheet of paper on which sketches are drawn in strokes of a pencil, and of chalk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.sketches.manner import Hand
from diabelli.synthesis.moves.sketches.paper import paper_grain
from diabelli.synthesis.moves.sketches.pencil_strokes import Hatching, hatched, lay_strokes

SIDE = 600
"""Side in pixels at which strokes are placed, so that they are the same at every size."""
LAYERS = (
    (0.0, Hatching(0.32, 5.2, 62.0, 2.3, 0.0, 0.55, 0.0)),
    (0.28, Hatching(0.45, 4.6, 46.0, 2.0, 0.1, 0.4, 0.5)),
    (0.66, Hatching(0.6, 3.6, 30.0, 1.9, 0.35, 0.3, -0.4)),
    (1.15, Hatching(1.1, 2.8, 20.0, 1.7, 0.6, 0.2, 0.2)),
)
"""Layers of hatching with the density from which each is laid on; slopes are added to the hand's.
Darker ones are shorter and follow the form."""
LINES = Hatching(0.8, 2.4, 14.0, 1.15, 0.85, 0.25, 0.0)
CHALK = Hatching(1.0, 5.0, 44.0, 2.6, 0.1, 0.4, 0.2)
"""Lines along edges, and strokes of chalk."""
FACE_SHARE, FACE_SMUDGE = 0.42, 0.86
"""Size of the strokes on bare skin beside others, and the share of its tone that is rubbed."""


class Sketch(NamedTuple):
    """What a pencil draws in a rectangle of the sheet, as maps at the reference size.

    Attributes:
        dark: (rows, columns) float32, density of its tones.
        lines: the same of lines, 0..1.
        white: the same of chalk, 0..1; None for none.
        flow: (rows, columns, 2) float32, directions of edges.
        colours: density of the pencil in each channel: (3,), or (rows, columns, 3) float32.
        fine: (rows, columns) float32, 0..1, bare skin, which is drawn finely.
        size: of its strokes beside those of a sketch as large as the sheet.
        corner: its first row and column on the sheet.
        rubbed_chalk: share of the chalk on bare skin that is rubbed, not laid in strokes.
    """

    dark: Floats
    lines: Floats
    white: Floats | None
    flow: Floats
    colours: Floats
    fine: Floats
    size: float = 1.0
    corner: tuple[int, int] = (0, 0)
    rubbed_chalk: float = 0.0

    @property
    def area(self) -> tuple[slice, slice]:
        """Where it is on the sheet."""
        (top, left), (rows, columns) = self.corner, self.dark.shape
        return slice(top, top + rows), slice(left, left + columns)


def reference_size(height: int, width: int) -> tuple[int, int]:
    """Return the (rows, columns) at which the strokes of a sheet of that size are placed."""
    return size_with_area(height, width, SIDE)


def draw(
    sketches: Sequence[Sketch], hand: Hand, stream: RandomStream, height: int, width: int
) -> Bytes:
    """Draw sketches on one sheet, (height, width, 4) uint8, opaque.

    Args:
        sketches: from the first one to the last.
        hand: how they are drawn.
        stream: random numbers.
        height: rows of the result.
        width: columns of the result.
    """
    manner = hand.manner
    rows, columns = reference_size(height, width)
    scale = np.float32(np.sqrt(height * width / (rows * columns)))

    def lay(onto: Floats, pressure: Floats, layer: Hatching, sketch: Sketch, inks: Floats) -> None:
        pressure = np.ascontiguousarray(pressure, np.float32)
        layer = layer._replace(width=layer.width * manner.width, slope=layer.slope + hand.slope)
        strokes = hatched(pressure, sketch.flow, inks, layer, stream)
        sizes = (np.float32(one) for one in (layer.width, layer.follow, layer.lag))
        lay_strokes(onto, pressure, sketch.flow, strokes, sketch.corner, scale, *sizes)

    def hatch(onto: Floats, sketch: Sketch, rest: Floats) -> None:
        for start, layer in LAYERS:
            layer = layer.finer(sketch.size)
            part = np.clip((rest - np.float32(start)) / np.float32(layer.density), 0, 1)
            lay(onto, part * (1 - sketch.fine), layer, sketch, sketch.colours)
            if sketch.fine.max() > 0:
                lay(onto, part * sketch.fine, layer.finer(FACE_SHARE), sketch, sketch.colours)

    rubs = [_rub(sketch.fine, manner.smudge) for sketch in sketches]
    rubbed = np.zeros((rows, columns, 3), np.float32)
    white, fine = (np.zeros((rows, columns), np.float32) for _ in range(2))
    for sketch, rub in zip(sketches, rubs, strict=True):
        soft = blur(sketch.dark, 1.4)
        soft = soft + sketch.fine * (blur(sketch.dark, 0.6) - soft)
        rubbed[sketch.area] += (soft * rub)[..., None] * sketch.colours
        np.maximum(fine[sketch.area], sketch.fine, out=fine[sketch.area])
        if sketch.white is not None:
            more = sketch.white * (1 + np.float32(sketch.rubbed_chalk) * sketch.fine)
            np.maximum(white[sketch.area], more, out=white[sketch.area])
    pencil = np.maximum(resize_map(rubbed, height, width), 0)
    has_chalk = any(sketch.white is not None for sketch in sketches)
    chalk = np.zeros((height, width, 3) if has_chalk else (1, 1, 3), np.float32)
    for sketch, rub in zip(sketches, rubs, strict=True):
        hatch(pencil, sketch, sketch.dark * (1 - rub))
        lay(pencil, sketch.lines, LINES.finer(sketch.size), sketch, sketch.colours)
        if sketch.white is not None:
            layer = CHALK.finer(sketch.size)._replace(density=manner.chalk)
            laid = sketch.white * (1 - np.float32(sketch.rubbed_chalk) * sketch.fine)
            lay(chalk, laid, layer, sketch, np.ones(3, np.float32))
    if has_chalk:
        spread = np.maximum(resize_map(blur(white, 1.5), height, width), 0)
        chalk += np.float32(0.45) * spread[..., None]
    # Grain would be seen as spots on a face.
    rough = np.float32(manner.grain) * (1 - np.float32(0.8) * resize_map(fine, height, width))
    out = np.empty((height, width, 4), np.uint8)
    grain = paper_grain(stream, height, width)
    _show(out, pencil, chalk, grain, rough, hand.paper, np.float32(hand.lit_from))
    return out


def _rub(fine: Floats, smudge: float) -> Floats:
    """Return the share of the tone that is rubbed into the paper; more of bare skin `fine`."""
    return np.asarray(np.float32(smudge) + np.float32(FACE_SMUDGE - smudge) * fine, np.float32)


@kernel
def _show(
    out: Bytes,
    pencil: Floats,
    chalk: Floats,
    grain: Floats,
    rough: Floats,
    paper: Floats,
    side: np.float32,
) -> None:
    """Show a drawing on a sheet that is lit from one side.

    Args:
        out: (h, w, 4) uint8, the result.
        pencil: (h, w, 3) float32, its density.
        chalk: the same of white chalk; of another size if there is none.
        grain: (h, w) float32, height of the paper's grain.
        rough: (h, w) float32, how far the grain takes more of the pencil.
        paper: (3,) float32, its colour, 0..1.
        side: 1 for light from the right, -1 for light from the left.
    """
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    height, width = grain.shape
    has_chalk = chalk.shape[0] == height and chalk.shape[1] == width
    for y in range(height):
        down = (np.float32(y) + half) / np.float32(height) - half
        for x in range(width):
            across = (np.float32(x) + half) / np.float32(width) - half
            tooth = grain[y, x]
            light = one + np.float32(0.05) * (side * across - down) + np.float32(0.012) * tooth
            mean = (pencil[y, x, 0] + pencil[y, x, 1] + pencil[y, x, 2]) / np.float32(3)
            # Much pencil fills the grain.
            hold = max(one + rough[y, x] * tooth / (one + np.float32(0.7) * mean), zero)
            over = zero
            if has_chalk:
                over = chalk[y, x, 0] * max(one + rough[y, x] * tooth, zero)
                over /= over + np.float32(0.35)
            for c in range(3):
                amount = pencil[y, x, c]
                # A pencil is not as black as many of its strokes.
                most = np.float32(2.6) + half * amount / (one + amount)
                share = one - min(amount * hold, most) / np.float32(16)
                for _ in range(4):
                    share *= share
                value = paper[c] * share
                value = (value + over * (np.float32(0.97) - value)) * light
                out[y, x, c] = np.uint8(min(max(value, zero), one) * np.float32(255) + half)
            out[y, x, 3] = np.uint8(255)
