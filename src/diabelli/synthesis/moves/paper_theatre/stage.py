"""Stage of a paper theatre, on which sheets are laid: areas, discs and spindles.

Lengths are in sides: shorter sides of the stage. Places are `x` from the middle and `y` from the
top. A sheet throws a soft shadow on all below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.paper_theatre.paper_raster import draw_spindles, lay_sheet, mix_ink

Colour = tuple[float, float, float]
Rows = NDArray[np.float64] | Sequence[Sequence[float]]
"""Rows of numbers."""
SHADOW_SIDE = 192
"""Side in pixels at which shadows are found."""
DEPTH, SHADOW = (0.014, 0.012), (0.5, 0.16)
"""Distance of a shadow aside, and deviation of its blur, for a sheet of height 1; strength of this
shadow, and of one of three times the size."""
RISE = -0.35
"""How far down a shadow is, in its distance aside."""
LIP, LIP_LIGHT = 0.0022, 0.13
"""Width of the lit edge of a sheet, and how much brighter it is."""


class Stage:
    """A picture of sheets of paper, which lie one on another.

    Attributes:
        scene: (h, w, 3) float32, 0..1, the sheets that are laid.
        canvas: (h, w, 4) float32, 0..1, the sheet that is drawn: premultiplied colours and alpha.
        side: in pixels.
        tall: height in sides.
        wide: width in sides.
        x: (w,) float32.
        y: (h,) float32.
        lit: side from which light comes, -1 for the left, or 1.
        grain: (h, w) float32, deviation about 1.
        stream: random numbers.
    """

    def __init__(
        self, scene: Floats, grain: Floats, stream: RandomStream, side: int, lit: float
    ) -> None:
        height, width = scene.shape[:2]
        self.side, self.lit = side, lit
        self.tall, self.wide = height / self.side, width / self.side
        self.x = (np.arange(width) + 0.5 - width / 2).astype(np.float32) / np.float32(self.side)
        self.y = (np.arange(height) + 0.5).astype(np.float32) / np.float32(self.side)
        self.stream = stream
        self.grain, self.scene = grain, scene
        self.canvas = np.zeros((height, width, 4), np.float32)

    @contextmanager
    def sheet(self, height: float = 1.0) -> Iterator[None]:
        """Draw a sheet, and lay it at a height above those below; the canvas is empty again."""
        yield
        step = max(self.side // SHADOW_SIDE, 1)
        alpha = np.ascontiguousarray(self.canvas[step // 2 :: step, step // 2 :: step, 3])
        shades = self.shadows(alpha, step, height)
        lip = max(round(LIP * self.side), 1)
        lay_sheet(self.scene, self.canvas, shades, step, lip, np.float32(LIP_LIGHT), int(self.lit))

    def shadows(self, alpha: Floats, step: int, height: float) -> Floats:
        """Return the shadow (rows, columns) float32, 0..1, of a sheet.

        Args:
            alpha: (rows, columns) float32, of each `step`-th place.
            step: in pixels.
            height: above the sheets below.
        """
        cells = self.side / step
        total = np.zeros_like(alpha)
        for size, strength in zip((1.0, 3.0), SHADOW, strict=True):
            aside = DEPTH[0] * height * cells * size
            soft = blur(alpha, max(DEPTH[1] * height * cells * size, 0.5))
            rows, columns = round(RISE * aside), round(-self.lit * aside)
            down = np.clip(np.arange(len(alpha)) - rows, 0, len(alpha) - 1)
            across = np.clip(np.arange(alpha.shape[1]) - columns, 0, alpha.shape[1] - 1)
            total += np.float32(strength) * soft[down][:, across]
        return np.minimum(total, np.float32(0.6))

    def between(self, low: float, high: float) -> float:
        """Return a random number."""
        return self.stream.between(low, high)

    def uniform(self, *shape: int) -> NDArray[np.float64]:
        """Return random numbers 0..1."""
        return self.stream.uniform(*shape)

    def at(self, curve: Floats, x: float) -> float:
        """Return the value of a curve (w,) at a place."""
        column = int((x + self.wide / 2) * self.side)
        return float(curve[min(max(column, 0), len(curve) - 1)])

    def row(self, y: float) -> int:
        """Return the row at a height, within the stage."""
        return min(max(int(y * self.side), 0), len(self.y))

    def mix(self, share: Floats, colour: Colour | Floats, top: int = 0) -> None:
        """Lay ink over rows from `top` on.

        Args:
            share: (rows, w) float32, 0..1, coverage.
            colour: (3,), or (rows, w or 1, 3).
            top: first row.
        """
        ink = np.asarray(colour, np.float32)
        share = np.ascontiguousarray(share, np.float32)
        ink = np.ascontiguousarray(ink)
        mix_ink(self.canvas[top:], share, ink.reshape((1, 1, 3) if ink.ndim == 1 else ink.shape))

    def ridge(self, nodes: float, *, sharp: bool = False) -> Floats:
        """Return a random curve (w,) float32, -1..1.

        Args:
            nodes: random values in a side.
            sharp: whether it is of straight lines.
        """
        values = self.stream.uniform(max(int(17 * nodes), 2) + 3) * 2 - 1
        place = (self.x.astype(np.float64) + 8.5) * nodes * (len(values) - 2) / (17 * nodes)
        place = np.clip(place, 0, len(values) - 2)
        first = place.astype(np.int64)
        part = place - first
        if not sharp:
            part = part * part * (3 - 2 * part)
        return np.asarray(values[first] * (1 - part) + values[first + 1] * part, np.float32)

    def fill(
        self,
        top: Floats,
        upper: Colour,
        lower: Colour,
        depth: float,
        base: Floats | None = None,
        strength: float = 1.0,
    ) -> None:
        """Fill the area below a curve with a grained gradation.

        Args:
            top: (w,) heights of its upper edge.
            upper: colour there.
            lower: colour from `depth` below on.
            depth: of the gradation.
            base: (w,) heights of its lower edge; None for the lower edge of the stage.
            strength: of the ink.
        """
        first = self.row(float(top.min()))
        last = len(self.y) if base is None else min(self.row(float(base.max())) + 2, len(self.y))
        if last <= first:
            return
        under = self.y[first:last, None] - top
        share = np.clip(under * np.float32(self.side) + np.float32(0.5), 0, 1)
        if base is not None:
            rest = (base - self.y[first:last, None]) * np.float32(self.side)
            share = share * np.clip(rest + np.float32(0.5), 0, 1) * (base > top)
        ink: Colour | Floats = upper
        if lower != upper:
            ink = self.graded(under / np.float32(depth), upper, lower, first)
        self.mix(np.float32(strength) * share, ink, first)

    def graded(self, t: Floats, first: Colour, last: Colour, top: int) -> Floats:
        """Return a grained gradation (rows, w, 3) between two inks.

        Args:
            t: (rows, w) or (rows, 1), 0 at the first ink, 1 at the last.
            first: ink.
            last: ink.
            top: first row.
        """
        grain = self.grain[top : top + len(t)]
        share = smoothstep(0, 1, t)
        share = np.clip(share + np.float32(0.3) * share * (1 - share) * grain, 0, 1)
        begin, end = np.array(first, np.float32), np.array(last, np.float32)
        return begin + share[..., None] * (end - begin)

    def disc(self, x: float, y: float, radius: float, colour: Colour, strength: float = 1.0,
             aspect: float = 1.0) -> None:  # fmt: skip
        """Draw an ellipse that is `aspect` times as wide as tall."""
        first, last = self.row(y - radius) - 1, self.row(y + radius) + 2
        first = max(first, 0)
        rows = self.y[first:last, None] - np.float32(y)
        columns = (self.x - np.float32(x)) / np.float32(aspect)
        away = np.sqrt(rows * rows + columns * columns)
        share = np.clip((np.float32(radius) - away) * np.float32(self.side) + np.float32(0.5), 0, 1)
        self.mix(np.float32(strength) * share, colour, first)

    def spindles(self, profile: NDArray[np.float64], shapes: Rows) -> None:
        """Draw shapes from the first to the last.

        Args:
            profile: (STEPS,), half widths, 0..1, from the foot to the top.
            shapes: (n, 12): x and y of the foot, height (up), half width, lean and bend across,
                colours of the left and of the right part.
        """
        rows = np.asarray(shapes, np.float32).reshape(-1, 12)
        draw_spindles(self.canvas, rows, np.asarray(profile, np.float32), np.float32(self.side),
                       np.float32(self.canvas.shape[1] / 2))  # fmt: skip
