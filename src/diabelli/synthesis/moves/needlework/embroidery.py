"""Move: the picture stitched in thread, in one of three kinds of needlework.

It is a thread painting in long and short stitches, a cross stitch on aida cloth, or knitted. A few
dozen thread colours are close to those of the picture; the light comes from one side.
"""

from __future__ import annotations

import math

import numpy as np

from diabelli.synthesis.core.chroma import CB, CR, colour_differences
from diabelli.synthesis.core.curves import shoulder, smoothstep
from diabelli.synthesis.core.few_colours import few_colours, nearest_colour
from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.flow import flow_directions
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.needlework.cloth import GROUP, weave
from diabelli.synthesis.moves.needlework.counted_stitches import LOOP_HEIGHT, cross_stitches, loops
from diabelli.synthesis.moves.needlework.stitches import Thread, lay_stitches
from diabelli.synthesis.moves.needlework.thread_painting import place_stitches

EMBROIDERY = "embroidery"
"""Name of the move."""
SIDE = 400
"""Side in pixels at which stitches are placed, so that they are the same at every size."""
COTTON = Thread(*map(np.float32, (3.4, 0.55, 0.4, 0.16, 0.45, 1.1, 0.3, 1.2)))
"""The thread of a thread painting."""
FLOSS = Thread(*map(np.float32, (3.0, 0.5, 0.4, 0.14, 0.6, 0.7, 0.4, 1.15)))
"""A strand of a cross."""
WOOL = Thread(*map(np.float32, (2.2, 0.5, 0.45, 0.3, 0.35, 0.12, 0.42, 1.25)))
"""Yarn of a knitted cloth."""
WIDTHS, LENGTHS = (3.7, 2.0), (9.5, 4.5)
"""Width of a stitch in pixels of SIDE, and its greatest length in widths: in calm places, and in
detail."""
UNDER_WIDTH, UNDER_LIGHT = 4.6, 0.8
"""Width of the stitches below them, which are seen in gaps, and their light."""
TOLERANCE, UNDER_TOLERANCE = 30.0, 60.0
"""Differences of colours in grey levels at which the stitches of both layers end."""
DETAIL, CARE, CARE_BLUR = (3.0, 17.0), 0.4, 16.0
"""Mean gradients, in grey levels, of no detail and of fine detail; detail that the subject has at
least, 0..1, and the standard deviation in pixels of SIDE of its edge."""
GAP_LIGHT = 0.25
"""Light in gaps between threads."""
CLOTHS = ((240, 234, 220), (236, 228, 208), (232, 234, 232))
"""Colours of aida cloth."""
CROSSES, STITCHES = (112.0, 140.0), (92.0, 112.0)
"""Bounds of the numbers of crosses, and of loops, along the side."""
COLOURS = (48, 76)
"""Bounds of the number of thread colours."""
MIXING = 6.0
"""Deviation in grey levels by which counted stitches differ, so that a fading colour is mixed."""
SHARPNESS = 0.6
"""Weight of the difference from the cells around, as a cell merges finer things."""
MAX_ROUGHNESS = 8.0
"""Roughness of the scene, in grey levels, above which the cells of a grid are too wide."""
BLACK, WHITE = 20.0, 253.0
"""Luma of the darkest and lightest thread."""
NOISE_NODES = 64
"""Rows and columns of the noise by which fibres differ."""


def thread_painting(image: Bytes, subject: Floats, stream: RandomStream) -> Floats:
    """Return a picture in long and short stitches, (h, w, 3) float32 linear light.

    Args:
        image: (h, w, 4) uint8, opaque.
        subject: (rows, columns) float32, 0..1, subject map.
        stream: random numbers.
    """
    height, width = image.shape[:2]
    source, scale = _source(image)
    rows, columns = source.shape[:2]
    light, noise = _light(stream), _noise(stream)
    size = np.float32(stream.between(0.92, 1.12))
    count = int(stream.between(*COLOURS))
    directions = flow_directions(source, stream)
    down, across = gradient(luma(source))
    detail = smoothstep(*DETAIL, blur(np.sqrt(down * down + across * across), 2.5))
    # A sudden change of width would show the outline of the map in a calm sky.
    care = blur(np.clip(resize_map(subject, rows, columns), 0, 1).astype(np.float32), CARE_BLUR)
    share = blur(np.maximum(detail, np.float32(CARE) * care), 2.0)
    widths, lengths = (
        np.asarray(calm + (fine - calm) * share, np.float32) for calm, fine in (WIDTHS, LENGTHS)
    )
    order = np.argsort(stream.uniform(rows * columns), kind="stable")
    seed = np.uint64(int(stream.between(1, 2**52)))
    smooth = blur(source, 1.4)
    canvas = resize_map(np.float32(GAP_LIGHT) * _linear(blur(source, 4.0)), height, width)
    below = np.full_like(widths, UNDER_WIDTH)
    layers = (
        (smooth, below, np.float32(UNDER_TOLERANCE), np.float32(UNDER_LIGHT)),
        (source, widths * size, np.float32(TOLERANCE), np.float32(1)),
    )
    for seen, wide, tolerance, brightness in layers:
        table = place_stitches(seen, directions, wide, lengths, order, seed, tolerance)
        table[:, 5:8] = brightness * _threads(table[:, 5:8], source, count)
        lay_stitches(canvas, table, scale, COTTON, noise, light)
    return canvas


