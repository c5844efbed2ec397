"""Downloads the weights of presets from the hub, and verifies their hashes.

The hub's client resumes a file when the connection breaks, but deletes its beginning when it gives
up or is interrupted. So the beginnings of large files are kept here, and the next command goes on
after them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from diabelli.engines.diffusion.device import GB
from diabelli.engines.diffusion.presets import Preset, Weights
from diabelli.engines.diffusion.weights import folder_of, hub, is_folder, size, snapshot
from diabelli.errors import HubUnavailable, InvalidWeights

_LARGE = 50_000_000
"""Minimum size in bytes of a file whose beginning is kept: others take seconds."""


def missing_bytes(preset: Preset) -> int:
    """Return the size of the weights to download in bytes; downloads nothing.

    Raises:
        HubUnavailable: The hub cannot be asked; the message says what to do.
    """
    total = 0
    for weights in preset.weights:
        if not is_folder(weights):
            with _translated(preset, weights), _without_progress_bars():
                files = snapshot(weights, dry_run=True)
            total += sum(_missing_bytes(file) for file in files if file.will_download)
    return total


def _missing_bytes(file: Any) -> int:
    """Return the size of a file without the beginning that an earlier command left."""
    beginning = _beginning(file)
    kept = beginning.stat().st_size if beginning.exists() else 0
    return max(0, (file.file_size or 0) - kept)


def _beginning(file: Any) -> Path:
    """Return the path of the beginning of a file that was not fetched whole."""
    name = hashlib.sha256(f"{file.commit_hash}/{file.filename}".encode()).hexdigest()
    # Above the file's own folders are those of its commit, and of all snapshots.
    repository = Path(file.local_path).parents[len(Path(file.filename).parts) + 1]
    return repository / "blobs" / f"{name}.part"


def check_disk(missing: int) -> None:
    """Raise `HubUnavailable` unless the cache's disk has room for `missing` bytes."""
    hub()
    from huggingface_hub import constants

    cache = Path(constants.HF_HUB_CACHE).expanduser()
    existing = next(folder for folder in (cache, *cache.parents) if folder.is_dir())
    free = shutil.disk_usage(existing).free
    if missing > free:
        raise HubUnavailable(
            f"the download needs {missing / GB:.1f} GB, and {existing} has {free / GB:.1f} GB: "
            "make room, or set HF_HOME to a folder on another disk"
        )


def pull(preset: Preset) -> list[Path]:
    """Download the weights of the preset that are missing, with a progress bar on stderr.

    Returns:
        The folder of each.

    Raises:
        HubUnavailable: The download failed; the message says what to do.
        InvalidWeights: The repository has no weights in a format that is loaded, or a file is
            damaged, and was deleted.
        WeightsMissing: The source is a path without a folder.
    """
    return [
        folder_of(preset.name, weights) if is_folder(weights) else _fetched(preset, weights)
        for weights in preset.weights
    ]


def _fetched(preset: Preset, weights: Weights) -> Path:
    with _translated(preset, weights):
        _fetch_large_files(weights)
        folder = Path(snapshot(weights))
        damaged = _damaged(weights, folder)
    for file in damaged:
        # The blob that the link in the snapshot refers to; a new pull fetches it again.
        file.resolve().unlink()
        file.unlink(missing_ok=True)
    if damaged:
        raise InvalidWeights(
            f"{len(damaged)} of the files of {weights.source} did not have the hub's hash and were "
            f"deleted: run `diabelli pull {preset.name}` again"
        )
    if preset.safetensors and not size(folder, weights):
        raise InvalidWeights(
            f"{weights.source} at {weights.revision!r} has no weights in the safetensors format: "
            f"set another revision under [engines.{preset.name!r}] in the settings, or "
            "`safetensors = false` if you trust it with running code on this machine"
        )
    return folder


def _fetch_large_files(weights: Weights) -> None:
    """Fetch the large files that are missing into the hub's cache, each after its beginning."""
    with _without_progress_bars():
        files = snapshot(weights, dry_run=True)
    for file in files:
        if file.will_download and (file.file_size or 0) >= _LARGE:
            _fetch_rest(weights, file)


def _fetch_rest(weights: Weights, file: Any) -> None:
    """Fetch a file after its beginning; store it where the hub's client finds it by its hash."""
    from huggingface_hub.file_download import http_get

    client = hub()
    url = client.hf_hub_url(weights.source, file.filename, revision=file.commit_hash)
    found = client.get_hf_file_metadata(url)
    # Another host has a signed address, and must not get the token.
    own = urlsplit(found.location).netloc == urlsplit(url).netloc
    beginning = _beginning(file)
    blobs = beginning.parent
    # The lock of the hub's client for this file, so that no two programs fetch it at once.
    locks = blobs.parents[1] / ".locks" / blobs.parent.name
    for folder in (blobs, locks):
        folder.mkdir(parents=True, exist_ok=True)
    with client.utils.WeakFileLock(locks / f"{found.etag}.lock"):
        if (blobs / found.etag).exists():
            return
        with beginning.open("ab") as opened:
            http_get(
                found.location,
                opened,
                resume_size=opened.tell(),
                headers=client.utils.build_hf_headers() if own else None,
                expected_size=found.size,
                displayed_filename=file.filename,
            )
        beginning.replace(blobs / found.etag)


def _damaged(weights: Weights, folder: Path) -> list[Path]:
    """Return the files in the snapshot whose hash is not the one on the hub; none if offline."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return []
    found = hub().HfApi().verify_repo_checksums(weights.source, revision=weights.revision)
    return [folder / mismatch["path"] for mismatch in found.mismatches]


@contextmanager
def _without_progress_bars() -> Iterator[None]:
    """Hide the bars of the hub's client, which shows some for requests without a download too."""
    from huggingface_hub.utils.tqdm import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    # With HF_HUB_DISABLE_PROGRESS_BARS the client would warn that it cannot enable them.
    if are_progress_bars_disabled():
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()


@contextmanager
def _translated(preset: Preset, weights: Weights) -> Iterator[None]:
    """Raise `HubUnavailable` for any exception of the hub's client."""
    hub()
    from huggingface_hub.errors import GatedRepoError, RevisionNotFoundError

    try:
        yield
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
            f"Run `diabelli pull {preset.name}` again to go on, or fetch it on a machine that "
            "reaches the hub, and copy the cache (HF_HOME) to this one"
        ) from cause


def _reason(cause: BaseException) -> str:
    """Return the first line of the root cause's message."""
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return str(cause).strip().partition("\n")[0].rstrip(".") or type(cause).__name__
