"""Leases: one of several servers does a piece of work."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from sqlalchemy import delete, or_, update

from diabelli.ledger.database import Database, insert_if_absent
from diabelli.ledger.tables import LEASES


class Lease:
    """One holder's claim on a name; the lease of a dead holder ends by itself.

    Each method raises `LedgerUnavailable` if the ledger cannot be used.

    Args:
        database: Database with the ledger's tables.
        name: Name of the work.
        ttl_s: Seconds until an unrenewed lease ends; far above the skew of the servers' clocks.
        clock: Unix time in seconds.
    """

    def __init__(
        self,
        database: Database,
        name: str,
        ttl_s: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._name = name
        self._ttl_s = ttl_s
        self._clock = clock
        self._holder = secrets.token_hex(8)

    def acquire(self) -> bool:
        """Acquire or renew the lease; return False while another holder has it."""
        now = self._clock()
        row = {"name": self._name, "holder": self._holder, "ends": now + self._ttl_s}
        with self._database.write_transaction(durable=False) as connection:
            if insert_if_absent(connection, LEASES, row):
                return True
            is_free = or_(
                LEASES.c.holder == self._holder,
                LEASES.c.ends <= now,
                # The clock of its holder was set back since.
                LEASES.c.ends > now + 2 * self._ttl_s,
            )
            taken = update(LEASES).where(LEASES.c.name == self._name, is_free).values(row)
            return connection.execute(taken).rowcount == 1

    def release(self) -> None:
        """End the lease. No-op if another holder has it."""
        with self._database.write_transaction(durable=False) as connection:
            connection.execute(
                delete(LEASES).where(LEASES.c.name == self._name, LEASES.c.holder == self._holder)
            )
