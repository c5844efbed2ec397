"""The command `diabelli` with engines of negligible cost, for benchmarks of the server.

Run: python benchmarks/stub.py serve [...], with DIABELLI_ENGINE set to `roll` or `canned`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, partial

import numpy as np

from diabelli import engines
from diabelli.cli import main
from diabelli.engines import ParallelMap, Piece
from diabelli.pictures import Format
from diabelli.variation import (
    MAX_SEED,
    EngineInfo,
    Image,
    Progress,
    ProgressCallback,
    Variation,
    VariationSpec,
)
from rolling import rolled


class Roll:
    """Makes pictures that identify their source and seed."""

    info = EngineInfo(name="roll", version="1", summary="Rolls the source.", trained=False)

    def warm_up(self) -> None:
        """Do nothing."""

    def prepare(
        self,
        source: Image,
        spec: VariationSpec,
        on_progress: ProgressCallback,
        run_parallel: ParallelMap,
    ) -> list[Piece]:
        """Return one piece for each variation."""
        return [partial(self._make, source, spec, on_progress, index) for index in range(spec.n)]

    def _make(
        self, source: Image, spec: VariationSpec, on_progress: ProgressCallback, index: int
    ) -> Variation:
        on_progress(Progress(index, "roll", 0.0))
        seed = (spec.seed + index) % (MAX_SEED + 1)
        image = rolled(source, spec.height, spec.width, seed, spec.strength)
        return Variation(image=image, seed=seed, strength=spec.strength, engine=self.info)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Canned(Variation):
    """A variation with its encoded bytes."""

    encoded: bytes = field(repr=False)

    def encode(self, output_format: Format = "png", quality: int | None = None) -> bytes:
        """Return the stored bytes."""
        return self.encoded


class Can(Roll):
    """Returns one picture of noise for each size, encoded once."""

    info = EngineInfo(
        name="canned", version="1", summary="Returns a stored picture.", trained=False
    )

    def _make(
        self, source: Image, spec: VariationSpec, on_progress: ProgressCallback, index: int
    ) -> Variation:
        on_progress(Progress(index, "opening", 0.0))
        return canned(spec.height, spec.width)


@cache
def canned(height: int, width: int) -> Canned:
    """Return the picture of a size; its coarse noise has about the file size of a photograph."""
    coarse = np.random.default_rng(1).integers(0, 256, (height // 2, width // 2, 3), np.uint8)
    image = np.kron(coarse, np.ones((2, 2, 1), np.uint8))
    plain = Variation(image=image, seed=1, strength=0.5, engine=Can.info)
    return Canned(image=image, seed=1, strength=0.5, engine=Can.info, encoded=plain.encode())


engines.ENGINES |= {"roll": "stub:Roll", "canned": "stub:Can"}

if __name__ == "__main__":
    main()
