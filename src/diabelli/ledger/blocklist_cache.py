"""The blocks as a server asks for them: in memory, and never much older than a second."""

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
"""How old the copy of the blocks may be; a block of another process is seen by then."""
_REFRESH_AFTER_S = 0.9 * CACHE_TTL_S
"""Up to this age the copy is used by those who must not wait: it is not too old in a moment."""

_log = logging.getLogger("diabelli.ledger")


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """The blocks at one moment.

    Attributes:
        state: changes whenever a block comes or goes.
        users: pairs of an end-user and the key they are refused under, "" for every one.
        files: the SHA-256 of each picture.
        likenesses: the perceptual hashes of all of them.
    """

    state: tuple[object, ...]
    users: frozenset[tuple[str, str]]
    files: frozenset[str]
    likenesses: PackedHashes


class Blocklist:
    """Refuses what is blocked. Give it to any number of threads.

    Every method raises `LedgerUnavailable` where the ledger cannot be used and never could; later
    on, the blocks that are known stay in force.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._blocks = Blocks(database)
        self._clock = clock
        self._lock = threading.Lock()
        self._copy: _Snapshot | None = None
        self._looked = 0.0

    @property
    def is_fresh(self) -> bool:
        """Whether the blocks are known for now, so that a check will not wait for the ledger."""
        return self._copy is not None and self._clock() - self._looked <= _REFRESH_AFTER_S

    def check_user(self, user: str | None, *, key: str | None) -> None:
        """Raise `UserBlocked` where that end-user is refused under that API key."""
        if user is None:
            return
        users = self._current().users
        if (user, "") in users or (user, key or "") in users:
            raise UserBlocked(param="user")

    def check_picture(self, sha256: str | None, image: Image) -> None:
        """Raise `PictureBlocked` where the file is refused, or a picture that looks like `image`.

        sha256: of the file, in hexadecimal; None where it is not known.
        """
        copy = self._current()
        if sha256 in copy.files:
            raise PictureBlocked
        if copy.likenesses.size and self._is_near(
            pack_hashes(hashes_to_query(image)), copy.likenesses
        ):
            raise PictureBlocked

    def _is_near(self, ones: PackedHashes, others: PackedHashes) -> bool:
        return bool((hamming_distances(ones, others) <= MAX_MATCH_DISTANCE).any())

    def _current(self) -> _Snapshot:
        with self._lock:
            if self._copy is None or self._clock() - self._looked > CACHE_TTL_S:
                self._copy = self._looked_up(self._copy)
                self._looked = self._clock()
            return self._copy

    def _looked_up(self, copy: _Snapshot | None) -> _Snapshot:
        """The blocks of now; where the ledger does not answer, those that were known stay."""
        try:
            return self._renewed(copy)
        except LedgerUnavailable as fault:
            if copy is None:
                raise
            _log.warning("blocks.stale", extra={"reason": fault.message})
            return copy

    def _renewed(self, copy: _Snapshot | None) -> _Snapshot:
        """The copy as it stands where nothing changed, else a new one."""
        state = self._state()
        if copy is not None and copy.state == state:
            return copy
        pictures = self._blocks.pictures()
        return _Snapshot(
            state=state,
            users=frozenset((one.user, one.key or "") for one in self._blocks.users()),
            files=frozenset(one.sha256 for one in pictures),
            likenesses=pack_hashes(digits for one in pictures for digits in one.hashes),
        )

    def _state(self) -> tuple[object, ...]:
        """What differs after every change: how many blocks there are and when, summed up."""
        columns = [
            select(measure).scalar_subquery()
            for table in (BLOCKED_USERS, BLOCKED_PICTURES)
            for measure in (func.count(table.c.time), func.sum(table.c.time))
        ]
        with self._database.read_transaction() as connection:
            return tuple(connection.execute(select(*columns)).one())
