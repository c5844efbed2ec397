"""Another distance: the subject farther away or nearer, elsewhere in the frame, on other ground.

The picture is scaled. The subject stays as it is; the canvas around it shows shifted and mirrored
copies of the scaled ground, in large pieces whose seams lie where the copies look alike. All
pixels are those of the source, and no outline is cut out: the subject keeps its shadow and the
ground beside it. Pictures whose ground differs from place to place are refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.grid import grid_positions
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.ground import SIDE, Ground, study
from diabelli.synthesis.moves.membrane import colour_offsets
from diabelli.synthesis.moves.mosaic import Mosaic, solve
from diabelli.synthesis.moves.seam_costs import GRID
from diabelli.synthesis.moves.shifted_copies import cover, draw_front, newness

LIMIT = 46.0
"""`Mosaic.worst` from which a mosaic is not shown."""
MAX_CONTRAST = 3.2
"""`Mosaic.contrast` from which a mosaic is not shown."""
MAX_MISPLACED = 9.0
"""`Mosaic.misplaced` from which a mosaic is not shown, in grey levels."""
MIN_FRESH = 0.4
"""Least share of other ground around a subject that becomes larger."""
WANTED = 2
"""Clean mosaics that are looked for; the better one is shown."""
DRAWS = 60
"""Placements that are drawn at most."""
SOLVED_IN_ADVANCE, SOLVED = 20, 6
"""Mosaics that are solved at most, in advance and for a variation; each takes about 40 ms."""
MAX_FLAT = 0.5
"""Share of pixels that equal their neighbour; flat art has more, smooth photographs have noise."""
TRIM = 0.012
"""Share of each side that is cut off at both ends of a framed picture."""
LINE_STEP = 30
"""Grey levels by which most of a frame's line differs from the picture."""
SEED = 18
"""Of the mosaics that are found in advance."""
SPARE = np.float32(1e-3)
"""Weight of a copy where others are shown; it keeps the sum of weights above 0."""
SHARPNESS = np.float32(2.2)
"""Slope of the blend across a seam, per cell of GRID."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A picture that the move is sure of.

    Attributes:
        source: (h, w, 3) uint8, trimmed.
        ground: its features.
        mosaics: a few at strength 0.5.
        confidence: 0..1, how well hidden the seams of the best one are.
    """

    source: Bytes
    ground: Ground
    mosaics: list[Mosaic]
    confidence: float


def prepare(source: Bytes) -> Prepared | None:
    """Study a picture.

    Args:
        source: (h, w, 3) uint8, of the canvas' aspect, at its size or larger.

    Returns:
        None where the move is not sure.
    """
    source = _trimmed(source)
    if _is_drawn(source):
        return None
    ground = study(source)
    if ground is None:
        return None
    found = _mosaics(ground, 0.5, RandomStream(SEED), SOLVED_IN_ADVANCE)
    if not found:
        return None
    confidence = 1 - min(mosaic.worst for mosaic in found) / LIMIT
    return Prepared(source, ground, found, confidence)


def _is_drawn(source: Bytes) -> bool:
    """Return whether a picture is flat art, in which every seam and every shade is seen."""
    equal = (source[:, 1:] == source[:, :-1]).all(2)
    return int(equal.sum()) > MAX_FLAT * equal.size


def _trimmed(source: Bytes) -> Bytes:
    """Return an image without its outermost rows and columns if a line frames it."""
    height, width = source.shape[:2]
    down, across = int(height * TRIM) + 1, int(width * TRIM) + 1
    pairs = [(source[0], source[down]), (source[-1], source[-1 - down])]
    pairs += [(source[:, 0], source[:, across]), (source[:, -1], source[:, -1 - across])]
    if not any(_is_line(outer, inner) for outer, inner in pairs):
        return source
    return source[down : height - down, across : width - across]


def _is_line(outer: Bytes, inner: Bytes) -> bool:
    """Return whether most pixels (n, 3) of one line differ from those of another."""
    apart = np.abs(outer.astype(np.int16) - inner).max(1) > LINE_STEP
    return 10 * int(apart.sum()) > 7 * len(apart)


def render(
    prepared: Prepared, strength: float, stream: RandomStream, height: int, width: int
) -> Bytes:
    """Return another picture, (height, width, 3) uint8.

    Args:
        prepared: the picture.
        strength: 0..1, how far the subject's size and place change.
        stream: random numbers.
        height: of the result.
        width: of the result.
    """
    found = _mosaics(prepared.ground, strength, stream, SOLVED) or prepared.mosaics
    mosaic = max(found, key=lambda mosaic: _merit(prepared.ground, mosaic))
    return assemble(prepared, mosaic, height, width)


