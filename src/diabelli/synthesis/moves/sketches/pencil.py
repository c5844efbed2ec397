"""Move: the picture as a drawing by hand, in graphite, coloured pencil, charcoal or red chalk.

As in "Combining sketch and tone for pencil drawing production" (Lu, Xu, Jia 2012), lines follow
edges, and tones have the histogram of drawings. Tones are hatched in strokes of varying pressure.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import luma
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.sketches.manner import Hand, choose_hand
from diabelli.synthesis.moves.sketches.pencil_tone import (
    density,
    drawn_places,
    edge_directions,
    hues,
    outlines,
    tones,
)
from diabelli.synthesis.moves.sketches.sheet import Sketch, draw, reference_size

PENCIL = "pencil"
"""Name of the move."""
PAPER_TONE = 0.68
"""Tone of toned paper, below which it is darkened."""
CHALK_TONES = (PAPER_TONE + 0.1, 1.05)
"""Tones from which chalk is used, and at which it is dense."""
MIN_TONES = (0.1, 0.03)
"""Darkest tones: of one pencil, and of several colours."""


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
    hand = choose_hand(stream, grey=grey)
    rows, columns = reference_size(height, width)
    source = resize(image, rows, columns)[..., :3].astype(np.float32)
    near = np.clip(resize_map(subject, rows, columns), 0, 1)
    fine = np.clip(resize_map(skin, rows, columns), 0, 1)
    light = luma(source) / np.float32(255)
    # Chalk is what shows the lights on toned paper.
    held = np.zeros_like(near) if hand.manner.chalk else near
    tone, places = tones(light, held, fine), drawn_places(near, fine, stream, faded=hand.is_faded)
    sketch = sketch_of(source, tone, places, fine, hand)
    if sketch.white is not None:
        sketch = sketch._replace(white=sketch.white * (np.float32(0.5) + np.float32(0.5) * near))
    return draw([sketch], hand, stream, height, width)


def sketch_of(
    source: Floats,
    tone: Floats,
    places: Floats,
    fine: Floats,
    hand: Hand,
    toned: float = PAPER_TONE,
    chalk: tuple[float, float] = CHALK_TONES,
) -> Sketch:
    """Return the sketch of a picture.

    Args:
        source: (rows, columns, 3) float32, colours 0..255.
        tone: (rows, columns) float32, 0..1, tones of the drawing.
        places: the same, how far each place is drawn.
        fine: the same, bare skin.
        hand: how it is drawn.
        toned: tone of toned paper, below which it is darkened.
        chalk: tones from which chalk is used, and at which it is dense.
    """
    ink = hand.ink
    limit = np.float32(toned if hand.manner.chalk else 1)
    dark = density(np.clip(tone / limit, MIN_TONES[ink is None], 1)) * places
    light = luma(source) / np.float32(255)
    lines = outlines(light, tone, fine) * (np.float32(0.25) + np.float32(0.75) * places)
    white = smoothstep(*chalk, tone) * places if hand.manner.chalk else None
    colours = hues(source) if ink is None else ink
    return Sketch(dark, lines, white, edge_directions(luma(source)), colours, fine)
