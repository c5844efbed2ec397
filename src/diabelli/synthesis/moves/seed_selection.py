"""Selection of seeds: the move that a seed makes, and the seeds of one request."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator

from diabelli.synthesis.core.rng import RandomStream, derive_seed
from diabelli.synthesis.moves.sure_move import MILD, SPHERES, SureMove

COMPARED_NUMBERS = 5
"""Random numbers of a move by which the seeds of one request are kept apart."""
CANDIDATES, MIN_TRUST = 3, 0.5
"""Moves that a seed tries at most, and trust 0..1 below which none of them is made."""


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
