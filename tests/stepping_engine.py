"""A tiny engine whose work takes a known time; runs on replicas."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path

from diabelli.engines import ParallelMap, Piece
from diabelli.variation import EngineInfo, Image, Progress, ProgressCallback, VariationSpec
from shift_engine import ShiftEngine

STEP_S = 0.05
"""Seconds of one step."""
STEPS = 10_000
"""A seed is the number of steps of each variation times this, plus the shift."""


class SteppingEngine(ShiftEngine):
    """Shifts the source after some steps; records in a folder which process works."""

    info = EngineInfo(name="stepping", version="1", summary="Takes its time.", trained=False)

    def __init__(self, folder: Path, step_s: float = STEP_S) -> None:
        super().__init__()
        self.folder = folder
        self.step_s = step_s

    def prepare(
        self,
        source: Image,
        spec: VariationSpec,
        on_progress: ProgressCallback,
        run_parallel: ParallelMap,
    ) -> list[Piece]:
        pieces = super().prepare(source, spec, on_progress, run_parallel)
        return [
            partial(self._wait, spec, on_progress, index, piece)
            for index, piece in enumerate(pieces)
        ]

    def _wait(self, spec: VariationSpec, on_progress: ProgressCallback, index: int, piece: Piece):
        working = self.folder / f"{os.getpid()}-{spec.seed}-{index}"
        working.touch()
        try:
            for step in range(spec.seed // STEPS):
                time.sleep(self.step_s)
                on_progress(Progress(index, f"step {step}", 0.5))
            return piece()
        finally:
            working.unlink()
