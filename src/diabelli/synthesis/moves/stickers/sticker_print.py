"""A sticker on a canvas: print, white border, rim, gloss, lifted corner and shadows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import bell, ramp
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats

WHITE = (252.0, 251.0, 249.0)
"""Colour of the border."""


class Pose(NamedTuple):
    """Place of a sticker on a canvas; lengths are in sides of the canvas unless stated.

    Attributes:
        row: of the middle of the sticker, from the middle of the canvas.
        column: the same.
        cosine: of the angle by which it is turned.
        sine: of that angle.
        flip: -1 if it is mirrored, else 1.
        unit: size of a pixel of the distance map.
        middle_row: of the subject in the distance map, in its pixels.
        middle_column: the same.
        border: width of the white border.
        size: half of the sticker's longer side.
        lift_down: how far below the middle the lifted corner is; with `lift_across` of length 1,
            or 0 if none is.
        lift_across: how far to the right.
        lit_down: how far below the canvas the light is; with `lit_across` of length 1.
        lit_across: how far to the right.
        known: distance from the rim up to which the distance map is right.
    """

    row: np.float32
    column: np.float32
    cosine: np.float32
    sine: np.float32
    flip: np.float32
    unit: np.float32
    middle_row: np.float32
    middle_column: np.float32
    border: np.float32
    size: np.float32
    lift_down: np.float32
    lift_across: np.float32
    lit_down: np.float32
    lit_across: np.float32
    known: np.float32


@kernel
def place_in_map(pose: Pose, down: np.float32, across: np.float32) -> tuple[np.float32, np.float32]:
    """Return the place in the distance map, in its pixels, of one on the canvas, in sides."""
    b, a = (down - pose.row) / pose.unit, (across - pose.column) / pose.unit
    row = pose.cosine * b - pose.sine * a + pose.middle_row
    return row, pose.flip * (pose.cosine * a + pose.sine * b) + pose.middle_column


@kernel
def beyond_rim(distance: Floats, pose: Pose, down: np.float32, across: np.float32) -> np.float32:
    """Return how far beyond the rim of a sticker a place is, in sides; below 0 on the sticker.

    Args:
        distance: (h, w) float32, as in `Shape`.
        pose: of the sticker.
        down: place on the canvas from its middle, in sides.
        across: the same.
    """
    row, column = place_in_map(pose, down, across)
    height, width = distance.shape
    v = min(max(row - np.float32(0.5), np.float32(0)), np.float32(height) - np.float32(1.01))
    u = min(max(column - np.float32(0.5), np.float32(0)), np.float32(width) - np.float32(1.01))
    top, left = int(v), int(u)
    b, a = v - np.float32(top), u - np.float32(left)
    above = distance[top, left] + a * (distance[top, left + 1] - distance[top, left])
    below = distance[top + 1, left] + a * (distance[top + 1, left + 1] - distance[top + 1, left])
    return (above + b * (below - above)) * pose.unit - pose.border


@kernel
def beyond_rims(
    out: Floats, distance: Floats, pose: Pose, tall: np.float32, wide: np.float32
) -> None:
    """Fill `out` (h, w) with `beyond_rim` of a canvas of that height and width in sides."""
    half = np.float32(0.5)
    for y in range(out.shape[0]):
        down = ((np.float32(y) + half) / np.float32(out.shape[0]) - half) * tall
        for x in range(out.shape[1]):
            across = ((np.float32(x) + half) / np.float32(out.shape[1]) - half) * wide
            out[y, x] = beyond_rim(distance, pose, down, across)


@kernel
def lay_sticker(
    canvas: Floats, picture: Floats, distance: Floats, margin: np.float32, pose: Pose
) -> None:
    """Lay a sticker on a canvas, in place.

    Args:
        canvas: (h, w, 3) float32, 0..255.
        picture: (rows, columns, 3) float32, of which a part is printed, 0..255.
        distance: (h', w') float32, as in `Shape`.
        margin: around the picture in the distance map, in its pixels.
        pose: of the sticker.
    """
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    height, width = canvas.shape[:2]
    side = np.float32(min(height, width))
    tall, wide = np.float32(distance.shape[0]), np.float32(distance.shape[1])
    # The sticker is within this distance of its middle, with its shadows.
    reach = np.float32(1.5) * pose.size + np.float32(0.08)
    middle_y = pose.row * side + np.float32(height) * half
    middle_x = pose.column * side + np.float32(width) * half
    top, bottom = max(int(middle_y - reach * side), 0), min(int(middle_y + reach * side), height)
    left, right = max(int(middle_x - reach * side), 0), min(int(middle_x + reach * side), width)
    lip = max(np.float32(0.006), np.float32(1.2) / side)
    step = np.float32(1) / side
    pixel = np.zeros(3, np.float32)
    for y in range(top, bottom):
        down = (np.float32(y) + half - np.float32(height) * half) / side
        for x in range(left, right):
            across = (np.float32(x) + half - np.float32(width) * half) / side
            away = beyond_rim(distance, pose, down, across)
            if away > np.float32(0.09):
                continue
            b, a = down - pose.row, across - pose.column
            along = (pose.lift_down * b + pose.lift_across * a) / pose.size
            lift = ramp((along - np.float32(0.35)) / np.float32(0.8))
            share = min(max(half - away * side, zero), one)
            if share < one:
                # A contact shadow, and a soft one that grows under a lifted corner.
                shift = np.float32(0.0035) + np.float32(0.012) * lift
                soft = np.float32(0.006) + np.float32(0.02) * lift
                near = beyond_rim(
                    distance, pose, down + shift * pose.lit_down, across + shift * pose.lit_across
                )
                shade = np.float32(0.34) - np.float32(0.12) * lift
                shade *= ramp(half - near / soft)
                shift = np.float32(0.012) + np.float32(0.02) * lift
                soft = min(np.float32(0.04) + np.float32(0.02) * lift, np.float32(2) * pose.known)
                far = beyond_rim(
                    distance, pose, down + shift * pose.lit_down, across + shift * pose.lit_across
                )
                shade += np.float32(0.2) * ramp(half - far / soft)
                for c in range(3):
                    canvas[y, x, c] *= one - shade
            if share <= zero:
                continue
            row, column = place_in_map(pose, down, across)
            shown = min(max(half - (away + pose.border) * side, zero), one)
            if shown > zero:
                row = (row - margin) / (tall - np.float32(2) * margin)
                column = (column - margin) / (wide - np.float32(2) * margin)
                _sample(picture, row, column, pixel)
            light = one + np.float32(0.04) * lift
            if pose.lift_down != zero:
                crease = (along - half) / np.float32(0.11)
                light -= np.float32(0.06) * bell(crease * crease)
            rim = max(one + away / lip, zero)
            if rim > zero:
                lean = beyond_rim(distance, pose, down + step, across) - away
                lean = lean * pose.lit_down
                lean += (beyond_rim(distance, pose, down, across + step) - away) * pose.lit_across
                light += np.float32(0.09) * min(max(lean * side, -one), one) * rim * rim
            gloss = (pose.lit_down * b + pose.lit_across * a) / pose.size - np.float32(0.18)
            gloss /= np.float32(0.16)
            shine = np.float32(0.09) * bell(gloss * gloss)
            for c in range(3):
                white = np.float32(WHITE[c])
                value = (white + shown * (pixel[c] - white)) * light
                value += (np.float32(255) - value) * shine
                value = min(max(value, zero), np.float32(255))
                canvas[y, x, c] += share * (value - canvas[y, x, c])


@kernel
def _sample(picture: Floats, row: np.float32, column: np.float32, out: Floats) -> None:
    """Sample a picture (h, w, 3) bilinearly at a place in shares of its sides."""
    height, width = picture.shape[:2]
    half, zero = np.float32(0.5), np.float32(0)
    v = max(min(row * np.float32(height) - half, np.float32(height - 1)), zero)
    u = max(min(column * np.float32(width) - half, np.float32(width - 1)), zero)
    top, left = int(v), int(u)
    low, right = min(top + 1, height - 1), min(left + 1, width - 1)
    b, a = v - np.float32(top), u - np.float32(left)
    for c in range(3):
        above = picture[top, left, c] + a * (picture[top, right, c] - picture[top, left, c])
        below = picture[low, left, c] + a * (picture[low, right, c] - picture[low, left, c])
        out[c] = above + b * (below - above)
