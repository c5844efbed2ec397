"""Where the parts of a picture of a television set are, in sides of the canvas."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats

SCREEN = (0.735, 0.75)
"""Bounds of the sides of the screen as a share of those of the canvas."""
BEZEL, FRAME = 0.024, 0.027
"""Widths of the plate around the tube, and of the cabinet around the plate."""
PANEL, MOST_PANEL = 0.105, 0.19
"""Width of the panel with the knobs, and its bound on a long canvas."""
LEGS, DEPTH, BOARD = 0.028, 0.034, 0.028
"""Heights of the legs, of the sideboard before them as it is seen, and of its front."""
BULGE, TUBE_CORNER = 0.026, 0.052
"""How much shorter the screen is along its edges than in its middle, and the radius of its
corners."""


class Box(NamedTuple):
    """Upright rectangle, in sides from the middle of the canvas.

    Attributes:
        x: of its middle, to the right.
        y: of its middle, down.
        wide: half of its width.
        tall: half of its height.
    """

    x: float
    y: float
    wide: float
    tall: float


class Layout(NamedTuple):
    """Layout of a set in a room.

    Attributes:
        wide: half of the width of the canvas, in sides.
        tall: half of its height.
        screen: the tube.
        plate: around the tube and the panel.
        panel: of loudspeaker and knobs.
        cabinet: around all of them.
        is_beside: whether the panel is beside the screen, not below it.
        foot: height of the feet on the sideboard.
        lamp: -1 if light comes from the left, else 1.
        pixel: side of a pixel of the rendered room, in sides.
    """

    wide: float
    tall: float
    screen: Box
    plate: Box
    panel: Box
    cabinet: Box
    is_beside: bool
    foot: float
    lamp: float
    pixel: float


def make_layout(height: int, width: int, pixel: float, stream: RandomStream) -> Layout:
    """Return the layout on a canvas (height, width) whose room has pixels of that size."""
    side = min(height, width)
    wide, tall = width / side / 2, height / side / 2
    share = stream.between(*SCREEN)
    lamp = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    is_left = stream.between(0, 1) < 0.3
    beside = wide >= 0.95 * tall
    panel = min(PANEL + 0.1 * (max(wide, tall) - 0.5), MOST_PANEL)
    half_wide, half_tall = share * wide, share * tall
    across, down = (panel / 2, 0.0) if beside else (0.0, panel / 2)
    plate_wide, plate_tall = half_wide + BEZEL + across, half_tall + BEZEL + down
    bottom = tall - BOARD - DEPTH - LEGS
    # A set that is small on a long canvas does not hang below the middle of the wall.
    y = bottom - FRAME - plate_tall
    off = across if is_left and beside else -across
    x = stream.between(-0.006, 0.006)
    plate = Box(x, y, plate_wide, plate_tall)
    gap = 0.5 * BEZEL
    if beside:
        at = x + (-1 if off > 0 else 1) * (plate_wide - panel / 2 - gap / 2)
        panel_box = Box(at, y, panel / 2 - gap / 2, plate_tall - BEZEL)
    else:
        panel_box = Box(
            x, y + plate_tall - panel / 2 - gap / 2, plate_wide - BEZEL, panel / 2 - gap
        )
    return Layout(
        wide,
        tall,
        Box(x + off, y - down, half_wide, half_tall),
        plate,
        panel_box,
        Box(x, y, plate_wide + FRAME, plate_tall + FRAME),
        beside,
        bottom + LEGS,
        lamp,
        pixel,
    )


def places(layout: Layout, rows: int, columns: int) -> tuple[Floats, Floats]:
    """Return x (1, columns) and y (rows, 1) of the pixels of a room, float32, in sides."""
    x = ((np.arange(columns) + 0.5) / columns - 0.5) * 2 * layout.wide
    y = ((np.arange(rows) + 0.5) / rows - 0.5) * 2 * layout.tall
    return x.astype(np.float32)[None], y.astype(np.float32)[:, None]


def box_distance(x: Floats, y: Floats, box: Box, corner: float) -> Floats:
    """Return the distance from a rectangle with round corners, below 0 within it.

    Args:
        x: (1, w) float32.
        y: (h, 1) float32.
        box: the rectangle.
        corner: radius of its corners, in sides.
    """
    p = np.abs(x - np.float32(box.x)) - np.float32(box.wide - corner)
    q = np.abs(y - np.float32(box.y)) - np.float32(box.tall - corner)
    return _rounded(p, q, corner)


def tube_distance(x: Floats, y: Floats, box: Box) -> Floats:
    """Return about the distance from a screen whose edges bulge, as `box_distance` does."""
    a = np.clip((x - np.float32(box.x)) / np.float32(box.wide), -1.2, 1.2)
    b = np.clip((y - np.float32(box.y)) / np.float32(box.tall), -1.2, 1.2)
    corner = tube_corner(box)
    wide = np.float32(box.wide) * (1 - np.float32(BULGE) * b * b) - np.float32(corner)
    tall = np.float32(box.tall) * (1 - np.float32(BULGE) * a * a) - np.float32(corner)
    p = np.abs(x - np.float32(box.x)) - wide
    return _rounded(p, np.abs(y - np.float32(box.y)) - tall, corner)


def tube_corner(box: Box) -> float:
    """Return the radius of the corners of a screen, in sides."""
    return min(TUBE_CORNER, 0.5 * box.wide, 0.5 * box.tall)


def _rounded(p: Floats, q: Floats, corner: float) -> Floats:
    a, b = np.maximum(p, np.float32(0)), np.maximum(q, np.float32(0))
    outside = np.sqrt(a * a + b * b)
    return np.asarray(
        outside + np.minimum(np.maximum(p, q), np.float32(0)) - np.float32(corner), np.float32
    )
