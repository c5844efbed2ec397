"""Variations from Python, in one call: the friendly door in front of the service."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from diabelli import engines, pictures
from diabelli.engines import Engine
from diabelli.errors import InvalidParameter
from diabelli.service import Service
from diabelli.variation import (
    Fit,
    Image,
    ProgressCallback,
    Variation,
    VariationSpec,
    parse_strength,
    random_seed,
    unwatched,
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
    on_progress: ProgressCallback = unwatched,
) -> list[Variation]:
    """Make `n` variations of a picture.

    source: a path, encoded bytes, a Pillow image, or a uint8 array (row, column[, channel]).
    n: 1..10.
    size: 1024 for a square, or "1536x1024" (width x height); each side 1..4096 pixels.
    strength: 0..1, or "subtle", "medium", "strong"; 0 gives the source back.
    seed: 0..2^63-1; None draws one, and each variation tells its own.
    fit: "crop" or "pad", where the source has another aspect.
    threads: None means as many as the machine has cores.
    watch: called between steps, from any thread; may raise `diabelli.errors.Cancelled`.

    Raises `InvalidParameter`, `InvalidPicture`, `UnknownEngine`, `MissingExtra`, `EngineFailed`,
    all of them `DiabelliError`s, and OSError for a path that cannot be read.
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
        return service.vary(image, spec, engine=engine, watch=on_progress)
    finally:
        service.close()


def parse_size(value: int | str) -> tuple[int, int]:
    """The height and width that 1024, "1024" (square) or "1536x1024" (width x height) means.

    Raises `InvalidParameter` for anything else.
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
    """Engines are dear to load and hold no state of a request: one of each is enough."""
    return engines.load(name)
