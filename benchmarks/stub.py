"""The command `diabelli` with an engine that costs next to nothing, for benchmarks of the server.

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
    EngineInfo,
    Image,
    Progress,
    ProgressCallback,
    Variation,
    VariationSpec,
)


class Roll:
    """Scales the source by its nearest pixels and rolls it by the seed; strength 0 rolls nothing.

    So an answer tells of which source and seed it is.
    """

    info = EngineInfo(name="roll", version="1", summary="Rolls the source.", trained=False)

    def warm_up(self) -> None:
        """Nothing to do."""

    def prepare(
        self, source: Image, spec: VariationSpec, watch: ProgressCallback, spread: ParallelMap
    ) -> list[Piece]:
        """One piece for each variation."""
        return [partial(self._make, source, spec, watch, index) for index in range(spec.n)]

    def _make(
        self, source: Image, spec: VariationSpec, watch: ProgressCallback, index: int
    ) -> Variation:
        watch(Progress(index, "roll", 0.0))
        seed = spec.seed + index
        rows = np.arange(spec.height) * source.shape[0] // spec.height
        columns = np.arange(spec.width) * source.shape[1] // spec.width
        image = source[rows][:, columns]
        if spec.strength:
            image = np.roll(image, seed % spec.width, axis=1)
        return Variation(
            image=np.ascontiguousarray(image), seed=seed, strength=spec.strength, engine=self.info
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Canned(Variation):
    """A variation that was encoded before."""

    encoded: bytes = field(repr=False)

    def encode(self, output_format: Format = "png", quality: int | None = None) -> bytes:
        """The bytes from before."""
        return self.encoded


class Can(Roll):
    """Answers everything with one picture of noise for each size, which is encoded only once."""

    info = EngineInfo(name="canned", version="1", summary="Opens a can.", trained=False)

    def _make(
        self, source: Image, spec: VariationSpec, watch: ProgressCallback, index: int
    ) -> Variation:
        watch(Progress(index, "opening", 0.0))
        return canned(spec.height, spec.width)


@cache
def canned(height: int, width: int) -> Canned:
    """The picture of that size; coarse noise, so that it weighs about as much as a photograph."""
    coarse = np.random.default_rng(1).integers(0, 256, (height // 2, width // 2, 3), np.uint8)
    image = np.kron(coarse, np.ones((2, 2, 1), np.uint8))
    plain = Variation(image=image, seed=1, strength=0.5, engine=Can.info)
    return Canned(image=image, seed=1, strength=0.5, engine=Can.info, encoded=plain.encode())


engines.ENGINES |= {"roll": "stub:Roll", "canned": "stub:Can"}

if __name__ == "__main__":
    main()