def cross_stitch(image: Bytes, _: Floats, stream: RandomStream) -> Floats:
    """Return a picture in crosses on aida cloth, as `thread_painting` does."""
    height, width = image.shape[:2]
    source, scale = _source(image)
    light, noise = _light(stream), _noise(stream)
    cell = SIDE / stream.between(*CROSSES)
    colour = np.array(CLOTHS[int(stream.between(0, len(CLOTHS)))], np.float32)
    thread = np.float32(cell) * scale / GROUP
    canvas = weave(height, width, thread, _linear(colour), noise, light)
    colours = _cells(source, cell, cell, stream)
    table = cross_stitches(colours, cell, stream)
    lay_stitches(canvas, table, scale, FLOSS, noise, light)
    return canvas


def knitting(image: Bytes, _: Floats, stream: RandomStream) -> Floats:
    """Return a picture that is knitted, as `thread_painting` does."""
    source, scale = _source(image)
    light, noise = _light(stream), _noise(stream)
    cell = SIDE / stream.between(*STITCHES)
    colours = _cells(source, LOOP_HEIGHT * cell, cell, stream)
    canvas = np.full((*image.shape[:2], 3), 0.02, np.float32)
    lay_stitches(canvas, loops(colours, cell, stream), scale, WOOL, noise, light)
    return canvas


MANNERS = (thread_painting, thread_painting, cross_stitch, knitting)
"""Kinds of needlework, of which one is drawn."""


def show_embroidery(
    image: Bytes, subject: Floats, stream: RandomStream, *, roughness: float
) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as needlework that fills the frame.

    Args:
        image: (h, w, 4) uint8, opaque.
        subject: (rows, columns) float32, 0..1, subject map.
        stream: random numbers.
        roughness: mean gradient of the picture in grey levels; fine pictures are on no grid.
    """
    drawn = MANNERS[int(stream.between(0, len(MANNERS)))]
    manner = thread_painting if roughness > MAX_ROUGHNESS else drawn
    return _developed(manner(image, subject, stream))


def _source(image: Bytes) -> tuple[Floats, np.float32]:
    """Return an image at SIDE, (rows, columns, 3) float32, and pixels per pixel of it."""
    height, width = image.shape[:2]
    rows, columns = size_with_area(height, width, SIDE)
    source = resize(image, rows, columns)[..., :3].astype(np.float32)
    return source, np.float32(math.sqrt(height * width / (rows * columns)))


def _light(stream: RandomStream) -> Floats:
    """Return the direction to the light: down, across, up."""
    side = stream.between(0.5, 0.68) * (1 if stream.between(0, 1) < 0.4 else -1)
    down = -0.4
    return np.array([down, side, math.sqrt(1 - side * side - down * down)], np.float32)


def _noise(stream: RandomStream) -> Floats:
    """Return the lattice by which fibres differ."""
    return stream.normal(NOISE_NODES, NOISE_NODES).astype(np.float32)


def _cells(source: Floats, height: float, width: float, stream: RandomStream) -> Floats:
    """Return the threads of cells of that size, (rows, columns, 3) float32 linear light."""
    # One more row, as loops reach above theirs.
    rows = math.ceil(source.shape[0] / height) + 1
    columns = math.ceil(source.shape[1] / width)
    count = int(stream.between(*COLOURS))
    cells = resize_map(source, rows, columns)
    cells = cells + np.float32(SHARPNESS) * (cells - blur(cells, 1.0))
    change = MIXING * stream.normal(rows, columns, 1)
    mixed = np.clip(cells + change, 0, 255).astype(np.float32).reshape(-1, 3)
    return _threads(mixed, source, count).reshape(rows, columns, 3)


def _threads(colours: Floats, source: Floats, count: int) -> Floats:
    """Return for each colour (n, 3) 0..255 the nearest of a few threads, in linear light."""
    few = few_colours(_ycc(source), count)
    threads = few.copy()
    # Cotton is never black, and dark threads are hardly coloured.
    threads[:, 0] = BLACK + few[:, 0] * np.float32((WHITE - BLACK) / 255)
    threads[:, 1:] *= np.float32(0.85) + np.float32(0.35) * smoothstep(20.0, 110.0, threads[:, :1])
    light, cb, cr = threads.T
    red, blue = light + cr / CR, light + cb / CB
    green = (light - np.float32(0.299) * red - np.float32(0.114) * blue) / np.float32(0.587)
    linear = _linear(np.clip(np.stack([red, green, blue], 1), 4, 250))
    return linear[nearest_colour(_ycc(colours), few)]


def _ycc(colours: Floats) -> Floats:
    """Return luma, Cb and Cr of colours (..., 3)."""
    light, blue, red = colour_differences(colours)
    return np.stack([light, CB * blue, CR * red], -1).astype(np.float32)


def _linear(colours: Floats) -> Floats:
    """Return colours 0..255 in linear light 0..1."""
    share = colours / np.float32(255)
    return np.asarray(share * share, np.float32)


@kernel
def _developed(canvas: Floats) -> Bytes:
    """Return linear light (h, w, 3) float32 as an opaque image (h, w, 4) uint8."""
    height, width = canvas.shape[0], canvas.shape[1]
    out = np.empty((height, width, 4), np.uint8)
    for y in range(height):
        for x in range(width):
            for c in range(3):
                value = shoulder(max(canvas[y, x, c], np.float32(0)), np.float32(0.8))
                out[y, x, c] = np.uint8(np.sqrt(value) * np.float32(255) + np.float32(0.5))
            out[y, x, 3] = np.uint8(255)
    return out