def _mosaics(ground: Ground, strength: float, stream: RandomStream, most: int) -> list[Mosaic]:
    """Return up to WANTED clean mosaics; at most `most` are solved."""
    scales = 1 - 0.74 * strength, 1.08 + 0.44 * strength
    found: list[Mosaic] = []
    solved = 0
    for _ in range(DRAWS):
        drawn = draw_front(ground, scales, stream)
        if drawn is None or newness(ground, *drawn) < 0.4 * strength:
            continue
        placement = cover(ground, *drawn, stream)
        if placement is None:
            continue
        mosaic = solve(ground, placement)
        solved += 1
        if mosaic is not None and _is_clean(mosaic) and _is_other(mosaic):
            found.append(mosaic)
        if len(found) == WANTED or solved == most:
            break
    return found


def _is_clean(mosaic: Mosaic) -> bool:
    """Return whether no seam of a mosaic can be seen and its ground is where it belongs."""
    seamless = mosaic.worst < LIMIT and mosaic.contrast < MAX_CONTRAST
    return seamless and mosaic.misplaced < MAX_MISPLACED


def _is_other(mosaic: Mosaic) -> bool:
    """Return whether a mosaic is more than an enlarged part of the picture."""
    return mosaic.placement.size <= SIDE or mosaic.fresh >= MIN_FRESH


def _merit(ground: Ground, mosaic: Mosaic) -> float:
    """Return how new and how clean a mosaic is."""
    size, copies = mosaic.placement
    faults = mosaic.worst / 150 + 5 * mosaic.repeated
    return newness(ground, size, copies[0]) + 0.3 * mosaic.fresh - faults


def assemble(prepared: Prepared, mosaic: Mosaic, height: int, width: int) -> Bytes:
    """Show a mosaic, (height, width, 3) uint8.

    Args:
        prepared: the picture.
        mosaic: of this picture.
        height: of the result.
        width: of the result.
    """
    size, copies = mosaic.placement
    scaled = resize(prepared.source, _scaled(height, size), _scaled(width, size))
    places = np.array(
        [(_scaled(height, copy.top), _scaled(width, copy.left), copy.mirrored) for copy in copies],
        np.int64,
    )
    own = mosaic.labels == np.arange(len(copies))[:, None, None]
    shares = np.stack([blur(mask.astype(np.float32), 0.7) for mask in own])
    offsets = colour_offsets(prepared.ground, mosaic)
    return _assemble(scaled, places, shares, offsets, height, width)


def _scaled(side: int, cells: int) -> int:
    """Return cells of SIDE in pixels."""
    return (2 * side * cells + SIDE) // (2 * SIDE)


@kernel
def _assemble(
    scaled: Bytes,
    places: np.ndarray,
    shares: Floats,
    offsets: Floats,
    height: int,
    width: int,
) -> Bytes:
    """Implement `assemble`.

    Args:
        scaled: (h, w, 3) uint8.
        places: (copies, 3) int64: top and left in pixels, mirrored.
        shares: (copies, GRID, GRID) float32, smoothed labels.
        offsets: (copies, GRID, GRID, 3) float32.
        height: of the result.
        width: of the result.
    """
    count = len(places)
    tall, wide = scaled.shape[:2]
    out = np.empty((height, width, 3), np.uint8)
    top, down = grid_positions(height, GRID)
    left, across = grid_positions(width, GRID)
    half, zero, one = np.float32(0.5), np.float32(0), np.float32(1)
    colour = np.empty(3, np.float32)
    for y in range(height):
        i, t = top[y], min(max(down[y], zero), one)
        for x in range(width):
            j, s = left[x], min(max(across[x], zero), one)
            total = zero
            colour[:] = 0
            for k in range(count):
                share = (shares[k, i, j] * (1 - s) + shares[k, i, j + 1] * s) * (1 - t)
                share += (shares[k, i + 1, j] * (1 - s) + shares[k, i + 1, j + 1] * s) * t
                if share == zero:
                    continue
                # the last term decides where four labels meet
                weight = min(max((share - half) * SHARPNESS + half, zero), one) + SPARE * share
                v, u = y - places[k, 0], x - places[k, 1]
                if places[k, 2]:
                    u = wide - 1 - u
                v, u = min(max(v, 0), tall - 1), min(max(u, 0), wide - 1)
                total += weight
                for c in range(3):
                    above = offsets[k, i, j, c] * (1 - s) + offsets[k, i, j + 1, c] * s
                    below = offsets[k, i + 1, j, c] * (1 - s) + offsets[k, i + 1, j + 1, c] * s
                    added = above * (1 - t) + below * t
                    colour[c] += weight * (np.float32(scaled[v, u, c]) + added)
            for c in range(3):
                value = colour[c] / total + half
                out[y, x, c] = np.uint8(min(max(value, zero), np.float32(255)))
    return out
