"""Move: the picture as a drawing by hand, in graphite, coloured pencil, charcoal or red chalk.

As in "Combining sketch and tone for pencil drawing production" (Lu, Xu, Jia 2012), lines follow
edges, and tones have the histogram of drawings. Tones are hatched in strokes of varying pressure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.sketches.paper import paper_grain
from diabelli.synthesis.moves.sketches.pencil_strokes import Hatching, hatched, lay_strokes
from diabelli.synthesis.moves.sketches.pencil_tone import (
    density,
    drawn_places,
    edge_directions,
    hues,
    outlines,
    tones,
)

PENCIL = "pencil"
"""Name of the move."""
SIDE = 600
"""Side in pixels at which strokes are placed, so that they are the same at every size."""


class Manner(NamedTuple):
    """How a draughtsman draws.

    Attributes:
        papers: colours of sheets, 0..255, from which one is drawn.
        pencil: colour of the pencil, 0..255; None for those of the picture.
        chalk: density of white chalk on lights; 0 for none.
        width: factor of the widths of strokes.
        smudge: share of the tone that is rubbed into the paper.
        grain: how far the paper shows through.
        fades: share of drawings that fade into the paper.
    """

    papers: tuple[tuple[int, int, int], ...]
    pencil: tuple[int, int, int] | None
    chalk: float
    width: float
    smudge: float
    grain: float
    fades: float


WHITE = ((246, 244, 238), (242, 238, 228))
MANNERS = (
    # Graphite.
    Manner(WHITE, (44, 44, 50), 0.0, 1.0, 0.3, 0.5, 0.7),
    # Coloured pencil.
    Manner(((249, 247, 241), (245, 240, 229)), None, 0.0, 1.1, 0.35, 0.5, 0.6),
    # Charcoal and white chalk on toned paper.
    Manner(
        ((206, 188, 158), (184, 186, 187), (172, 182, 191)),
        (28, 25, 26),
        0.77,
        1.5,
        0.4,
        0.7,
        0.7,
    ),
    # Red chalk.
    Manner(((243, 231, 207), (236, 222, 196)), (128, 42, 22), 0.0, 1.15, 0.32, 0.6, 0.7),
)
LAYERS = (
    (0.0, Hatching(0.32, 5.2, 62.0, 2.3, 0.0, 0.55, 0.0)),
    (0.28, Hatching(0.45, 4.6, 46.0, 2.0, 0.1, 0.4, 0.5)),
    (0.66, Hatching(0.6, 3.6, 30.0, 1.9, 0.35, 0.3, -0.4)),
    (1.15, Hatching(1.1, 2.8, 20.0, 1.7, 0.6, 0.2, 0.2)),
)
"""Layers of hatching with the density from which each is laid on; slopes are added to the hand's.
Darker ones are shorter and follow the form."""
LINES = Hatching(0.8, 2.4, 14.0, 1.15, 0.85, 0.25, 0.0)
CHALK = Hatching(1.0, 5.0, 44.0, 2.6, 0.1, 0.4, 0.2)
"""Lines along edges, and strokes of chalk."""
FACE_SHARE, FACE_SMUDGE = 0.42, 0.86
"""Size of the strokes on bare skin beside others, and the share of its tone that is rubbed."""
PAPER_TONE = 0.68
"""Tone of toned paper, above which chalk is used."""
MIN_TONES = (0.1, 0.03)
"""Darkest tones: of one pencil, and of several colours."""
SLOPES, LEFT_HANDED = (0.6, 1.5), 0.25
"""Bounds of the slope of strokes, and the share of drawings in which it is the other one."""


def show_pencil(
    image: Bytes, subject: Floats, skin: Floats, stream: RandomStream, *, grey: bool = False
) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a drawing on paper.

    Args:
        image: (h, w, 4) uint8, opaque.
        subject: (rows, columns) float32, 0..1, subject map.
        skin: (rows, columns) float32, 0..1, bare skin, which is drawn finely.
        stream: random numbers.
        grey: whether the image is grey, so that it is not drawn in colours.
    """
    height, width = image.shape[:2]
    manner = MANNERS[int(stream.between(0, len(MANNERS)))]
    if grey and manner.pencil is None:
        manner = MANNERS[0]
    paper = np.array(manner.papers[int(stream.between(0, len(manner.papers)))], np.float32)
    paper /= np.float32(255)
    slope = stream.between(*SLOPES) * (1 if stream.between(0, 1) < LEFT_HANDED else -1)
    is_faded = stream.between(0, 1) < manner.fades
    lit_from = 1 if stream.between(0, 1) < 0.5 else -1
    rows, columns = size_with_area(height, width, SIDE)
    scale = np.float32(np.sqrt(height * width / (rows * columns)))
    source = resize(image, rows, columns)[..., :3].astype(np.float32)
    near = np.clip(resize_map(subject, rows, columns), 0, 1)
    fine = np.clip(resize_map(skin, rows, columns), 0, 1)
    light = luma(source) / np.float32(255)
    # Chalk is what shows the lights on toned paper.
    held = np.zeros_like(near) if manner.chalk else near
    tone, places = tones(light, held, fine), drawn_places(near, fine, stream, faded=is_faded)
    flow = edge_directions(luma(source))
    colours = hues(source) if manner.pencil is None else _ink(manner.pencil, paper)
    limit = np.float32(PAPER_TONE if manner.chalk else 1)
    least = MIN_TONES[manner.pencil is None]
    dark = density(np.clip(tone / limit, least, 1)) * places

    def lay(onto: Floats, pressure: Floats, layer: Hatching, inks: Floats) -> None:
        pressure = np.ascontiguousarray(pressure, np.float32)
        layer = layer._replace(width=layer.width * manner.width, slope=layer.slope + slope)
        strokes = hatched(pressure, flow, inks, layer, stream)
        sizes = (np.float32(one) for one in (layer.width, layer.follow, layer.lag))
        lay_strokes(onto, pressure, flow, strokes, scale, *sizes)

    rub = np.float32(manner.smudge) + np.float32(FACE_SMUDGE - manner.smudge) * fine
    soft = blur(dark, 1.4)
    rubbed = (soft + fine * (blur(dark, 0.6) - soft)) * rub
    pencil = np.maximum(resize_map(rubbed[..., None] * colours, height, width), 0)
    _hatch(pencil, dark * (1 - rub), fine, colours, lay)
    lines = outlines(light, tone, fine) * (np.float32(0.25) + np.float32(0.75) * places)
    lay(pencil, lines, LINES, colours)
    chalk = np.zeros((height, width, 3) if manner.chalk else (1, 1, 3), np.float32)
    if manner.chalk:
        white = smoothstep(PAPER_TONE + 0.1, 1.05, tone) * places
        white *= np.float32(0.5) + np.float32(0.5) * near
        lay(chalk, white, CHALK._replace(density=manner.chalk), np.ones(3, np.float32))
        spread = np.maximum(resize_map(blur(white, 1.5), height, width), 0)
        chalk += np.float32(0.45) * spread[..., None]
    # Grain would be seen as spots on a face.
    rough = np.float32(manner.grain) * (1 - np.float32(0.8) * resize_map(skin, height, width))
    out = np.empty((height, width, 4), np.uint8)
    grain = paper_grain(stream, height, width)
    _show(out, pencil, chalk, grain, rough, paper, np.float32(lit_from))
    return out


