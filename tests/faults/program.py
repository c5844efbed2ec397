"""The command `diabelli` with tiny engines, for tests with separate processes.

Child processes of the command import it too, so they have the engines as well.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numba

from api.engines import Shift
from diabelli import engines
from diabelli.cli import main
from diabelli.variation import (
    EngineInfo,
    Image,
    Progress,
    ProgressCallback,
    Variation,
    VariationSpec,
)


class FileGate(Shift):
    """Marks the start of each piece by a file, and blocks until another file exists."""

    info = EngineInfo(name="gate", version="1", summary="Waits.", trained=False)

    def _make(
        self, source: Image, spec: VariationSpec, on_progress: ProgressCallback, index: int
    ) -> Variation:
        folder = Path(os.environ["GATE"])
        (folder / f"entered-{spec.seed}-{index}-{os.getpid()}").touch()
        while not (folder / "open").exists():
            on_progress(Progress(index, "waiting", 0.0))
            time.sleep(0.005)
        return super()._make(source, spec, on_progress, index)


class BrokenKernel(Shift):
    """Raises in compiled code, as a faulty kernel would."""

    info = EngineInfo(name="broken", version="1", summary="Breaks.", trained=False)

    def _make(
        self, source: Image, spec: VariationSpec, on_progress: ProgressCallback, index: int
    ) -> Variation:
        on_progress(Progress(index, "breaking", 0.0))
        numba.njit(nogil=True)(_fail)(source.shape[0])
        raise AssertionError


def _fail(rows: int) -> int:
    if rows > 0:
        raise IndexError("the kernel's own words")
    return rows


engines.ENGINES |= {
    "shift": "api.engines:Shift",
    "gate": "faults.program:FileGate",
    "broken": "faults.program:BrokenKernel",
}

if __name__ == "__main__":
    main()
