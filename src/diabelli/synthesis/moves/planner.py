"""Planner: finds the moves that are sure of a source, and gives each seed one of them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

import numpy as np

from diabelli.synthesis.analysis.source_analysis import Analysis, analyse
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.rng import RandomStream, derive_seed
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves import drawing, photograph, things
from diabelli.synthesis.moves.glass_ball import Window
from diabelli.synthesis.moves.light import LIGHTS
from diabelli.synthesis.moves.shore import Shore
from diabelli.synthesis.moves.still_life import STILL_LIFES

MIN_STRENGTH = 0.4
"""Below this strength the arrangement of the source is kept, and no move is made."""
DECISION_SIDE = 512
"""Side in pixels at which moves decide, so that a seed gives one picture at every size."""
MIN_KINDS = 3
"""Least number of kinds of moves of a photograph. If fewer are sure, so that variations might be
alike, the composition is one more; of a person, another frame is."""
COMPOSITION_SHARE = 0.03
"""Weight of the composition beside that of all lights; it is less new, and seldom made alone."""
COMPARED_NUMBERS = 5
"""Random numbers of a move by which the seeds of one request are kept apart."""
MoveRenderer: TypeAlias = Callable[[float, RandomStream, int, int], Bytes]
"""Renders (strength, stream, height, width) as (height, width, 4) uint8, premultiplied."""


@dataclass(frozen=True, slots=True, eq=False)
class SureMove:
    """A move that is sure of a source.

    Attributes:
        names: of its changes, in order.
        confidence: above 0; weight in the choice of a seed.
        renderer: makes a picture of the source; None for the composition of its parts.
    """

    names: tuple[str, ...]
    confidence: float
    renderer: MoveRenderer | None

    @property
    def kind(self) -> str:
        """Kind of picture: the still life in any light, else the name."""
        return self.names[-1] if self.names[-1] in STILL_LIFES else self.name

    @property
    def name(self) -> str:
        """Name of the move, different from that of all others."""
        return "+".join(self.names)

    def render(self, seed: int, strength: float, height: int, width: int) -> Bytes:
        """Render the picture of a seed, (height, width, 4) uint8, premultiplied.

        Raises:
            ValueError: the move is the composition, which is made from a candidate.
        """
        if self.renderer is None:
            raise ValueError("a composition is rendered from its candidate")
        stream = RandomStream(derive_seed(seed, self.name))
        return self.renderer(strength, stream, height, width)


def find_moves(orientations: tuple[Analysis, Analysis], strength: float) -> list[SureMove]:
    """Find the moves that are sure of a source.

    Args:
        orientations: analyses of the source and of its mirror image.
        strength: 0..1.
    """
    if strength < MIN_STRENGTH:
        return []
    analysis = orientations[0]
    height, width = analysis.sizes[-1]
    small = analysis.image_at(*size_with_area(height, width, DECISION_SIDE))
    drawn = drawing.prepare(small, partial(analysis.image_at, height, width))
    if drawn is not None:
        return [
            SureMove((name,), weight, partial(drawing.render, drawn, name))
            for name, weight in drawing.treatments(drawn).items()
        ]
    shown = photograph.prepare(orientations, small, strength)
    if shown is None:
        return []
    weights = photograph.moves_of(shown)
    moves = [
        SureMove(names, weight, partial(photograph.render, shown, names))
        for names, weight in weights.items()
    ]
    if 0 < len({move.kind for move in moves}) < MIN_KINDS and (photograph.FRAME,) not in weights:
        weight = COMPOSITION_SHARE * sum(move.confidence for move in moves)
        frame = partial(photograph.render, shown, (photograph.FRAME,))
        is_person = shown.scene.person >= 1
        name = photograph.FRAME if is_person else "composition"
        moves.append(SureMove((name,), weight, frame if is_person else None))
    return moves


def move_of_seed(moves: list[SureMove], seed: int) -> SureMove | None:
    """Return the move that a seed makes, drawn in proportion to confidence; None without moves."""
    total = sum(move.confidence for move in moves)
    drawn = RandomStream(derive_seed(seed, "move")).between(0, total)
    for move in moves:
        drawn -= move.confidence
        if drawn < 0:
            return move
    return moves[-1] if moves else None


def select_seeds(moves: list[SureMove], seeds: list[int], n: int) -> list[int]:
    """Select the first seed and n - 1 others: each kind once, then in proportion to confidence.

    Among seeds of one kind, those whose random numbers are farthest apart come first. Which picture
    a seed makes does not depend on the selection.
    """
    made_moves = {seed: move_of_seed(moves, seed) for seed in seeds}
    kinds = {seed: "" if move is None else move.kind for seed, move in made_moves.items()}
    confidences: defaultdict[str, float] = defaultdict(float)
    for move in moves:
        confidences[move.kind] += move.confidence
    numbers = {
        seed: _first_numbers(seed, "" if move is None else move.name)
        for seed, move in made_moves.items()
    }

    def distance(seed: int) -> float:
        same = [one for one in chosen if kinds[one] == kinds[seed]]
        return min((math.dist(numbers[seed], numbers[one]) for one in same), default=math.inf)

    chosen = seeds[:1]
    while len(chosen) < n:
        made = Counter(kinds[seed] for seed in chosen)
        rest = [seed for seed in seeds if seed not in chosen]
        rates = {seed: made[kinds[seed]] / (confidences[kinds[seed]] or 1.0) for seed in rest}
        least = min(rates.values())
        chosen.append(max((one for one in rest if rates[one] == least), key=distance))
    return chosen


def _first_numbers(seed: int, name: str) -> list[float]:
    """Return the first random numbers 0..1 of a seed's move, which decide on sides and slopes."""
    stream = RandomStream(derive_seed(seed, name))
    return [stream.between(0, 1) for _ in range(COMPARED_NUMBERS)]


def run_all_moves(side: int) -> None:
    """Make every move once on synthetic pictures, which compiles or loads all of their kernels.

    Args:
        side: of the pictures, in pixels.
    """
    ink = np.full((side, side, 4), 255, np.uint8)
    ink[side // 4 : side // 2, side // 4 : side // 2, :3] = (20, 40, 160)
    drawn = drawing.prepare(ink, lambda: ink)
    if drawn is not None:
        for treatment in drawing.treatments(drawn):
            drawing.render(drawn, treatment, 1.0, RandomStream(1), side, side)
    # All of it is even, as a clear sky.
    ramp = np.repeat(np.linspace(20, 240, side).astype(np.uint8)[:, None, None], side, axis=1)
    hazy = np.concatenate([ramp, ramp, 255 - ramp, np.full_like(ramp, 255)], axis=2)
    analysis = analyse(hazy, side, side)
    shown = photograph.prepare((analysis, analysis.mirrored()), hazy, 1.0)
    if shown is not None:
        shore = Shore(top=0.0, left=0.0, size=1.0, line=0.6, cost=0.0)
        shown = replace(shown, shores=[shore], things=things.THINGS, ball=Window(0.5, 0.5, 0.5))
        alone = (photograph.WATER, *LIGHTS, *things.THINGS, *STILL_LIFES)
        for names in ((name,) for name in alone):
            photograph.render(shown, names, 1.0, RandomStream(1), side, side)
