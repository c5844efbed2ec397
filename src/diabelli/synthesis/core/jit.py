"""The Numba decorator of every kernel of the patch engine.

Kernels release the GIL, so the n variations of a request run on n cores. They are cached on disk,
so a second process compiles nothing. None uses `fastmath`: without it no compiler may reorder or
fuse floating-point operations, so a seed gives the same bytes on every machine.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba
from numba.core.caching import FunctionCache
from numba.core.registry import cpu_target

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class _LockedCache(FunctionCache):
    """Numba's cache of one kernel, whose files one process changes at a time.

    Two processes that save different types would give one file name to both. Later processes would
    then run the code of the wrong types, with wrong results.
    """

    def cached_signatures(self) -> list[Any]:
        """Return the signatures for which there is code of this source and this processor."""
        with suppress(OSError):
            # Numba has no types for it.
            cache: Any = self
            codegen = cpu_target.target_context.codegen()
            index = cache._cache_file._load_index()
            return [key[0] for key in index if key == cache._index_key(key[0], codegen)]
        return []

    def save_overload(self, sig: Any, data: Any) -> None:
        """Save compiled code; a kernel that cannot be saved runs all the same."""
        # RuntimeError: Numba has the code, but not in a form that can be saved.
        with suppress(OSError, RuntimeError):
            lock = os.open(Path(self.cache_path) / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                super().save_overload(sig, data)  # type: ignore[no-untyped-call] # Numba has no types
            finally:
                os.close(lock)


_cached_kernels: list[Any] = []
"""The kernels of all imported modules that have a cache."""
# Numba has no types for it.
_Cache: Callable[[Callable[..., Any]], Any] = _LockedCache


def kernel(kernel: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile `kernel` on its first call, once per combination of argument types."""
    compiled: Any = numba.njit(nogil=True, error_model="numpy")(kernel)
    # Numba raises this if it finds no writable directory for its cache.
    with suppress(RuntimeError):
        compiled._cache = _Cache(kernel)
        if not numba.config.DISABLE_JIT:  # type: ignore[attr-defined] # set when it is imported
            _cached_kernels.append(compiled)
    return cast(Callable[Arguments, Result], compiled)


def load_kernels() -> None:
    """Load the code of all kernels of imported modules from the cache, which runs none of them."""
    for compiled in _cached_kernels:
        for signature in compiled._cache.cached_signatures():
            compiled.compile(signature)


def cache_directory() -> Path | None:
    """Return where Numba caches the kernels of this module's package.

    None if no directory can be written to: then each process compiles the kernels.
    """
    try:
        return Path(_LockedCache(kernel).cache_path)  # type: ignore[no-untyped-call]
    except RuntimeError:
        return None


def compilation_target() -> str:
    """Return the versions and the processor that compiled kernels belong to."""
    target: Any = cpu_target.target_context
    disabled = numba.config.DISABLE_JIT  # type: ignore[attr-defined] # set when it is imported
    return repr((sys.version, numba.__version__, disabled, target.codegen().magic_tuple()))
