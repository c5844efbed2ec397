"""The Python API: makes variations of a picture in one call."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from diabelli import engines, pictures
from diabelli.engines import Engine
from diabelli.errors import InvalidParameter
from diabelli.observer import Observer
from diabelli.service import Service
from diabelli.variation import (
    Fit,
    Image,
    Progress,
    ProgressCallback,
    Variation,
    VariationSpec,
    parse_strength,
    random_seed,
)

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

_SIZE = re.compile(r"([0-9]{1,5})(?:x([0-9]{1,5}))?", re.ASCII)


def vary(
    source: str | Path | bytes | PillowImage | Image,
    *,
    n: int = 1,
    size: int | str = 1024,
    strength: float | str = 0.5,
    seed: int | None = None,
    fit: Fit = "crop",
    engine: str = "patch",
    threads: int | None = None,
    on_progress: ProgressCallback | None = None,
) -> list[Variation]:
    """Make `n` variations of a picture.

    Args:
        source: a path, encoded bytes, a Pillow image, or a uint8 array (row, column[, channel]).
        n: number of variations, 1..10.
        size: 1024 for a square, or "1536x1024" (width x height); each side 1..4096 pixels.
        strength: 0..1, or "subtle", "medium", "strong"; 0 returns the source.
        seed: 0..2^63-1; None draws one. Each variation carries its own seed.
        fit: "crop" or "pad", for a source of another aspect ratio.
        engine: name of the engine.
        threads: number of threads; None means one per core.
        on_progress: called between steps, from any thread. An exception that it raises, such as
            `diabelli.errors.Cancelled`, stops the work and is raised here unchanged.

    Returns:
        The variations, in the order of their seeds.

    Raises:
        DiabelliError: `InvalidParameter`, `InvalidPicture`, `UnknownEngine`, `MissingExtra`,
            `EngineFailed` or `OutOfMemory`.
        OSError: if a path cannot be read.
    """
    height, width = parse_size(size)
    spec = VariationSpec(
        n=n,
        height=height,
        width=width,
        strength=parse_strength(strength),
        seed=random_seed() if seed is None else seed,
        fit=fit,
    )
    engines_by_name = {engine: _engine(engine)}
    image = pictures.to_image(source)
    service = Service(engines=engines_by_name, storage=None, threads=threads or os.cpu_count() or 1)
    try:
        return service.vary(image, spec, engine=engine, observer=_observer(on_progress))
    finally:
        service.close()


class _ProgressObserver(Observer):
    """Forwards the progress to a callback."""

    def __init__(self, on_progress: ProgressCallback) -> None:
        self._on_progress = on_progress

    def on_progress(self, progress: Progress) -> None:
        self._on_progress(progress)


def _observer(on_progress: ProgressCallback | None) -> Observer:
    return Observer() if on_progress is None else _ProgressObserver(on_progress)


def parse_size(value: int | str) -> tuple[int, int]:
    """Return the height and width of 1024, "1024" (square) or "1536x1024" (width x height).

    Raises:
        InvalidParameter: for any other value.
    """
    found = _SIZE.fullmatch(str(value))
    if found is None:
        raise InvalidParameter(
            f"size {value!r} is not accepted: a number of pixels such as 1024, or a width and a "
            "height such as 1536x1024",
            param="size",
        )
    width, height = found[1], found[2] or found[1]
    return int(height), int(width)


@cache
def _engine(name: str) -> Engine:
    """Return the engine; engines are expensive to load and stateless, so they are cached."""
    return engines.load(name)
