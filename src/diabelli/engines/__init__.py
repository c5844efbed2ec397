"""Ways to make variations, behind one small protocol.

`load` imports an engine on first use, by name: a program pays only for the engines that it asks
for. Packages of others add engines by an entry point in the group `diabelli.engines`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

from diabelli.engines.diffusion.presets import PRESETS
from diabelli.errors import UnknownEngine
from diabelli.synthesis.core.parallel import ParallelMap as ParallelMap
from diabelli.synthesis.core.parallel import run_sequentially as run_sequentially
from diabelli.variation import EngineInfo, Image, ProgressCallback, Variation, VariationSpec

if TYPE_CHECKING:
    from diabelli.engines.diffusion.engine_manager import EngineManager

Piece: TypeAlias = Callable[[], Variation]
"""The work that is left for one variation; pieces are independent and run in any thread."""


class Engine(Protocol):
    """What every engine can do.

    The same source, spec and seed give the same variation, whatever else runs beside it.
    """

    info: EngineInfo

    def warm_up(self) -> None:
        """Do ahead of time whatever the first request would otherwise wait for."""

    def prepare(
        self,
        source: Image,
        spec: VariationSpec,
        on_progress: ProgressCallback,
        run_parallel: ParallelMap,
    ) -> list[Piece]:
        """Do the work that the variations share and return one piece for each of the `spec.n`.

        `source` has the aspect of the spec (`pictures.fit` sees to it) and any size from 1x1 up.
        `watch` is called between the steps of this and of every piece.  `spread` runs whatever
        takes time here, so that it shares the threads fairly with other requests.
        """


ENGINES = {
    "patch": "diabelli.engines.patch:PatchEngine",
}

GROUP = "diabelli.engines"
"""The group of entry points by which packages of others add engines."""


def available_engines() -> list[str]:
    """The engines that can be asked for: embedded, trained, and those of other packages."""
    return [*dict.fromkeys((*ENGINES, *PRESETS, *_entry_points()))]


def load(name: str) -> Engine:
    """The engine of that name, made anew; a trained one as its preset says.

    Raises `UnknownEngine`, `MissingExtra` where the engine's dependencies are not installed, and
    for a trained one `WeightsMissing` or `LicenceNotAccepted`.
    """
    if name in ENGINES:
        module, _, attribute = ENGINES[name].partition(":")
        return cast(Engine, getattr(import_module(module), attribute)())
    if name in PRESETS:
        from diabelli.engines.diffusion.runtime import EnginePlan

        return _fleet().engine(EnginePlan(PRESETS[name]))
    others = _entry_points()
    if name in others:
        return cast(Engine, others[name].load()())
    raise UnknownEngine(
        f"no engine is called {name!r}; there are: {', '.join(available_engines())}"
    )


@cache
def _fleet() -> EngineManager:
    """The trained engines of a program without settings."""
    from diabelli.engines.diffusion.engine_manager import EngineManager

    return EngineManager()


def _entry_points() -> dict[str, EntryPoint]:
    return {found.name: found for found in entry_points(group=GROUP)}
