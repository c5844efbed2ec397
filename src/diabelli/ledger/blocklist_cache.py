"""In-memory cache of the blocks, at most one second old."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select

from diabelli.errors import LedgerUnavailable, PictureBlocked, UserBlocked
from diabelli.ledger.blocks import Blocks
from diabelli.ledger.database import Database
from diabelli.ledger.tables import BLOCKED_PICTURES, BLOCKED_USERS
from diabelli.pictures import Image
from diabelli.pictures.blocklist_hashes import hashes_to_query
from diabelli.pictures.pdq import MAX_MATCH_DISTANCE, PackedHashes, hamming_distances, pack_hashes

CACHE_TTL_S = 1.0
"""Maximum age of the cache in seconds; the delay until another process's block takes effect."""

_FRESH_S = 0.9 * CACHE_TTL_S
"""Age up to which `is_fresh` holds; a check that follows within 0.1 s needs no refresh."""

_log = logging.getLogger("diabelli.ledger")


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """The blocks at one time.

    Attributes:
        version: Value that changes with each change of the blocks.
        users: Pairs of end-user and key id; an empty id stands for all keys.
        files: Hexadecimal SHA-256 of each picture.
        hashes: Perceptual hashes of all pictures.
    """

    version: tuple[object, ...]
    users: frozenset[tuple[str, str]]
    files: frozenset[str]
    hashes: PackedHashes


class Blocklist:
    """Checks requests against the blocks; thread-safe.

    The first use raises `LedgerUnavailable` if the ledger cannot be read. Later on, the cached
    blocks stay in force during an outage.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._blocks = Blocks(database)
        self._clock = clock
        self._lock = threading.Lock()
        self._snapshot: _Snapshot | None = None
        self._refreshed = 0.0

    @property
    def is_fresh(self) -> bool:
        """Whether a check now would not wait for the ledger."""
        return self._snapshot is not None and self._clock() - self._refreshed <= _FRESH_S

    def check_user(self, user: str | None, *, key: str | None) -> None:
        """Raise `UserBlocked` if the end-user is blocked under that API key.

        Args:
            user: Id of the end-user; None if the request names no end-user.
            key: Id of the API key; None for a request without a key.
        """
        if user is None:
            return
        users = self._current().users
        if (user, "") in users or (user, key or "") in users:
            raise UserBlocked(param="user")

    def check_picture(self, sha256: str | None, image: Image) -> None:
        """Raise `PictureBlocked` if the file or a similar picture is blocked.

        Args:
            sha256: Hexadecimal SHA-256 of the file; None if unknown.
            image: The decoded picture.
        """
        snapshot = self._current()
        if sha256 in snapshot.files:
            raise PictureBlocked
        if not snapshot.hashes.size:
            return
        distances = hamming_distances(pack_hashes(hashes_to_query(image)), snapshot.hashes)
        if (distances <= MAX_MATCH_DISTANCE).any():
            raise PictureBlocked

    def _current(self) -> _Snapshot:
        with self._lock:
            if self._snapshot is None or self._clock() - self._refreshed > CACHE_TTL_S:
                self._snapshot = self._refresh(self._snapshot)
                self._refreshed = self._clock()
            return self._snapshot

    def _refresh(self, snapshot: _Snapshot | None) -> _Snapshot:
        """Return the current blocks, or the known ones if the ledger is unavailable."""
        try:
            version = self._version()
            if snapshot is not None and snapshot.version == version:
                return snapshot
            return self._load(version)
        except LedgerUnavailable as error:
            if snapshot is None:
                raise
            _log.warning("blocks.stale", extra={"reason": error.message})
            return snapshot

    def _load(self, version: tuple[object, ...]) -> _Snapshot:
        pictures = self._blocks.pictures()
        return _Snapshot(
            version=version,
            users=frozenset((one.user, one.key or "") for one in self._blocks.users()),
            files=frozenset(one.sha256 for one in pictures),
            hashes=pack_hashes(digits for one in pictures for digits in one.hashes),
        )

    def _version(self) -> tuple[object, ...]:
        """Return the count and the sum of times of the blocks, which differ after each change."""
        columns = [
            select(measure).scalar_subquery()
            for table in (BLOCKED_USERS, BLOCKED_PICTURES)
            for measure in (func.count(table.c.time), func.sum(table.c.time))
        ]
        with self._database.read_transaction() as connection:
            return tuple(connection.execute(select(*columns)).one())
