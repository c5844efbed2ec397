"""Move: the photograph as a page of a comic, a sequence of shots in other light, on a table."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import crop, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.comics.colour_schemes import GREYS, SETS
from diabelli.synthesis.moves.comics.page_layout import (CLOSE, DETAIL, LAYOUTS, WIDE, Panel, inset_places, lay_out)
from diabelli.synthesis.moves.comics.panel_art import PERIOD, Art, draw_art
from diabelli.synthesis.moves.comics.reading_table import Sheet, choose_sheet, lay_page
from diabelli.synthesis.moves.comics.shots import GOOD, Interest, Shot, choose_shot, choose_shots, hidden_cost
from diabelli.synthesis.moves.still_lifes.tabletop import finished

COMIC_PAGE = "comic_page"
"""Name of the move."""
SIDE = 880
"""Side in pixels at which all is made."""
BORDER = 0.0042
"""Width of the ink around a panel, in sides."""
OWN_SHARE = 0.75
"""How far the wide shot has the colours of its scheme beside others."""
SPLASHES = 2
"""Pages of one panel with insets for all layouts with gutters."""
ANGLES = ((0.9659, 0.2588), (0.7071, 0.7071), (0.8660, 0.5))
"""Cosines and sines of the angles of screens."""


class Drawn(NamedTuple):
    """A photograph that may be drawn as a comic.

    Attributes:
        interest: what it shows.
        care: (GRID, GRID) float32, 0..1, faces and words.
        fine: the same, what else should keep its detail.
        source: (h, w, 4) uint8, the photograph with its detail; None for that of the canvas.
    """

    interest: Interest
    care: Floats
    fine: Floats
    source: Bytes | None


class Plan(NamedTuple):
    """Panels of a page, their shots, and what the worst of these costs."""

    panels: list[Panel]
    shots: list[Shot]
    cost: float


def show_comic_page(
    image: Bytes, need: Drawn, stream: RandomStream, *, grey: bool = False
) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a page of a comic on a table.

    Args:
        image: (h, w, 4) uint8, opaque.
        need: what it shows.
        stream: random numbers.
        grey: whether it is black and white.
    """
    height, width = image.shape[:2]
    rows, columns = size_with_area(height, width, SIDE)
    side = float(min(rows, columns))
    source = image if need.source is None else need.source
    sheet = choose_sheet(rows / side, columns / side, stream)
    plan = plan_page(need.interest, source.shape[:2], sheet, side, stream)
    import os
    if os.environ.get('DBG'): print('cost', [round(one.cost,2) for one in plan.shots])
    page = _printed(source, need, plan.panels, plan.shots, sheet, side, stream, grey=grey)
    scene = lay_page(page, sheet, rows, columns, stream, grey=grey)
    return finished(np.maximum(resize_map(scene, height, width), 0))


def plan_cost(need: Drawn, size: tuple[int, int]) -> float:
    """Return what the worst shot of a page of a photograph costs.

    Args:
        need: what it shows.
        size: rows and columns of the canvas.
    """
    rows, columns = size_with_area(*size, SIDE)
    side, stream = float(min(rows, columns)), RandomStream(0)
    source = size if need.source is None else need.source.shape[:2]
    sheet = choose_sheet(rows / side, columns / side, stream)
    return plan_page(need.interest, source, sheet, side, stream).cost


def plan_page(
    interest: Interest, size: tuple[int, ...], sheet: Sheet, side: float, stream: RandomStream
) -> Plan:
    """Return the panels of a page and their shots: of the first good layout in random order."""
    order = [int(one) for one in np.argsort(stream.uniform(len(LAYOUTS) + SPLASHES))]
    best = Plan([], [], np.inf)
    shape = size[0], size[1]
    for number in order:
        if number < len(LAYOUTS):
            panels = lay_out(LAYOUTS[number], sheet.height, sheet.width, stream)
            shots = choose_shots(panels, interest, shape, side, best.cost)
            found = Plan(panels, shots, max(one.cost for one in shots)) if shots else best
        else:
            found = _splash(interest, shape, sheet, side, stream)
        if found.cost < best.cost:
            best = found
        if best.cost < GOOD:
            break
    return best


