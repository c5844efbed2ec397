"""Move: the picture as a colour woodblock print on mulberry paper.

A key block of dark lines is printed over areas of few inks. Lines are a flow-based difference of
Gaussians (Kang, Lee, Chui 2007). Areas are smoothed along the flow (Kyprianidis, Doellner 2008).
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.sketches.pencil_tone import edge_directions
from diabelli.synthesis.moves.sketches.woodblock_blocks import (
    choose_inks,
    cut_areas,
)
from diabelli.synthesis.moves.sketches.woodblock_inks import (
    PALETTES,
    SKIES,
    ink_areas,
    mixed,
)
from diabelli.synthesis.moves.sketches.woodblock_lines import (
    find_lines,
    print_colours,
    smoothed,
)
from diabelli.synthesis.moves.sketches.woodblock_sheet import Blocks, margin_of, pull_print
from diabelli.synthesis.moves.sketches.woodblock_sky import (
    dye_sky,
    find_sky,
    has_sun,
    shade_top,
    show_sun,
)
from diabelli.synthesis.moves.sketches.woodblock_suitability import Printable

WOODBLOCK = "woodblock"
"""Name of the move."""
SIDE = 600
"""Side in pixels at which blocks are cut, so that they are the same at every size."""
INKS = 14
"""Number of inks, some of which are seldom used."""


def show_woodblock(
    image: Bytes, subject: Floats, need: Printable, stream: RandomStream, *, grey: bool = False
) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a print with a margin.

    Args:
        image: (h, w, 4) uint8, opaque.
        subject: (rows, columns) float32, 0..1, subject map.
        need: lettering and the sky of the image.
        stream: random numbers.
        grey: whether the image is grey, so that its inks have the hues of the palette alone.
    """
    height, width = image.shape[:2]
    margin = margin_of(height, width)
    size = size_with_area(height - 2 * margin, width - 2 * margin, SIDE)
    source = resize(image, *size)[..., :3].astype(np.float32)
    near = np.clip(resize_map(subject, *size), 0, 1)
    flow = edge_directions(luma(source))
    colours = print_colours(source)
    smooth, calm = smoothed(colours, near, flow)
    dyed = bool(need.sky.any())
    palettes = PALETTES if not dyed else SKIES if has_sun(need.sky) else SKIES[:-1]
    palette = palettes[int(stream.between(0, len(palettes)))]
    inks = choose_inks(smooth, INKS)
    labels = cut_areas(smooth, inks)
    tone = colours[..., 0]
    tone = tone + np.float32(0.5) * (tone - blur(tone, 1.2))
    printed = ink_areas(labels, inks, smooth, tone, palette, grey=grey)
    # Lettering is cut as finely as the picture shows it.
    exact = smoothstep(0.07, 0.3, blur(resize_map(need.lettering, *size), 3.0))
    if exact.any():
        fine = colours + np.float32(0.8) * (colours - blur(colours, 1.2))
        printed += exact[..., None] * (mixed(fine, palette, grey=grey) - printed)
    sky = np.zeros_like(tone)
    if dyed:
        sky = blur(find_sky(smooth, need.sky).astype(np.float32), 0.7)
        dye_sky(printed, sky, smooth, palette)
        if has_sun(need.sky):
            colour = palette.suns[int(stream.between(0, len(palette.suns)))]
            show_sun(printed, need.sky, colour, stream)
    else:
        shade_top(printed, palette)
    line = find_lines(colours[..., 0], flow)
    line *= (1 - np.maximum(sky, calm)) * (1 - np.float32(0.7) * exact)
    # The blocks of colour are half a pixel beside the key block; the frame hides what wraps.
    for axis in range(2):
        step = 1 if stream.between(0, 1) < 0.5 else -1
        printed += np.float32(0.5) * (np.roll(printed, step, axis) - printed)
    blocks = Blocks(np.concatenate([printed, line[..., None]], 2), sky)
    return pull_print(blocks, palette.key, height, width, stream)
