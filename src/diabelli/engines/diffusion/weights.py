"""Finds weights on this machine.

Serving downloads nothing: it finds the weights or says how to get them. The hub's own cache and
environment variables (`HF_HOME`, `HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_OFFLINE`) are used, so that
downloads are shared with other programs.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from diabelli.engines.diffusion.presets import Weights
from diabelli.errors import InvalidWeights, MissingExtra, WeightsMissing

EXTRA = "diffusion"
_PATHS = ("/", "./", "../", "~")
"""Prefixes of a source that is a path. Other sources with at most one slash are repositories: a
folder in the working directory must not replace one."""


def locate(name: str, weights: Weights) -> Path:
    """Return the folder of the weights of the engine `name`.

    Raises:
        WeightsMissing: They are not on this machine; the message names the command to get them.
    """
    if is_folder(weights):
        return folder_of(name, weights)
    hint = f"; for the folder, write ./{weights.source}" if Path(weights.source).is_dir() else ""
    missing = WeightsMissing(
        f"the weights of {name!r} ({weights.source}) are not on this machine: "
        f"run `diabelli pull {name}`{hint}"
    )
    try:
        found = Path(snapshot(weights, local_files_only=True))
    # Without an index of the repository the hub's client raises one of several exceptions.
    except (OSError, ValueError) as cause:
        raise missing from cause
    if not any(found.iterdir()):
        raise missing
    return found


def is_folder(weights: Weights) -> bool:
    """Return whether the source is written as a path and not as a repository (owner/name)."""
    source = weights.source
    return source.startswith(_PATHS) or source in (".", "..") or source.count("/") > 1


def size(folder: Path, weights: Weights) -> int:
    """Return the size of the weights in the folder in bytes; copies are counted once."""
    ending = f".{weights.variant}.safetensors" if weights.variant else ".safetensors"
    return sum(file.stat().st_size for file in folder.rglob(f"*{ending}"))


def folder_of(name: str, weights: Weights) -> Path:
    """Return the folder of a source that is a path; raises `WeightsMissing`."""
    folder = Path(weights.source).expanduser()
    if not folder.is_dir():
        raise WeightsMissing(
            f"the source of the engine {name!r}, {folder}, is not a folder: set the folder of a "
            "saved pipeline, or a repository as owner/name"
        )
    return folder


def snapshot(weights: Weights, **options: bool) -> Any:
    """Call the hub client's `snapshot_download` for the needed files."""
    return hub().snapshot_download(
        weights.source,
        revision=weights.revision,
        allow_patterns=list(weights.files),
        ignore_patterns=None if weights.variant else ["*.fp16.*", "*non_ema*", "*onnx*"],
        **options,
    )


def hub() -> Any:
    """Return the client of the hub; raises `MissingExtra`."""
    disable_telemetry()
    try:
        import huggingface_hub
    except ImportError as cause:
        raise MissingExtra(extra=EXTRA, purpose="a trained engine") from cause
    return huggingface_hub


def disable_telemetry() -> None:
    """Disable the telemetry of the libraries; must be called before they are imported."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("DISABLE_TELEMETRY", "YES")


def saved_pipeline_class(name: str, folder: Path) -> str:
    """Return the class name of the pipeline that was saved in the folder.

    Raises:
        InvalidWeights: The folder holds no saved pipeline.
    """
    index = folder / "model_index.json"
    try:
        return str(json.loads(index.read_text("utf-8"))["_class_name"])
    except (OSError, ValueError, KeyError) as cause:
        raise InvalidWeights(
            f"the engine {name!r}: {index} does not name the class of a saved pipeline"
        ) from cause