def _splash(
    interest: Interest, size: tuple[int, int], sheet: Sheet, side: float, stream: RandomStream
) -> Plan:
    """Return one panel with insets where these hide little."""
    (whole,) = lay_out(WIDE, sheet.height, sheet.width, stream)
    shots = [choose_shot(whole, interest, size, side, [])]
    panels = [whole]
    for number, kind in enumerate((CLOSE, DETAIL)):
        places = [
            one
            for one in inset_places(whole, number, stream)
            if not any(_touch(one, other.box) for other in panels[1:])
        ]
        costs = np.array([hidden_cost(one, whole, shots[0], interest) for one in places])
        k = int(np.argmin(np.round(costs, 5)))
        v, u, low, far = places[k]
        panel = Panel(((v, u), (v, far), (low, far), (low, u)), kind, is_inset=True)
        shot = choose_shot(panel, interest, size, side, shots)
        panels.append(panel)
        shots.append(shot._replace(cost=max(shot.cost, float(costs[k]))))
    return Plan(panels, shots, max(one.cost for one in shots))


def _touch(a, b) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _printed(
    source: Bytes,
    need: Drawn,
    panels: list[Panel],
    shots: list[Shot],
    sheet: Sheet,
    side: float,
    stream: RandomStream,
    *,
    grey: bool,
) -> Floats:
    """Return the inks of a page (rows, columns, 3) float32, 0..1; 1 is bare paper."""
    size = round(sheet.height * side), round(sheet.width * side)
    out = np.ones((*size, 3), np.float32)
    schemes = GREYS if grey else SETS[int(stream.between(0, len(SETS)))]
    sign = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    order = sorted(range(len(panels)), key=lambda k: (panels[k].kind, k))
    for number, k in enumerate(order):
        panel, shot = panels[k], shots[k]
        top, left, bottom, right = (one * side for one in panel.box)
        j, i = int(top), int(left)
        tall, wide = int(bottom) + 1 - j, int(right) + 1 - i
        part = shown_part(source, shot, (tall, wide))
        box = shot[:4]
        care, fine = (
            np.clip(crop(one, *box, (tall, wide)), 0, 1) for one in (need.care, need.fine)
        )
        scheme = schemes[number % len(schemes)]
        if panel.kind == WIDE:
            scheme = scheme._replace(share=OWN_SHARE * scheme.share)
        screen = ANGLES[int(stream.between(0, len(ANGLES)))]
        art = Art(scheme, (-0.8, sign * 0.6), screen, PERIOD * side)
        drawn = draw_art(part, care, fine, art)
        y = (np.arange(tall, dtype=np.float32) + np.float32(j + 0.5))[:, None]
        x = (np.arange(wide, dtype=np.float32) + np.float32(i + 0.5))[None]
        away = distance_within(panel, side, y, x)
        thick = np.float32(BORDER * side)
        drawn *= np.clip(away - thick + np.float32(0.5), 0, 1)[..., None]
        cover = np.clip(away + np.float32(0.5), 0, 1)[..., None]
        under = out[j : j + tall, i : i + wide]
        under += cover[: under.shape[0], : under.shape[1]] * (drawn[: under.shape[0], : under.shape[1]] - under)
    return out


def shown_part(source: Bytes, shot: Shot, size: tuple[int, int]) -> Floats:
    """Return what a shot shows, (rows, columns, 3) float32, 0..255."""
    height, width = source.shape[:2]
    # Only the pixels around it are converted.
    top, left = max(int(shot.top * height) - 8, 0), max(int(shot.left * width) - 8, 0)
    bottom = min(int((shot.top + shot.height) * height) + 9, height)
    right = min(int((shot.left + shot.width) * width) + 9, width)
    near = source[top:bottom, left:right, :3].astype(np.float32)
    tall, wide = bottom - top, right - left
    box = (
        (shot.top * height - top) / tall,
        (shot.left * width - left) / wide,
        shot.height * height / tall,
        shot.width * width / wide,
    )
    return np.clip(crop(near, *box, size), 0, 255)


def distance_within(panel: Panel, side: float, y: Floats, x: Floats) -> Floats:
    """Return the distance in pixels of places from the edges of a panel, above 0 within it."""
    corners = panel.corners
    found = None
    for first, second in zip(corners, (*corners[1:], corners[0]), strict=True):
        down, across = second[0] - first[0], second[1] - first[1]
        length = (down * down + across * across) ** 0.5
        normal = np.float32(across / length), np.float32(-down / length)
        away = normal[0] * (y - np.float32(first[0] * side)) + normal[1] * (
            x - np.float32(first[1] * side)
        )
        found = away if found is None else np.minimum(found, away)
    return np.asarray(found, np.float32)
