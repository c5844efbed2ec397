"""Selects the directory of compiled kernels if the package's own directory is read-only."""

from __future__ import annotations

import atexit
import math
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from diabelli.errors import StoreUnavailable
from diabelli.private_files import ensure_private_dir

USER_KERNELS = Path("~/.cache/diabelli/kernels")
_SYNTHESIS = Path(__file__).parent / "synthesis"
_VARIABLE = "NUMBA_CACHE_DIR"


def configure_kernel_cache(candidates: Iterable[Path] = (USER_KERNELS,)) -> None:
    """Cache kernels beside their source, or else in the first candidate that can be written to.

    Must be called before the kernels are imported. Each directory is private to this user, because
    its content is executed. If no candidate works, a temporary directory is used; if there is none
    either, every process compiles the kernels.
    """
    if _VARIABLE in os.environ or os.access(_SYNTHESIS, os.W_OK):
        return
    for candidate in candidates:
        try:
            _select(ensure_private_dir(candidate.expanduser()))
            return
        except (StoreUnavailable, RuntimeError):
            continue
    try:
        temporary = tempfile.mkdtemp(prefix="diabelli-kernels-")
    except OSError:
        return
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    _select(Path(temporary))


def kernels_are_compiled() -> bool:
    """Return whether each module's kernels have been compiled since its last change.

    A change of a module without kernels does not matter.
    `configure_kernel_cache` must have selected the directory.
    """
    cache = Path(os.environ[_VARIABLE]) if _VARIABLE in os.environ else _SYNTHESIS
    compiled: dict[str, float] = {}
    for index in cache.rglob("*.nbi"):
        module = index.name.partition(".")[0]
        compiled[module] = max(compiled.get(module, 0.0), _modified(index))
    sources = _SYNTHESIS.rglob("*.py")
    return bool(compiled) and all(
        compiled.get(file.stem, math.inf) > _modified(file) for file in sources
    )


def _modified(file: Path) -> float:
    """Return the time of a file's last change; 0 if it has just been deleted."""
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _select(directory: Path) -> None:
    os.environ[_VARIABLE] = str(directory)
    # Numba reads the variable only when it is imported, which the calling program may have done.
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = str(directory)
