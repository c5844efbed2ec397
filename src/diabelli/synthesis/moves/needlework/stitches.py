"""Stitches: straight pieces of twisted thread that catch the light as fibres do.

Implements the lighting of "Rendering fur with three dimensional textures" (Kajiya and Kay 1989).
Symbols are those of the paper.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import ramp
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.types import Floats

COLUMNS = 9
"""Columns of a table of stitches: rows and columns of both ends, half the width, linear red, green
and blue 0..1, and a random number 0..1."""


class Thread(NamedTuple):
    """Looks of a thread.

    Attributes:
        pitch: length of a turn of its plies, in half widths.
        lean: change of the phase of the plies across the thread, in turns.
        depth: how dark the grooves between its plies are, 0..1.
        fibres: how much single fibres differ, 0..1.
        arch: slope with which its ends leave the cloth.
        gloss: strength of its highlight.
        shadow: how dark the shadow beside it is, 0..1.
        exposure: factor of its light.
    """

    pitch: np.float32
    lean: np.float32
    depth: np.float32
    fibres: np.float32
    arch: np.float32
    gloss: np.float32
    shadow: np.float32
    exposure: np.float32


@kernel
def lay_stitches(
    canvas: Floats,
    table: Floats,
    scale: np.float32,
    thread: Thread,
    noise: Floats,
    light: Floats,
) -> None:
    """Lay stitches on a canvas, the first ones lowest.

    Args:
        canvas: (h, w, 3) float32, linear light 0..1, which is changed.
        table: (n, COLUMNS) float32, the stitches.
        scale: pixels per unit of the table.
        thread: of which all stitches are.
        noise: lattice by which fibres differ.
        light: (3,) float32, unit vector to the light: down, across, up.
    """
    zero, half, one, two = np.float32(0), np.float32(0.5), np.float32(1), np.float32(2)
    rows, columns = canvas.shape[0], canvas.shape[1]
    ly, lx, lz = light
    # The viewer is above: H is between that direction and the light.
    norm = np.sqrt(two + two * lz)
    hy, hx, hz = ly / norm, lx / norm, (lz + one) / norm
    for k in range(table.shape[0]):
        y0, x0 = table[k, 0] * scale, table[k, 1] * scale
        dy, dx = table[k, 2] * scale - y0, table[k, 3] * scale - x0
        radius = table[k, 4] * scale
        length = np.sqrt(dy * dy + dx * dx)
        if length < np.float32(1e-3):
            continue
        ty, tx = dy / length, dx / length
        py, px = tx, -ty
        phase = table[k, 8]
        chance = phase * np.float32(7) - np.float32(int(phase * np.float32(7)))
        reach = np.float32(1.75) * radius + one
        pitch = thread.pitch * radius
        # Threads finer than pixels cannot be seen.
        seen = ramp((pitch - np.float32(1.6)) / np.float32(2.4))
        fine = ramp((radius - np.float32(1.2)) / np.float32(1.6))
        shift_u = np.float32(0.45) * radius * (ly * py + lx * px)
        shift_t = np.float32(0.45) * radius * (ly * ty + lx * tx)
        top = int(max(min(y0, y0 + dy) - reach, zero))
        bottom = int(min(max(y0, y0 + dy) + reach, np.float32(rows - 1)))
        for y in range(top, bottom + 1):
            cy = np.float32(y) + half - y0
            first, last = _span(cy, px, py, -reach, reach)
            low, high = _span(cy, tx, ty, -reach, length + reach)
            first, last = max(max(first, low), -x0), min(min(last, high), np.float32(columns) - x0)
            for x in range(int(max(first + x0, zero)), int(min(last + x0, np.float32(columns)))):
                cx = np.float32(x) + half - x0
                u, t = cy * py + cx * px, cy * ty + cx * tx
                us, ts = u + shift_u, t + shift_t
                beyond = max(max(-ts, ts - length), zero)
                away = np.sqrt(us * us + beyond * beyond)
                shade = thread.shadow * ramp((np.float32(1.6) * radius - away) / radius)
                inside = min(t, length - t) + radius
                # The ends are narrower, where the thread goes through the cloth.
                wide = radius * (
                    np.float32(0.55) + np.float32(0.45) * ramp(inside / (np.float32(2.4) * radius))
                )
                cover = min(max(wide - abs(u) + half, zero), one)
                cover *= min(max(inside - np.float32(0.4) * radius + half, zero), one)
                for c in range(3):
                    canvas[y, x, c] *= one - shade * (one - cover)
                if cover <= zero:
                    continue
                v = min(max(u / wide, -np.float32(0.98)), np.float32(0.98))
                nz = np.sqrt(one - v * v)
                along = min(max(t / length, zero), one)
                rise = thread.arch * (one - two * along) + np.float32(0.24) * (chance - half)
                # The plies turn around the thread, and so do their fibres.
                turn = t / max(pitch, np.float32(1e-3)) + thread.lean * v + phase * np.float32(5)
                ply = turn - np.floor(turn)
                bump = one - np.float32(4) * (ply - half) * (ply - half)
                swing = seen * np.float32(0.42)
                fy = ty + swing * py * nz
                fx = tx + swing * px * nz
                fz = rise - swing * v + seen * np.float32(0.5) * (half - ply)
                inverse = one / np.sqrt(fy * fy + fx * fx + fz * fz)
                along_light = (fy * ly + fx * lx + fz * lz) * inverse
                along_half = (fy * hy + fx * hx + fz * hz) * inverse
                diffuse = np.sqrt(max(one - along_light * along_light, zero))
                lit = max(v * (ly * py + lx * px) + nz * lz, zero)
                shine = max(one - along_half * along_half, zero)
                for _ in range(3):
                    shine *= shine
                shine *= max(v * (hy * py + hx * px) + nz * hz, zero)
                depth = one - seen * thread.depth * (one - bump) * (one - bump)
                edge = np.float32(0.42) + np.float32(0.58) * nz
                grain = one
                if fine > zero:
                    across = (v + two) * np.float32(3.5) + phase * np.float32(61)
                    down = t / radius * np.float32(0.55) + phase * np.float32(37) + np.float32(64)
                    grain += (
                        fine
                        * thread.fibres
                        * value_noise(noise, down + across * np.float32(0.3), across)
                    )
                    grain = max(grain, np.float32(0.3))
                tone = thread.exposure * (
                    np.float32(0.3) + np.float32(0.45) * diffuse + np.float32(0.55) * lit
                )
                tone *= edge * depth * grain
                shine *= thread.gloss * depth * grain
                for c in range(3):
                    colour = table[k, 5 + c]
                    value = colour * tone + shine * (
                        np.float32(0.3) * colour
                        + np.float32(0.12) * np.sqrt(colour)
                        + np.float32(0.015)
                    )
                    canvas[y, x, c] += cover * (value - canvas[y, x, c])


@kernel
def _span(
    down: np.float32, along: np.float32, beside: np.float32, low: np.float32, high: np.float32
) -> tuple[np.float32, np.float32]:
    """Return the first and last x for which x * along + down * beside is from low to high."""
    far = np.float32(1e6)
    if abs(along) > np.float32(1e-4):
        one, other = (low - down * beside) / along, (high - down * beside) / along
        return min(one, other), max(one, other)
    return (-far, far) if low <= down * beside <= high else (far, -far)
