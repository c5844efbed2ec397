"""Finds weights on this machine, and downloads them.

Serving downloads nothing: it finds the weights or says how to get them. The hub's own cache and
environment variables (`HF_HOME`, `HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_OFFLINE`) are used, so that
downloads are shared with other programs.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from diabelli.engines.diffusion.presets import Preset, Weights
from diabelli.errors import HubUnavailable, InvalidWeights, MissingExtra, WeightsMissing

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
        return _folder(name, weights)
    hint = f"; for the folder, write ./{weights.source}" if Path(weights.source).is_dir() else ""
    missing = WeightsMissing(
        f"the weights of {name!r} ({weights.source}) are not on this machine: "
        f"run `diabelli pull {name}`{hint}"
    )
    try:
        found = Path(_snapshot(weights, local=True))
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


def pull(preset: Preset) -> list[Path]:
    """Download the weights of the preset that are missing, with a progress bar on stderr.

    Returns:
        The folder of each.

    Raises:
        HubUnavailable: The download failed; the message says what to do.
        InvalidWeights: The repository has no weights in a format that is loaded.
        WeightsMissing: The source is a path without a folder.
    """
    return [
        _folder(preset.name, weights) if is_folder(weights) else _fetched(preset, weights)
        for weights in preset.weights
    ]


def _folder(name: str, weights: Weights) -> Path:
    folder = Path(weights.source).expanduser()
    if not folder.is_dir():
        raise WeightsMissing(
            f"the source of the engine {name!r}, {folder}, is not a folder: set the folder of a "
            "saved pipeline, or a repository as owner/name"
        )
    return folder


def _fetched(preset: Preset, weights: Weights) -> Path:
    _hub()
    from huggingface_hub.errors import GatedRepoError, RevisionNotFoundError

    try:
        folder = Path(_snapshot(weights, local=False))
    except GatedRepoError as cause:
        raise HubUnavailable(
            f"{weights.source} requires that you accept its licence ({preset.licence}) on its page "
            "on the hub: accept it there, then set HF_TOKEN to a token of that account"
        ) from cause
    except RevisionNotFoundError as cause:
        raise HubUnavailable(
            f"{weights.source} has no revision {weights.revision!r}: set another in the settings"
        ) from cause
    # The client passes on exceptions of its transport, of any class.
    except Exception as cause:
        where = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
        raise HubUnavailable(
            f"{weights.source} cannot be fetched from {where}: {_reason(cause)}. "
            "Fetch it on a machine that reaches the hub, then copy the cache (HF_HOME) to this one"
        ) from cause
    if preset.safetensors and not size(folder, weights):
        raise InvalidWeights(
            f"{weights.source} at {weights.revision!r} has no weights in the safetensors format: "
            f"set another revision under [engines.{preset.name!r}] in the settings, or "
            "`safetensors = false` if you trust it with running code on this machine"
        )
    return folder


def _reason(cause: BaseException) -> str:
    """Return the first line of the root cause's message."""
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return str(cause).strip().partition("\n")[0].rstrip(".") or type(cause).__name__


def _snapshot(weights: Weights, *, local: bool) -> str:
    snapshot_download: Any = _hub().snapshot_download
    return str(
        snapshot_download(
            weights.source,
            revision=weights.revision,
            allow_patterns=list(weights.files),
            ignore_patterns=None if weights.variant else ["*.fp16.*", "*non_ema*", "*onnx*"],
            local_files_only=local,
        )
    )


def _hub() -> Any:
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
