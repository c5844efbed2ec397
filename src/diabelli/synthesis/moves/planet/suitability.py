"""Suitability for a little planet: a level landscape under the sky, without people or lettering."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.picture_border import NO_BORDER
from diabelli.synthesis.analysis.skyline import SIDE, Skyline, find_skyline
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.lights.light import is_under_water
from diabelli.synthesis.moves.planet.little_planet import SWINGS, Planet, horizon_radius
from diabelli.synthesis.moves.scene import Scene

MIN_OPENNESS = 0.5
"""Log-odds of the open air; a skyline is evidence as well."""
MAX_ROUGHNESS = 2.6
"""Mean step of a skyline from column to column in cells; those that were seen have 0 to 2.5."""
MIN_CONTRAST = 30.0
"""Grey levels by which a sky is lighter than all below."""
MIN_SKIES, MIN_WIDTH = (0.055, 0.1, 0.15, 0.2, 0.25, 0.3), 0.55
"""Rows of sky above all things, in shares of the height, of which the first is taken by which some
part suits, and least width of that part in shares; a tree at the side may reach the upper edge."""
MAX_HORIZON, MIN_HEIGHT = 0.72, 0.015
"""Row of the horizon below which there is hardly any ground, and least height of things above it,
in shares of the height; a planet of water alone is a disc."""
HORIZON, TOP = 0.8, 0.015
"""Shares of the columns in which the skyline is above the horizon, and above the top of things."""
MAX_FIGURE, MAX_PERSON = 0.03, 0.5
"""Bounds of what may be people, and of bare skin; people would bend."""
LETTERING, SUBJECT, MAX_SUBJECT = 0.7, 0.5, 0.5
"""Values of the maps of lettering and of the subject from which a place counts, and largest share
of the subject; heaps of things close by are no landscape."""
FRONT, FRONT_BLUR = (0.2, 0.8), 2.0
"""Bounds of the column in front, in the width of the part, and the deviation in cells of the blur
of the skyline of which it is the highest."""
MIN_RADIUS = 0.45
"""Least radius of the horizon, in half sides of the canvas."""


def find_planet(scene: Scene, analysis: Analysis, small: Bytes) -> Planet | None:
    """Find how a photograph is rolled up; None where it suits no planet.

    Args:
        scene: properties of the photograph.
        analysis: of it.
        small: (h, w, 4) uint8, the photograph at the size of decisions.
    """
    is_framed = scene.barred or analysis.border != NO_BORDER or analysis.kind.has_text
    is_peopled = scene.figure > MAX_FIGURE or scene.person > MAX_PERSON
    is_close = float((scene.subject > SUBJECT).mean()) > MAX_SUBJECT
    is_open = scene.openness > MIN_OPENNESS and not is_under_water(scene)
    if is_framed or is_peopled or is_close or not is_open:
        return None
    skyline = find_skyline(small)
    # Clouds below a blue sky are as white as snow, so nothing may be lighter than the sky.
    if skyline is None or skyline.contrast < MIN_CONTRAST:
        return None
    is_written = np.repeat((analysis.lettering > LETTERING).any(0), SIDE // GRID)
    aspect = small.shape[1] / small.shape[0]
    for least in MIN_SKIES:
        first, end = _widest_run(~is_written & (skyline.rows > least))
        if end - first < MIN_WIDTH * SIDE:
            return None
        planet = _planet_of(skyline.within(first, end), first)
        if planet is not None and horizon_radius(planet, SWINGS[1], aspect, 1.0)[0] > MIN_RADIUS:
            return planet
    return None


def _planet_of(skyline: Skyline, first: int) -> Planet | None:
    """Return the planet of a part whose first column is `first`; None where it suits none."""
    highest = float(np.argmin(blur(skyline.rows[None], FRONT_BLUR)[0]) + 0.5) / len(skyline.rows)
    horizon, top = skyline.row(HORIZON), skyline.row(TOP)
    if skyline.roughness > MAX_ROUGHNESS or horizon > MAX_HORIZON or horizon - top < MIN_HEIGHT:
        return None
    part = (first / SIDE, len(skyline.rows) / SIDE)
    return Planet(horizon, top, min(max(highest, FRONT[0]), FRONT[1]), *part)


def _widest_run(allowed: NDArray[np.bool_]) -> tuple[int, int]:
    """Return the first column and the end of the widest run of allowed columns."""
    bounds = np.flatnonzero(np.diff(np.concatenate([[False], allowed, [False]])))
    runs = [(int(first), int(end)) for first, end in bounds.reshape(-1, 2)]
    return max(runs, key=lambda run: run[1] - run[0], default=(0, 0))
