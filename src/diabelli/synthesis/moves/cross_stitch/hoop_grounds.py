"""Grounds below a hoop: card, kraft paper, printed paper, a cutting mat and a desk."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.shapes import coordinates, edge
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.line_art.paper import paper_grain
from diabelli.synthesis.moves.still_lifes.wooden_table import WOODS, View, draw_wood

CARD, KRAFT, GINGHAM, DOTS, STRIPES, MAT, DESK = range(7)
"""Kinds of grounds."""
KINDS = (CARD, KRAFT, GINGHAM, GINGHAM, DOTS, DOTS, STRIPES, MAT, DESK)
"""Kinds from which a seed draws one."""
DESKS = (1, 5)
"""Indices of the light woods."""
WHITE = np.array((250, 248, 244), np.float32)
BROWN = np.array((201, 165, 122), np.float32)
GREEN = np.array((44, 98, 88), np.float32)
"""Colours of printed paper, of kraft paper, and of a cutting mat."""
FIBRES = (420, 70)
"""Nodes along and across the fibres of kraft paper."""


class Colours(NamedTuple):
    """Colours of paper, each (red, green, blue) 0..255.

    Attributes:
        pale: of card, and of paper with white dots.
        deep: of checks and dots on white.
    """

    pale: tuple[int, int, int]
    deep: tuple[int, int, int]


PAPERS = (
    Colours((247, 196, 190), (224, 92, 92)),
    Colours((250, 213, 148), (236, 158, 52)),
    Colours((247, 228, 150), (240, 190, 60)),
    Colours((190, 220, 178), (104, 166, 104)),
    Colours((168, 214, 208), (62, 152, 150)),
    Colours((176, 208, 232), (82, 136, 196)),
    Colours((204, 194, 230), (136, 114, 190)),
    Colours((240, 194, 216), (214, 104, 152)),
)
"""Hand-picked, in the order of their hues."""


def draw_ground(subject: Floats, stream: RandomStream, height: int, width: int) -> Floats:
    """Draw a ground (height, width, 3) float32, 0..255, in a colour that suits a subject.

    Args:
        subject: (3,) float32, mean colour of the subject, 0..255.
        stream: random numbers.
        height: rows.
        width: columns.
    """
    kind = KINDS[int(stream.between(0, len(KINDS)))]
    colours = fitting_colours(subject, stream)
    y, x = coordinates(height, width)
    grain = paper_grain(stream, height, width)
    pale, deep = (np.array(one, np.float32) for one in colours)
    if kind == CARD:
        out = np.broadcast_to(pale, (height, width, 3)) * (1 + np.float32(0.012) * grain)[..., None]
    elif kind == KRAFT:
        out = _kraft(grain, stream)
    elif kind == GINGHAM:
        out = _gingham(y, x, deep, grain, stream)
    elif kind == DOTS:
        out = _dots(y, x, pale, deep, grain, stream)
    elif kind == STRIPES:
        out = _stripes(y, x, pale, grain, stream)
    elif kind == MAT:
        out = _mat(y, x, grain, stream)
    else:
        out = _desk(height, width, stream)
    return np.ascontiguousarray(out, np.float32)


def fitting_colours(subject: Floats, stream: RandomStream) -> Colours:
    """Draw one of the colours that differ most from the subject's."""
    apart = [float(np.abs(np.array(one.pale, np.float32) - subject).sum()) for one in PAPERS]
    hue = [float(np.abs(_hue(one.deep) - _hue(subject)).sum()) for one in PAPERS]
    score = [0.004 * a + b for a, b in zip(apart, hue, strict=True)]
    order = sorted(range(len(PAPERS)), key=lambda k: (-score[k], k))
    return PAPERS[order[int(stream.between(0, 6))]]


def _hue(colour: tuple[int, int, int] | Floats) -> Floats:
    """Return the differences of the channels of a colour from their mean, by their range."""
    values = np.array(colour, np.float32)
    values = values - values.mean()
    return np.asarray(values / max(float(np.ptp(values)), 40.0), np.float32)


def _kraft(grain: Floats, stream: RandomStream) -> Floats:
    """Return brown paper with fibres."""
    height, width = grain.shape
    along, across = FIBRES
    fibres = resize_map(stream.normal(across, along).astype(np.float32), height, width)
    fibres += resize_map(stream.normal(along, across).astype(np.float32), height, width)
    specks = resize_map(stream.normal(along, along).astype(np.float32), height, width)
    specks = smoothstep(2.2, 3.2, specks)
    tone = 1 + np.float32(0.016) * grain + np.float32(0.02) * fibres - np.float32(0.16) * specks
    return BROWN * tone[..., None]


