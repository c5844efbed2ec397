"""Raster of cut paper: ink, spindles, and sheets with their shadows."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats


@kernel
def mix_ink(canvas: Floats, share: Floats, ink: Floats) -> None:
    """Lay ink (rows or 1, columns or 1, 3) with coverage (rows, w) on the top of (h, w, 4)."""
    one = np.float32(1)
    down, across = ink.shape[0] > 1, ink.shape[1] > 1
    for y in range(share.shape[0]):
        v = y if down else 0
        for x in range(share.shape[1]):
            part = share[y, x]
            if part == 0:
                continue
            u = x if across else 0
            for c in range(3):
                canvas[y, x, c] += part * (ink[v, u, c] - canvas[y, x, c])
            canvas[y, x, 3] += part * (one - canvas[y, x, 3])


@kernel
def draw_spindles(
    canvas: Floats, shapes: Floats, profile: Floats, side: np.float32, middle: np.float32
) -> None:
    """Draw shapes as in `Stage.spindles` on a canvas (h, w, 4) whose middle column is `middle`."""
    height, width = canvas.shape[:2]
    half, one, zero = np.float32(0.5), np.float32(1), np.float32(0)
    third = one / np.float32(3)
    last = len(profile) - 1
    line = np.zeros((width, 2), np.float32)
    for k in range(len(shapes)):
        foot, tall = shapes[k, 1] * side, max(shapes[k, 2] * side, np.float32(0.5))
        x, thick = shapes[k, 0] * side + middle, shapes[k, 3] * side
        lean, bend = shapes[k, 4] * side, shapes[k, 5] * side
        for y in range(max(int(foot - tall) - 1, 0), min(int(foot) + 2, height)):
            left, right = width, -1
            for sub in range(3):
                t = (foot - np.float32(y) - (np.float32(sub) + half) * third) / tall
                if t < zero or t > one:
                    continue
                at = t * np.float32(last)
                i = min(int(at), last - 1)
                wide = thick * (profile[i] + (at - np.float32(i)) * (profile[i + 1] - profile[i]))
                centre = x + lean * t + bend * t * t
                begin = max(int(centre - wide - one), 0)
                end = min(int(centre + wide + np.float32(2)), width)
                for u in range(begin, end):
                    place = np.float32(u)
                    low, high = max(centre - wide, place), min(centre + wide, place + one)
                    if high <= low:
                        continue
                    if u < left:
                        left = u
                    if u > right:
                        right = u
                    part = max(min(high, centre) - low, zero)
                    line[u, 0] += third * part
                    line[u, 1] += third * (high - low - part)
            for u in range(left, right + 1):
                a, b = line[u, 0], line[u, 1]
                line[u, 0] = line[u, 1] = zero
                for c in range(3):
                    mixed = a * shapes[k, 6 + c] + b * shapes[k, 9 + c]
                    canvas[y, u, c] += mixed - (a + b) * canvas[y, u, c]
                canvas[y, u, 3] += (a + b) * (one - canvas[y, u, 3])


@kernel
def lay_sheet(
    scene: Floats, sheet: Floats, shades: Floats, step: int, lip: int, light: np.float32, lit: int
) -> None:
    """Lay a sheet with its shadow and its lit edge, and clear it.

    Args:
        scene: (h, w, 3) float32, 0..1, changed in place.
        sheet: (h, w, 4) float32, 0..1, premultiplied colours and alpha.
        shades: (rows, columns) float32, 0..1, shadow of each `step`-th place.
        step: in pixels.
        lip: width of the lit edge in pixels.
        light: how much brighter it is.
        lit: side from which light comes, -1 for the left, or 1.
    """
    height, width = scene.shape[:2]
    half, one, zero = np.float32(0.5), np.float32(1), np.float32(0)
    rows, columns = shades.shape
    for y in range(height):
        v = (np.float32(y) + half) / np.float32(step) - half
        v = min(max(v, zero), np.float32(rows) - np.float32(1.01))
        top = int(v)
        b = v - np.float32(top)
        low = min(top + 1, rows - 1)
        for x in range(width):
            alpha = sheet[y, x, 3]
            if alpha < one:
                u = (np.float32(x) + half) / np.float32(step) - half
                u = min(max(u, zero), np.float32(columns) - np.float32(1.01))
                left = int(u)
                a = u - np.float32(left)
                right = min(left + 1, columns - 1)
                above = shades[top, left] + a * (shades[top, right] - shades[top, left])
                below = shades[low, left] + a * (shades[low, right] - shades[low, left])
                rest = (one - alpha) * (one - above - b * (below - above))
                for c in range(3):
                    scene[y, x, c] *= rest
            else:
                for c in range(3):
                    scene[y, x, c] = zero
            if alpha > zero:
                beside = min(max(x + lit * lip, 0), width - 1)
                edge = max(alpha - sheet[max(y - lip, 0), beside, 3], zero)
                for c in range(3):
                    scene[y, x, c] += sheet[y, x, c] * (one + light * edge)
    sheet[:] = zero
