"""Wall of a gallery: plaster or fabric in the light of a lamp, seen by a camera beside its middle.

Lengths are in sides, multiples of the canvas's shorter side, from the middle of the painting.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import bell, ramp
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats

LATTICE = 64
"""Rows and columns of the noise of the wall's texture; a power of two."""
DISTANCE, SHIFT = 2.2, 0.014
"""Distance of the camera, and how far the painting is below the middle of the canvas, in sides."""
OFFSET = 160.0
"""Added to places, in sides, so that those on the noise are positive."""
TEXTURE_SIDES = (200.0, 600.0)
"""Sides of the canvas in pixels at which the wall's texture begins to be seen, and at which it is
seen fully."""
LABEL_ROW, LABEL_HEIGHT, LABEL_WIDTH = 0.7, 0.017, 0.024
"""Row of a label in half heights of the frame, and half of its height and width."""
LINES = 190.0
"""Lines of lettering on a label in a side."""
TUBE, ARM, LAMP_HEIGHT, LAMP_SHARE = 0.0145, 0.0042, 0.03, 0.42
"""Radii of a lamp's tube and of its arms, height of the tube above the frame, and length of the
tube as a share of the frame's width."""


class Gallery(NamedTuple):
    """Wall, light and camera.

    Attributes:
        wall: (3,) float32, linear light of the wall.
        light: (3,) float32, linear light of the lamp.
        brass: (3,) float32, linear light of what the lamp is made of.
        noise: (LATTICE, LATTICE) float32, normal.
        is_fabric: whether the wall is of fabric, else it is of plaster.
        has_lamp: whether the lamp is on the frame, else it is far above.
        has_label: whether there is a label beside the frame.
        label: column of its middle.
        down: half of the frame's height.
        across: half of its width.
        depth: how far the frame is before the wall.
        lean: how far the lamp is to the right, -1..1.
        yaw: sine of the camera's angle, positive from the right.
        pitch: sine of the camera's angle, positive from below.
    """

    wall: Floats
    light: Floats
    brass: Floats
    noise: Floats
    is_fabric: bool
    has_lamp: bool
    has_label: bool
    label: np.float32
    down: np.float32
    across: np.float32
    depth: np.float32
    lean: np.float32
    yaw: np.float32
    pitch: np.float32


@kernel
def _noise(lattice: Floats, down: np.float32, across: np.float32) -> np.float32:
    """Interpolate a lattice of LATTICE rows and columns, repeated; cheaper than `value_noise`."""
    v, u = int(down), int(across)
    a, b = down - np.float32(v), across - np.float32(u)
    top, low = v & (LATTICE - 1), (v + 1) & (LATTICE - 1)
    left, right = u & (LATTICE - 1), (u + 1) & (LATTICE - 1)
    above = lattice[top, left] + b * (lattice[top, right] - lattice[top, left])
    below = lattice[low, left] + b * (lattice[low, right] - lattice[low, left])
    return above + a * (below - above)


@kernel
def _pool(gallery: Gallery, down: np.float32, across: np.float32) -> np.float32:
    """Return the relative light of the lamp at a place, 0..1."""
    if gallery.has_lamp:
        a = across / (np.float32(0.85) * gallery.across + np.float32(0.08))
        b = (down + gallery.down) / (np.float32(1.5) * gallery.down)
        return bell((a * a + b * b) * np.float32(0.8))
    a = across - np.float32(0.14) * gallery.lean
    a /= np.float32(0.9) * gallery.across + np.float32(0.1)
    b = down + np.float32(0.45) * gallery.down
    b /= np.float32(1.4) * gallery.down + np.float32(0.06)
    return bell((a * a + b * b) * np.float32(0.85))


@kernel
def _soft_box(
    down: np.float32, across: np.float32, high: np.float32, wide: np.float32, soft: np.float32
) -> np.float32:
    """Return how far a place is inside a rectangle, 0..1.

    Args:
        down: place below the middle of the rectangle.
        across: place to the right of it.
        high: half of its height.
        wide: half of its width.
        soft: width of its soft edge.
    """
    half = np.float32(0.5)
    inside = ramp((high - abs(down)) / soft + half)
    return inside * ramp((wide - abs(across)) / soft + half)


