"""Candidates: what each seed proposes, judged while it is still small and cheap.

A candidate that the judge finds garbled goes down its own ladder: the same layout with a much
stronger prior, then the source under the layout itself, which cannot be garbled.  So each seed has
exactly one picture, whoever else is asked for beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from diabelli.synthesis.analysis import Analysis, scaled
from diabelli.synthesis.climb import Canvas, climb, start
from diabelli.synthesis.dial import Dial
from diabelli.synthesis.guide import Guide, freedom, guide_of
from diabelli.synthesis.judge import SIDE, garble
from diabelli.synthesis.layout import random_layout
from diabelli.synthesis.resample import Bytes, resize, resize_map
from diabelli.synthesis.stream import Stream, derive

JUDGED_LEVEL = 2
"""Candidates climb this far before they are judged: 84 pixels a side, a tenth of the whole work."""
FIRMER = 6.0
"""How much stronger the prior of the second chance is."""
ZOOMS = (1.0, 0.87, 1.15)
"""Windows may look like the source's at these zooms."""
WRITTEN = 0.2
"""What is written flows this much less than other pictures: lines of text stay straight."""
TEXTURE = 1.7
"""Where the rigid is less than so many times the free, a picture is more and more a texture."""
THUMB = 32
"""Candidates are told apart at this many pixels a side."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One seed's proposal.

    Attributes:
        seed: decides everything else here.
        guide: the source under its layout.
        dial: with the prior that the canvas was made with.
        canvas: at JUDGED_LEVEL; None where only the guide itself passes.
        chances: how many it took, 0 for the best.
        thumb: (THUMB, THUMB, 4) uint8, what it looks like.
    """

    seed: int
    guide: Guide
    dial: Dial
    canvas: Canvas | None
    chances: int
    thumb: Bytes


def propose(orientations: tuple[Analysis, Analysis], dial: Dial, seed: int) -> Candidate:
    """The candidate of `seed`; orientations: the analysis of the source, and of it mirrored."""
    stream = Stream(derive(seed, "layout"))
    kind = orientations[0].kind
    mirrored = stream.between(0, 1) < 0.5 and not (kind.written and not kind.symmetric)
    analysis = orientations[mirrored]
    moved = _suited(dial, analysis)
    layout = random_layout(analysis.rigidity, analysis.subject, moved, stream, mirrored=mirrored)
    if kind.symmetric:
        layout = layout.symmetrised()
    guide = guide_of(analysis, layout)
    height, width = scaled(*analysis.sizes[0], SIDE)
    shown = guide.at(height, width)
    sources = [analysis.at(round(height * zoom), round(width * zoom)) for zoom in ZOOMS]
    rigid = resize_map(guide.rigidity, height, width)
    firmer = replace(dial, prior=dial.prior * FIRMER, noise=dial.noise / 2)
    for chances, tried in enumerate((dial, firmer)):
        canvas = start(guide, tried, seed)
        for _ in range(JUDGED_LEVEL):
            canvas = climb(canvas, guide, tried, seed)
        small = resize(canvas.image, height, width)
        if garble(small, rigid, (shown, *sources), analysis.contrast) <= dial.garble:
            thumb = resize(small, THUMB, THUMB)
            return Candidate(seed, guide, tried, canvas, chances, thumb)
    return Candidate(seed, guide, dial, None, 2, resize(shown, THUMB, THUMB))


def _suited(dial: Dial, analysis: Analysis) -> Dial:
    """The dial for a layout of that source.

    What is written hardly flows.  A texture neither flows nor is stretched, since patches repeat
    where a layout magnifies; its patches wander further instead.
    """
    if analysis.kind.written:
        return replace(dial, flow=dial.flow * WRITTEN)
    free = freedom(analysis.rigidity, analysis.plainness).mean()
    held = float(np.clip(analysis.rigidity.mean() / (TEXTURE * free + 1e-6), 0, 1))
    return replace(
        dial,
        flow=dial.flow * held,
        stretch=dial.stretch * held,
        shuffle=dial.shuffle * (2 - held),
    )


def pick_apart(candidates: list[Candidate], n: int) -> list[Candidate]:
    """The first candidate and n - 1 others, chosen so that the nearest two lie as far apart as may
    be.

    Greedy (Gonzalez 1985): each choice is the candidate farthest from those chosen.  Candidates
    that passed with fewer chances go before the others.
    """
    chosen, rest = candidates[:1], candidates[1:]
    nearest = [difference(candidate, chosen[0]) for candidate in rest]
    while len(chosen) < n:
        fewest = min(candidate.chances for candidate in rest)
        eligible = [k for k, candidate in enumerate(rest) if candidate.chances == fewest]
        best = max(eligible, key=nearest.__getitem__)
        chosen.append(rest.pop(best))
        nearest.pop(best)
        nearest = [
            min(distance, difference(candidate, chosen[-1]))
            for candidate, distance in zip(rest, nearest, strict=True)
        ]
    return chosen


def difference(one: Candidate, other: Candidate) -> int:
    """How far apart two candidates are: the sum of the absolute differences of their thumbs."""
    return int(np.abs(one.thumb.astype(np.int32) - other.thumb).sum())
