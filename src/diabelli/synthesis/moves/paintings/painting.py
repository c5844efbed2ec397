"""Move: the picture as an oil painting in a frame on the wall of a gallery.

All of the picture is painted, in curved strokes of several sizes with the relief of their paint. A
lamp above lights wall, frame and paint; the camera stands a little to one side.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import bell, ramp
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.paintings.brush_strokes import Paint, painted
from diabelli.synthesis.moves.paintings.gallery_wall import (
    LATTICE,
    Gallery,
    add_lamp,
    light_sprite,
    photograph_wall,
)
from diabelli.synthesis.moves.paintings.picture_frame import choose_moulding, render_frame
from diabelli.synthesis.moves.still_lifes.tabletop import finished

SIZES, FRAMES = (0.63, 0.67), (0.07, 0.09)
"""Bounds of the painting's size as a share of the canvas, and of the frame's width in sides."""
DEPTH, MARGIN = 0.5, 0.075
"""How far the frame is before the wall, in its widths; space above it for a lamp, in sides."""
YAW, PITCHES, USUAL_ASPECT = 0.21, (-0.03, 0.07), 1.5
"""Sine of the camera's largest angle to one side, bounds of that from below, and the ratio of sides
above which both are smaller."""
WALLS = (
    (0.13, 0.016, 0.014),
    (0.085, 0.011, 0.02),
    (0.014, 0.047, 0.031),
    (0.045, 0.062, 0.03),
    (0.012, 0.028, 0.068),
    (0.016, 0.052, 0.062),
    (0.045, 0.02, 0.056),
    (0.042, 0.042, 0.046),
    (0.19, 0.11, 0.04),
    (0.08, 0.065, 0.055),
)
"""Linear light of walls: reds, greens, blues, violet, grey, ochre, taupe."""
CHOICE = 6
"""Number of walls, of those whose hue differs most from the picture's, from which one is drawn."""
LIGHT, BRASS = (1.0, 0.89, 0.72), (0.8, 0.56, 0.25)
"""Linear light of the lamp, and of what it is made of."""
FABRIC_SHARE, LAMP_SHARE, LABEL_SHARE = 0.4, 0.5, 0.6
"""Shares of the pictures with a wall of fabric, with a lamp on the frame, and with a label."""
LABEL_PLACE, LABEL_ROOM = 0.05, 0.08
"""Distance from the frame to the middle of a label, and the room that it needs, in sides."""
THREADS, WEAVE = 160.0, 0.16
"""Threads of the canvas along its shorter side, and their slope."""
GLOSS, BRIGHTNESS = 0.035, 1.1
"""Light that wet paint mirrors, and brightness of the paint beside that of the picture."""


