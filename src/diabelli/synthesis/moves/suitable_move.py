"""A move that suits a source, with its kind and its family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from diabelli.synthesis.core.rng import RandomStream, derive_seed
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.cinema.cinema import CINEMA
from diabelli.synthesis.moves.lights.light import SHADOWS
from diabelli.synthesis.moves.photograph import FRAME, WATER
from diabelli.synthesis.moves.remakes import REMAKES, WITHIN_A_PICTURE
from diabelli.synthesis.moves.still_lifes.still_life import GLASS_BALL, INSTANT_PRINT, SNOW_GLOBE
from diabelli.synthesis.moves.television.television import TELEVISION
from diabelli.synthesis.moves.things.thing import LANTERNS

TINTS = frozenset({("dusk",), ("golden",)})
"""Moves that judges call a tint."""
TABLE, TABLES = "table", frozenset({GLASS_BALL, SNOW_GLOBE, INSTANT_PRINT})
"""Kind of the still lifes of one thing on a table, and their names."""
SPHERES = frozenset({GLASS_BALL, SNOW_GLOBE})
"""Names of the remakes in a sphere of glass."""
ALIKE = (SPHERES, frozenset({CINEMA, TELEVISION}))
"""Names of the remakes that look alike: spheres and screens."""
COMPOSITION = "composition"
"""Name of the move that arranges the parts of the source."""
MILD = TINTS | {(COMPOSITION,), (FRAME,)}
"""Moves whose pictures are close to the source."""
SHADOW = "shadow"
"""Kind of all pictures with shadows of things beside the frame."""
WITHIN, SPHERE, MEDIUM, ITSELF = "within", "sphere", "medium", "itself"
"""Families: the source within another picture, in a sphere of glass, in another medium, and the
source itself in another light or season, or with a thing."""
MoveRenderer: TypeAlias = Callable[[float, RandomStream, int, int], Bytes]
"""Renders (strength, stream, height, width) as (height, width, 4) uint8, premultiplied."""
Judge: TypeAlias = Callable[[float, RandomStream], float]
"""Returns the trust 0..1 in the picture of (strength, stream) at every size."""


@dataclass(frozen=True, slots=True, eq=False)
class SuitableMove:
    """A move that suits a source.

    Attributes:
        names: of its changes, in order.
        confidence: weight in the choice of a seed; 0 if it is only made where no other move is
            trusted.
        renderer: makes a picture of the source; None for the composition of its parts.
        judge: None for a move that is always trusted.
        without_thing: the same move without the thing that it shows, if it has a light.
    """

    names: tuple[str, ...]
    confidence: float
    renderer: MoveRenderer | None
    judge: Judge | None = None
    without_thing: SuitableMove | None = None

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
        """Family of its last change; water and the night of lanterns are one family each."""
        last = self.names[-1]
        if last in SPHERES:
            return SPHERE
        if last in REMAKES:
            return WITHIN if last in WITHIN_A_PICTURE else MEDIUM
        return next((name for name in (WATER, LANTERNS) if name in self.names), ITSELF)

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