@kernel
def _wall_light(gallery: Gallery, down: np.float32, across: np.float32) -> np.float32:
    """Return the light on the wall at a place, with the shadow of the frame."""
    one, depth = np.float32(1), gallery.depth
    light = np.float32(0.11) + np.float32(1.45) * _pool(gallery, down, across)
    # Two lamps from above throw soft shadows below the frame.
    drop, slant = down - np.float32(1.35) * depth, across + np.float32(0.4) * depth * gallery.lean
    left, right = slant - np.float32(0.35) * depth, slant + np.float32(0.4) * depth
    key = np.float32(0.5) * _soft_box(drop, left, gallery.down, gallery.across, depth)
    drop, soft = down - np.float32(0.85) * depth, np.float32(0.7) * depth
    key += np.float32(0.3) * _soft_box(drop, right, gallery.down, gallery.across, soft)
    drop, soft = down - np.float32(0.12) * depth, np.float32(0.5) * depth
    near = _soft_box(drop, across, gallery.down, gallery.across, soft)
    return light * (one - key) * (one - np.float32(0.7) * near)


@kernel
def _texture(gallery: Gallery, down: np.float32, across: np.float32) -> np.float32:
    """Return the difference in brightness of the wall at a place, of mean 0."""
    noise = gallery.noise
    v, u = down + np.float32(OFFSET), across + np.float32(OFFSET)
    tone = np.float32(0.03) * _noise(noise, v * np.float32(5), u * np.float32(4))
    if gallery.is_fabric:
        tone += np.float32(0.035) * _noise(noise, v * np.float32(16), u * np.float32(300))
        tone += np.float32(0.035) * _noise(noise, v * np.float32(300), u * np.float32(13))
    else:
        tone += np.float32(0.02) * _noise(noise, v * np.float32(37), u * np.float32(31))
        tone += np.float32(0.03) * _noise(noise, v * np.float32(150), u * np.float32(140))
    return tone


@kernel
def _label(
    gallery: Gallery, down: np.float32, across: np.float32, pixel: np.float32
) -> tuple[np.float32, np.float32, np.float32]:
    """Return how much of a place is a label, 0..1, its tone, and the shadow that it throws."""
    one, half = np.float32(1), np.float32(0.5)
    b, a = down - gallery.down * np.float32(LABEL_ROW), across - gallery.label
    high, wide = np.float32(LABEL_HEIGHT), np.float32(LABEL_WIDTH)
    cover = _soft_box(b, a, high, wide, pixel)
    shadow = _soft_box(b - np.float32(0.002), a, high, wide, np.float32(0.006))
    # Grey lines, too small to be read.
    line = (b + one) * np.float32(LINES)
    right = half + np.float32(0.25) * _noise(gallery.noise, np.floor(line), np.float32(0))
    tone = one
    if abs(b) < np.float32(0.62) * high and -np.float32(0.75) < a / wide < right:
        away = abs(line - np.floor(line) - half)
        tone -= np.float32(0.35) * ramp(np.float32(1.1) - np.float32(3) * away)
    return cover, tone, np.float32(0.4) * shadow * (one - cover)


@kernel
def photograph_wall(sprite: Floats, gallery: Gallery, height: int, width: int) -> Floats:
    """Render the wall and what hangs on it as the camera sees it.

    Args:
        sprite: (h, w, 4) float32, what hangs, its middle on that of the painting: linear light,
            multiplied by the share in the last channel.
        gallery: wall, light and camera.
        height: rows of the canvas.
        width: columns of the canvas.

    Returns:
        (height, width, 3) float32, linear light.
    """
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    out = np.zeros((height, width, 3), np.float32)
    side = np.float32(min(height, width))
    rows, columns = sprite.shape[0], sprite.shape[1]
    cosine = np.sqrt(one - gallery.yaw * gallery.yaw)
    lift = np.sqrt(one - gallery.pitch * gallery.pitch)
    flank_width = abs(gallery.depth * gallery.yaw / cosine)
    start, end = np.float32(TEXTURE_SIDES[0]), np.float32(TEXTURE_SIDES[1])
    fine = ramp((side - start) / (end - start))
    for y in range(height):
        p = (np.float32(y) + half - half * np.float32(height)) / side
        for x in range(width):
            q = (np.float32(x) + half - half * np.float32(width)) / side
            # The ray through a pixel meets the wall there.
            near = one + (q * gallery.yaw - p * gallery.pitch) / np.float32(DISTANCE)
            across, down = q / near / cosine, p / near / lift - np.float32(SHIFT)
            v = down * side + half * np.float32(rows - 1)
            u = across * side + half * np.float32(columns - 1)
            share = zero
            if zero <= v < np.float32(rows - 1) and zero <= u < np.float32(columns - 1):
                top, left = int(v), int(u)
                a, b = v - np.float32(top), u - np.float32(left)
                first, second = (one - a) * (one - b), (one - a) * b
                third, fourth = a * (one - b), a * b
                share = first * sprite[top, left, 3] + second * sprite[top, left + 1, 3]
                share += third * sprite[top + 1, left, 3] + fourth * sprite[top + 1, left + 1, 3]
                if share > zero:
                    for c in range(3):
                        value = first * sprite[top, left, c] + second * sprite[top, left + 1, c]
                        value += third * sprite[top + 1, left, c]
                        out[y, x, c] = value + fourth * sprite[top + 1, left + 1, c]
            if share > np.float32(0.999):
                continue
            light = _wall_light(gallery, down, across)
            light *= one + fine * _texture(gallery, down, across)
            # The side of the frame that the camera sees.
            beyond = (across if gallery.yaw > zero else -across) - gallery.across
            flank = zero
            if abs(down) < gallery.down and beyond > zero:
                flank = min(max((flank_width - beyond) * side + half, zero), one)
            label, tone = zero, one
            if gallery.has_label:
                label, tone, shadow = _label(gallery, down, across, np.float32(1.2) / side)
                light *= one - shadow
            for c in range(3):
                value = gallery.wall[c] * light
                value += label * (tone * (np.float32(0.6) * light + np.float32(0.03)) - value)
                value += flank * (np.float32(0.013) - value)
                out[y, x, c] += np.float32(1.6) * value * gallery.light[c] * (one - share)
    return out


