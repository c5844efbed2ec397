"""The Python API: makes variations of a picture in one call."""

from __future__ import annotations

import os
import re
from functools import cache
from typing import BinaryIO, TypeAlias

import numpy as np

from diabelli import engines, pictures
from diabelli.credentials.signer import CredentialSigner
from diabelli.engines import Engine
from diabelli.errors import InvalidParameter, InvalidPicture, UnknownEngine
from diabelli.kernel_cache import configure_kernel_cache
from diabelli.observer import Observer
from diabelli.pictures import PillowImage
from diabelli.service import Service, useful_side
from diabelli.variation import (
    MAX_N,
    MAX_SEED,
    MAX_SIDE,
    Fit,
    Image,
    Progress,
    ProgressCallback,
    VariationList,
    VariationSpec,
    check_range,
    parse_strength,
    random_seed,
    shown,
)

Source: TypeAlias = (
    str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO | PillowImage | Image
)

MAX_THREADS = 1024
"""As many as the setting `threads` allows."""
_SIZE = re.compile(r"([0-9]{1,5})(?:x([0-9]{1,5}))?", re.ASCII)


def vary(
    source: Source,
    *,
    n: int = 1,
    size: int | str = 1024,
    strength: float | str = 0.5,
    seed: int | None = None,
    fit: Fit = "crop",
    engine: str | Engine = "patch",
    threads: int | None = None,
    on_progress: ProgressCallback | None = None,
    credentials: CredentialSigner | None = None,
) -> VariationList:
    """Make `n` variations of a picture.

    Args:
        source: a path, encoded bytes, a file opened for reading bytes, a Pillow image, or a uint8
            array (row, column[, channel]).
        n: number of variations, 1..10.
        size: 1024 for a square, or "1536x1024" (width x height); each side 1..4096 pixels.
        strength: 0..1, or "subtle", "medium", "strong"; 0 returns the source.
        seed: 0..2^63-1; None draws one. Each variation carries its own seed.
        fit: "crop" or "pad", for a source of another aspect ratio.
        engine: name of the engine, or an engine.
        threads: number of threads, 1..1024; None means one per core.
        on_progress: called between steps, from any thread. An exception that it raises, such as
            `diabelli.Cancelled`, stops the work and is raised here unchanged.
        credentials: signs each encoded variation; None adds no content credentials.

    Returns:
        The variations, in the order of their seeds.

    Raises:
        ClientError: `InvalidParameter`, `InvalidPicture` or `UnknownEngine`.
        OperatorError: `MemoryUnavailable`, `OutOfMemory`, or a trained engine that is not ready:
            `MissingExtra`, `WeightsMissing`, `InvalidWeights` or `LicenceNotAccepted`.
        EngineFailed: for an internal fault of the engine.
        OSError: if a path cannot be read.
    """
    height, width = parse_size(size)
    seed = random_seed() if seed is None else seed
    threads = os.cpu_count() or 1 if threads is None else threads
    check_range("n", n, 1, MAX_N)
    check_range("seed", seed, 0, MAX_SEED)
    check_range("threads", threads, 1, MAX_THREADS)
    spec = VariationSpec(
        n=int(n),
        height=height,
        width=width,
        strength=parse_strength(strength),
        seed=int(seed),
        fit=fit,
        previews=on_progress is not None,
    )
    if on_progress is not None and not callable(on_progress):
        raise InvalidParameter(
            f"on_progress {on_progress!r} is not accepted: a function of one argument, or None",
            param="on_progress",
        )
    used = find_engine(engine)
    # Scaled as by the server, so that a seed has the same picture in both.
    readable = _readable(source)
    image = pictures.to_image(readable, max_short_side=useful_side(spec))
    service = Service(engines={used.info.name: used}, storage=None, threads=int(threads))
    try:
        made = service.vary(image, spec, engine=used.info.name, observer=_observer(on_progress))
    finally:
        service.close()
    if credentials is None:
        return VariationList(made)
    file = readable if isinstance(readable, bytes) else None
    return VariationList(credentials.attach(each, file) for each in made)


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
    # A larger number may have more digits than Python writes out.
    is_written = not isinstance(value, int) or 0 <= value <= MAX_SIDE
    found = _SIZE.fullmatch(str(value)) if is_written else None
    width, height = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise InvalidParameter(
            f"size {shown(value)} is not accepted: a number of pixels such as 1024, or a width and "
            f"a height such as 1536x1024, each from 1 to {MAX_SIDE}",
            param="size",
        )
    return height, width


def _readable(source: Source) -> bytes | PillowImage | Image:
    """Return the source in a form that `pictures.to_image` accepts; a file as its content.

    Raises:
        InvalidPicture: for a source of another type.
        OSError: if a path cannot be read.
    """
    if isinstance(source, bytearray | memoryview):
        return bytes(source)
    if isinstance(source, str | os.PathLike) or hasattr(source, "read"):
        return pictures.read_source(source)
    if isinstance(source, bytes | np.ndarray) or hasattr(source, "getbands"):
        return source
    raise InvalidPicture(
        f"a source of type {type(source).__name__} is not accepted: a path, bytes, a file opened "
        "in mode 'rb', a Pillow image, or a uint8 array"
    )


def find_engine(engine: str | Engine) -> Engine:
    """Return the engine, or the cached engine of that name.

    Raises:
        UnknownEngine: for any other value.
    """
    if isinstance(engine, str):
        return _cached_engine(engine)
    if hasattr(engine, "prepare") and hasattr(engine, "info"):
        return engine
    raise UnknownEngine(
        f"no engine is called {engine!r}; there are: {', '.join(engines.available_engines())}"
    )


@cache
def _cached_engine(name: str) -> Engine:
    """Return the engine; engines are expensive to load and stateless, so they are cached."""
    configure_kernel_cache()
    return engines.load(name)
