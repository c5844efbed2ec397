"""Glazing: the panes of a window and the leads between them, planned at one size."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.analysis.matte import refine_matte
from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.stained_glass.outlines import smoothed, whole_panes
from diabelli.synthesis.moves.stained_glass.panes import Labels, find_panes
from diabelli.synthesis.moves.stained_glass.window import Window

HALF = 2
"""Factor by which the plan of panes is smaller than that of outlines."""
RADIUS, ROUGH, RADII = 0.062, 0.16, (0.04, 0.1)
"""Radius of panes, deviation of its slow changes, and bounds; in sides."""
FINE, SOFT, INNER = 0.0095, 0.016, 0.7
"""Deviations of the blurs of colours in sides, and how far those of the subject have the second, so
that its panes end at large patches only."""
OUTLINE = 0.75
"""Difference of the subject from the ground in that of colours 0 and 1."""
SMOOTH, CUT, SMALLEST = (0.013, 0.011), 0.0066, 0.068
"""Deviations of the windows that smooth outlines before and after small panes are merged, and after
the border is added; side of a square that is as large as the smallest panes; in sides."""
PIECE = 0.075
"""Length of the panes of the border."""
EDGE = 0.0026
"""Half of what the lead around the picture is wider than others."""


class Glazing(NamedTuple):
    """Panes and leads.

    Attributes:
        labels: (rows, columns) int32, panes: those of the picture, then those of the border.
        away: (rows, columns) float32, distance from the middle of leads in sides.
        first: number of the first pane of the border.
        total: number of panes.
        near: share (count,) float32 of the subject in each pane.
    """

    labels: Labels
    away: Floats
    first: int
    total: int
    near: Floats


def glaze(
    picture: Bytes,
    place: tuple[int, int],
    subject: Floats,
    window: Window,
    size: tuple[int, int],
    stream: RandomStream,
) -> Glazing:
    """Return the glazing of a window.

    Args:
        picture: (h, w, 4) uint8, at the size of the field.
        place: row and column of the plan at which it begins.
        subject: (rows, columns) float32, 0..1, subject map.
        window: its shape.
        size: rows and columns of the plan.
        stream: random numbers.
    """
    rows, columns = size
    unit = rows / window.size[0]
    near = refine_matte(picture, subject)
    owner, count = _pictured(picture, near, unit / HALF, stream)
    (top, left), (height, width) = place, near.shape
    around = (top, rows - height - top), (left, columns - width - left)
    v, u = (
        np.arange(count) * len(line) // count for count, line in ((height, owner), (width, owner.T))
    )
    labels = np.pad(owner[v][:, u], around, mode="edge")
    near = np.pad(near, around, mode="edge")
    beyond = window.beyond(rows, columns)
    border = count + window.along(rows, columns, PIECE)
    labels = np.where(beyond > 0, border, labels).astype(np.int32)
    total = int(border.max()) + 1
    labels, away = smoothed(labels, CUT * unit, total)
    away /= np.float32(unit)
    sides = np.minimum(np.abs(beyond), np.abs(beyond - np.float32(window.border)))
    away = np.minimum(away, np.maximum(sides - np.float32(EDGE), 0))
    areas = np.maximum(np.bincount(labels.ravel(), minlength=total), 1)
    shares = np.bincount(labels.ravel(), near.ravel(), total) / areas
    return Glazing(labels, away, count, total, shares.astype(np.float32))


def _pictured(
    picture: Bytes, near: Floats, unit: float, stream: RandomStream
) -> tuple[Labels, int]:
    """Return the panes of a picture, (h / HALF, w / HALF) int32, and their number.

    Args:
        picture: (h, w, 4) uint8.
        near: (h, w) float32, 0..1, the subject.
        unit: pixels of the result in a side.
        stream: random numbers.
    """
    size = tuple(max(one // HALF, 2) for one in near.shape)
    colours = resize(picture, *size)[..., :3].astype(np.float32) * np.float32(1 / 255)
    near = np.clip(resize_map(near, *size), 0, 1)
    inner = np.float32(INNER) * smoothstep(0.6, 0.95, near)[..., None]
    fine, soft = blur(colours, FINE * unit), blur(colours, SOFT * unit)
    features = np.dstack([fine + inner * (soft - fine), np.float32(OUTLINE) * near])
    rough = resize_map(stream.normal(7, 7).astype(np.float32), *size)
    sizes = RADIUS * (1 + np.float32(ROUGH) * rough)
    radii = np.asarray(np.maximum(np.clip(sizes, *RADII) * unit, 1), np.float32)
    owner, count = find_panes(np.ascontiguousarray(features, np.float32), radii, stream)
    for deviation in SMOOTH:
        owner, _ = smoothed(owner, deviation * unit, count)
        owner, count = whole_panes(owner, fine, int((SMALLEST * unit) ** 2))
    return owner, count
