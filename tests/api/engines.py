"""Tiny real engines for tests of the HTTP interface."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
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
        """Do nothing."""

    def prepare(
        self,
        source: Image,
        spec: VariationSpec,
        on_progress: ProgressCallback,
        run_parallel: ParallelMap,
    ) -> list[Piece]:
        return [partial(self._make, source, spec, on_progress, index) for index in range(spec.n)]

    def _make(
        self, source: Image, spec: VariationSpec, on_progress: ProgressCallback, index: int
    ) -> Variation:
        on_progress(Progress(index, "shift", 0.0))
        seed = (spec.seed + index) % 2**63
        rows = np.arange(spec.height) * source.shape[0] // spec.height
        columns = np.arange(spec.width) * source.shape[1] // spec.width
        image = source[rows][:, columns]
        if spec.strength:
            image = np.roll(image, seed % spec.width, axis=1)
        return Variation(
            image=np.ascontiguousarray(image), seed=seed, strength=spec.strength, engine=self.info
        )


class Gate(Shift):
    """Blocks until `opened` is set or the request is cancelled; records both."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()
        self.stopped = threading.Event()

    def _make(
        self, source: Image, spec: VariationSpec, on_progress: ProgressCallback, index: int
    ) -> Variation:
        self.entered.set()
        try:
            while not self.opened.is_set():
                on_progress(Progress(index, "waiting", 0.0))
                time.sleep(0.005)
        except BaseException:
            self.stopped.set()
            raise
        return super()._make(source, spec, on_progress, index)


class Broken(Shift):
    """Raises an unexpected exception."""

    def _make(
        self, source: Image, spec: VariationSpec, on_progress: ProgressCallback, index: int
    ) -> Variation:
        on_progress(Progress(index, "breaking", 0.0))
        raise ZeroDivisionError(f"the secret of {source.shape} and {spec}")


class Climber(Shift):
    """Reports three levels of progress, each with a preview."""

    level_s = 0.02
    """Seconds of a level."""

    def _make(
        self, source: Image, spec: VariationSpec, on_progress: ProgressCallback, index: int
    ) -> Variation:
        for step in range(3):
            preview = partial(np.full, (8 << step, 8 << step, 3), 80 * step, np.uint8)
            on_progress(Progress(index, f"level {step}", (step + 1) / 4, preview))
            time.sleep(self.level_s)
        return super()._make(source, spec, on_progress, index)


class Halfway(Shift):
    """Makes its first variation at once; the others block at the gate at half their progress."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def _make(
        self, source: Image, spec: VariationSpec, on_progress: ProgressCallback, index: int
    ) -> Variation:
        preview = partial(np.full, (32, 32, 3), 120, np.uint8)
        on_progress(Progress(index, "level 1", 0.5, preview))
        if index == 0:
            return super()._make(source, spec, on_progress, index)
        return self._gate._make(source, spec, on_progress, index)


class Choosy(Shift):
    """Chooses further seeds by the strength, and repeats each seed alone."""

    def _make(
        self, source: Image, spec: VariationSpec, on_progress: ProgressCallback, index: int
    ) -> Variation:
        other = replace(spec, seed=spec.seed + round(1000 * index * spec.strength))
        return super()._make(source, other, on_progress, 0 if index == 0 else index)


class Stumbler(Climber):
    """Fails after all its previews."""

    def _make(
        self, source: Image, spec: VariationSpec, on_progress: ProgressCallback, index: int
    ) -> Variation:
        super()._make(source, spec, on_progress, index)
        # The previous events must have been sent before the failure.
        time.sleep(0.1)
        raise ZeroDivisionError("near the end")
