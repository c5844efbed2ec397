"""Planner: finds the moves that suit a source."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.moves import photograph
from diabelli.synthesis.moves.drawings import drawing
from diabelli.synthesis.moves.remakes import WITHIN_A_PICTURE
from diabelli.synthesis.moves.suitable_move import COMPOSITION, TINTS, SuitableMove
from diabelli.synthesis.moves.things import thing

MIN_STRENGTH = 0.4
"""Below this strength the arrangement of the source is kept, and no move is made."""
DECISION_SIDE = 512
"""Side in pixels at which moves decide, so that a seed gives one picture at every size."""
MIN_KINDS = 3
"""Least number of kinds of moves. If fewer suit, so that variations might be alike, the
composition of a photograph is one more; of a person, another frame is. A drawing is shown within
other pictures, too."""
TINT_KINDS = 2
"""Number of kinds other than tints from which on these are not made."""
TINT_SHARE = 0.15
"""Largest share of the pictures that are a tint, if there is any other kind."""
COMPOSITION_SHARE = 0.03
"""Weight of the composition beside that of all lights; it is less new, and seldom made alone."""
SHARE_BESIDE_STILL_LIFES = 0.15
"""The same beside still lifes alone, which would be alike."""


def find_moves(orientations: tuple[Analysis, Analysis], strength: float) -> list[SuitableMove]:
    """Find the moves that suit a source.

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
        moves = [
            SuitableMove((name,), weight, partial(drawing.render, drawn, name))
            for name, weight in drawing.treatments(drawn).items()
        ]
        if len(moves) >= MIN_KINDS or drawn.ground is None:
            return moves
        return moves + _photograph_moves(photograph.prepare_drawing(orientations, small))
    shown = photograph.prepare(orientations, small, strength)
    if shown is None:
        return []
    moves = _with_few_tints(_photograph_moves(shown))
    if moves:
        is_varied = len({move.kind for move in moves}) >= MIN_KINDS
        is_always_within = all(move.names[-1] in WITHIN_A_PICTURE for move in moves)
        share = SHARE_BESIDE_STILL_LIFES if is_always_within else COMPOSITION_SHARE
        total = sum(move.confidence for move in moves)
        weight = 0.0 if is_varied else share * total
        is_person = shown.scene.person >= 1
        frame = _photograph_move(shown, (photograph.FRAME,), weight)
        moves.append(frame if is_person else SuitableMove((COMPOSITION,), weight, None))
    return moves


def _with_few_tints(moves: list[SuitableMove]) -> list[SuitableMove]:
    """Return moves without the tints that others make needless; the rest is made seldom."""
    others = [move for move in moves if move.names not in TINTS]
    kinds = len({move.kind for move in others})
    tints = [move for move in moves if move.names in TINTS and kinds < TINT_KINDS]
    total = sum(move.confidence for move in tints)
    most = TINT_SHARE / (1 - TINT_SHARE) * sum(move.confidence for move in others)
    factor = most / total if 0 < most < total else 1.0
    return [*(replace(move, confidence=factor * move.confidence) for move in tints), *others]


def _photograph_moves(shown: photograph.Photograph) -> list[SuitableMove]:
    """Return the moves of a photograph but another frame."""
    weights = photograph.moves_of(shown)
    return [_photograph_move(shown, names, weight) for names, weight in weights.items()]


def _photograph_move(
    shown: photograph.Photograph, names: tuple[str, ...], weight: float
) -> SuitableMove:
    """Return the move of a photograph that makes these changes."""
    rest = tuple(name for name in names if name not in thing.THINGS)
    return SuitableMove(
        names,
        weight,
        partial(photograph.render, shown, names),
        partial(photograph.trust, shown, names),
        _photograph_move(shown, rest, weight) if rest and rest != names else None,
    )
