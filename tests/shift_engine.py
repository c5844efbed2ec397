"""A tiny real engine that shifts the source by the seed, so that variations differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass
class ShiftEngine:
    """Seeds are consecutive; `before` is called before each piece with its seed."""

    before: Callable[[int], None] = lambda seed: None
    info = EngineInfo(name="shift", version="1", summary="Shifts the source.", trained=False)
    warmed: int = 0

    def warm_up(self) -> None:
        self.warmed += 1

    def prepare(
        self,
        source: Image,
        spec: VariationSpec,
        on_progress: ProgressCallback,
        run_parallel: ParallelMap,
    ) -> list[Piece]:
        return [partial(self._shift, source, spec, on_progress, index) for index in range(spec.n)]

    def _shift(
        self, source: Image, spec: VariationSpec, on_progress: ProgressCallback, index: int
    ) -> Variation:
        seed = (spec.seed + index) % 2**63
        self.before(seed)
        on_progress(Progress(index, "shift", 0.5))
        rows = np.arange(spec.height) * source.shape[0] // spec.height
        columns = np.arange(spec.width) * source.shape[1] // spec.width
        image = np.roll(source[rows][:, columns], seed, axis=1)
        on_progress(Progress(index, "shift", 1.0))
        return Variation(image=image, seed=seed, strength=spec.strength, engine=self.info)
