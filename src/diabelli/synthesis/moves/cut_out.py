"""Cut-out: the thing before a white ground, taken from it at full size.

A pixel of the ground, shaded or not, is the ground's light: its least channel beside the ground's.
A pixel of a soft edge is a mixture I = a F + (1 - a) G of a colour F of the thing and the ground G
(colour difference matting). G is known; F is the colour at the end of the steepest ascent of the
difference from G.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.white_ground import WhiteGround

REACH = 3.0
"""Pixels, at 512 a side, from the ground up to which a pixel may be a mixture."""
NOISE = 10.0
"""Difference from the ground, in grey levels, of ground at an edge."""
LIFT = 1.015
"""Factor of the ground's light, which hides the noise of an even ground."""
CLEAR_RISE, FAINT_RISE, FAINT = 4.0, 0.5, 60.0
"""Least rise of the difference at a step of the ascent, and the same where the difference is below
FAINT, in grey levels."""
HARDLY, HARDLY_LIGHT, HARDLY_TINT = 30.0, 0.8, 0.1
"""Largest difference from the ground, in grey levels, at the end of an ascent within the ground;
least light and largest difference of channels, beside the ground's, of its first pixel."""
PALE_EDGE = 0.5
"""Least channel beside the ground's from which a single pixel of an edge is seen."""
OPAQUE = 0.96
"""Share of the thing above which a pixel is opaque."""


def cut_out(image: Bytes, ground: WhiteGround) -> Bytes:
    """Make the ground of an image transparent, and its shadows half transparent.

    Args:
        image: (h, w, 3 or more) uint8, of any size.
        ground: found in the same picture.

    Returns:
        (h, w, 4) uint8, premultiplied.
    """
    height, width = image.shape[:2]
    colours = np.ascontiguousarray(image[..., :3])
    places = np.clip(resize_map(ground.places, height, width), 0, 1)
    shade = np.clip(resize_map(ground.light, height, width), 0, 1)
    reach = max(2, int(np.ceil(REACH * max(height, width) / max(ground.places.shape))))
    return _cut(colours, ground.colour, places, shade, reach)


@kernel
def _cut(image: Bytes, ground: Floats, places: Floats, shade: Floats, reach: int) -> Bytes:
    """Implement `cut_out`.

    Args:
        image: (h, w, 3) uint8.
        ground: (3,) float32, colour of the ground.
        places: (h, w) float32, 0..1, where the ground is.
        shade: (h, w) float32, 0..1, the ground's light.
        reach: pixels from the ground up to which a pixel may be a mixture.

    Returns:
        (h, w, 4) uint8, premultiplied.
    """
    height, width = places.shape
    difference = _difference(image, ground, shade)
    outside = _grow(places > np.float32(0.999), difference <= np.float32(NOISE), 2 * reach)
    distance = _distance(outside)
    light = np.zeros((height, width), np.float32)
    one, whole = np.float32(1), np.float32(255)
    for y in range(height):
        for x in range(width):
            least, most = np.float32(2), np.float32(0)
            for c in range(3):
                level = np.float32(image[y, x, c]) / ground[c]
                least, most = min(least, level), max(most, level)
            if outside[y, x]:
                light[y, x] = min(np.float32(LIFT) * least, one)
            elif distance[y, x] <= 3 * reach:
                v, u = _ascend(difference, distance, y, x, 3 * reach)
                is_pale = least > np.float32(HARDLY_LIGHT)
                is_grey = most - least < np.float32(HARDLY_TINT)
                if difference[v, u] < np.float32(HARDLY) and is_pale and is_grey:
                    light[y, x] = min(np.float32(LIFT) * least, one)
                    continue
                share = _share(image[y, x], image[v, u], ground, shade[y, x])
                if share < np.float32(OPAQUE):
                    light[y, x] = (one - share) * shade[y, x]
    out = np.empty((height, width, 4), np.uint8)
    half = np.float32(0.5)
    for y in range(height):
        for x in range(width):
            here = light[y, x]
            if 0 < distance[y, x] <= 3 * reach:
                here = max(here, _pale_light(image, ground, light, y, x))
            clear = whole * (one - here)
            for c in range(3):
                colour = np.float32(image[y, x, c]) - here * ground[c]
                out[y, x, c] = np.uint8(min(max(colour, np.float32(0)), clear) + half)
            out[y, x, 3] = np.uint8(clear + half)
    return out


