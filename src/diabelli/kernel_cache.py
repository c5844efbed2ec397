"""Finds a place for compiled kernels where the package's own folder cannot be written to."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from diabelli.errors import StoreUnavailable
from diabelli.private_files import ensure_private_dir

USER_KERNELS = Path("~/.cache/diabelli/kernels")
_SYNTHESIS = Path(__file__).parent / "synthesis"
_VARIABLE = "NUMBA_CACHE_DIR"


def configure_kernel_cache(candidates: Iterable[Path]) -> None:
    """Let kernels be kept beside their source, or else in the first candidate that works.

    Numba reads the place from the environment when it is first imported. Each place belongs to
    this user alone, because what lies in it is run. Without any, kernels are compiled anew by each
    process.
    """
    if _VARIABLE in os.environ or os.access(_SYNTHESIS, os.W_OK):
        return
    for candidate in candidates:
        try:
            os.environ[_VARIABLE] = str(ensure_private_dir(candidate.expanduser()))
            return
        except (StoreUnavailable, RuntimeError):
            continue
    fleeting = tempfile.mkdtemp(prefix="diabelli-kernels-")
    atexit.register(shutil.rmtree, fleeting, ignore_errors=True)
    os.environ[_VARIABLE] = fleeting
