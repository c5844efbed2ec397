"""Garlands of small stitched flowers and leaves, and plain borders."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cross_stitch.motif import CELLS, shape_of
from diabelli.synthesis.moves.cross_stitch.pattern import Pattern

FLOWERS = (
    (".pp.pp.", "ppppppp", "ppqcqpp", ".pcccp.", "ppqcqpp", "ppppppp", ".pp.pp."),
    ("..p..", ".pqp.", "pqcqp", ".pqp.", "..p.."),
    (".p.p.", "ppqpp", ".qcq.", "ppqpp", ".p.p."),
    (".pp.", "pqqp", "pqqp", ".pp."),
)
"""Flowers of petals p, their darker parts q, and hearts c."""
BUDS = (("p.", "pp"), (".p.", "ppp", ".p."), ("pp", "pp"))
"""The same of buds."""
LEAVES = ((".gg", "ggd", "dd."), ("gg.", "dgg", ".dd"), (".g.", "ggd", ".d."), ("gg", "gd"))
"""Leaves of light green g and dark green d."""
COLOURS = (
    ((226, 88, 84), (176, 48, 58), (246, 196, 84)),
    ((238, 136, 160), (206, 84, 122), (250, 220, 120)),
    ((92, 132, 206), (56, 84, 160), (250, 232, 170)),
    ((244, 184, 70), (216, 130, 44), (140, 78, 40)),
    ((176, 132, 206), (122, 84, 164), (248, 214, 110)),
    ((238, 116, 78), (196, 72, 50), (250, 226, 150)),
    ((250, 246, 236), (222, 212, 196), (240, 190, 70)),
)
"""Colours of petals, of their darker parts, and of hearts."""
GREENS = ((106, 148, 86), (66, 104, 62))
"""Light and dark green."""
SPACING, JITTER = 4.8, 0.8
"""Crosses between the flowers and leaves of a garland, and how far they are moved aside."""
Arcs = tuple[tuple[float, float], ...]
"""Arcs of a garland: angles of their middle from the lowest place, and of their halves."""
WREATH: Arcs = ((0.0, float(np.pi)),)
SPRIGS: Arcs = tuple((float(np.pi) * k / 2, 0.34) for k in range(4))
"""A wreath all around, and four sprigs."""
MAX_HALF, FRACTION = 1.5707, range(15, 1, -2)
"""Largest half of an angle, just below a right one, and terms of a continued fraction."""
STEPS = 8
"""Places of a stem between two flowers or leaves."""
NEAR_END, END, SECOND = 0.55, 0.85, 0.45
"""Places between the middle and the end of a garland from which flowers are small, and buds; share
of the flowers in the second colours."""
RADIUS = 0.893
"""Place of the stem of a garland, in half axes of the cloth."""
MIN_SEEN = 0.5
"""Sum of the differences of the channels, 0..1, of petals and the cloth at least."""
MIN_APART = 1.1
"""Sum of the differences of the channels, 0..1, of a border and the cloth at least, if possible."""


def add_garland(
    pattern: Pattern,
    axes: tuple[float, float],
    arcs: Arcs,
    linen: Floats,
    stream: RandomStream,
    *,
    grey: bool,
) -> Pattern:
    """Return a pattern with a garland in front of all else.

    Args:
        pattern: to which it is added.
        axes: halves of the height and width of the cloth, in sides of the canvas.
        arcs: where it is.
        linen: (3,) float32, 0..1, colour of the cloth, from which that of petals differs.
        stream: random numbers.
        grey: whether it has no colour.
    """
    seen = [
        one
        for one in COLOURS
        if np.abs(np.array(one[0], np.float32) / np.float32(255) - linen).sum() > MIN_SEEN
    ]
    first, second = (seen.pop(int(stream.between(0, len(seen)))) for _ in range(2))
    inks = [*first, *second, *GREENS]
    shades = np.array(inks, np.float32) / np.float32(255)
    if grey:
        shades = np.repeat(shades.mean(1, keepdims=True), 3, 1).astype(np.float32)
    base = len(pattern.threads)
    codes = pattern.codes.copy()
    flowers = FLOWERS[int(stream.between(0, 2)) :]
    for middle, reach in arcs:
        _add_arc(codes, axes, (middle, reach), flowers, base, stream)
    places = ((pattern.lines[:, :2] + pattern.lines[:, 2:]) / 2).astype(np.int64)
    is_seen = codes[places[:, 0], places[:, 1]] < base
    return pattern._replace(
        codes=codes,
        threads=np.concatenate([pattern.threads, shades]),
        lines=pattern.lines[is_seen],
        line_colours=pattern.line_colours[is_seen],
    )


def _add_arc(
    codes: NDArray[np.int16],
    axes: tuple[float, float],
    arc: tuple[float, float],
    flowers: tuple[tuple[str, ...], ...],
    base: int,
    stream: RandomStream,
) -> None:
    """Stitch a stem with flowers and leaves, which are small towards its ends, in place."""
    rows, columns = codes.shape
    down, across = (one * CELLS * RADIUS for one in axes)
    middle, reach = arc
    is_closed = reach >= np.pi
    count = max(int(reach * (down + across) / 2 / SPACING), 1)
    turned = np.zeros((2 * count + 1, 2))
    for k in range(-count, count + 1):
        angle = middle + k / count * reach
        angle -= 2 * np.pi * round(angle / (2 * np.pi))
        cosine, sine = rotation(_half_tangent(angle))
        turned[k + count] = rows / 2 + down * cosine, columns / 2 + across * sine
    for k in range(2 * count):
        for part in np.linspace(0, 1, STEPS):
            v, u = turned[k] + part * (turned[k + 1] - turned[k])
            _put(codes, ("d",), v, u, base, 0)
    # Those in the middle are in front.
    for k in sorted(range(2 * count + 1 - is_closed), key=lambda k: -abs(k - count)):
        v, u = turned[k] + JITTER * (stream.uniform(2) * 2 - 1)
        end = 0.0 if is_closed else abs(k - count) / count
        kinds = LEAVES if (k - count) % 2 else BUDS if end > END else flowers
        if end > NEAR_END and kinds is flowers:
            kinds = FLOWERS[2:]
        shape = kinds[int(stream.between(0, len(kinds)))]
        _put(codes, shape, v, u, base, 3 if stream.between(0, 1) < SECOND else 0)


def _half_tangent(angle: float) -> float:
    """Return the tangent of half an angle, -pi..pi, by its continued fraction.

    Its operations are exactly rounded.
    """
    # It is infinite at a right angle.
    half = min(max(angle / 2, -MAX_HALF), MAX_HALF)
    rest = 0.0
    for odd in FRACTION:
        rest = half * half / (odd - rest)
    return half / (1 - rest)


def _put(
    codes: NDArray[np.int16],
    shape: tuple[str, ...],
    row: float,
    column: float,
    base: int,
    kind: int,
) -> None:
    """Stitch a small shape around a place, in place."""
    inks = {"p": kind, "q": kind + 1, "c": kind + 2, "g": 6, "d": 7}
    top, left = round(row - len(shape) / 2), round(column - len(shape[0]) / 2)
    for j, line in enumerate(shape):
        for i, ink in enumerate(line):
            if ink != "." and 0 <= top + j < codes.shape[0] and 0 <= left + i < codes.shape[1]:
                codes[top + j, left + i] = base + inks[ink]


def add_border(
    pattern: Pattern,
    axes: tuple[float, float],
    power: int,
    linen: Floats,
    stream: RandomStream,
) -> Pattern:
    """Return a pattern with a border around a whole picture, beyond a row of bare cloth.

    Args:
        pattern: to which it is added.
        axes: halves of the height and width of the picture, in sides of the canvas.
        power: of the curve around it.
        linen: (3,) float32, 0..1, colour of the cloth, from which that of the border differs.
        stream: random numbers.
    """
    codes = pattern.codes.copy()
    rows, columns = codes.shape
    inside = shape_of(rows, columns, *axes, power) < 1
    bare = _widened(inside)
    apart = np.abs(pattern.threads - linen).sum(1)
    order = np.argsort(-apart, kind="stable")
    far = int((apart > MIN_APART).sum())
    thread = order[int(stream.between(0, max(far, 1)))]
    codes[_widened(bare) & ~bare] = thread
    return pattern._replace(codes=codes)


def _widened(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a mask with the places beside it."""
    padded = np.pad(mask, 1)
    beside = padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]
    return np.asarray(beside | mask)
