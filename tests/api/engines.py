"""Tiny real engines: quick enough for every test of the HTTP edge."""

from __future__ import annotations

import threading
import time
from functools import partial

import numpy as np

from diabelli.engines import ParallelMap, Piece
from diabelli.variation import (
    EngineInfo,
    Image,
    Progress,
    ProgressCallback,
    Variation,
    VariationSpec,
)


class Shift:
    """Scales the source by nearest neighbour and rolls it by the seed; strength 0 does not roll."""

    info = EngineInfo(name="shift", version="1", summary="Rolls the source.", trained=False)

    def warm_up(self) -> None:
        """Nothing to do."""

    def prepare(
        self, source: Image, spec: VariationSpec, watch: ProgressCallback, spread: ParallelMap
    ) -> list[Piece]:
        return [partial(self._make, source, spec, watch, index) for index in range(spec.n)]

    def _make(
        self, source: Image, spec: VariationSpec, watch: ProgressCallback, index: int
    ) -> Variation:
        watch(Progress(index, "shift", 0.0))
        seed = spec.seed + index
        rows = np.arange(spec.height) * source.shape[0] // spec.height
        columns = np.arange(spec.width) * source.shape[1] // spec.width
        image = source[rows][:, columns]
        if spec.strength:
            image = np.roll(image, seed % spec.width, axis=1)
        return Variation(
            image=np.ascontiguousarray(image), seed=seed, strength=spec.strength, engine=self.info
        )


class Gate(Shift):
    """Works until it is let through or no longer wanted, and tells which."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()
        self.stopped = threading.Event()

    def _make(
        self, source: Image, spec: VariationSpec, watch: ProgressCallback, index: int
    ) -> Variation:
        self.entered.set()
        try:
            while not self.opened.is_set():
                watch(Progress(index, "waiting", 0.0))
                time.sleep(0.005)
        except BaseException:
            self.stopped.set()
            raise
        return super()._make(source, spec, watch, index)


class Broken(Shift):
    """Fails in a way that nobody foresaw."""

    def _make(
        self, source: Image, spec: VariationSpec, watch: ProgressCallback, index: int
    ) -> Variation:
        watch(Progress(index, "breaking", 0.0))
        raise ZeroDivisionError(f"the secret of {source.shape} and {spec}")


class Climber(Shift):
    """Lets itself be looked at on its way."""

    def _make(
        self, source: Image, spec: VariationSpec, watch: ProgressCallback, index: int
    ) -> Variation:
        for step in range(3):
            preview = partial(np.full, (8 << step, 8 << step, 3), 80 * step, np.uint8)
            watch(Progress(index, f"level {step}", (step + 1) / 4, preview))
            time.sleep(0.02)
        return super()._make(source, spec, watch, index)


class Halfway(Shift):
    """Makes the first of its variations at once, and waits at its gate with half of each other."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def _make(
        self, source: Image, spec: VariationSpec, watch: ProgressCallback, index: int
    ) -> Variation:
        preview = partial(np.full, (32, 32, 3), 120, np.uint8)
        watch(Progress(index, "level 1", 0.5, preview))
        if index == 0:
            return super()._make(source, spec, watch, index)
        return self._gate._make(source, spec, watch, index)


class Stumbler(Climber):
    """Fails shortly before it arrives."""

    def _make(
        self, source: Image, spec: VariationSpec, watch: ProgressCallback, index: int
    ) -> Variation:
        super()._make(source, spec, watch, index)
        # Only what was told and sent by now is known to have been on its way.
        time.sleep(0.1)
        raise ZeroDivisionError("so near")
