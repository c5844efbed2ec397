"""Bootstrap: the services of the settings are built, and closed again."""

import threading
import time
from contextlib import closing

import pytest
from sqlalchemy import select

from diabelli import engines
from diabelli.bootstrap import (
    build_quota,
    build_service,
    build_storage,
    components,
    create_managers,
    open_ledger,
    requires_api_keys,
)
from diabelli.errors import InvalidSettings, UnknownEngine
from diabelli.ledger.entries import Entries, Entry, EntryVariation
from diabelli.ledger.keys import IssuedKeys, Limits
from diabelli.ledger.tables import ENTRIES, HOLDS, STORE_SIZES, VARIATIONS
from diabelli.pictures import DecoderProcesses
from diabelli.quota.quota import Bucket
from diabelli.settings import Settings
from diabelli.storage import LocalStorage


@pytest.fixture
def settings(monkeypatch, tmp_path):
    """Settings with the test engine."""
    monkeypatch.setitem(engines.ENGINES, "shift", "shift_engine:ShiftEngine")
    return Settings(engine="shift", data_dir=tmp_path / "data", threads=2)


def storage_of(settings):
    """Return the storage; a local one does not use the ledger."""
    with closing(open_ledger(settings)) as database:
        return build_storage(settings, database)


def test_a_service_is_assembled_and_closed(settings):
    """After the context no thread remains."""
    before = set(threading.enumerate())
    with components(settings) as parts:
        parts.service.warm_up()
        assert parts.storage.put(b"x", "png")
        assert set(threading.enumerate()) > before
    remaining = set(threading.enumerate()) - before
    for thread in remaining:
        # Timers that drop expired counts from memory end by themselves within moments.
        thread.join(1)
    assert not [thread for thread in remaining if thread.is_alive()]


def test_engines_are_loaded_once_each(settings, monkeypatch):
    """Two model names for one engine share it."""
    loaded: list[str] = []
    load = engines.load
    monkeypatch.setattr(engines, "load", lambda name: loaded.append(name) or load(name))
    shared = settings.model_copy(update={"models": {"dall-e-2": "shift", "mine": "shift"}})
    with closing(create_managers(shared)) as managers:
        build_service(shared, storage_of(shared), managers, DecoderProcesses()).close()
    assert loaded == ["shift"]


def test_an_unknown_engine_stops_the_start(settings):
    """The error comes before the first request."""
    mine = {"mine": {"pipeline": "/srv/mine", "recipe": "image"}}
    wrong = Settings(**settings.model_dump() | {"engine": "none", "engines": mine})
    with (
        closing(create_managers(wrong)) as managers,
        pytest.raises(UnknownEngine, match=r"'none'; there are: patch, .*, mine"),
    ):
        build_service(wrong, storage_of(wrong), managers, DecoderProcesses())


def test_links_work_after_a_restart(settings):
    """The secret is stored beside the pictures."""
    key = storage_of(settings).put(b"x", "png")
    from urllib.parse import parse_qsl

    query = dict(parse_qsl(storage_of(settings).signed_query(key)))
    assert storage_of(settings).get(key, query) == b"x"


def test_old_entries_are_deleted(settings):
    """A server deletes entries beyond the retention of the settings."""
    short = settings.model_copy(update={"retention_days": 7})
    with closing(open_ledger(short)) as database:
        for age in (6.9, 7.1):
            entry = Entry(
                request_id=f"{age} days",
                time=time.time() - age * 86400,
                status=200,
                total_ms=1.0,
                variations=(EntryVariation(seed=1),),
            )
            Entries(database).record(entry)
    with components(short) as parts:
        deadline = time.monotonic() + 5
        while remaining(parts.database, ENTRIES) != ["6.9 days"] and time.monotonic() < deadline:
            time.sleep(0.01)
        assert (
            remaining(parts.database, ENTRIES)
            == remaining(parts.database, VARIATIONS)
            == ["6.9 days"]
        )


def test_the_size_of_the_store_is_recorded(settings):
    """The measurement follows the cleanup."""
    storage_of(settings).put(b"x" * 10, "png")
    long_ago = LocalStorage(settings.data_dir / "pictures", b"s" * 32, clock=lambda: 1e9)
    long_ago.put(b"x" * 1000, "png")
    with components(settings) as parts:
        deadline = time.monotonic() + 5
        while not (found := sizes(parts.database)) and time.monotonic() < deadline:
            time.sleep(0.01)
    assert set(found) == {10}


def sizes(database):
    """Return the recorded sizes of the storage."""
    with database.read_transaction() as connection:
        return list(connection.execute(select(STORE_SIZES.c.bytes)).scalars())


def remaining(database, table):
    """Return the requests in the ledger."""
    with database.read_transaction() as connection:
        return list(connection.execute(select(table.c.request_id)).scalars())


@pytest.mark.parametrize(
    ("host", "auth", "given", "kept", "asks"),
    [
        ("127.0.0.1", "keys", (), "none", False),
        ("127.0.0.1", "keys", (), "good", True),
        ("127.0.0.1", "keys", (), "revoked", True),
        ("127.0.0.1", "keys", ("sk-one",), "none", True),
        ("0.0.0.0", "keys", ("sk-one",), "none", True),
        ("0.0.0.0", "keys", (), "good", True),
        ("0.0.0.0", "no-auth", (), "none", False),
        ("0.0.0.0", "no-auth", (), "revoked", False),
        ("0.0.0.0", "keys", (), "none", "0.0.0.0 is not a loopback address"),
        ("0.0.0.0", "keys", (), "revoked", "0.0.0.0 is not a loopback address"),
        ("0.0.0.0", "no-auth", (), "good", "yet there are keys"),
    ],
)
def test_no_server_is_open_by_accident(tmp_path, host, auth, given, kept, asks):
    """Keys of the settings and of the ledger count; a revoked one keeps the server closed."""
    settings = Settings(data_dir=tmp_path, host=host, auth=auth, api_keys=given)
    with closing(open_ledger(settings)) as database:
        if kept != "none":
            IssuedKeys(database).create("web", Limits())
        if kept == "revoked":
            IssuedKeys(database).revoke("web")
    if isinstance(asks, bool):
        assert requires_api_keys(settings) is asks
    else:
        with pytest.raises(InvalidSettings, match=asks):
            requires_api_keys(settings)


@pytest.mark.parametrize(
    ("public_url", "starts"),
    [
        ("http://localhost:9000", True),
        ("https://[::1]/x", True),
        ("https://pictures.example", False),
    ],
)
def test_a_public_url_counts_as_a_public_address(tmp_path, public_url, starts):
    """Behind a proxy, a loopback address is reached by other machines."""
    settings = Settings(data_dir=tmp_path, public_url=public_url)
    if starts:
        assert requires_api_keys(settings) is False
    else:
        with pytest.raises(InvalidSettings, match=r"https://pictures\.example is not a loopback"):
            requires_api_keys(settings)


@pytest.mark.parametrize(
    ("given", "workers", "shared"),
    [(None, 1, False), (None, 2, True), ("ledger", 1, True), ("memory", 2, False)],
)
def test_limits_are_shared_by_several_processes(tmp_path, given, workers, shared):
    """They are then counted in the ledger, unless the settings name another store."""
    settings = Settings(data_dir=tmp_path, limits_url=given, workers=workers)
    bucket = Bucket(name="a", subject="key", limits=Limits(concurrent_images=1))
    with closing(open_ledger(settings)) as database:
        build_quota(settings, database).reserve([bucket], 1)
        with database.read_transaction() as connection:
            assert bool(connection.execute(select(HOLDS)).all()) is shared
