"""An engine that kills its own process for sources of some widths."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from diabelli.engines import ParallelMap, Piece
from diabelli.errors import LicenceNotAccepted
from diabelli.variation import EngineInfo, Image, ProgressCallback, VariationSpec
from shift_engine import ShiftEngine

ALWAYS, ONCE, UNLICENSED = 13, 12, 11
"""Widths in pixels, of pictures that are higher: each try kills the process, the first does, and
the operator must act."""
MARKER = "DIABELLI_TEST_DEATH"
"""Environment variable with the path of a file that records the first death."""


class DeadlyEngine(ShiftEngine):
    """Shifts other sources."""

    info = EngineInfo(name="deadly", version="1", summary="Kills its process.", trained=False)

    def prepare(
        self,
        source: Image,
        spec: VariationSpec,
        on_progress: ProgressCallback,
        run_parallel: ParallelMap,
    ) -> list[Piece]:
        width = source.shape[1]
        if width == UNLICENSED:
            raise LicenceNotAccepted("accept the licence")
        marker = Path(os.environ.get(MARKER, os.devnull))
        if width == ALWAYS or (width == ONCE and not marker.exists()):
            if width == ONCE:
                marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().prepare(source, spec, on_progress, run_parallel)
