"""An engine that is replaced by the embedded one while its weights are loaded."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future

from diabelli.engines import Engine, ParallelMap, Piece
from diabelli.engines.diffusion.engine import DiffusionEngine
from diabelli.errors import Cancelled
from diabelli.variation import Image, ProgressCallback, VariationSpec

_log = logging.getLogger("diabelli.engines")


class FallbackEngine:
    """Starts to load a trained engine's weights, and uses another engine until they are loaded.

    If they cannot be loaded, requests go to the trained engine and fail with its error.

    Attributes:
        info: the description of the trained engine; each variation names the engine that made it.
    """

    def __init__(self, engine: DiffusionEngine, fallback: Engine) -> None:
        self.info = engine.info
        self._engine = engine
        self._fallback = fallback
        self._lock = threading.Lock()
        self._loading: Future[list[Piece]] | None = None

    def warm_up(self) -> None:
        """Start to load the weights; prepare the fallback."""
        self._is_ready()
        self._fallback.warm_up()

    def prepare(
        self,
        source: Image,
        spec: VariationSpec,
        on_progress: ProgressCallback,
        run_parallel: ParallelMap,
    ) -> list[Piece] | Future[list[Piece]]:
        """Prepare the variations with the engine of this moment."""
        if self._is_ready():
            return self._engine.prepare(source, spec, on_progress, run_parallel)
        names = {"engine": self.info.name, "used": self._fallback.info.name}
        _log.info("engine.fallback", extra=names)
        return self._fallback.prepare(source, spec, on_progress, run_parallel)

    def _is_ready(self) -> bool:
        """Return whether to use the trained engine; start its load if it is not in memory."""
        with self._lock:
            loading = self._loading
            if loading is None or (
                loading.done() and loading.exception() is None and not self._engine.is_loaded
            ):
                self._loading = self._engine.start_warm_up()
                self._loading.add_done_callback(self._log_failure)
                return False
        return loading.done()

    def _log_failure(self, loading: Future[list[Piece]]) -> None:
        failure = loading.exception()
        if failure is not None and not isinstance(failure, Cancelled):
            _log.error("engine.not_loaded", exc_info=failure, extra={"engine": self.info.name})
