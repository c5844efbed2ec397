"""Variations made directly by an engine, without a service."""

from __future__ import annotations

import hashlib

from diabelli.engines import Engine, ParallelMap, Piece, run_sequentially, wait_for_pieces
from diabelli.variation import Image, Progress, ProgressCallback, Variation, VariationSpec


def ignore_progress(progress: Progress) -> None:
    """Do nothing with progress."""


def made(
    engine: Engine,
    source: Image,
    spec: VariationSpec,
    on_progress: ProgressCallback = ignore_progress,
) -> list[Variation]:
    """Make the variations of one request in sequence."""
    return run_sequentially(pieces(engine, source, spec, on_progress))


def pieces(
    engine: Engine,
    source: Image,
    spec: VariationSpec,
    on_progress: ProgressCallback = ignore_progress,
    run_parallel: ParallelMap = run_sequentially,
) -> list[Piece]:
    """Return the pieces of one request."""
    return wait_for_pieces(engine.prepare(source, spec, on_progress, run_parallel))


def square(side: int = 256, *, n: int = 1, seed: int = 7, strength: float = 0.5) -> VariationSpec:
    """Return a spec for square variations."""
    return VariationSpec(n=n, height=side, width=side, seed=seed, strength=strength)


def digest(image: Image) -> str:
    """Return the SHA-256 of the pixels and the shape of an image."""
    return hashlib.sha256(f"{image.shape}".encode() + image.tobytes()).hexdigest()
