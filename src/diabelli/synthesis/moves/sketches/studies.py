"""Move: a page of a sketchbook with two studies of a person, by the same hand."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.analysis.matte import mean_nearby
from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.grid import centres
from diabelli.synthesis.core.resample import crop, resize_map, to_bytes
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.sketches.bust import Bust, faded_at
from diabelli.synthesis.moves.sketches.manner import MANNERS, Hand, choose_hand
from diabelli.synthesis.moves.sketches.page import Place, Window, box_of, plan_page
from diabelli.synthesis.moves.sketches.pencil import PAPER_TONE, sketch_of
from diabelli.synthesis.moves.sketches.pencil_tone import tones
from diabelli.synthesis.moves.sketches.sheet import Sketch, draw, reference_size

STUDIES = "studies"
"""Name of the move."""
MAIN_SIZE, SMALL_SIZE = 0.8, 0.55
"""Size of the strokes of the large study and of the small one, beside those of a drawing of a whole
picture."""
GROUND = 0.96
"""Light of the ground that replaces that of the picture, 0..1."""
TONED, CHALK = 0.84, (0.76, 1.02)
"""Tone of toned paper, below which it is darkened, and tones of chalk: there is no gap between, so
that faces keep their form."""
CLOTHES, LIGHT_FACE = (0.6, 1.0), 0.6
"""Shares of the tone that clothes far from the face have, and share that a light study has."""
LIGHT_SHARE = 0.6
"""Share of small studies that are light."""
LIFT, FACE_LIFT, DARKEST = np.float32(0.3), np.float32(0.6), np.float32(0.12)
"""How much lighter middle tones are, how much more those of faces, and the darkest tone of
these."""
DETAIL = 0.3
"""Tone that a detail of a dark place has beside its surroundings, if it is twice as bright."""
HEAD_FINE, FACE_LINES = 0.5, 0.35
"""How far hair is drawn finely, as bare skin is; share of the lines that is left on skin."""
LESS_CHALK, RUBBED_CHALK = 0.3, 0.9
"""Share of the chalk that faces lack, and that is rubbed on them, as strokes would be scratches."""
CONTOUR = 0.45
"""Density of the line along the outline."""
FOLDS, FOLD, FOLD_DEPTH = 0.6, 0.12, 0.36
"""Share of pages whose fold is seen, its width in shares of the page, and the light that it
takes."""


def show_studies(image: Bytes, bust: Bust, stream: RandomStream, *, grey: bool = False) -> Bytes:
    """Return a page, (h, w, 4) uint8, with studies of the person in an image.

    Args:
        image: (h, w, 4) uint8, opaque.
        bust: of the person.
        stream: random numbers.
        grey: whether the image is grey, so that it is not drawn in colours.
    """
    height, width = image.shape[:2]
    hand, fold = choose_hand(stream, grey=grey), stream.between(0, 1)
    size = reference_size(height, width)
    box, places = box_of(bust.drawn), plan_page(bust.drawn, size, stream)
    colours = image[..., :3].astype(np.float32)
    sketches: list[Sketch] = []
    covered = np.zeros(size, np.float32)
    for place in places:
        sketch, drawn = _study(colours, bust, box, place, hand, stream, is_main=not sketches)
        free = 1 - covered[sketch.area]
        white = None if sketch.white is None else sketch.white * free
        sketches.append(
            sketch._replace(dark=sketch.dark * free, lines=sketch.lines * free, white=white)
        )
        covered[sketch.area] = np.maximum(1 - free, np.clip(2 * drawn, 0, 1))
    page = draw(sketches, hand, stream, height, width)
    return _folded(page, hand.lit_from) if fold < FOLDS else page


def _folded(page: Bytes, side: int) -> Bytes:
    """Return a page (h, w, 4) uint8 that bends down to the fold on one side.

    Args:
        page: the page.
        side: 1 for the left, -1 for the right.
    """
    across = centres(page.shape[1])
    near = np.clip(1 - (across if side > 0 else 1 - across) / np.float32(FOLD), 0, 1)
    shade = 1 - np.float32(FOLD_DEPTH) * near * near * near
    out = page.copy()
    out[..., :3] = to_bytes(page[..., :3] * shade[:, None])
    return out


def _study(
    colours: Floats,
    bust: Bust,
    box: Window,
    place: Place,
    hand: Hand,
    stream: RandomStream,
    *,
    is_main: bool,
) -> tuple[Sketch, Floats]:
    """Return the sketch of one study, and how far it covers the page, (rows, columns) float32."""
    shown = (place.rows, place.columns)
    source = np.clip(crop(colours, *box, shown), 0, 255)
    matte = smoothstep(0.15, 0.85, np.clip(crop(bust.matte, *box, shown), 0, 1))
    skin = np.clip(crop(bust.skin, *box, shown), 0, 1) * matte
    rows = np.float32(box.top) + centres(place.rows) * np.float32(box.height)
    columns = np.float32(box.left) + centres(place.columns) * np.float32(box.width)
    rough = resize_map(stream.normal(9, 9).astype(np.float32), *shown)
    rough += np.float32(0.5) * resize_map(stream.normal(24, 24).astype(np.float32), *shown)
    kept = faded_at(bust.fades, bust.side, rows, columns, rough)
    down = np.square((rows - np.float32(bust.focus[0])) / np.float32(box.height))
    across = np.square((columns - np.float32(bust.focus[1])) / np.float32(box.width))
    far = np.sqrt(down[:, None] + across[None]) + np.float32(0.08) * rough
    is_light = not is_main and stream.between(0, 1) < LIGHT_SHARE
    rest = np.float32(stream.between(*CLOTHES))
    finish = rest + (1 - rest) * np.maximum(smoothstep(0.95, 0.45, far), skin)
    finish = finish * np.float32(LIGHT_FACE if is_light else 1)
    fine = np.maximum(skin, np.float32(HEAD_FINE) * smoothstep(0.6, 0.2, far) * matte)
    light = luma(source) / np.float32(255)
    ground = np.float32(PAPER_TONE if hand.manner.chalk else GROUND)
    alone = ground + matte * (light - ground)
    held = np.zeros_like(matte) if hand.manner.chalk else matte
    face = fine * smoothstep(0.5, 0.3, far)
    tone = _softened(tones(alone, held, skin, matte), alone, face)
    own = hand
    if hand.manner.pencil is None:
        source = _with_own_rim(source, matte)
        # Beside a study in colours, a light one is in graphite.
        own = hand._replace(manner=MANNERS[0]) if is_light else hand
    sketch = sketch_of(source, tone, matte * kept * finish, fine, own, TONED, CHALK)
    edge = blur(matte, 0.8)
    contour = np.float32(4 * CONTOUR) * edge * (1 - edge) * blur(matte, 3.0)
    inner = sketch.lines * matte * (1 - np.float32(1 - FACE_LINES) * skin)
    white = sketch.white
    if white is not None:
        # A small light, as on a lip, would be a tooth.
        soft = np.float32(1 - LESS_CHALK) * np.minimum(white, blur(white, 4.0))
        white = white + skin * (soft - white)
    return sketch._replace(
        white=white,
        rubbed_chalk=RUBBED_CHALK,
        lines=np.maximum(inner, contour) * kept,
        size=MAIN_SIZE if is_main else SMALL_SIZE,
        corner=(place.top, place.left),
    ), matte * kept


def _softened(tone: Floats, light: Floats, fine: Floats) -> Floats:
    """Return tones with lighter middle tones, and more detail of the dark, as eyes in the shade.

    Args:
        tone: (rows, columns) float32, 0..1, tones of a drawing.
        light: the same, luma.
        fine: the same, faces.
    """
    around = blur(light, 5.0)
    detail = (blur(light, 0.7) - around) / (around + np.float32(0.12))
    gain = np.float32(DETAIL) * smoothstep(0.55, 0.15, around)
    # Eyes are dark enough.
    detail = np.clip(detail, -0.5, 0.8) * (1 - fine * (detail < 0))
    tone = np.clip(tone + gain * detail, 0, 1)
    tone = tone + (LIFT + FACE_LIFT * fine) * tone * np.square(1 - tone)
    return np.asarray(tone + fine * DARKEST * (1 - tone), np.float32)


def _with_own_rim(source: Floats, matte: Floats) -> Floats:
    """Return colours (h, w, 3) whose rim has those inside, and none of the ground's."""
    inner = smoothstep(0.9, 1.0, blur(matte, 2.0))
    nearby = mean_nearby(source, inner, 4.0)
    return np.asarray(nearby + inner[..., None] * (source - nearby), np.float32)
