"""Measures what an upstream does with seeds and strengths, by small variations."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from diabelli.engines import run_sequentially, wait_for_pieces
from diabelli.engines.upstream.engine import UpstreamEngine
from diabelli.variation import Image, ProgressCallback, Variation, VariationSpec

SIDE = 256
"""Side of the variations in pixels, the smallest size of the API."""
_LEVELS = 1.0
"""Mean difference of two pictures, in grey levels, below which they count as the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Effects that were measured; None for one that was not.

    Attributes:
        seconds: duration of the first variation.
        source_kept: whether that variation is the source.
        repeatable: whether the same seed gave the same bytes.
        seed_matters: whether another seed gave another picture.
        strength_matters: whether another strength gave another picture.
    """

    seconds: float
    source_kept: bool
    repeatable: bool | None = None
    seed_matters: bool | None = None
    strength_matters: bool | None = None


def measure(
    engine: UpstreamEngine,
    source: Image,
    *,
    compare: bool,
    on_progress: ProgressCallback,
) -> Measurement:
    """Make one variation, and three more to compare with it.

    Args:
        engine: the engine.
        source: (row, column, 3) uint8, square.
        compare: whether the three others are made.
        on_progress: receives the progress of each variation.

    Raises:
        DiabelliError: As the engine raises it.
    """

    def vary(seed: int, strength: float) -> Image:
        spec = VariationSpec(height=SIDE, width=SIDE, seed=seed, strength=strength)
        prepared = engine.prepare(source, spec, on_progress, run_sequentially)
        made: list[Variation] = run_sequentially(wait_for_pieces(prepared))
        return made[0].image

    started = time.monotonic()
    first = vary(1, 0.5)
    seconds = time.monotonic() - started
    source_kept = _same(first, vary(1, 0.0))
    if not compare:
        return Measurement(seconds=seconds, source_kept=source_kept)
    return Measurement(
        seconds=seconds,
        source_kept=source_kept,
        repeatable=bool(np.array_equal(first, vary(1, 0.5))),
        seed_matters=not _same(first, vary(2, 0.5)),
        strength_matters=not _same(first, vary(1, 1.0)),
    )


def _same(one: Image, other: Image) -> bool:
    return bool(np.abs(one.astype(np.int16) - other).mean() < _LEVELS)
