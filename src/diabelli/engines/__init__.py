"""Engines that make variations, behind one protocol.

`load` imports an engine by name on first use, so a program pays only for the engines it uses.
Other packages add engines through entry points of the group `diabelli.engines`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
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
"""The remaining work for one variation; pieces are independent and run in any thread."""


class Engine(Protocol):
    """The interface of every engine.

    The same source, spec and seed give the same variation, regardless of concurrent requests,
    unless `info.repeatable` is false.

    Attributes:
        info: description of the engine.
    """

    info: EngineInfo

    def warm_up(self) -> None:
        """Do the work that the first request would otherwise wait for."""

    def prepare(
        self,
        source: Image,
        spec: VariationSpec,
        on_progress: ProgressCallback,
        run_parallel: ParallelMap,
    ) -> list[Piece] | Future[list[Piece]]:
        """Do the work that the variations share; runs on a worker thread.

        Args:
            source: has the aspect ratio of the spec; any size from 1x1 up.
            spec: what to make.
            on_progress: to be called between the steps of this and of every piece. It raises when
                the request was cancelled.
            run_parallel: runs functions on this worker and on idle ones, and returns their
                results in order.

        Returns:
            One piece for each of the `spec.n` variations. An engine that waits for another thread
            or a device returns a future of them, so that no worker is held. The future is
            cancelled if the request is.
        """


def wait_for_pieces(prepared: list[Piece] | Future[list[Piece]]) -> list[Piece]:
    """Return the pieces that `Engine.prepare` returned; block if they are in a future."""
    return prepared.result() if isinstance(prepared, Future) else prepared


ENGINES = {
    "patch": "diabelli.engines.patch:PatchEngine",
}

GROUP = "diabelli.engines"
"""Group of entry points through which other packages add engines."""


def available_engines() -> list[str]:
    """Return the names of all engines: embedded, trained, and those of other packages."""
    return [*dict.fromkeys((*ENGINES, *PRESETS, *_entry_points()))]


def load(name: str) -> Engine:
    """Return a new engine of that name; a trained one as its preset says.

    Raises:
        UnknownEngine: if there is none of that name.
        MissingExtra: if the engine's dependencies are not installed.
        WeightsMissing: if a trained engine's weights are not on this machine.
        LicenceNotAccepted: if the licence of its weights must be accepted first.
    """
    if name in ENGINES:
        module, _, attribute = ENGINES[name].partition(":")
        return cast(Engine, getattr(import_module(module), attribute)())
    if name in PRESETS:
        from diabelli.engines.diffusion.runtime import EnginePlan

        return _manager().engine(EnginePlan(PRESETS[name]))
    others = _entry_points()
    if name in others:
        return cast(Engine, others[name].load()())
    raise UnknownEngine(
        f"no engine is called {name!r}; there are: {', '.join(available_engines())}"
    )


@cache
def _manager() -> EngineManager:
    """Return the manager of the trained engines of a program without settings."""
    from diabelli.engines.diffusion.engine_manager import EngineManager

    return EngineManager()


def _entry_points() -> dict[str, EntryPoint]:
    return {found.name: found for found in entry_points(group=GROUP)}
