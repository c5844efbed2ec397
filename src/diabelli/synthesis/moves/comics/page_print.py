"""Print of a page: its panels in their colours on bare paper."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.resample import crop
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.comics.colour_schemes import GREYS, SETS
from diabelli.synthesis.moves.comics.page_layout import WIDE, Panel
from diabelli.synthesis.moves.comics.page_plan import Plan
from diabelli.synthesis.moves.comics.panel_art import Art, draw_art
from diabelli.synthesis.moves.comics.shots import Shot

BORDER = 0.0042
"""Width of the ink around a panel, in sides of the canvas."""
PERIODS = (0.01, 0.0105, 0.014, 0.0095)
"""Distances of dots of the panels, in sides of the canvas."""
SCREENS = ((0.9659, 0.2588), (0.7071, 0.7071), (0.8660, 0.5))
"""Cosines and sines of the angles of screens: 15, 45 and 30 degrees."""
LIGHT = (-0.8, 0.6)
"""How far down, and to one side, the light of a panel comes from."""
OWN_SHARE = 0.75
"""How far the wide shot has the colours of its scheme beside other shots."""
AROUND = 8
"""Pixels around a part of a photograph that its filter needs."""


class Story(NamedTuple):
    """What a page shows.

    Attributes:
        source: (h, w, 4) uint8, the photograph.
        care: (rows, columns) float32, 0..1, faces and words.
        fine: the same, what else should keep its detail.
    """

    source: Bytes
    care: Floats
    fine: Floats


def print_page(
    story: Story,
    plan: Plan,
    page: tuple[float, float],
    side: float,
    stream: RandomStream,
    *,
    grey: bool,
) -> Floats:
    """Return the inks of a page (rows, columns, 3) float32, 0..1; 1 is bare paper.

    Args:
        story: what it shows.
        plan: its panels and their shots.
        page: its height and width, in sides of the canvas.
        side: of the canvas, in pixels.
        stream: random numbers.
        grey: whether it is printed in black alone.
    """
    out = np.ones((*(max(round(one * side), 2) for one in page), 3), np.float32)
    schemes = GREYS if grey else SETS[int(stream.between(0, len(SETS)))]
    sign = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    order = sorted(range(len(plan.panels)), key=lambda k: (plan.panels[k].kind, k))
    for number, k in enumerate(order):
        panel, shot = plan.panels[k], plan.shots[k]
        scheme = schemes[number % len(schemes)]
        if panel.kind == WIDE:
            scheme = scheme._replace(share=OWN_SHARE * scheme.share)
        screen = SCREENS[int(stream.between(0, len(SCREENS)))]
        art = Art(
            scheme, (LIGHT[0], sign * LIGHT[1]), screen, PERIODS[number % len(PERIODS)] * side
        )
        top, left, bottom, right = (one * side for one in panel.box)
        rows = slice(max(int(top), 0), min(int(bottom) + 1, out.shape[0]))
        columns = slice(max(int(left), 0), min(int(right) + 1, out.shape[1]))
        under = out[rows, columns]
        size = under.shape[0], under.shape[1]
        care, fine = (np.clip(crop(one, *shot[:4], size), 0, 1) for one in (story.care, story.fine))
        drawn = draw_art(shown_part(story.source, shot, size), care, fine, art)
        away = _distance_within(panel, side, rows, columns)
        drawn *= np.clip(away + np.float32(0.5 - BORDER * side), 0, 1)[..., None]
        under += np.clip(away + np.float32(0.5), 0, 1)[..., None] * (drawn - under)
    return out


def shown_part(source: Bytes, shot: Shot, size: tuple[int, int]) -> Floats:
    """Return what a shot shows of an image, (rows, columns, 3) float32, 0..255.

    Args:
        source: (h, w, 4) uint8.
        shot: the part.
        size: rows and columns of the result.
    """
    height, width = source.shape[:2]
    # Only the pixels around it are converted.
    top, left = max(int(shot.top * height) - AROUND, 0), max(int(shot.left * width) - AROUND, 0)
    bottom = min(int((shot.top + shot.height) * height) + AROUND + 1, height)
    right = min(int((shot.left + shot.width) * width) + AROUND + 1, width)
    near = source[top:bottom, left:right, :3].astype(np.float32)
    tall, wide = bottom - top, right - left
    box = (
        (shot.top * height - top) / tall,
        (shot.left * width - left) / wide,
        shot.height * height / tall,
        shot.width * width / wide,
    )
    return np.clip(crop(near, *box, size), 0, 255)


def _distance_within(panel: Panel, side: float, rows: slice, columns: slice) -> Floats:
    """Return the distances in pixels of places of a page from the edges of a panel; 0 at these."""
    y = (np.arange(rows.start, rows.stop, dtype=np.float32) + np.float32(0.5))[:, None]
    x = (np.arange(columns.start, columns.stop, dtype=np.float32) + np.float32(0.5))[None]
    found = np.full((y.size, x.size), np.inf, np.float32)
    corners = panel.corners
    for first, second in zip(corners, (*corners[1:], corners[0]), strict=True):
        down, across = second[0] - first[0], second[1] - first[1]
        length = (down * down + across * across) ** 0.5
        v, u = np.float32(across / length), np.float32(-down / length)
        away = v * (y - np.float32(first[0] * side)) + u * (x - np.float32(first[1] * side))
        found = np.minimum(found, away)
    return found
