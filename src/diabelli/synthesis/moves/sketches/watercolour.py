"""Move: the picture as a watercolour on paper that stays bare along its edges.

Its shapes are simplified, and painted in washes from light to dark, with pigment at their edges
and in the grain of the paper (Bousseau et al. 2006). A seed takes one of four manners.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.filters import blur, dilate, luma
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.scene import Scene
from diabelli.synthesis.moves.sketches.backruns import backruns
from diabelli.synthesis.moves.sketches.calm_subject import has_calm_subject
from diabelli.synthesis.moves.sketches.paper import paper_grain
from diabelli.synthesis.moves.sketches.wash_layers import Manner, Sheet, paint_washes
from diabelli.synthesis.moves.sketches.washes import lines_of, planes_of, simplified, steepness

WATERCOLOUR = "watercolour"
"""Name of the move."""
SIDE = 576
"""Side in pixels, by area, at which shapes are simplified, so that every size has the same."""
WASHES = Manner(3.6, 0.6, 5, 0.008, 0.5, 1.6, 0.3, 0.28, 0.15, 1.6, 0.84, 0.0, 0.0, 0.035, 0.02, 3)
"""Transparent washes, with the light of the paper."""
LINE = Manner(4.4, 0.5, 4, 0.012, 0.5, 3.0, 0.4, 0.22, 0.27, 1.9, 0.76, 1.0, 4.0, 0.035, 0.035, 3)
"""Lines of a pen, with loose and pale washes."""
WET = Manner(4.4, 0.3, 4, 0.03, 0.35, 3.0, 0.6, 0.28, 0.2, 1.9, 0.9, 0.0, 0.0, 0.03, 0.035, 11)
"""Wet-in-wet: soft edges and backruns."""
TWO = Manner(3.6, 0.6, 5, 0.01, 0.5, 1.8, 0.35, 0.3, 0.15, 1.3, 0.86, 0.0, 0.0, 0.03, 0.012, 4, 1.0)
"""Two pigments."""
MANNERS = (WASHES, LINE, WET, TWO)
PAIRS = (
    ((0.10, 0.16, 0.42), (0.55, 0.25, 0.10)),
    ((0.08, 0.18, 0.30), (0.72, 0.46, 0.16)),
    ((0.13, 0.19, 0.27), (0.62, 0.34, 0.26)),
)
"""Colours 0..1 of two pigments: ultramarine and burnt sienna, indigo and raw sienna, Payne's grey
and red earth."""
PAPERS = ((253, 250, 243), (251, 246, 234), (252, 251, 248))
"""Colours of paper."""
NODES = 64
"""Rows and columns of the noise of the hand."""
FINE = 2.0
"""Reach in pixels of the simplification of the subject."""
MAX_VIVID = 0.13
"""Mean of |Cb| + |Cr| above which two pigments would lose the colours of the picture."""
MAX_BARE = 0.08
"""Largest share of the picture that is bare paper inside the border, about."""
DARKEST, LIGHTEST, MIN_SPAN, MEAN_TONE, LIFT = 0.01, 0.985, 0.35, 0.64, 1.6
"""Quantiles of the tones that become black and white, their least distance, the mean tone below
which a picture is painted lighter, and how much of what it has less."""
MAX_LETTERING, MIN_LETTERING = 0.05, 0.3
"""Share of the picture that may be lettering above which it may be a page, and value of the map of
lettering from which a place keeps its tones."""
MIN_LIGHT = 0.02
"""Median linear light below which a picture is too dark for paper."""
MIN_FACE, MAX_FIGURE = 0.22, 0.02
"""Share of skin below which a face would be too small, and share that the person map marks above
which there may be one."""
MAX_SIGN = 0.33
"""Value of the map of lettering, 0..1, of its surest place, above which words might be lost."""


class Kept(NamedTuple):
    """What a watercolour keeps.

    Attributes:
        places: (rows, columns) float32, 0..1, skin and lettering, whose tones are kept.
    """

    places: Floats


def find_watercolour(scene: Scene, analysis: Analysis) -> Kept | None:
    """Return what a watercolour of a photograph keeps; None if it suits none.

    Refused are words, frames, black and white, the dark, people with small faces, and pictures
    without one subject before calm ground.

    Args:
        scene: properties of the photograph.
        analysis: of it.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER
    is_page = analysis.kind.has_text or analysis.lettering_share > MAX_LETTERING
    is_page = is_page or float(analysis.lettering.max()) > MAX_SIGN
    is_far = scene.figure > MAX_FIGURE and scene.skin < MIN_FACE
    is_dull = scene.grey or scene.median_light < MIN_LIGHT
    if is_framed or is_page or is_far or is_dull or not has_calm_subject(scene):
        return None
    skin = analysis.people.skin
    lettering = dilate((analysis.lettering > MIN_LETTERING).astype(np.float32), 1)
    return Kept(np.maximum(skin, resize_map(lettering, *skin.shape)))


