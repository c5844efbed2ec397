"""Check that an arrangement shows the subject of a picture once, whole and uncut."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.column_alignment import SIDE
from diabelli.synthesis.moves.rearrangement import Frame, Parts

SHOWN = 96
"""Side in pixels at which an arrangement is looked at."""
SURE = 0.5
"""Value from which on a place belongs to a subject; without any such there is none."""
MIN_SUBJECT = 0.004
"""Share of the picture that a subject covers at least."""
MIN_SHOWN, MAX_SHOWN = 0.95, 1.06
"""Shown area of the subject, as a share of its area in the source."""
MAX_AT_CUT, MAX_AT_EDGE = 0.35, 0.25
"""Largest mean of the subject map over a few pixels along the cut and at a new edge."""
FEW = 3
NEW_EDGE = 0.012
"""An edge is that of the source if it is nearer to it than this share."""
CUT_REACH = 0.015
"""Width on either side of a cut that must be free, as a share of the width."""


def shows_whole_subject(subject: Floats, parts: Parts, path: Floats, frame: Frame) -> bool:
    """Return whether an arrangement shows the subject once, and nothing of it is cut.

    Args:
        subject: (SIDE, SIDE) float32, 0..1, likelihood that a place belongs to the subject.
        parts: the columns that meet.
        path: (n,) float32, the cut in each row of the source, in shares right of the join.
        frame: the shown part of the source.
    """
    if subject.max() < SURE:
        return True
    shown, at_cut = _shown_map(subject, *parts, path, *frame)
    if _highest_mean(at_cut) > MAX_AT_CUT:
        return False
    there = float((subject > SURE).mean())
    if there >= MIN_SUBJECT:
        share = float((shown > SURE).mean()) * frame.extent**2 / there
        if not MIN_SHOWN <= share <= MAX_SHOWN:
            return False
    first = (parts.left + 0.5) / SIDE - frame.split * frame.extent
    last = (parts.right + 0.5) / SIDE + parts.sign * (1 - frame.split) * frame.extent
    new_edges = (
        (first > NEW_EDGE, shown[:, :2].max(1)),
        (NEW_EDGE < last < 1 - NEW_EDGE, shown[:, -2:].max(1)),
        (frame.top > NEW_EDGE, shown[:2].max(0)),
        (frame.top + frame.extent < 1 - NEW_EDGE, shown[-2:].max(0)),
    )
    return not any(new and _highest_mean(line) > MAX_AT_EDGE for new, line in new_edges)


def is_cut(likely: Floats, parts: Parts, path: Floats, frame: Frame) -> bool:
    """Return whether the cut crosses what a map (SIDE, SIDE) shows; arguments as above."""
    _, at_cut = _shown_map(likely, *parts, path, *frame)
    return _highest_mean(at_cut) > MAX_AT_CUT


@kernel
def _highest_mean(line: Floats) -> float:
    """Return the highest mean of FEW neighbouring values of (n,) float32."""
    highest = 0.0
    for k in range(len(line) - FEW + 1):
        total = 0.0
        for i in range(FEW):
            total += line[k + i]
        highest = max(highest, total / FEW)
    return highest


@kernel
def _shown_map(
    subject: Floats,
    left: int,
    right: int,
    sign: int,
    path: Floats,
    extent: float,
    split: float,
    top: float,
) -> tuple[Floats, Floats]:
    """Return the subject map as arranged, (SHOWN, SHOWN), and its maximum at the cut, (SHOWN,)."""
    shown = np.zeros((SHOWN, SHOWN), np.float32)
    at_cut = np.zeros(SHOWN, np.float32)
    for y in range(SHOWN):
        v = top + (y + 0.5) / SHOWN * extent
        cut = split + path[min(int(v * len(path)), len(path) - 1)] / extent
        row = subject[min(int(v * SIDE), SIDE - 1)]
        for x in range(SHOWN):
            place = (x + 0.5) / SHOWN
            away = (place - split) * extent * SIDE
            one = row[min(max(int(left + 0.5 + away), 0), SIDE - 1)]
            two = row[min(max(int(right + 0.5 + sign * away), 0), SIDE - 1)]
            shown[y, x] = one if place < cut else two
            if abs(place - cut) < CUT_REACH:
                at_cut[y] = max(at_cut[y], one, two)
    return shown, at_cut
