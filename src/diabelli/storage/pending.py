"""Pictures of a request that has not ended yet; they are deleted if it fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from diabelli.errors import StoreUnavailable
from diabelli.pictures import Format
from diabelli.storage.storage import Storage

_log = logging.getLogger("diabelli.storage")


class PendingPictures:
    """Stores the pictures of one request; thread-safe.

    Their links are not sent yet. Without the request they would take room until they expire.
    """

    def __init__(self, storage: Storage, run: Callable[[Callable[[], None]], object]) -> None:
        """Keep the arguments.

        Args:
            storage: of the pictures.
            run: runs a function in another thread.
        """
        self._storage = storage
        self._run = run
        self._lock = threading.Lock()
        self._has_failed = False
        self._stored: list[tuple[str, int]] = []

    def put(self, picture: bytes, output_format: Format) -> str:
        """Store a picture, as `Storage.put` does."""
        key = self._storage.put(picture, output_format)
        with self._lock:
            self._stored.append((key, len(picture)))
            is_late = self._has_failed
        if is_late:
            self._delete()
        return key

    def settle(self, request: Future[Any]) -> None:
        """Delete the pictures if the request failed; a callback of its future."""
        if request.exception() is None:
            return
        with self._lock:
            self._has_failed = True
            has_stored = bool(self._stored)
        if has_stored:
            # Its thread may be that of the event loop, and a bucket may be slow.
            self._run(self._delete)

    def _delete(self) -> None:
        with self._lock:
            stored, self._stored = self._stored, []
        for key, size in stored:
            try:
                self._storage.delete(key, size)
            except StoreUnavailable as failure:
                # It goes with the others when its link would have expired.
                _log.warning("picture.left", extra={"reason": str(failure)})
