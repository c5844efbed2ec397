"""Cabinet of a television set: wood or paint, a plate, a grille and knobs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.television.layout import Box, Layout, box_distance, tube_distance
from diabelli.synthesis.moves.television.relief import Relief, veneer


class Finish(NamedTuple):
    """Material of a cabinet.

    Attributes:
        colour: linear light 0..1.
        is_wood: whether it has grain.
        plates: linear light of the plates that go with it.
    """

    colour: tuple[float, float, float]
    is_wood: bool
    plates: tuple[tuple[float, float, float], ...]


CHARCOAL, CREAM, SILVER = (0.022, 0.021, 0.021), (0.66, 0.6, 0.48), (0.36, 0.36, 0.355)
"""Linear light of plates."""
FINISHES = (
    Finish((0.205, 0.1, 0.05), True, (CREAM, CHARCOAL, CHARCOAL)),
    Finish((0.36, 0.185, 0.08), True, (CHARCOAL, CREAM)),
    Finish((0.72, 0.19, 0.035), False, (CHARCOAL, CREAM)),
    Finish((0.38, 0.64, 0.53), False, (CREAM, SILVER)),
    Finish((0.76, 0.74, 0.68), False, (CHARCOAL, SILVER)),
)
"""Walnut, teak, orange, mint and white."""
BRASS, CHROME = (0.66, 0.45, 0.18), (0.6, 0.61, 0.62)
"""Linear light of metals."""
RIM, RECESS, SLOPE, TRIM = 0.02, 0.008, 0.018, 0.0026
"""Radius of the rim of the cabinet, depth of the plate, width of its slope to the tube, and half
the width of strips of metal, in sides."""
SLATS, UPRIGHT_SLATS, HOLES, CLOTH = range(4)
"""Grilles."""
DOTS = (
    *((-0.7, 0.7), (-0.97, 0.26), (-0.97, -0.26), (-0.7, -0.7), (-0.26, -0.97)),
    *((0.26, -0.97), (0.7, -0.7), (0.97, -0.26), (0.97, 0.26), (0.7, 0.7)),
)
"""Directions of the marks around a knob."""


def render_cabinet(
    x: Floats, y: Floats, layout: Layout, finish: Finish, stream: RandomStream
) -> tuple[Floats, Floats]:
    """Render the front of a set, without what the tube shows.

    Args:
        x: (1, w) float32, in sides.
        y: (h, 1) float32.
        layout: of the set.
        finish: of its cabinet.
        stream: random numbers.

    Returns:
        (h, w, 3) float32, reflected light, and (h, w) float32, the share of a pixel it covers.
    """
    corner = stream.between(0.028, 0.06)
    plate_colour = np.array(finish.plates[int(stream.between(0, len(finish.plates)))], np.float32)
    metal = np.array((BRASS, CHROME)[int(stream.between(0, 2))], np.float32)
    grille = int(stream.between(0, 4))
    pixel = layout.pixel
    outer = box_distance(x, y, layout.cabinet, corner)
    plate = box_distance(x, y, layout.plate, min(corner, 0.032))
    tube = tube_distance(x, y, layout.screen)
    relief = Relief(outer.shape)
    depth = np.clip(-outer / np.float32(RIM), 0, 1)
    relief.height += np.float32(RIM) * np.sqrt(1 - (1 - depth) * (1 - depth))
    body = np.array(finish.colour, np.float32)
    grain = veneer(outer.shape, pixel, stream) if finish.is_wood else np.ones_like(outer)
    relief.lay(np.ones_like(outer), body * grain[..., None], 0.22 if finish.is_wood else 0.4)
    within = _cover(plate, pixel)
    relief.lay(within, plate_colour, 0.12)
    relief.height -= np.float32(RECESS) * smoothstep(0.002, -0.004, plate)
    slope = np.clip((np.float32(SLOPE) - tube) / np.float32(SLOPE), 0, 1)
    relief.height -= np.float32(0.011) * slope * slope
    # The plate is dark where it meets the glass.
    relief.colour *= (1 - np.float32(0.6) * smoothstep(0.007, 0.0, tube))[..., None]
    _lay_panel(relief, x, y, layout, metal, plate_colour, grille, stream)
    for distance in (plate, tube - np.float32(SLOPE + 0.001)):
        strip = np.abs(distance) / np.float32(TRIM)
        relief.height += np.float32(0.8 * TRIM) * np.sqrt(np.maximum(1 - strip * strip, 0))
        relief.lay(_cover(np.abs(distance) - np.float32(TRIM), pixel), metal, 0.5, 1.0)
    return relief.lit(layout.lamp, pixel), _cover(outer, pixel)


def _cover(distance: Floats, pixel: float) -> Floats:
    """Return the share of pixels that is within a shape, by the distance from it, in sides."""
    return np.clip(np.float32(0.5) - distance / np.float32(pixel), 0, 1).astype(np.float32)


def _lay_panel(
    relief: Relief,
    x: Floats,
    y: Floats,
    layout: Layout,
    metal: Floats,
    plate: Floats,
    grille: int,
    stream: RandomStream,
) -> None:
    """Lay the grille and the knobs on the panel, in place."""
    panel = layout.panel
    short = min(panel.wide, panel.tall)
    radius = min(0.64 * short, 0.04)
    count = int(stream.between(2, 4))
    radii = [radius, radius, 0.62 * radius][:count]
    is_light = bool(plate.mean() > 0.2)
    at, places = 0.35 * radius, []
    for one in radii:
        places.append(at + one)
        at += 2 * one + 0.55 * radius
    if layout.is_beside:
        top = panel.y - panel.tall
        spots = [(panel.x, top + place) for place in places]
        box = Box(panel.x, (top + at + panel.y + panel.tall) / 2, 0.9 * panel.wide, 0.0)
        box = box._replace(tall=max(panel.y + panel.tall - box.y, 0.01))
    else:
        right = panel.x + panel.wide
        spots = [(right - place, panel.y) for place in places]
        box = Box((right - at + panel.x - panel.wide) / 2, panel.y, 0.0, 0.86 * panel.tall)
        box = box._replace(wide=max(box.x - panel.x + panel.wide, 0.01))
    _lay_grille(relief, x, y, box, layout.pixel, metal, grille, is_light)
    for (across, down), one in zip(spots, radii, strict=True):
        turn = DOTS[int(stream.between(1, len(DOTS) - 1))]
        _lay_knob(relief, x - np.float32(across), y - np.float32(down), one, turn, metal, is_light)


def _lay_grille(
    relief: Relief,
    x: Floats,
    y: Floats,
    box: Box,
    pixel: float,
    metal: Floats,
    grille: int,
    is_light: bool,
) -> None:
    """Lay the grille of the loudspeaker, in place."""
    distance = box_distance(x, y, box, min(0.014, 0.5 * box.wide, 0.5 * box.tall))
    within = _cover(distance, pixel)
    half = np.float32(0.5)
    if grille in (SLATS, UPRIGHT_SLATS):
        place = ((y if grille == SLATS else x) + np.float32(8)) / np.float32(0.0135)
        bar = np.abs(place - np.floor(place) - half)
        tone = np.array((0.5, 0.46, 0.38) if is_light else (0.1, 0.1, 0.1), np.float32)
        relief.lay(within, np.full(3, 0.012, np.float32), 0.02)
        raised = within * smoothstep(0.36, 0.26, bar)
        relief.lay(raised, tone, 0.2)
        relief.height += np.float32(0.004) * raised * (1 - np.float32(1.5) * bar * bar)
    elif grille == HOLES:
        u, v = (x + np.float32(8)) / np.float32(0.0115), (y + np.float32(8)) / np.float32(0.0115)
        u, v = u - np.floor(u) - half, v - np.floor(v) - half
        hole = within * smoothstep(0.33, 0.24, np.sqrt(u * u + v * v))
        relief.lay(within, metal * np.float32(0.8), 0.2, 0.6)
        relief.lay(hole, np.full(3, 0.008, np.float32), 0.0)
        relief.height -= np.float32(0.002) * hole
    else:
        u, v = (x + np.float32(8)) / np.float32(0.0075), (y + np.float32(8)) / np.float32(0.0075)
        u, v = np.abs(u - np.floor(u) - half), np.abs(v - np.floor(v) - half)
        weave = (u - v) * np.float32(1.2)
        thread = smoothstep(0.1, 0.5, weave)[..., None]
        light = np.array((0.5, 0.41, 0.26) if is_light else (0.34, 0.26, 0.15), np.float32)
        relief.lay(within, light * (np.float32(0.35) + thread), 0.05)
        relief.height += np.float32(0.0012) * within * weave
    strip = np.abs(distance) / np.float32(0.7 * TRIM)
    relief.height += np.float32(0.5 * TRIM) * np.sqrt(np.maximum(1 - strip * strip, 0))
    relief.lay(_cover(np.abs(distance) - np.float32(0.7 * TRIM), pixel), metal, 0.4, 1.0)


def _lay_knob(
    relief: Relief,
    x: Floats,
    y: Floats,
    radius: float,
    turn: tuple[float, float],
    metal: Floats,
    is_light: bool,
) -> None:
    """Lay a knob at (0, 0), in place; `turn` is the direction in which it points."""
    columns = np.flatnonzero(np.abs(x[0]) < 1.5 * radius)
    rows = np.flatnonzero(np.abs(y[:, 0]) < 1.5 * radius)
    if not len(rows) or not len(columns):
        return
    part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    view = Relief((0, 0))
    view.height, view.colour = relief.height[part], relief.colour[part]
    view.gloss, view.metal = relief.gloss[part], relief.metal[part]
    x, y = x[:, part[1]], y[part[0]]
    pixel = float(x[0, 1] - x[0, 0]) if x.shape[1] > 1 else 1.0
    away = np.asarray(np.sqrt(x * x + y * y), np.float32)
    mark = np.array((0.03,) * 3 if is_light else (0.75, 0.72, 0.65), np.float32)
    for a, b in DOTS:
        p, q = x - np.float32(1.28 * a * radius), y - np.float32(1.28 * b * radius)
        view.lay(_cover(np.sqrt(p * p + q * q) - np.float32(0.05 * radius), pixel), mark, 0.0)
    skirt = smoothstep(radius, 0.88 * radius, away)
    view.height += np.float32(0.009) * skirt
    view.lay(_cover(away - np.float32(radius), pixel), np.full(3, 0.02, np.float32), 0.25)
    cap = np.float32(0.72 * radius)
    inner = away / cap
    view.height += np.float32(0.004) * smoothstep(1.0, 0.86, inner)
    # Turned metal mirrors light in two opposite fans.
    fan = np.abs(x * y) * 2 / np.maximum(away * away, np.float32(1e-8))
    brushed = metal * (np.float32(0.7) + np.float32(0.5) * fan)[..., None]
    view.lay(_cover(away - cap, pixel), brushed, 0.3, 0.5)
    along = x * np.float32(turn[0]) + y * np.float32(turn[1])
    beside = np.abs(x * np.float32(turn[1]) - y * np.float32(turn[0]))
    line = np.maximum(np.abs(along - np.float32(0.7 * radius)) - np.float32(0.22 * radius), 0)
    line = np.maximum(line, beside - np.float32(0.06 * radius))
    view.lay(_cover(line, pixel), np.array((0.85, 0.8, 0.7), np.float32), 0.1)
