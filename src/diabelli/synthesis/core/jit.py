"""The Numba decorator of every kernel of the patch engine.

Kernels release the GIL, so the n variations of a request run on n cores. They are cached on disk,
so a second process compiles nothing. None uses `fastmath`: without it no compiler may reorder or
fuse floating-point operations, so a seed gives the same bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def kernel(kernel: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile `kernel` on its first call, once per combination of argument types."""
    try:
        compiled = numba.njit(nogil=True, cache=True, error_model="numpy")(kernel)
    # Numba raises this if it finds no writable directory for its cache.
    except RuntimeError:
        compiled = numba.njit(nogil=True, error_model="numpy")(kernel)
    return cast(Callable[Arguments, Result], compiled)