@kernel
def light_sprite(sprite: Floats, gallery: Gallery, side: np.float32) -> None:
    """Light painting and frame by the lamp, in place; as for `photograph_wall`."""
    rows, columns = sprite.shape[0], sprite.shape[1]
    half = np.float32(0.5)
    for y in range(rows):
        down = (np.float32(y) - np.float32(rows - 1) * half) / side
        for x in range(columns):
            if sprite[y, x, 3] > 0:
                across = (np.float32(x) - np.float32(columns - 1) * half) / side
                light = np.float32(0.58) + np.float32(0.58) * _pool(gallery, down, across)
                for c in range(3):
                    sprite[y, x, c] *= light


@kernel
def add_lamp(sprite: Floats, gallery: Gallery, side: np.float32) -> None:
    """Draw the lamp on the upper edge of the frame, in place, if there is one.

    Args:
        sprite: (h, w, 4) float32, as for `photograph_wall`.
        gallery: with the frame and the lamp's light.
        side: shorter side of the canvas, in pixels.
    """
    if not gallery.has_lamp:
        return
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    rows, columns = sprite.shape[0], sprite.shape[1]
    radius, thin = np.float32(TUBE), np.float32(ARM)
    middle = -gallery.down - np.float32(LAMP_HEIGHT)
    reach = max(np.float32(LAMP_SHARE) * gallery.across, np.float32(0.12))
    for y in range(rows):
        down = (np.float32(y) - np.float32(rows - 1) * half) / side
        if down > half * radius - gallery.down:
            break
        v = (down - middle) / radius
        for x in range(columns):
            across = abs(np.float32(x) - np.float32(columns - 1) * half) / side
            # Two arms rise from the frame behind the tube.
            cover, shine = zero, zero
            if down > middle:
                arm = (across - half * reach) / thin
                cover = min(max((one - abs(arm)) * thin * side + half, zero), one)
                arm += np.float32(0.3)
                shine = np.float32(0.12) + np.float32(0.8) * bell(arm * arm / np.float32(0.08))
                shine *= one - half * bell(v * v / np.float32(3))
            # Half a ball closes each end of the tube.
            end = max(across - reach, zero) / radius
            tube = min(max((one - np.sqrt(v * v + end * end)) * radius * side + half, zero), one)
            if tube > zero:
                high = (-v - np.float32(0.62)) / np.float32(0.2)
                seen = np.float32(0.09) + np.float32(0.75) * bell(high * high)
                seen += np.float32(0.16) * ramp((v - np.float32(0.1)) / np.float32(0.7))
                ring = (across - reach + np.float32(0.004)) / np.float32(0.0016)
                seen *= one - np.float32(0.55) * bell(ring * ring)
                # The lamp is open below, so its own light is seen along its lower edge.
                low = (v - np.float32(0.92)) / np.float32(0.12)
                seen += np.float32(1.6) * bell(low * low) * max(one - np.float32(3) * end, zero)
                shine += tube * (seen - shine)
                cover = max(cover, tube)
            if cover > zero:
                for c in range(3):
                    value = gallery.brass[c] * shine * gallery.light[c]
                    sprite[y, x, c] += cover * (value - sprite[y, x, c])
                sprite[y, x, 3] += cover * (one - sprite[y, x, 3])