def show_painting(image: Bytes, stream: RandomStream, *, grey: bool = False) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a painting on a wall.

    Args:
        image: (h, w, 4) uint8, opaque.
        stream: random numbers.
        grey: whether wall and frame are grey, as the image is.
    """
    height, width = image.shape[:2]
    side = min(height, width)
    size, frame = stream.between(*SIZES), stream.between(*FRAMES)
    # The canvas goes on below the frame. Its middle is that of a pixel, so its sides are odd.
    rows, columns = (int(size * count + 2) | 1 for count in (height, width))
    gallery = _gallery(image, stream, size, frame, grey=grey)
    moulding = choose_moulding(stream, frame * side, size * height / 2, size * width / 2, grey=grey)
    drawn = render_frame(moulding, gallery.light, float(gallery.lean))
    margin = round(MARGIN * side)
    sprite = np.zeros((drawn.shape[0] + 2 * margin, drawn.shape[1] + 2 * margin, 4), np.float32)
    _hang(sprite, painted(image, stream, rows, columns), gallery, np.float32(side))
    framed = sprite[margin : margin + drawn.shape[0], margin : margin + drawn.shape[1]]
    framed *= np.float32(1) - drawn[..., 3:]
    framed += drawn
    light_sprite(sprite, gallery, np.float32(side))
    add_lamp(sprite, gallery, np.float32(side))
    return finished(photograph_wall(sprite, gallery, height, width))


def _gallery(
    image: Bytes, stream: RandomStream, size: float, frame: float, *, grey: bool
) -> Gallery:
    """Choose wall, light and camera.

    Args:
        image: (h, w, 4) uint8, the picture.
        stream: random numbers.
        size: of the painting, as a share of the canvas.
        frame: width of the frame, in sides.
        grey: whether the gallery is without colour.
    """
    height, width = image.shape[:2]
    tall, wide = height / min(height, width), width / min(height, width)
    colours = resize(image, 32, 32)[..., :3].astype(np.float64) / 255
    mean = np.square(colours).mean((0, 1))
    walls = np.array(WALLS)
    # Hues are compared as shares of red, green and blue.
    tints = walls / walls.sum(1, keepdims=True)
    away = np.abs(tints - mean / max(float(mean.sum()), 1e-3)).sum(1)
    best = np.argsort(-away, kind="stable")[:CHOICE]
    wall = walls[best[int(stream.between(0, CHOICE))]]
    # A camera exposes a dark picture longer, but walls and frame stay dim.
    light = np.array(LIGHT) * (0.8 + 0.4 * min(2 * float(mean.mean()), 1.0))
    brass = np.array(BRASS)
    if grey:
        wall, light, brass = (np.full(3, one.mean()) for one in (wall, light, brass))
    lean, turn, pitch = stream.between(-1, 1), stream.between(-1, 1), stream.between(*PITCHES)
    is_fabric, has_lamp, has_label = (
        stream.between(0, 1) < share for share in (FABRIC_SHARE, LAMP_SHARE, LABEL_SHARE)
    )
    down, across = size * tall / 2 + frame, size * wide / 2 + frame
    has_label = has_label and across + LABEL_ROOM < 0.48 * wide
    yaw = YAW * turn * (0.4 + 0.6 * abs(turn)) / max(wide / USUAL_ASPECT, 1.0)
    return Gallery(
        wall=wall.astype(np.float32),
        light=light.astype(np.float32),
        brass=brass.astype(np.float32),
        noise=stream.normal(LATTICE, LATTICE).astype(np.float32),
        is_fabric=is_fabric,
        has_lamp=has_lamp,
        has_label=has_label,
        label=np.float32(across + LABEL_PLACE),
        down=np.float32(down),
        across=np.float32(across),
        depth=np.float32(DEPTH * frame),
        lean=np.float32(lean),
        yaw=np.float32(yaw),
        pitch=np.float32(pitch / max(tall / USUAL_ASPECT, 1.0)),
    )


@kernel
def _hang(sprite: Floats, paint: Paint, gallery: Gallery, side: np.float32) -> None:
    """Lay paint, lit from above, in the middle of a sprite, in place.

    Args:
        sprite: (h, w, 4) float32, linear light, multiplied by the share in the last channel.
        paint: of the painting.
        gallery: its light.
        side: shorter side of the canvas, in pixels.
    """
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    rows, columns = paint.relief.shape
    top, left = sprite.shape[0] // 2 - rows // 2, sprite.shape[1] // 2 - columns // 2
    relief = paint.relief
    lx, ly, lz = np.float32(0.2) * gallery.lean, np.float32(-0.64), np.float32(0.74)
    # The direction between lamp and camera is (lx, ly, lz + 1) divided by this.
    length = np.sqrt(np.float32(2) + np.float32(2) * lz)
    # The weave is seen where threads are wide enough.
    thread = np.float32(min(rows, columns)) / np.float32(THREADS)
    weave = np.float32(WEAVE) * ramp((thread - np.float32(2.4)) / np.float32(2))
    for y in range(rows):
        for x in range(columns):
            above, below = max(y - 1, 0), min(y + 1, rows - 1)
            before, after = max(x - 1, 0), min(x + 1, columns - 1)
            slope_y = (relief[below, x] - relief[above, x]) * half
            slope_x = (relief[y, after] - relief[y, before]) * half
            if weave > zero:
                p, q = np.float32(y) / thread, np.float32(x) / thread
                if (int(p) + int(q)) & 1 == 0:
                    slope_y += weave * (p - np.float32(int(p)) - half)
                else:
                    slope_x += weave * (q - np.float32(int(q)) - half)
            nz = one / np.sqrt(one + slope_x * slope_x + slope_y * slope_y)
            nx, ny = -slope_x * nz, -slope_y * nz
            lit = min(max(nx * lx + ny * ly + nz * lz, zero) / lz, np.float32(1.7))
            gloss = max(nx * lx + ny * ly + nz * (lz + one), zero) / length
            gloss *= gloss
            gloss *= gloss
            gloss *= gloss
            gloss *= gloss * gloss
            # The frame throws a shadow on the canvas, most from its upper edge.
            edge = (np.float32(y) + half) / side / (np.float32(0.35) * gallery.depth)
            light = one - np.float32(0.6) * bell(edge * edge)
            edge = (np.float32(min(x, columns - 1 - x)) + half) / side
            edge /= np.float32(0.2) * gallery.depth
            light *= np.float32(BRIGHTNESS) * (one - np.float32(0.35) * bell(edge * edge))
            for c in range(3):
                value = paint.colours[y, x, c] / np.float32(255)
                value *= value * (np.float32(0.35) + np.float32(0.65) * lit)
                tint = np.float32(0.6) + np.float32(0.4) * gallery.light[c] / gallery.light[0]
                value += np.float32(GLOSS) * gloss
                sprite[top + y, left + x, c] = value * light * tint
            sprite[top + y, left + x, 3] = one
