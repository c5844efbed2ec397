"""Example of another implementation: a prototype outside of this repository.

DIABELLI_PROTOTYPE is the path of its file, which defines a class `E5` or `Engine` of one source,
with a method `many` that makes n variations. Run it with an interpreter that has the prototype's
dependencies:

    DIABELLI_PROTOTYPE=prototype.py python benchmarks/quality.py \
        --against benchmarks/against_prototype.py --against-python /path/to/python
"""

from __future__ import annotations

import os
import sys
import tempfile
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray


def vary(
    source: NDArray[np.uint8], n: int, strength: float, seed: int, size: int
) -> list[NDArray[np.uint8]]:
    """Return n images (size, size, 3) uint8; see `against.py`."""
    prototype = _prototype()
    scaled = prototype.resize((source / 255).astype(np.float32), size, size)
    return [
        np.rint(np.clip(state[4].reshape(size, size, 3), 0, 1) * 255).astype(np.uint8)
        for state in _made(prototype, scaled, n, strength, seed, size)
    ]


def _made(
    prototype: ModuleType,
    source: NDArray[np.float32],
    n: int,
    strength: float,
    seed: int,
    size: int,
) -> list[Any]:
    """Return the final state of each variation; its fifth part is the canvas, in 0..1.

    The numbers are those of the prototype's own `main`.
    """
    if not hasattr(prototype, "E5"):
        engine = prototype.Engine(source, out=size, mu=1.0)
        states, _ = engine.many(n, seed=seed, strength=strength, noise=0.15, wob=0.04, k=4)
        return list(states)
    free = strength >= 0.8
    engine = prototype.E5(source, out=size, mu=2.0 if free else 3.0, start=36 if free else 40)
    noise, wobble = (0.15, 0.06) if free else (0.1, 0.03)
    states, _ = engine.many(n, seed=seed, strength=strength, noise=noise, wob=wobble, k=3)
    return list(states)


@cache
def _prototype() -> ModuleType:
    path = Path(os.environ["DIABELLI_PROTOTYPE"])
    # Nothing is written beside a file outside of the repository.
    sys.dont_write_bytecode = True
    kernels = Path(tempfile.gettempdir()) / "prototype-kernels"
    os.environ.setdefault("NUMBA_CACHE_DIR", str(kernels))
    sys.path.insert(0, str(path.parent))
    return import_module(path.stem)
