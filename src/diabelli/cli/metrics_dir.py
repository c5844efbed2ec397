"""Lets several processes count together, so that any of them can tell the metrics of all."""

from __future__ import annotations

import os
from pathlib import Path

from diabelli.private_files import ensure_private_dir

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def enable_shared_metrics(folder: Path) -> None:
    """Let processes that are started from now on keep their metrics in `folder`, from zero.

    prometheus_client reads the place from the environment when it is first imported. A place that
    is set there already is left alone, as is what lies in it.
    """
    if _VARIABLE in os.environ:
        return
    for path in ensure_private_dir(folder).glob("*.db"):
        path.unlink()
    os.environ[_VARIABLE] = str(folder.absolute())
