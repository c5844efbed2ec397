"""Move: a photograph as a window of stained glass in a dim wall.

The picture is cut into panes that end at the edges of things. Each pane is glass of one colour, and
the picture's own detail is painted on it, as glaziers do.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import shoulder, smoothstep
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import crop, resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.stained_glass.glass import glass_light
from diabelli.synthesis.moves.stained_glass.glazing import glaze
from diabelli.synthesis.moves.stained_glass.stone_wall import draw_wall
from diabelli.synthesis.moves.stained_glass.window import Window

STAINED_GLASS = "stained_glass"
"""Name of the move."""
SIDE = 420
"""Side in pixels at which panes are planned."""
INSET, BORDER = 0.105, 0.036
"""Distance of the field from the edges of the canvas in its height and width; width of the border
of plain panes in sides."""
CORNERS = (0.0, 0.14, 0.3)
"""Radii of the upper corners of the field in its shorter side, of which one is drawn."""
LEAD, CAME, SLOPED = 0.0042, 0.018, (0.022, 0.004)
"""Half width of leads in sides; their light, an addition on their lit side, and the least."""
ROUNDING = 0.0015
"""Deviation of the blur that rounds leads, in sides."""
STREAKS, WAVES = ((40, 18), 0.05), ((9, 9), 0.1)
"""Cells and deviations of streaks in the glass, and of the view behind it."""
SKY, DIMMER, HIGH, GAIN = 1.15, (0.18, 0.21), 0.08, 1.35
"""Light behind the middle of a window, by how much it is dimmer at the upper and lower and at the
other edges; distance of the brightest place above the middle; factor of all light."""
BLOOMS, BLOOM, MAX_BLOOM = ((0.008, 0.55), (0.03, 0.45)), 0.16, 2.0
"""Deviations, in the root of the area, of the glow over leads, and its shares; its strength, and
the most light that glows."""
KNEE, HUE_KEPT, WHITE = 0.6, 0.6, 0.2
"""Linear light above which it is compressed; how far it keeps the ratios of its channels, and how
fast it loses them in bright light."""


def show_stained_glass(
    image: Bytes, subject: Floats, stream: RandomStream, *, grey: bool = False
) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a window of stained glass.

    Args:
        image: (h, w, 4) uint8, opaque.
        subject: (rows, columns) float32, 0..1, subject map.
        stream: random numbers.
        grey: whether the image is grey.
    """
    height, width = image.shape[:2]
    window = _window(height, width, stream)
    plan = rows, columns = size_with_area(height, width, SIDE)
    top, left = round(INSET * rows), round(INSET * columns)
    high, wide = rows - 2 * top, columns - 2 * left
    field = resize(image, high, wide)
    glazing = glaze(field, (top, left), subject, window, plan, stream)
    part = -top / high, -left / wide, rows / high, columns / wide
    picture, small = (
        np.clip(crop(one[..., :3].astype(np.float32), *part, size), 0, 255) * np.float32(1 / 255)
        for one, size in ((image, (height, width)), (field, plan))
    )
    unit = rows / window.size[0]
    light = glass_light(glazing, picture, small, unit, stream, grey=grey)
    light *= _daylight(window, height, width, stream)[..., None]
    _lay_leads(light, resize_map(glazing.away, height, width))
    beyond = window.beyond(height, width) - np.float32(BORDER)
    pixel = window.size[0] / height
    light *= smoothstep(0.6 * pixel, -0.6 * pixel, beyond)[..., None]
    glow = np.clip(resize_map(light, rows, columns), 0, None)
    wall = draw_wall(window, glow, (height, width), stream, grey=grey)
    light += smoothstep(-0.6 * pixel, 0.6 * pixel, beyond)[..., None] * wall
    out = np.full((height, width, 4), 255, np.uint8)
    _expose(out, light, resize_map(_bloom(glow), height, width))
    return out


def _window(height: int, width: int, stream: RandomStream) -> Window:
    """Return the shape of a window on a canvas."""
    side = min(height, width)
    size = height / side, width / side
    tall, wide = ((0.5 - INSET) * one for one in size)
    corner = CORNERS[int(stream.between(0, len(CORNERS)))] * 2 * min(tall, wide)
    return Window(size, (tall, wide), BORDER, corner)


def _daylight(window: Window, height: int, width: int, stream: RandomStream) -> Floats:
    """Return the light (height, width) float32 behind a window, with streaks of the glass."""
    total = np.ones((height, width), np.float32)
    for cells, deviation in (STREAKS, WAVES):
        noise = resize_map(stream.normal(*cells).astype(np.float32), height, width)
        total += np.float32(deviation) * noise
    y, x = window.places(height, width)
    down = (y + np.float32(HIGH)) * np.float32(2 / window.size[0])
    across = x * np.float32(2 / window.size[1])
    sky = np.float32(SKY) - np.float32(DIMMER[0]) * down * down
    return total * np.float32(GAIN) * (sky - np.float32(DIMMER[1]) * across * across)


def _lay_leads(light: Floats, away: Floats) -> None:
    """Lay rounded leads over the light (h, w, 3) of glass, in place.

    Args:
        light: linear.
        away: (h, w) float32, distance from the middle of leads in sides.
    """
    side = min(away.shape)
    soft = 0.7 / side
    lead = smoothstep(LEAD + soft, LEAD - soft, away)[..., None]
    rounded = blur(away, max(ROUNDING * side, 1.0))
    slope = np.zeros_like(away)
    slope[1:] = rounded[:-1] - rounded[1:]
    slope[:, 1:] += np.float32(0.7) * (rounded[:, :-1] - rounded[:, 1:])
    lit = np.clip(slope * np.float32(side), -1, 1) * np.clip(away * np.float32(1 / LEAD), 0, 1)
    came = np.maximum(np.float32(CAME) + np.float32(SLOPED[0]) * lit, SLOPED[1])
    light += lead * (came[..., None] - light)


def _bloom(glow: Floats) -> Floats:
    """Return the glow of a window over its leads, (rows, columns, 3) float32."""
    unit = float(np.sqrt(glow.shape[0] * glow.shape[1]))
    bright, total = np.minimum(glow, np.float32(MAX_BLOOM)), np.zeros_like(glow)
    for reach, share in BLOOMS:
        total += np.float32(BLOOM * share) * blur(bright, reach * unit)
    return total


@kernel
def _expose(out: Bytes, light: Floats, bloom: Floats) -> None:
    """Write the sum of linear lights (h, w, 3) as sRGB into (h, w, 4) uint8."""
    zero, one, most, knee = np.float32(0), np.float32(1), np.float32(255), np.float32(KNEE)
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            peak = np.float32(1e-4)
            for c in range(3):
                peak = max(peak, light[y, x, c] + bloom[y, x, c])
            share = np.float32(HUE_KEPT) / (one + np.float32(WHITE) * peak * peak)
            scale = share * shoulder(peak, knee) / peak
            for c in range(3):
                value = max(light[y, x, c] + bloom[y, x, c], zero)
                value = scale * value + (one - share) * shoulder(value, knee)
                out[y, x, c] = int(min(np.sqrt(value) * most + np.float32(0.5), most))
