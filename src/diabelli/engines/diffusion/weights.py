"""Where weights lie on this machine, and how they come here.

Serving never fetches anything: it finds the weights here or says how to get them. The hub's own
cache is used, so that what other programs fetched is found, and its variables (`HF_HOME`,
`HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_OFFLINE`) mean what they always do.
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


def locate(name: str, weights: Weights) -> Path:
    """The folder of the weights of the engine `name`.

    Raises `WeightsMissing`, which names the command that brings them.
    """
    if is_folder(weights):
        return _folder(name, weights)
    missing = WeightsMissing(
        f"the weights of {name!r} ({weights.source}) are not on this machine: "
        f"run `diabelli pull {name}`"
    )
    try:
        found = Path(_snapshot(weights, local=True))
    # Without an index of the repository the hub's client cannot tell, and raises one of several.
    except (OSError, ValueError) as cause:
        raise missing from cause
    if not any(found.iterdir()):
        raise missing
    return found


def is_folder(weights: Weights) -> bool:
    """Whether the weights are a folder, rather than a repository on the hub."""
    return weights.source.startswith(_PATHS) or Path(weights.source).is_dir()


def size(folder: Path, weights: Weights) -> int:
    """The bytes of the weights in the folder, each copy of them counted once."""
    ending = f".{weights.variant}.safetensors" if weights.variant else ".safetensors"
    return sum(file.stat().st_size for file in folder.rglob(f"*{ending}"))


def pull(preset: Preset) -> list[Path]:
    """Fetch whatever of the preset's weights is not here yet, with a progress bar on stderr.

    Raises `HubUnavailable` with what can be done about it, and `WeightsUnusable` where there are
    none in a format that is loaded.
    """
    return [
        _folder(preset.name, weights) if is_folder(weights) else _fetched(preset, weights)
        for weights in preset.weights
    ]


def _folder(name: str, weights: Weights) -> Path:
    folder = Path(weights.source).expanduser()
    if not folder.is_dir():
        raise WeightsMissing(
            f"the engine {name!r} is to be loaded from {folder}, which is no folder: give one that "
            "a pipeline was saved in, or a repository as owner/name"
        )
    return folder


def _fetched(preset: Preset, weights: Weights) -> Path:
    _hub()
    from huggingface_hub.errors import GatedRepoError, RevisionNotFoundError

    try:
        folder = Path(_snapshot(weights, local=False))
    except GatedRepoError as cause:
        raise HubUnavailable(
            f"{weights.source} is given only to those who accepted its licence ({preset.licence}) "
            "on its page on the hub: accept it there, then set HF_TOKEN to a token of that account"
        ) from cause
    except RevisionNotFoundError as cause:
        raise HubUnavailable(
            f"{weights.source} has no revision {weights.revision!r}: set another in the settings"
        ) from cause
    # The client lets through what its transport raises; whatever it is, nothing was fetched.
    except Exception as cause:
        where = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
        raise HubUnavailable(
            f"{weights.source} cannot be fetched from {where}: {_reason(cause)}. "
            "Fetch it where the hub can be reached, then copy the cache (HF_HOME) to this machine"
        ) from cause
    if preset.safetensors and not size(folder, weights):
        raise InvalidWeights(
            f"{weights.source} at {weights.revision!r} has no weights in the safetensors format: "
            f"set another revision under [engines.{preset.name!r}] in the settings, or "
            "`safetensors = false` if you trust it with running code on this machine"
        )
    return folder


def _reason(cause: BaseException) -> str:
    """The first line of what was said at the root of it."""
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
    """Keep the libraries from telling anybody that they are used; before they are imported."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("DISABLE_TELEMETRY", "YES")


def saved_pipeline_class(name: str, folder: Path) -> str:
    """The class of the pipeline that was saved in the folder.

    Raises `WeightsUnusable` where none was.
    """
    index = folder / "model_index.json"
    try:
        return str(json.loads(index.read_text("utf-8"))["_class_name"])
    except (OSError, ValueError, KeyError) as cause:
        raise InvalidWeights(
            f"the engine {name!r}: {index} does not tell which pipeline was saved there"
        ) from cause
