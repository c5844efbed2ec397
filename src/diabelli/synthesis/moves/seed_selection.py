"""Selection of seeds: the move that a seed makes, and the seeds of one request."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from diabelli.synthesis.core.rng import RandomStream, derive_seed
from diabelli.synthesis.moves.cake.cake import CAKE
from diabelli.synthesis.moves.photograph import WATER
from diabelli.synthesis.moves.still_lifes.still_life import INSTANT_PRINT
from diabelli.synthesis.moves.suitable_move import ALIKE, ITSELF, MILD, WITHIN, SuitableMove

COMPARED_NUMBERS = 5
"""Random numbers of a move by which the seeds of one request are kept apart."""
WAITS = {WITHIN: 3, WATER: 4, ITSELF: 5, CAKE: 5, INSTANT_PRINT: 6}
"""Turns that a family, or one of its moves, waits between two pictures, 1 by default. Critics call
the source on a thing hardly new, least of all on a cake or a print."""
CANDIDATES, MIN_TRUST = 3, 0.5
"""Moves that a seed tries at most, and trust 0..1 below which none of them is made."""


def trusted_move(moves: list[SuitableMove], seed: int, strength: float) -> SuitableMove | None:
    """Return the move that a seed makes: the most trusted of those that it draws.

    Each one is followed by the same move without its thing, and the first of full trust is made.
    The last move, which is another frame or the composition, is made if it is drawn first, or if
    the trust in all others is below MIN_TRUST.

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
        for move in (drawn, drawn.without_thing):
            trust = 0.0 if move is None else move.trust(seed, strength)
            if move is not None and trust > most:
                best, most = move, trust
            if most == 1:
                return best
    return best


def _drawn_moves(moves: list[SuitableMove], seed: int) -> Iterator[SuitableMove]:
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


@dataclass(frozen=True, slots=True)
class _Draft:
    """A seed, and properties of the move that it draws first.

    Attributes:
        seed: of the picture.
        kind: of the move.
        family: of the move.
        name: of its last change.
        numbers: its first random numbers 0..1, which decide on sides and slopes.
    """

    seed: int
    kind: str
    family: str
    name: str
    numbers: tuple[float, ...]


def select_seeds(moves: list[SuitableMove], seeds: list[int], n: int) -> list[int]:
    """Select the first seed and n - 1 others: each kind once, then other things of a kind.

    Families take turns, as WAITS has them. A picture close to the source is made after all other
    kinds, and after another thing on a table. Then kinds are repeated in proportion to confidence.
    Only the move that a seed draws first counts, as trust
    costs time: where it is not trusted, two seeds may make one kind.
    Among seeds of one kind, those whose random numbers are farthest apart come first. Which picture
    a seed makes does not depend on the selection.
    """
    confidences: defaultdict[str, float] = defaultdict(float)
    for move in moves:
        confidences[move.kind] += move.confidence
    left = [_drafted(moves, seed) for seed in seeds]
    chosen = [left.pop(0)]
    while len(chosen) < n:
        ranks = _ranks(left, chosen, confidences)
        first = min(ranks)
        best = [draft for draft, rank in zip(left, ranks, strict=True) if rank == first]
        chosen.append(max(best, key=partial(_distance, chosen=chosen)))
        left.remove(chosen[-1])
    return [draft.seed for draft in chosen]


def _drafted(moves: list[SuitableMove], seed: int) -> _Draft:
    """Return the draft of a seed; moves have confidence."""
    move = next(_drawn_moves(moves, seed))
    stream = RandomStream(derive_seed(seed, move.name))
    numbers = tuple(stream.between(0, 1) for _ in range(COMPARED_NUMBERS))
    return _Draft(seed, move.kind, move.family, move.names[-1], numbers)


def _ranks(
    drafts: list[_Draft], chosen: list[_Draft], confidences: Mapping[str, float]
) -> list[tuple[int, bool, bool, int, float]]:
    """Return the rank of each draft beside the chosen ones; the least comes next."""
    made = Counter(draft.kind for draft in chosen)
    turns = Counter(draft.family for draft in chosen)
    seen = {draft.name for draft in chosen}
    alike = frozenset[str]().union(*(names for names in ALIKE if not names.isdisjoint(seen)))

    def rank(draft: _Draft) -> tuple[int, bool, bool, int, float]:
        is_mild = (draft.kind,) in MILD
        wait = WAITS.get(draft.name, WAITS.get(draft.family, 1))
        repeats = (draft.kind in made) + (draft.name in seen) + is_mild
        return (
            repeats,
            is_mild,
            draft.name in alike,
            0 if repeats else (turns[draft.family] + 1) * wait,
            made[draft.kind] / confidences[draft.kind],
        )

    return [rank(draft) for draft in drafts]


def _distance(draft: _Draft, chosen: list[_Draft]) -> float:
    """Return the least distance of its numbers to those of a chosen draft of its kind."""
    same = [one.numbers for one in chosen if one.kind == draft.kind]
    return min((math.dist(numbers, draft.numbers) for numbers in same), default=math.inf)
