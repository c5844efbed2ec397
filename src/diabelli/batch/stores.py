"""Opens the source and the output of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diabelli.errors import InvalidParameter, StoreUnavailable
from diabelli.object_store import local_folder, open_object_store

if TYPE_CHECKING:
    from diabelli.object_store import ObjectStore

TIMEOUT_S = 120
"""Seconds for which a request is repeated: a job waits for a bucket longer than a server's user."""


def open_source(url: str) -> ObjectStore:
    """Return the store of a source.

    Raises:
        InvalidParameter: the folder does not exist.
        DiabelliError: the URL is invalid, or obstore is missing.
    """
    folder = local_folder(url)
    if folder is not None and not folder.is_dir():
        raise InvalidParameter(f"{folder} is no folder")
    return open_object_store(url, timeout_s=TIMEOUT_S)


def open_output(url: str) -> ObjectStore:
    """Return the store of an output; create a missing folder.

    Raises:
        StoreUnavailable: the folder cannot be created.
        DiabelliError: the URL is invalid, or obstore is missing.
    """
    folder = local_folder(url)
    if folder is not None:
        # As other commands create folders; the store alone would create a private one.
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as cause:
            raise StoreUnavailable(f"{folder} cannot be made: {cause.strerror}") from cause
    return open_object_store(url, timeout_s=TIMEOUT_S)
