"""Variations straight from an engine, without a service around it."""

from __future__ import annotations

import hashlib

from diabelli.engines import Engine, run_sequentially
from diabelli.variation import Image, ProgressCallback, Variation, VariationSpec, unwatched


def made(
    engine: Engine, source: Image, spec: VariationSpec, watch: ProgressCallback = unwatched
) -> list[Variation]:
    """The variations of one request, one after the other."""
    return run_sequentially(engine.prepare(source, spec, watch, run_sequentially))


def square(side: int = 256, *, n: int = 1, seed: int = 7, strength: float = 0.5) -> VariationSpec:
    """A spec for square variations."""
    return VariationSpec(n=n, height=side, width=side, seed=seed, strength=strength)


def digest(image: Image) -> str:
    """The SHA-256 of the pixels and the shape of an image."""
    return hashlib.sha256(f"{image.shape}".encode() + image.tobytes()).hexdigest()
