"""Planner: finds the moves that are sure of a source, and gives each seed one that is trusted."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

import numpy as np

from diabelli.synthesis.analysis.source_analysis import Analysis, analyse
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.rng import RandomStream, derive_seed
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves import photograph
from diabelli.synthesis.moves.drawings import drawing
from diabelli.synthesis.moves.lights.light import LIGHTS, SHADOWS
from diabelli.synthesis.moves.remakes import REMAKES, WITHIN_A_PICTURE
from diabelli.synthesis.moves.seasons.season import SEASONS
from diabelli.synthesis.moves.still_lifes.instant_print import LAYOUTS
from diabelli.synthesis.moves.still_lifes.still_life import GLASS_BALL, INSTANT_PRINT, SNOW_GLOBE
from diabelli.synthesis.moves.things import thing
from diabelli.synthesis.moves.water.shore import Shore

MIN_STRENGTH = 0.4
"""Below this strength the arrangement of the source is kept, and no move is made."""
DECISION_SIDE = 512
"""Side in pixels at which moves decide, so that a seed gives one picture at every size."""
MIN_KINDS = 3
"""Least number of kinds of moves of a photograph. If fewer are sure, so that variations might be
alike, the composition is one more; of a person, another frame is."""
TINTS, TINT_KINDS = frozenset({("dusk",), ("golden",)}), 2
"""Moves that judges call a tint, and the number of other kinds from which on they are not made."""
TINT_SHARE = 0.25
"""Largest share of the pictures that are a tint, if there is any other kind."""
TABLE, TABLES = "table", frozenset({GLASS_BALL, SNOW_GLOBE, INSTANT_PRINT})
"""Kind of the still lifes of one thing on a table, and their names."""
SPHERES = frozenset({GLASS_BALL, SNOW_GLOBE})
"""Names of those that look alike."""
COMPOSITION = "composition"
"""Name of the move that arranges the parts of the source."""
MILD = TINTS | {(COMPOSITION,), (photograph.FRAME,)}
"""Moves whose pictures are close to the source."""
SHADOW = "shadow"
"""Kind of all pictures with shadows of things beside the frame."""
WITHIN, MEDIUM, LIGHT, THING, SEASON = "within", "medium", "light", "thing", "season"
"""Families: the source within another picture, in another medium or light, with a thing, and in
another season."""
COMPOSITION_SHARE = 0.03
"""Weight of the composition beside that of all lights; it is less new, and seldom made alone."""
SHARE_BESIDE_STILL_LIFES = 0.15
"""The same beside still lifes alone, which would be alike."""
COMPARED_NUMBERS = 5
"""Random numbers of a move by which the seeds of one request are kept apart."""
CANDIDATES, MIN_TRUST = 3, 0.5
"""Moves that a seed tries at most, and trust 0..1 below which none of them is made."""
CHANGES = (
    photograph.WATER,
    *LIGHTS,
    *sorted(thing.THINGS),
    *sorted(SEASONS),
    *sorted(REMAKES),
)
"""Names of all changes of photographs but another frame."""
MoveRenderer: TypeAlias = Callable[[float, RandomStream, int, int], Bytes]
"""Renders (strength, stream, height, width) as (height, width, 4) uint8, premultiplied."""
Judge: TypeAlias = Callable[[float, RandomStream], float]
"""Returns the trust 0..1 in the picture of (strength, stream) at every size."""


@dataclass(frozen=True, slots=True, eq=False)
class SureMove:
    """A move that is sure of a source.

    Attributes:
        names: of its changes, in order.
        confidence: weight in the choice of a seed; 0 if it is only made where no other move is
            trusted.
        renderer: makes a picture of the source; None for the composition of its parts.
        judge: None for a move that is always trusted.
        milder: the same without the thing that it shows, if it has a light.
    """

    names: tuple[str, ...]
    confidence: float
    renderer: MoveRenderer | None
    judge: Judge | None = None
    milder: SureMove | None = None

    @property
    def kind(self) -> str:
        """Kind of picture: on a table, with shadows, a remake in any light, or the name."""
        last = self.names[-1]
        if last in TABLES:
            return TABLE
        if SHADOWS.intersection(self.names):
            return SHADOW
        return last if last in REMAKES else self.name

    @property
    def family(self) -> str:
        """Family of its last change; the name of that if it has none of its kind."""
        last = self.names[-1]
        if last in REMAKES:
            return WITHIN if last in WITHIN_A_PICTURE else MEDIUM
        if last in LIGHTS:
            return LIGHT
        return THING if last in thing.THINGS else SEASON if last in SEASONS else last

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
        return self.renderer(strength, self._stream(seed), height, width)

    def trust(self, seed: int, strength: float) -> float:
        """Return the trust 0..1 in the picture of a seed."""
        return 1.0 if self.judge is None else self.judge(strength, self._stream(seed))

    def _stream(self, seed: int) -> RandomStream:
        """Return the random numbers of the picture of a seed."""
        return RandomStream(derive_seed(seed, self.name))


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
    moves = [_photograph_move(shown, names, weight) for names, weight in weights.items()]
    moves = _with_few_tints(moves)
    if moves:
        is_varied = len({move.kind for move in moves}) >= MIN_KINDS
        is_always_within = all(move.names[-1] in WITHIN_A_PICTURE for move in moves)
        share = SHARE_BESIDE_STILL_LIFES if is_always_within else COMPOSITION_SHARE
        total = sum(move.confidence for move in moves)
        weight = 0.0 if is_varied else share * total
        is_person = shown.scene.person >= 1
        frame = _photograph_move(shown, (photograph.FRAME,), weight)
        moves.append(frame if is_person else SureMove((COMPOSITION,), weight, None))
    return moves


def _with_few_tints(moves: list[SureMove]) -> list[SureMove]:
    """Return moves without the tints that others make needless; the rest is made seldom."""
    others = [move for move in moves if move.names not in TINTS]
    kinds = len({move.kind for move in others})
    tints = [move for move in moves if move.names in TINTS and kinds < TINT_KINDS]
    total = sum(move.confidence for move in tints)
    most = TINT_SHARE / (1 - TINT_SHARE) * sum(move.confidence for move in others)
    factor = most / total if 0 < most < total else 1.0
    return [*(replace(move, confidence=factor * move.confidence) for move in tints), *others]


def _photograph_move(
    shown: photograph.Photograph, names: tuple[str, ...], weight: float
) -> SureMove:
    """Return the move of a photograph that makes these changes."""
    rest = tuple(name for name in names if name not in thing.THINGS)
    return SureMove(
        names,
        weight,
        partial(photograph.render, shown, names),
        partial(photograph.trust, shown, names),
        _photograph_move(shown, rest, weight) if rest and rest != names else None,
    )


def trusted_move(moves: list[SureMove], seed: int, strength: float) -> SureMove | None:
    """Return the move that a seed makes: the most trusted of those that it draws.

    Each one is followed by a milder one, and the first of full trust is made. The last move, which
    is another frame or the composition, is made if it is drawn first, or if the trust in all others
    is below MIN_TRUST.

    Args:
        moves: as returned by `find_moves`.
        seed: of this picture.
        strength: 0..1.

    Returns:
        None without moves.
    """
    if not moves:
        return None
    first, *others = _drawn_moves(moves, seed)
    best, most = moves[-1], MIN_TRUST
    for drawn in (first, *(move for move in others if move is not moves[-1])):
        for move in (drawn, drawn.milder):
            trust = 0.0 if move is None else move.trust(seed, strength)
            if move is not None and trust > most:
                best, most = move, trust
            if most == 1:
                return best
    return best


def _drawn_moves(moves: list[SureMove], seed: int) -> Iterator[SureMove]:
    """Draw different moves in proportion to confidence, CANDIDATES at most."""
    stream = RandomStream(derive_seed(seed, "move"))
    left = [move for move in moves if move.confidence > 0]
    for _ in range(min(CANDIDATES, len(left))):
        drawn = stream.between(0, sum(move.confidence for move in left))
        index = 0
        while index + 1 < len(left) and drawn >= left[index].confidence:
            drawn -= left[index].confidence
            index += 1
        yield left.pop(index)


def move_of_seed(moves: list[SureMove], seed: int) -> SureMove | None:
    """Return the move that a seed draws first, in proportion to confidence; None without moves."""
    return next(_drawn_moves(moves, seed), None)


def select_seeds(moves: list[SureMove], seeds: list[int], n: int) -> list[int]:
    """Select the first seed and n - 1 others: each kind once, then other things of a kind.

    Families take turns. A picture close to the source is made after all other kinds, and after
    another thing on a table. Then kinds are repeated in proportion to confidence. Only the move
    that a seed draws first counts, as trust costs time: where it is not trusted, two seeds may make
    one kind.
    Among seeds of one kind, those whose random numbers are farthest apart come first. Which picture
    a seed makes does not depend on the selection.
    """
    made_moves = {seed: move_of_seed(moves, seed) for seed in seeds}
    kinds = {seed: "" if move is None else move.kind for seed, move in made_moves.items()}
    families = {seed: "" if move is None else move.family for seed, move in made_moves.items()}
    last_names = {seed: "" if move is None else move.names[-1] for seed, move in made_moves.items()}
    confidences: defaultdict[str, float] = defaultdict(float)
    for move in moves:
        confidences[move.kind] += move.confidence
    numbers = {
        seed: _first_numbers(seed, "" if move is None else move.name)
        for seed, move in made_moves.items()
    }

    def distance(seed: int) -> float:
        same = [one for one in chosen if kinds[one] == kinds[seed]]
        return min((math.dist(numbers[one], numbers[seed]) for one in same), default=math.inf)

    chosen = seeds[:1]
    while len(chosen) < n:
        made = Counter(kinds[seed] for seed in chosen)
        turns = Counter(families[seed] for seed in chosen)
        seen = {last_names[seed] for seed in chosen}

        def order(
            seed: int,
            made: Counter[str] = made,
            turns: Counter[str] = turns,
            seen: set[str] = seen,
        ) -> tuple[int, bool, bool, int, float]:
            kind, name = kinds[seed], last_names[seed]
            is_alike = name in SPHERES and not SPHERES.isdisjoint(seen)
            is_mild = (kind,) in MILD
            repeats = (kind in made) + (name in seen) + is_mild
            turn = 0 if repeats else turns[families[seed]]
            return repeats, is_mild, is_alike, turn, made[kind] / (confidences[kind] or 1.0)

        rest = [seed for seed in seeds if seed not in chosen]
        first = min(order(seed) for seed in rest)
        chosen.append(max((one for one in rest if order(one) == first), key=distance))
    return chosen


def _first_numbers(seed: int, name: str) -> list[float]:
    """Return the first random numbers 0..1 of a seed's move, which decide on sides and slopes."""
    stream = RandomStream(derive_seed(seed, name))
    return [stream.between(0, 1) for _ in range(COMPARED_NUMBERS)]


def sure_of_all(shown: photograph.Photograph) -> photograph.Photograph:
    """Return a photograph as if all moves were sure of it, to make each of CHANGES once."""
    return replace(
        shown,
        shores=[Shore(top=0.1, left=0.0, size=1.0, line=0.6, cost=0.0)],
        things=thing.THINGS,
        remakes={name: remake.example for name, remake in REMAKES.items()},
    )


def run_all_moves(side: int = 96, *, backwards: bool = False) -> None:
    """Make every move once on synthetic pictures, which compiles or loads all of their kernels.

    Args:
        side: of the pictures, in pixels.
        backwards: whether the last moves are made first.
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
        shown = sure_of_all(shown)
        for name in reversed(CHANGES) if backwards else CHANGES:
            photograph.render(shown, (name,), 1.0, RandomStream(1), side, side)
        # One stream chooses one of these layouts, so the others are made here.
        for _, layout in LAYOUTS:
            layout(hazy, RandomStream(1))
