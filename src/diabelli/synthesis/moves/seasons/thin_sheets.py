"""Thin sheets in the air, as petals and leaves are: bent, lit, and seen through a lens.

A sheet is a parabolic cylinder, so the one or two places of it that a ray meets have a closed form.
Its outline and pattern are maps; light falls on it from one side and shines through it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.filters import disc_blurred
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.types import Bytes, Floats, Points
from diabelli.synthesis.moves.seasons.sheet_raster import Light, Pose, render_sheet

BLUR_CELLS, LEAST_BLUR = 5.0, 0.3
"""Radius in cells of a blur, of which a raster is coarser than the picture if the blur is larger
there; radius in pixels below which nothing is blurred."""
LIGHT_SIDE, LIGHT_CELLS, WHITE = 16, 8, (3.8, 0.9)
"""Side at which the light of the picture is measured, number of the brightest cells, which may show
white, and light of white in that of the mean, and at most."""
KEY, SKY = (0.84, 0.8, 0.745), (0.655, 0.68, 0.72)
"""Light from one side and from the sky, in that of white in the picture."""
LOCAL = (0.65, 1.25)
"""Bounds of the light at a place relative to that of the picture."""


class Air(NamedTuple):
    """Light in which sheets are.

    Attributes:
        toward: (3,) float32, direction of the light: down, across, toward the camera; length 1.
        key: (3,) float32, linear light of it on a white sheet that faces it.
        sky: (3,) float32, the same of the sky on a sheet that faces up.
        local: (LIGHT_SIDE, LIGHT_SIDE) float32, how bright places are, around 1.
        grey: whether it has no colour.
    """

    toward: Floats
    key: Floats
    sky: Floats
    local: Floats
    grey: bool


class Sheet(NamedTuple):
    """A sheet.

    Attributes:
        maps: (side, side, 4) float32 of -1..1 down and across: distance inside of the outline in
            half sides, shares of the second and of the third colour, relief.
        colours: (4, 3) float32, linear: first, second, third, and of the underside.
        row: of its middle, in sides.
        column: of its middle, in sides.
        size: half side of the maps, in sides.
        blur: radius of the disc of its blur, in sides.
        axes: (3, 3) float32, directions of the maps' columns, of their rows, and of the upper side,
            each down, across, and toward the camera.
        bend: height of the upper side over the middle at distance 1 across.
        turn: (2,) cosine and sine of the bend's direction.
        translucency: share of light that shines through it.
        gloss: share that is mirrored.
        opacity: share of the light behind it that it hides.
        motion: (2,) movement during the exposure, in sides.
    """

    maps: Floats
    colours: Floats
    row: float
    column: float
    size: float
    blur: float
    axes: Floats
    bend: float
    turn: Points
    translucency: float
    gloss: float
    opacity: float
    motion: tuple[float, float]


def measure_air(image: Bytes, toward: tuple[float, float, float], *, grey: bool) -> Air:
    """Measure the light of a picture (h, w, 4) uint8.

    Args:
        image: the picture.
        toward: direction of the light.
        grey: whether it has no colour.
    """
    small = np.square(resize(image, LIGHT_SIDE, LIGHT_SIDE)[..., :3].astype(np.float32) / 255)
    luminance = small.mean(2, dtype=np.float64)
    local = np.sqrt(np.sqrt((luminance + 0.02) / (luminance.mean() + 0.02)))
    white, direction = _white(image), np.array(toward) / np.sqrt(np.square(toward).sum())
    return Air(
        direction.astype(np.float32),
        np.asarray(white * KEY, np.float32),
        np.asarray(white * SKY, np.float32),
        np.clip(local, *LOCAL).astype(np.float32),
        grey,
    )


def _white(image: Bytes) -> Points:
    """Return the linear light of white in a picture (h, w, 4) uint8, (3,) float64."""
    small = np.square(resize(image, LIGHT_SIDE, LIGHT_SIDE)[..., :3].astype(np.float64) / 255)
    light = np.sort(small.reshape(-1, 3), axis=0)[-LIGHT_CELLS:].mean(0)
    least = min(WHITE[0] * small.mean(), WHITE[1])
    pale = 0.35 * light + 0.65 * light.mean()
    return np.asarray(pale * max(1.0, least / max(pale.mean(), 1e-6)) + 0.02)


def draw_sheet(out: Bytes, sheet: Sheet, air: Air) -> None:
    """Draw a sheet on an image (h, w, 4) uint8, in place."""
    height, width = out.shape[:2]
    side = float(np.sqrt(height * width))
    size, blur = sheet.size * side, sheet.blur * side
    step = max(1.0, blur / BLUR_CELLS)
    low, high = _extent(sheet)
    swept = np.abs(sheet.motion) * side
    middle = np.array([sheet.row * height, sheet.column * width])
    first = np.floor(middle + low * size - blur - swept) - 2 * step
    cells = np.ceil((middle + high * size + blur + swept - first) / step).astype(int) + 2
    top, left = int(first[0]), int(first[1])
    row, column = middle.tolist()
    y, x = (min(max(int(p * LIGHT_SIDE), 0), LIGHT_SIDE - 1) for p in (sheet.row, sheet.column))
    numbers = (
        *((row - top) / step, (column - left) / step, size / step),
        *(sheet.bend, *sheet.turn, sheet.translucency, sheet.gloss, sheet.opacity),
        *(one * side / step for one in sheet.motion),
    )
    pose = Pose(sheet.axes, *map(np.float32, numbers))
    light = Light(air.toward, air.local[y, x] * air.key, air.local[y, x] * air.sky)
    raster = np.zeros((*cells, 4), np.float32)
    render_sheet(raster, pose, sheet.maps, sheet.colours, light)
    if air.grey:
        raster[..., :3] = raster[..., :3].mean(2, keepdims=True)
    if blur > LEAST_BLUR:
        raster = disc_blurred(raster, np.float32(blur / step))
    _lay_over(out, raster, top, left, np.float32(step))


def _extent(sheet: Sheet) -> tuple[Points, Points]:
    """Return the least and the most place (2,) of a sheet down and across, in its size."""
    inside = sheet.maps[..., 0] > -1 / len(sheet.maps)
    rows, columns = (np.flatnonzero(inside.any(axis)) for axis in (1, 0))
    ends = [
        2 * (line[[0, -1]] + np.array([0, 1])) / len(sheet.maps) - 1 for line in (rows, columns)
    ]
    corners = [
        across * sheet.axes[0, :2] + down * sheet.axes[1, :2]
        for down in ends[0]
        for across in ends[1]
    ]
    raised = sheet.bend * max(float(np.square(ends).max(1).sum()), 0.0) * sheet.axes[2, :2]
    low, high = np.min(corners, axis=0), np.max(corners, axis=0)
    return low + np.minimum(raised, 0), high + np.maximum(raised, 0)


@kernel
def _lay_over(out: Bytes, raster: Floats, top: int, left: int, step: np.float32) -> None:
    """Lay a raster over an image, in place.

    Args:
        out: (h, w, 4) uint8.
        raster: (h, w, 4) float32: linear light times opacity, and opacity.
        top: first row of the raster in the picture.
        left: first column of it.
        step: side of its cells, in pixels.
    """
    half, one, whole = np.float32(0.5), np.float32(1), np.float32(255)
    rows, columns = raster.shape[0], raster.shape[1]
    tall, wide = int(np.float32(rows) * step), int(np.float32(columns) * step)
    over = np.empty(4, np.float32)
    for y in range(max(top, 0), min(top + tall, out.shape[0])):
        v = (np.float32(y - top) + half) / step - half
        v = min(max(v, np.float32(0)), np.float32(rows - 1))
        r = min(int(v), rows - 2)
        a = v - np.float32(r)
        for x in range(max(left, 0), min(left + wide, out.shape[1])):
            u = (np.float32(x - left) + half) / step - half
            u = min(max(u, np.float32(0)), np.float32(columns - 1))
            q = min(int(u), columns - 2)
            b = u - np.float32(q)
            for c in range(4):
                above = raster[r, q, c] + b * (raster[r, q + 1, c] - raster[r, q, c])
                below = raster[r + 1, q, c] + b * (raster[r + 1, q + 1, c] - raster[r + 1, q, c])
                over[c] = above + a * (below - above)
            if over[3] <= np.float32(0):
                continue
            for c in range(3):
                value = np.float32(out[y, x, c]) / whole
                value = min(value * value * (one - min(over[3], one)) + over[c], one)
                out[y, x, c] = np.uint8(np.sqrt(value) * whole + half)
