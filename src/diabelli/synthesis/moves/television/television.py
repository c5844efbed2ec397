"""Move: the picture on an old television set.

The tube shows all of the picture, in its own proportions but for a slight bulge, in colour or in
black and white.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.filters import luma
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.still_lifes.jigsaw import sample
from diabelli.synthesis.moves.still_lifes.print_card import inside
from diabelli.synthesis.moves.still_lifes.tabletop import finished
from diabelli.synthesis.moves.television.glass import glass_glare
from diabelli.synthesis.moves.television.layout import BULGE, make_layout, tube_corner
from diabelli.synthesis.moves.television.room import render_room

TELEVISION = "television"
"""Name of the move."""
ROOM_SIDE = 800
"""Side in pixels at which the room is rendered."""
LIGHT_SIDE = 64
"""Side in pixels of the picture whose light falls into the room."""
LINES, LINE_DEPTH = 150.0, 0.05
"""Lines of the tube in a side, and how much darker it is between them."""
BLACK = 0.0025
"""Linear light of black on the tube in a lit room."""
MONOCHROME_SHARE, PHOSPHOR = 0.75, (0.94, 0.99, 1.0)
"""Share of the sets that show black and white, and the colour of their white, in sRGB."""


def show_television(image: Bytes, stream: RandomStream, *, grey: bool = False) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, on an old television set.

    Args:
        image: (h, w, 4) uint8, opaque.
        stream: random numbers.
        grey: whether the room is grey, as the image is.
    """
    height, width = image.shape[:2]
    side = min(height, width)
    if stream.between(0, 1) < MONOCHROME_SHARE and not grey:
        image = _in_monochrome(image)
    rows, columns = size_with_area(height, width, ROOM_SIDE)
    pixel = 0.5 * (height / rows + width / columns) / side
    layout = make_layout(height, width, pixel, stream)
    small = resize(image, *size_with_area(height, width, LIGHT_SIDE))[..., :3]
    light = np.square(small.astype(np.float32) / np.float32(255))
    room = render_room(layout, light, rows, columns, stream, grey=grey)
    glare = glass_glare(layout, light, rows, columns, stream)
    canvas = np.ascontiguousarray(resize_map(room, height, width))
    box = layout.screen
    shown = (max(round(2 * box.tall * side), 1), max(round(2 * box.wide * side), 1))
    picture = np.ascontiguousarray(resize(image, *shown)[..., :3])
    place = np.array([(layout.tall + box.y) * side, (layout.wide + box.x) * side])
    sizes = np.array([*place, box.tall * side, box.wide * side, tube_corner(box) * side, side])
    _draw_tube(canvas, picture, resize_map(glare, height, width), sizes.astype(np.float32))
    return finished(canvas)


def _in_monochrome(image: Bytes) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a tube with one phosphor shows it."""
    shown = image.copy()
    shown[..., :3] = np.rint(luma(image)[..., None] * np.array(PHOSPHOR, np.float32))
    return shown


@kernel
def _draw_tube(canvas: Floats, picture: Bytes, glare: Floats, sizes: Floats) -> None:
    """Draw a picture on the tube, in place.

    Args:
        canvas: (h, w, 3) float32, linear light.
        picture: (rows, columns, 3) uint8, about as large as the tube.
        glare: (h, w) float32, light that the glass mirrors.
        sizes: (6,) float32, in pixels: row and column of the middle of the tube, halves of its
            height and width, radius of its corners, and the side of the canvas.
    """
    zero, one, half = np.float32(0), np.float32(1), np.float32(0.5)
    row, column, tall, wide, corner, side = sizes
    colour = np.empty(3, np.float32)
    line = side / np.float32(LINES)
    # Lines that are hardly wider than pixels would beat with them.
    depth = np.float32(LINE_DEPTH) * min(max((line - np.float32(3.4)) / np.float32(2), zero), one)
    for y in range(canvas.shape[0]):
        down = np.float32(y) + half - row
        b = min(max(down / tall, -one), one)
        wave = down / line + np.float32(4096)
        wave = abs(wave - np.floor(wave) - half) * np.float32(2)
        beam = one - depth * wave * wave
        for x in range(canvas.shape[1]):
            across = np.float32(x) + half - column
            a = min(max(across / wide, -one), one)
            reach = wide * (one - np.float32(BULGE) * b * b)
            drop = tall * (one - np.float32(BULGE) * a * a)
            cover = inside(across, down, reach, drop, corner)
            if cover <= zero:
                continue
            u = half * (one + across / reach) * np.float32(picture.shape[1]) - half
            v = half * (one + down / drop) * np.float32(picture.shape[0]) - half
            sample(picture, v, u, colour)
            edge = min(reach - abs(across), drop - abs(down)) / (np.float32(0.012) * side)
            edge = one - min(max(edge, zero), one)
            bright = (one - np.float32(0.05) * (a * a + b * b)) * (
                one - np.float32(0.3) * edge * edge
            )
            for c in range(3):
                value = colour[c] * colour[c] * bright * beam * np.float32(1.12)
                value += np.float32(BLACK) + glare[y, x]
                canvas[y, x, c] += cover * (value - canvas[y, x, c])
