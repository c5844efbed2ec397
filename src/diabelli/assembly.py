"""Picks the concrete classes that settings ask for, and closes what it opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

from diabelli import engines
from diabelli.ledger.database import Database, file_at
from diabelli.ledger.migrations import migrate
from diabelli.service import Service
from diabelli.settings import Settings
from diabelli.storage import LocalStorage, private_folder, secret_in
from diabelli.sweeper import Sweeper


def build_storage(settings: Settings) -> LocalStorage:
    """The storage in the data directory; makes the directory and its secret on first use."""
    data = private_folder(settings.data_dir)
    return LocalStorage(data / "pictures", secret_in(data), settings.lifetime_s)


def open_ledger(settings: Settings) -> Database:
    """The ledger's database with the tables of today; its caller closes it.

    Raises `LedgerUnavailable`, `InvalidSettings` for its URL, and `MissingExtra` for its driver.
    """
    data = private_folder(settings.data_dir)
    given = settings.ledger
    database = Database(given.get_secret_value() if given else file_at(data / "ledger.sqlite3"))
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return database


def build_service(settings: Settings, storage: LocalStorage) -> Service:
    """The service with every engine that the settings name.

    Raises `UnknownEngine`, or `MissingExtra` where an engine's dependencies are not installed.
    """
    names = dict.fromkeys([settings.engine, *settings.models.values()])
    return Service(
        engines={name: engines.load(name) for name in names},
        storage=storage,
        threads=settings.threads,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a server is made of."""

    service: Service
    storage: LocalStorage
    database: Database


@contextmanager
def assembled(settings: Settings) -> Iterator[Parts]:
    """The parts, with the storage swept, for as long as the context lasts."""
    with ExitStack() as stack:
        storage = build_storage(settings)
        database = stack.enter_context(closing(open_ledger(settings)))
        service = stack.enter_context(closing(build_service(settings, storage)))
        stack.enter_context(closing(Sweeper(storage)))
        yield Parts(service=service, storage=storage, database=database)
