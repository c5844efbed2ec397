"""Brass screw that tightens a hoop: two lugs, a rod, a nut and a knob."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cross_stitch.hoop import WIDTH, Part, Ring, part_around
from diabelli.synthesis.moves.cross_stitch.needlework import Light

BRASS = (0.80, 0.64, 0.34)
"""Colour of the screw, 0..1."""
REACH = (0.06, 0.1)
"""Distances down and across to which the screw and its shadow extend, in sides."""
SLIT, SLIT_SHADE = 0.0035, 0.75
"""Half of the width of the gap between the ends of the ring, and how dark it is."""
LIFT, SHADOW = 0.006, 0.35
"""Height above the ring, in sides, and strength of the shadow."""
RIBS = 7
"""Ribs of the knob."""


class Bar(NamedTuple):
    """A round bar; lengths in sides.

    Attributes:
        down: of its middle, from the outer rim of the ring.
        across: of its middle, from that of the ring.
        tall: half of its height.
        wide: half of its width.
        corner: radius of its corners.
        upright: whether it is upright.
        ribbed: whether it has ribs.
    """

    down: float
    across: float
    tall: float
    wide: float
    corner: float = 0.002
    upright: bool = False
    ribbed: bool = False


BARS = (
    Bar(0.0, -0.014, 0.024, 0.007, 0.003, upright=True),
    Bar(0.0, 0.014, 0.024, 0.007, 0.003, upright=True),
    Bar(-0.012, 0.004, 0.0042, 0.046),
    Bar(-0.012, -0.034, 0.0095, 0.006, 0.003),
    Bar(-0.012, 0.047, 0.0115, 0.013, 0.004, ribbed=True),
)
"""Two lugs, the rod through them, a nut, and a knob."""


def lay_screw(canvas: Floats, ring: Ring, lit: Light) -> None:
    """Lay the screw of a hoop on a canvas (h, w, 3) float32, 0..1, in place."""
    part = part_around(canvas, ring.row - ring.down - WIDTH, 0.0, REACH)
    within = np.abs(part.y - np.float32(WIDTH / 2)) < np.float32(0.6 * WIDTH)
    slit = np.clip(np.float32(0.5) + (np.float32(SLIT) - np.abs(part.x)) * part.side, 0, 1)
    part.pixels[:] *= (1 - np.float32(SLIT_SHADE) * (slit * within))[..., None]
    for bar in BARS:
        _lay_bar(part, bar, lit)


def _lay_bar(part: Part, bar: Bar, lit: Light) -> None:
    """Lay a bar of brass with its shadow."""
    shadow = _beyond(part, bar, lit.down * LIFT, lit.across * LIFT)
    part.pixels[:] *= (1 - np.float32(SHADOW) * smoothstep(0.006, -0.004, shadow))[..., None]
    share = np.clip(np.float32(0.5) - _beyond(part, bar, 0.0, 0.0) * part.side, 0, 1)
    if bar.upright:
        off = (part.x - np.float32(bar.across)) / np.float32(-np.sign(lit.across) * bar.wide)
    else:
        off = (part.y - np.float32(bar.down)) / np.float32(bar.tall)
    # Metal mirrors a bright band and a dark one.
    glow = np.float32(0.95) - np.float32(0.5) * off * np.abs(off) - np.float32(0.2) * off * off
    glow += np.float32(0.55) * smoothstep(0.3, 0.0, np.abs(off + np.float32(0.35)))
    glow -= np.float32(0.25) * smoothstep(0.25, 0.0, np.abs(off - np.float32(0.2)))
    if bar.ribbed:
        turn = (part.x - np.float32(bar.across)) * np.float32(RIBS / (2 * bar.wide))
        glow = glow * (1 - np.float32(0.3) * smoothstep(0.3, 0.5, np.abs(turn - np.round(turn))))
    shown = np.array(BRASS, np.float32) * np.broadcast_to(glow, share.shape)[..., None]
    part.pixels[:] += share[..., None] * (shown - part.pixels)


def _beyond(part: Part, bar: Bar, down: float, across: float) -> Floats:
    """Return how far places are beyond a bar that is moved against that direction."""
    v = np.abs(part.y + np.float32(down - bar.down)) - np.float32(bar.tall - bar.corner)
    u = np.abs(part.x + np.float32(across - bar.across)) - np.float32(bar.wide - bar.corner)
    corner = np.sqrt(np.square(np.maximum(v, 0)) + np.square(np.maximum(u, 0)))
    return np.asarray(corner + np.minimum(np.maximum(v, u), 0) - np.float32(bar.corner), np.float32)
