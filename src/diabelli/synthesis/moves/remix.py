"""The move "remix": a landscape, a texture or a crowd in another order.

The source is taken apart into two, one of them mirrored where that fits, and put together again the
other way round. Sky, ridge, shore and ground are aligned by a warp; the cut runs where it is seen
least. The move refuses a picture in which every such cut would show or cross the subject, and one
with many long straight lines. It never mirrors or cuts lettering.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.lettering import find_lettering
from diabelli.synthesis.analysis.picture_kind import classify
from diabelli.synthesis.analysis.subject_map import subject_map
from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.column_alignment import SIDE
from diabelli.synthesis.moves.join_search import MAX_VISIBILITY, Join, find_joins
from diabelli.synthesis.moves.rearrangement import Frame, readable_ways
from diabelli.synthesis.moves.splicing import splice
from diabelli.synthesis.moves.straight_lines import count_long_lines

KIND_SIDE = 256
"""Side in pixels at which a picture is classified."""
MAX_SUBJECT = 0.3
"""Largest share of the picture that may belong to a subject."""
MIN_DETAIL, MAX_DETAIL = 0.4, 12.0
"""Least mean gradient of a picture, and the gradient that counts most, in grey levels a pixel."""
MIN_LIGHT = 25
"""Least mean luma; in the dark the slightest step of shade is seen."""
SUBJECT_WEIGHT = 60
"""How much a place of the subject is to be seen, in grey levels a pixel."""
MAX_LONG_LINES = 4
"""Most long straight lines; more are boards, walls or tiles, in which a cut shows."""
MILD, BOLD = 0.3, 0.75
"""Strength up to which, and from which on, only the least and the most new frames are drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class Remix:
    """A source that can be rearranged.

    Attributes:
        source: (h, w, 3) uint8.
        joins: at least one, the best first.
        lettered: (SIDE,) bool, columns that may show lettering.
        confidence: 0..1, how surely the result looks untouched.
    """

    source: Bytes
    joins: tuple[Join, ...]
    lettered: NDArray[np.bool_]
    confidence: float


def prepare(source: Bytes) -> Remix | None:
    """Find the joins of a source.

    Args:
        source: (h, w, 3) uint8.

    Returns:
        None if the move is not sure of the picture.
    """
    small = resize(source, KIND_SIDE, KIND_SIDE)
    kind = classify(np.dstack([small, np.full(small.shape[:2], 255, np.uint8)]))
    if kind.is_graphic or kind.has_text or count_long_lines(small) > MAX_LONG_LINES:
        return None
    subject = subject_map(small)
    light = luma(resize(small, SIDE, SIDE))
    down, across = gradient(blur(light, 1.0))
    detail = np.minimum(np.sqrt(down * down + across * across), MAX_DETAIL)
    if (subject > 0.2).mean() > MAX_SUBJECT:
        return None
    if detail.mean() < MIN_DETAIL or light.mean() < MIN_LIGHT:
        return None
    belongs = np.clip(resize_map(subject, SIDE, SIDE), 0, 1)
    weights = (detail + SUBJECT_WEIGHT * belongs).astype(np.float64).sum(0)
    lettering = np.clip(resize_map(find_lettering(source).cells, SIDE, SIDE), 0, 1)
    lettered = lettering.max(0) > 0
    joins = [
        replace(join, frames=readable)
        for join in find_joins(small, belongs, lettering, weights)
        if (readable := _readable_frames(join, lettered))
    ]
    if not joins:
        return None
    confidence = 1 - max(join.visibility.total for join in joins) / (2 * MAX_VISIBILITY)
    return Remix(source, tuple(joins), lettered, confidence)


def render(
    prepared: Remix, strength: float, stream: RandomStream, height: int, width: int
) -> Bytes:
    """Render one arrangement.

    Args:
        prepared: as returned by `prepare`.
        strength: above 0, up to 1; a higher one draws newer arrangements.
        stream: draws the join, the frame and the mirror image.
        height: rows of the result.
        width: columns of the result.

    Returns:
        (height, width, 3) uint8.
    """
    join = prepared.joins[int(stream.between(0, len(prepared.joins)))]
    drawn = _frames_of_strength(join.frames, strength)
    frame = drawn[int(stream.between(0, len(drawn)))]
    ways = readable_ways(join.parts, frame, prepared.lettered)
    mirrored = ways[int(stream.between(0, len(ways)))] if strength > MILD else ways[0]
    result = splice(prepared.source, join, frame, height, width)
    return np.ascontiguousarray(result[:, ::-1]) if mirrored else result


def _frames_of_strength(frames: tuple[Frame, ...], strength: float) -> tuple[Frame, ...]:
    """Return the frames that may be drawn; `frames` are sorted, the newest first."""
    half = -(-len(frames) // 2)
    if strength <= MILD:
        return frames[-half:]
    return frames[:half] if strength >= BOLD else frames


def _readable_frames(join: Join, lettered: NDArray[np.bool_]) -> tuple[Frame, ...]:
    """Return the frames of a join that need not mirror lettering."""
    return tuple(frame for frame in join.frames if readable_ways(join.parts, frame, lettered))