@kernel
def _pale_light(image: Bytes, ground: Floats, light: Floats, y: int, x: int) -> np.float32:
    """Return the median light of 3 x 3 pixels if the one in the middle is pale, else 0.

    A single pale pixel of an edge, left by noise, would be seen on another ground.
    """
    height, width = light.shape
    for c in range(3):
        if np.float32(image[y, x, c]) < np.float32(PALE_EDGE) * ground[c]:
            return np.float32(0)
    values = np.empty(9, np.float32)
    for k in range(9):
        j = min(max(y + k // 3 - 1, 0), height - 1)
        i = min(max(x + k % 3 - 1, 0), width - 1)
        values[k] = light[j, i]
    return np.sort(values)[4]


@kernel
def _grow(ground: NDArray[np.bool_], even: NDArray[np.bool_], steps: int) -> NDArray[np.bool_]:
    """Grow a mask (h, w) by that number of steps into the pixels of another one."""
    height, width = ground.shape
    found = ground.copy()
    front = np.empty(height * width, np.int32)
    first = last = 0
    for y in range(height):
        for x in range(width):
            if not ground[y, x]:
                continue
            below, right = min(y + 1, height - 1), min(x + 1, width - 1)
            above, left = max(y - 1, 0), max(x - 1, 0)
            around = ground[above, x] and ground[below, x] and ground[y, left] and ground[y, right]
            if not around:
                front[last] = y * width + x
                last += 1
    for _ in range(steps):
        end = last
        while first < end:
            y, x = front[first] // width, front[first] % width
            first += 1
            for step in range(4):
                v = y + (step == 0) - (step == 1)
                u = x + (step == 2) - (step == 3)
                if 0 <= v < height and 0 <= u < width and even[v, u] and not found[v, u]:
                    found[v, u] = True
                    front[last] = v * width + u
                    last += 1
    return found


@kernel
def _difference(image: Bytes, ground: Floats, shade: Floats) -> Floats:
    """Return the largest difference of a channel from the shaded ground, (h, w) float32."""
    height, width = shade.shape
    out = np.empty((height, width), np.float32)
    for y in range(height):
        for x in range(width):
            most = np.float32(0)
            for c in range(3):
                most = max(most, abs(np.float32(image[y, x, c]) - shade[y, x] * ground[c]))
            out[y, x] = most
    return out


@kernel
def _distance(outside: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return the distance of pixels (h, w) from marked ones, in thirds of a pixel.

    Implements the chamfer distance 3-4 (Borgefors 1986).
    """
    height, width = outside.shape
    out = np.full((height + 2, width + 2), 1 << 29, np.int32)
    for y in range(1, height + 1):
        for x in range(1, width + 1):
            if outside[y - 1, x - 1]:
                out[y, x] = 0
            straight = min(out[y, x - 1], out[y - 1, x]) + 3
            oblique = min(out[y - 1, x - 1], out[y - 1, x + 1]) + 4
            out[y, x] = min(out[y, x], straight, oblique)
    for y in range(height, 0, -1):
        for x in range(width, 0, -1):
            straight = min(out[y, x + 1], out[y + 1, x]) + 3
            oblique = min(out[y + 1, x + 1], out[y + 1, x - 1]) + 4
            out[y, x] = min(out[y, x], straight, oblique)
    return out[1:-1, 1:-1]


@kernel
def _ascend(
    difference: Floats, distance: NDArray[np.int32], y: int, x: int, steps: int
) -> tuple[int, int]:
    """Return the end (row, column) of the steepest ascent of a difference, away from the ground."""
    height, width = difference.shape
    for _ in range(steps):
        is_faint = difference[y, x] < np.float32(FAINT)
        top = difference[y, x] + np.float32(FAINT_RISE if is_faint else CLEAR_RISE)
        v, u = y, x
        for j in range(max(0, y - 1), min(height, y + 2)):
            for i in range(max(0, x - 1), min(width, x + 2)):
                if difference[j, i] > top and distance[j, i] >= distance[y, x]:
                    top, v, u = difference[j, i], j, i
        if v == y and u == x:
            break
        y, x = v, u
    return y, x


@kernel
def _share(pixel: Bytes, thing: Bytes, ground: Floats, shade: np.float32) -> np.float32:
    """Return the share 0..1 of the thing in a pixel, by projection on the line from the ground."""
    along = total = np.float32(0)
    for c in range(3):
        f = np.float32(thing[c]) - shade * ground[c]
        along += (np.float32(pixel[c]) - shade * ground[c]) * f
        total += f * f
    return min(max(along / max(total, np.float32(1)), np.float32(0)), np.float32(1))
