"""The folder in which worker processes share their metrics."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from diabelli.errors import StoreUnavailable
from diabelli.private_files import ensure_private_dir

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
MEMORY = Path("/dev/shm")  # noqa: S108, the folder below it is private
"""In-memory file system. Metrics are mapped files: on a full disk, writing to one is a SIGBUS."""


def enable_shared_metrics(data_dir: Path) -> None:
    """Let processes that are started later share their metrics, which begin at zero.

    prometheus_client reads the folder from the environment when it is first imported. A folder that
    is set there already is left unchanged, with its files.

    Args:
        data_dir: data directory of the server; each has its own folder of metrics, in memory where
            possible, else below it.
    """
    if _VARIABLE in os.environ:
        return
    folder = _private_memory_dir(data_dir) or ensure_private_dir(data_dir / "metrics")
    for path in folder.glob("*.db"):
        path.unlink()
    os.environ[_VARIABLE] = str(folder.absolute())


def _private_memory_dir(data_dir: Path) -> Path | None:
    if not MEMORY.is_dir():
        return None
    digest = hashlib.sha256(os.fsencode(data_dir.absolute())).hexdigest()[:16]
    folder = MEMORY / f"diabelli-{os.geteuid()}-{digest}"
    try:
        ensure_private_dir(folder)
        status = folder.lstat()
    except (OSError, StoreUnavailable):
        return None
    # Another user may have made a folder, or a link, under this name.
    is_ours = status.st_uid == os.geteuid() and not folder.is_symlink()
    return folder if is_ours else None