def show_watercolour(
    canvas: Bytes, kept: Kept, subject: Floats, stream: RandomStream, *, grey: bool = False
) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a watercolour.

    Args:
        canvas: (h, w, 4) uint8, opaque.
        kept: places that keep their tones.
        subject: (rows, columns) float32, 0..1, subject map.
        stream: random numbers.
        grey: whether the painting is grey, as the canvas is.
    """
    height, width = canvas.shape[:2]
    manner = MANNERS[int(stream.between(0, len(MANNERS)))]
    pair = PAIRS[int(stream.between(0, len(PAIRS)))]
    paper = np.array(PAPERS[int(stream.between(0, len(PAPERS)))], np.float32) / np.float32(255)
    size = size_with_area(height, width, SIDE)
    planes = planes_of(resize(canvas, *size)[..., :3].astype(np.float32))
    vivid = float(np.abs(planes[..., 1:]).sum(2).mean(dtype=np.float64))
    if manner.two and (grey or vivid > MAX_VIVID):
        manner = WASHES
    planes[..., 0] = _levelled(planes[..., 0])
    if grey:
        planes[..., 1:] = 0
        paper[:] = paper.mean()
    places = np.clip(1.6 * blur(resize_map(kept.places, *size), 10.0), 0, 1)
    care = np.clip(blur(resize_map(subject, *size), 6.0), 0, 1)
    fine = simplified(planes, FINE)
    near = np.float32(0.45) + np.float32(0.55) * np.maximum(care, places)[..., None]
    mixed = simplified(fine, manner.reach)
    mixed += near * (fine - mixed)
    # Colour runs farther than tone.
    mixed[..., 1:] = blur(mixed[..., 1:], 1.5)
    # Between both, so that leaves and grass are no dots.
    lines = lines_of(np.float32(0.5) * (fine[..., 0] + mixed[..., 0]))
    blooms = backruns(stream, *size, int(manner.blooms))
    layers = (mixed, steepness(mixed[..., 0]), places, care, lines, blooms)
    # Little of the sheet stays bare, however pale the picture is.
    whites = max(manner.whites, float(np.quantile(mixed[..., 0], 1 - MAX_BARE)))
    sheet = Sheet(
        np.dstack(layers).astype(np.float32),
        luma(canvas) / np.float32(255),
        paper_grain(stream, height, width),
        stream.normal(NODES, NODES).astype(np.float32),
        np.array(pair, np.float32),
        paper,
    )
    out = np.empty((height, width, 4), np.uint8)
    numbers = Manner._make(np.float32(number) for number in manner._replace(whites=whites))
    paint_washes(out, sheet, numbers)
    return out


def _levelled(tone: Floats) -> Floats:
    """Return tones 0..1 (h, w) over the whole range, and lighter if they are dark."""
    low, high = (float(np.quantile(tone, share)) for share in (DARKEST, LIGHTEST))
    share = np.clip((tone - np.float32(low)) / np.float32(max(high - low, MIN_SPAN)), 0, 1)
    missing = min(max(MEAN_TONE - float(share.mean(dtype=np.float64)), 0.0), MIN_SPAN)
    return np.asarray(share + np.float32(LIFT * missing) * share * (1 - share), np.float32)
