"""Selects the directory of compiled kernels, and records whether all of them are compiled."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from diabelli.errors import StoreUnavailable
from diabelli.private_files import ensure_private_dir

USER_KERNELS = Path("~/.cache/diabelli/kernels")
_SYNTHESIS = Path(__file__).parent / "synthesis"
_VARIABLE = "NUMBA_CACHE_DIR"
_TEMPORARY = "diabelli-kernels-"
_RECORD = "compiled-kernels"


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
        temporary = tempfile.mkdtemp(prefix=_TEMPORARY)
    except OSError:
        return
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    _select(Path(temporary))


def compilation_notice() -> str | None:
    """Return what to print before the kernels are compiled; None if all of them are.

    `configure_kernel_cache` must have selected the directory.
    """
    directory = _directory()
    if directory is None or _TEMPORARY in str(directory):
        return (
            "Compiling the engine, which takes about a minute at each start, because no directory "
            f"for compiled kernels is writable. Set {_VARIABLE} to a writable directory ..."
        )
    with suppress(OSError, UnicodeDecodeError):
        if (directory / _RECORD).read_text("utf-8") == _fingerprint():
            return None
    return "Compiling the engine. This is done once, and takes about a minute ..."


@contextmanager
def second_compiler(code: str) -> Iterator[None]:
    """Run Python code in a second process for the context; it compiles kernels on another core.

    Numba compiles on one core of a process. Nothing is run where all kernels are compiled, or where
    there is no cache through which this process gets them. Its failure only costs time.

    Args:
        code: compiles kernels that this process compiles last; it is stopped in the end.
    """
    process = None
    if sys.executable and _directory() is not None and compilation_notice() is not None:
        # Without -P, a module in the working directory might hide one of the package.
        command = [sys.executable, "-P", "-c", code]
        null = subprocess.DEVNULL
        with suppress(OSError):
            process = subprocess.Popen(  # noqa: S603 # the code is this package's own
                command, stdin=null, stdout=null, stderr=null
            )
    try:
        yield
    finally:
        if process is not None:
            process.kill()
            process.wait()


def record_compilation() -> None:
    """Record that all kernels of this version are compiled for this processor."""
    directory = _directory()
    if directory is not None:
        with suppress(OSError):
            (directory / _RECORD).write_text(_fingerprint(), "utf-8")


def _directory() -> Path | None:
    # Numba reads its variables when it is imported.
    from diabelli.synthesis.core.jit import cache_directory

    return cache_directory()


def _fingerprint() -> str:
    """Return a digest of all that the kernels are compiled from and for."""
    from diabelli.synthesis.core.jit import compilation_target

    digest = hashlib.sha256(compilation_target().encode())
    for file in sorted(_SYNTHESIS.rglob("*.py")):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _select(directory: Path) -> None:
    os.environ[_VARIABLE] = str(directory)
    # Numba reads the variable only when it is imported, which the calling program may have done.
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = str(directory)
