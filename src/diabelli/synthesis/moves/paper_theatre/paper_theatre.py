"""Move: the subject of a photograph as a card figure in a landscape of cut paper.

Sheets lie one behind another, and each throws a soft shadow. The figure is die-cut with a ring of
its ground and a white border, as a sticker, so that no error of the cut is seen.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.paper_theatre.inks import Inks, mixed
from diabelli.synthesis.moves.paper_theatre.landscapes import fitting_landscape
from diabelli.synthesis.moves.paper_theatre.placing import card_of, placed, shadow_of, stand_of
from diabelli.synthesis.moves.paper_theatre.stage import Stage
from diabelli.synthesis.moves.sketches.paper import paper_grain
from diabelli.synthesis.moves.stickers.sticker_print import lay_sticker
from diabelli.synthesis.moves.stickers.sticker_shape import MARGIN, find_shape
from diabelli.synthesis.moves.stickers.subject_cut import Cut

PAPER_THEATRE = "paper_theatre"
"""Name of the move."""
FRAME, CORNER, WAVE = 0.045, 0.05, 0.012
"""Width of the frame in shorter sides of the canvas; radius of its corners, and height of the waves
of the sheet within it, in sides of the stage."""
PAPER = (0.965, 0.945, 0.9)
"""Colour of the frame, 0..1."""
GRAIN = 0.016
"""Deviation of the grain of paper."""
GRADED = 0.6
"""How far the light of a landscape colours the figure."""


def show_paper_theatre(image: Bytes, cut: Cut, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, with its subject in a paper theatre.

    Args:
        image: (h, w, 4) uint8, opaque.
        cut: where the subject is.
        stream: random numbers.
    """
    height, width = image.shape[:2]
    frame = round(FRAME * min(height, width))
    shape = card_of(find_shape(image, cut.outline.part))
    landscape, inks = fitting_landscape(shape.colour / np.float32(255), stream)
    lit = 1.0 if stream.between(0, 1) < 0.5 else -1.0
    grain = paper_grain(stream, height, width)
    within = slice(frame, height - frame), slice(frame, width - frame)
    scene = np.zeros((height - 2 * frame, width - 2 * frame, 3), np.float32)
    stage = Stage(scene, np.ascontiguousarray(grain[within]), stream, min(scene.shape[:2]), lit)
    pose = placed(stage, shape, cut, (height, width), stream)
    stand = stand_of(stage, shape, pose)
    landscape.behind(stage, inks, stand)
    scene *= (1 - shadow_of(stage, shape, pose))[..., None]
    light = 1 + np.float32(GRADED) * (np.array(inks.light, np.float32) - 1)
    colours = image[..., :3].astype(np.float32) * light
    scene *= np.float32(255)
    lay_sticker(scene, colours, shape.distance, np.float32(MARGIN), pose)
    scene *= np.float32(1 / 255)
    landscape.before(stage, inks, stand)
    return _framed(stage, inks, grain, frame)


def _framed(stage: Stage, inks: Inks, grain: Floats, frame: int) -> Bytes:
    """Return a stage behind two frames of paper, (h, w, 4) uint8.

    Args:
        stage: on which it is drawn.
        inks: of the landscape.
        grain: (h, w) float32, of the paper, with the frame.
        frame: its width in pixels.
    """
    scene = np.pad(stage.scene, ((frame, frame), (frame, frame), (0, 0)), mode="edge")
    outer = Stage(scene, grain, stage.stream, stage.side, stage.lit)
    wave = np.float32(WAVE) * (outer.ridge(2.2) + np.float32(0.6) * outer.ridge(5))
    down = np.float32(WAVE) * _along(outer, 2.2)
    dim = mixed(mixed(inks.sky[0], inks.key, 0.55), inks.near, 0.2)
    for width, ink, waves in ((0.02, dim, 1), (0.0, PAPER, 0)):
        away = _beyond_window(outer, stage, width) + np.float32(waves) * (wave + down[:, None])
        share = np.clip(away * np.float32(stage.side) + np.float32(0.5), 0, 1)
        with outer.sheet(1.6):
            outer.mix(np.asarray(share, np.float32), ink)
    scene *= (1 + np.float32(GRAIN) * grain)[..., None]
    out = np.full((*scene.shape[:2], 4), 255, np.uint8)
    out[..., :3] = np.clip(scene * 255 + np.float32(0.5), 0, 255)
    return out


def _along(stage: Stage, nodes: float) -> Floats:
    """Return a random curve (h,) float32, -1..1, along the height."""
    values = stage.uniform(max(round(stage.tall * nodes), 2) + 1).astype(np.float32) * 2 - 1
    return resize_map(values[:, None], len(stage.y), 1)[:, 0]


def _beyond_window(outer: Stage, inner: Stage, width: float) -> Floats:
    """Return the distance (h, w) float32, in sides, from a window with round corners.

    Args:
        outer: the sheet with the window.
        inner: the stage within it.
        width: of a rim of the stage that the sheet hides.
    """
    radius = np.float32(CORNER)
    rows = (
        np.abs(outer.y - np.float32(outer.tall / 2)) - np.float32(inner.tall / 2 - width) + radius
    )
    columns = np.abs(outer.x) - np.float32(inner.wide / 2 - width) + radius
    v, u = rows[:, None], columns
    corner = np.sqrt(np.square(np.maximum(v, 0)) + np.square(np.maximum(u, 0)))
    return np.asarray(corner + np.minimum(np.maximum(v, u), 0) - radius, np.float32)
