"""Ways to make variations, behind one small protocol.

`load` imports an engine on first use, by name: a program pays only for the engines that it asks
for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Protocol, TypeAlias, TypeVar, cast

from diabelli.errors import UnknownEngine
from diabelli.variation import EngineInfo, Image, Variation, VariationSpec, Watch

T = TypeVar("T")
Piece: TypeAlias = Callable[[], Variation]
"""The work that is left for one variation; pieces are independent and run in any thread."""


class Spread(Protocol):
    """Runs pieces of work that do not depend on each other, in any order and any threads."""

    def __call__(self, pieces: Sequence[Callable[[], T]], /) -> list[T]:
        """What the pieces return, in their order; the first failure is raised."""


def in_turn(pieces: Sequence[Callable[[], T]]) -> list[T]:
    """The `Spread` of a single thread."""
    return [piece() for piece in pieces]


class Engine(Protocol):
    """What every engine can do.

    The same source, spec and seed give the same variation, whatever else runs beside it.
    """

    info: EngineInfo

    def warm(self) -> None:
        """Do ahead of time whatever the first request would otherwise wait for."""

    def prepare(
        self, source: Image, spec: VariationSpec, watch: Watch, spread: Spread
    ) -> list[Piece]:
        """Do the work that the variations share and return one piece for each of the `spec.n`.

        `source` has the aspect of the spec (`pictures.fit` sees to it) and any size from 1x1 up.
        `watch` is called between the steps of this and of every piece.  `spread` runs whatever
        takes time here, so that it shares the threads fairly with other requests.
        """


ENGINES = {
    "patch": "diabelli.engines.patch:PatchEngine",
}


def load(name: str) -> Engine:
    """The engine of that name, made anew.

    Raises `UnknownEngine`, or `MissingExtra` where the engine's dependencies are not installed.
    """
    if name not in ENGINES:
        raise UnknownEngine(f"no engine is called {name!r}; there are: {', '.join(ENGINES)}")
    module, _, attribute = ENGINES[name].partition(":")
    return cast(Engine, getattr(import_module(module), attribute)())
