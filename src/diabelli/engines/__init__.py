"""Ways to make variations, behind one small protocol.

`load` imports an engine on first use, by name: a program pays only for the engines that it asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Protocol, TypeAlias, cast

from diabelli.errors import UnknownEngine
from diabelli.variation import EngineInfo, Image, Variation, VariationSpec, Watch

Piece: TypeAlias = Callable[[], Variation]
"""The work that is left for one variation; pieces are independent and run in any thread."""


class Engine(Protocol):
    """What every engine can do.

    The same source, spec and seed give the same variation, whatever else runs beside it.
    """

    info: EngineInfo

    def warm(self) -> None:
        """Do ahead of time whatever the first request would otherwise wait for."""

    def prepare(self, source: Image, spec: VariationSpec, watch: Watch) -> list[Piece]:
        """Do the work that the variations share and return one piece for each of the `spec.n`.

        `source` has the aspect of the spec (`pictures.fit` sees to it) and any size from 1x1 up.
        `watch` is called between the steps of this and of every piece.
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