def _gingham(y: Floats, x: Floats, deep: Floats, grain: Floats, stream: RandomStream) -> Floats:
    """Return woven checks."""
    height, width = y.shape
    period = np.float32(stream.between(0.15, 0.24))
    turn = np.float32(stream.between(-0.06, 0.06))
    v, u = (y + turn * x + 8) / period, (x - turn * y + 8) / period
    bands = [
        edge((np.abs(one - np.floor(one) - np.float32(0.5)) - np.float32(0.25)) * period,
             height, width) for one in (v, u)
    ]  # fmt: skip
    # Threads are as fine as a pixel or two, so they fade out in small pictures.
    fine = np.float32(min(max(min(height, width) / 1024, 0.0), 1.0))
    threads = np.abs(u * 14 - np.floor(u * 14) - np.float32(0.5))
    threads = threads - np.abs(v * 14 - np.floor(v * 14) - np.float32(0.5))
    share = np.float32(0.46) * (bands[0] + bands[1])
    tone = 1 + np.float32(0.014) * grain + np.float32(0.03) * fine * threads
    return np.asarray((WHITE + share[..., None] * (deep - WHITE)) * tone[..., None], np.float32)


def _dots(
    y: Floats, x: Floats, pale: Floats, deep: Floats, grain: Floats, stream: RandomStream
) -> Floats:
    """Return paper with dots in shifted rows."""
    height, width = y.shape
    period = np.float32(stream.between(0.15, 0.24))
    turn = np.float32(stream.between(-0.1, 0.1))
    paper, ink = (pale, WHITE) if stream.between(0, 1) < 0.6 else (WHITE, deep)
    size = np.float32(stream.between(0.16, 0.22))
    b, a = (y + turn * x + 8) / period, (x - turn * y + 8) / period
    row = np.floor(b)
    a = a + np.float32(0.5) * (row % 2)
    v, u = b - row - np.float32(0.5), a - np.floor(a) - np.float32(0.5)
    share = edge((np.sqrt(v * v + u * u) - size) * period, height, width)
    return (paper + share[..., None] * (ink - paper)) * (1 + np.float32(0.011) * grain)[..., None]


def _stripes(y: Floats, x: Floats, pale: Floats, grain: Floats, stream: RandomStream) -> Floats:
    """Return paper with wide stripes of white."""
    height, width = y.shape
    period = np.float32(stream.between(0.2, 0.32))
    turn = np.float32(stream.between(0.2, 1.0) * (1 if stream.between(0, 1) < 0.5 else -1))
    place = (x + turn * y + 8) / (period * np.sqrt(1 + turn * turn))
    share = edge((np.abs(place - np.floor(place) - np.float32(0.5)) - np.float32(0.25)) * period,
                 height, width)  # fmt: skip
    return (WHITE + share[..., None] * (pale - WHITE)) * (1 + np.float32(0.011) * grain)[..., None]


def _mat(y: Floats, x: Floats, grain: Floats, stream: RandomStream) -> Floats:
    """Return a cutting mat with a grid."""
    height, width = y.shape
    turn = np.float32(stream.between(-0.08, 0.08))
    v, u = y + turn * x + 8, x - turn * y + 8
    share = np.zeros(y.shape, np.float32)
    for period, thick, weight in ((0.24, 0.0035, 0.5), (0.048, 0.0018, 0.16)):
        for one in (v, u):
            place = one / np.float32(period)
            off = np.abs(place - np.floor(place + np.float32(0.5))) * np.float32(period)
            share = np.maximum(
                share, np.float32(weight) * edge(off - np.float32(thick), height, width)
            )
    tone = 1 + np.float32(0.03) * grain
    return GREEN * tone[..., None] + share[..., None] * (np.float32(228) - GREEN)


def _desk(height: int, width: int, stream: RandomStream) -> Floats:
    """Return boards of light wood."""
    linear = np.empty((height, width, 3), np.float32)
    wood = WOODS[DESKS[int(stream.between(0, len(DESKS)))]]
    view = View(*(np.float32(one) for one in (0, height / 2, width / 2, min(height, width))))
    tone = np.array(wood.tone, np.float32) * np.float32(1.15)
    draw_wood(linear, view, wood, tone, stream)
    return np.sqrt(np.clip(linear, 0, 1)) * np.float32(255)
