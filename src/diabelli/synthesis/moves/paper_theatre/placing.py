"""Place of a card figure in a paper theatre."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, flood_from_edges
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.paper_theatre.stage import DEPTH, RISE, Stage
from diabelli.synthesis.moves.paper_theatre.stand import Stand
from diabelli.synthesis.moves.stickers.sticker_print import Pose, beyond_rims
from diabelli.synthesis.moves.stickers.sticker_shape import SIDE, Shape, distance_to
from diabelli.synthesis.moves.stickers.subject_cut import Cut

BORDER = 0.021
"""Width of the white border in sides of the stage."""
ROOMS, MAX_WIDTH, MAX_ENLARGED = (0.76, 0.86), 0.88, 1.6
"""Bounds of the height of a figure in that of the stage, largest width in its width, and largest
size beside that in the picture."""
SUNK, CUT_SUNK = 0.045, 0.02
"""Height above the lower edge of the stage of the end of a figure: a whole one, and one that the
lower edge of the picture cuts."""
CUT, EDGE = 0.12, 4
"""Share of an edge of the picture from which it cuts the figure, and its width in pixels."""
BEYOND = 0.035
"""How far a figure that a side of the picture cuts is beyond that side of the stage."""
ASIDE, RIM, TURN = 0.2, 0.05, 0.025
"""Largest distance from the middle in widths of the stage; rim of the stage that the frame may
hide; largest tangent of half the angle by which a figure is turned."""
LIT = (0.35, 0.94)
"""Direction down and across towards the light."""
SKIRT, KNOWN, ROUND = 0.72, 24, 1.5
"""Height in that of a figure from which its card goes straight down; pixels up to which distances
from it are found, and deviation of the blur that rounds it."""
PLAN = 160
"""Side in pixels at which the shadow of a figure is found."""
SHADOW, RAISED = 0.42, 1.9
"""Strength of that shadow, and height of the figure above the sheets behind it."""


def card_of(shape: Shape) -> Shape:
    """Return a print whose lower part goes straight down, as a figure that stands on card.

    Args:
        shape: of a sticker, which may have notches between legs.
    """
    inside = shape.distance < 0
    rows = np.flatnonzero(inside.any(1))
    begin, end = int(rows[0]) + int(SKIRT * len(rows)), int(rows[-1]) + 1
    low = np.maximum.accumulate(inside[begin:end], axis=0)
    before, after = (np.maximum.accumulate(one, axis=1) for one in (low, low[:, ::-1]))
    inside[begin:end] = before & after[:, ::-1]
    inside = ~flood_from_edges(~inside)
    away = distance_to(inside, KNOWN) - distance_to(~inside, KNOWN)
    return shape._replace(distance=blur(away, ROUND))


def placed(
    stage: Stage, shape: Shape, cut: Cut, size: tuple[int, int], stream: RandomStream
) -> Pose:
    """Return the pose of a figure.

    Args:
        stage: on which it is.
        shape: its print.
        cut: where the subject is in the picture.
        size: (height, width) of the picture.
        stream: random numbers.
    """
    part = cut.outline.part
    inside = shape.distance < 0
    rows, columns = (np.flatnonzero(inside.any(axis)) for axis in (1, 0))
    tall, wide = len(rows) + 1, len(columns) + 1
    base, left, right = (
        float((one > 0.5).mean()) > CUT for one in (part[-EDGE:], part[:, :EDGE], part[:, -EDGE:])
    )
    unit = float(np.sqrt(size[0] * size[1])) / min(size) / SIDE
    room = stream.between(*ROOMS) * stage.tall - 2 * BORDER
    scale = min(room / tall, (MAX_WIDTH * stage.wide - 2 * BORDER) / wide, MAX_ENLARGED * unit)
    is_mirrored = cut.mirrored and stream.between(0, 1) < 0.5
    if is_mirrored:
        left, right = right, left
    half = wide * scale / 2 + BORDER
    x = stream.between(-1, 1) * min(max(stage.wide / 2 - half - RIM, 0.0), ASIDE * stage.wide)
    is_aside = left != right
    if is_aside:
        edge = stage.wide / 2 + BEYOND - half
        x = -edge if left else edge
    low = stage.tall - (CUT_SUNK if base else SUNK)
    turn = 0.0 if base or is_aside else stream.between(-TURN, TURN)
    middle = (int(rows[0]) + int(rows[-1]) + 1) / 2, (int(columns[0]) + int(columns[-1]) + 1) / 2
    values = (
        low - tall * scale / 2 - BORDER - stage.tall / 2,
        x,
        *rotation(turn),
        -1 if is_mirrored else 1,
        scale,
        *middle,
        BORDER,
        max(tall, wide) * scale / 2 + BORDER,
        0.0,
        0.0,
        LIT[0],
        LIT[1] * stage.lit,
        KNOWN * scale - BORDER,
    )
    return Pose(*(np.float32(one) for one in values))


def stand_of(stage: Stage, shape: Shape, pose: Pose) -> Stand:
    """Return where a figure stands."""
    inside = shape.distance < 0
    tall, wide = (int(inside.any(axis).sum()) * float(pose.unit) for axis in (1, 0))
    top = float(pose.row) + stage.tall / 2 - tall / 2 - BORDER
    return Stand(float(pose.column), top, wide / 2 + BORDER)


def shadow_of(stage: Stage, shape: Shape, pose: Pose) -> Floats:
    """Return the shadow (h, w) float32, 0..1, of a figure on the sheets behind it."""
    size = max(round(PLAN * stage.tall), 2), max(round(PLAN * stage.wide), 2)
    away = np.empty(size, np.float32)
    aside = np.float32(DEPTH[0] * RAISED)
    moved = pose._replace(
        row=pose.row + aside * np.float32(RISE), column=pose.column - aside * np.float32(stage.lit)
    )
    beyond_rims(away, shape.distance, moved, np.float32(stage.tall), np.float32(stage.wide))
    soft = blur(smoothstep(0.004, -0.004, away), DEPTH[1] * RAISED * PLAN)
    return np.float32(SHADOW) * np.clip(resize_map(soft, len(stage.y), len(stage.x)), 0, 1)