def _ink(colour: tuple[int, int, int], paper: Floats) -> Floats:
    """Return the density of one pencil in each channel, (3,) float32, of mean 1."""
    dense = density(np.array(colour, np.float32) / np.float32(255) / paper)
    return np.asarray(dense / dense.mean(), np.float32)


def _hatch(
    pencil: Floats,
    rest: Floats,
    fine: Floats,
    colours: Floats,
    lay: Callable[[Floats, Floats, Hatching, Floats], None],
) -> None:
    """Lay the layers of hatching that reach the density `rest`, with finer strokes on skin."""
    for start, layer in LAYERS:
        part = np.clip((rest - np.float32(start)) / np.float32(layer.density), 0, 1)
        lay(pencil, part * (1 - fine), layer, colours)
        if fine.max() > 0:
            lay(pencil, part * fine, layer.finer(FACE_SHARE), colours)


@kernel
def _show(
    out: Bytes,
    pencil: Floats,
    chalk: Floats,
    grain: Floats,
    rough: Floats,
    paper: Floats,
    side: np.float32,
) -> None:
    """Show a drawing on a sheet that is lit from one side.

    Args:
        out: (h, w, 4) uint8, the result.
        pencil: (h, w, 3) float32, its density.
        chalk: the same of white chalk; of another size if there is none.
        grain: (h, w) float32, height of the paper's grain.
        rough: (h, w) float32, how far the grain takes more of the pencil.
        paper: (3,) float32, its colour, 0..1.
        side: 1 for light from the right, -1 for light from the left.
    """
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    height, width = grain.shape
    has_chalk = chalk.shape[0] == height
    for y in range(height):
        down = (np.float32(y) + half) / np.float32(height) - half
        for x in range(width):
            across = (np.float32(x) + half) / np.float32(width) - half
            tooth = grain[y, x]
            light = one + np.float32(0.05) * (side * across - down) + np.float32(0.012) * tooth
            mean = (pencil[y, x, 0] + pencil[y, x, 1] + pencil[y, x, 2]) / np.float32(3)
            # Much pencil fills the grain.
            hold = max(one + rough[y, x] * tooth / (one + np.float32(0.7) * mean), zero)
            over = zero
            if has_chalk:
                over = chalk[y, x, 0] * max(one + rough[y, x] * tooth, zero)
                over /= over + np.float32(0.35)
            for c in range(3):
                amount = pencil[y, x, c]
                # A pencil is not as black as many of its strokes.
                most = np.float32(2.6) + half * amount / (one + amount)
                share = one - min(amount * hold, most) / np.float32(16)
                for _ in range(4):
                    share *= share
                value = paper[c] * share
                value = (value + over * (np.float32(0.97) - value)) * light
                out[y, x, c] = np.uint8(min(max(value, zero), one) * np.float32(255) + half)
            out[y, x, 3] = np.uint8(255)
