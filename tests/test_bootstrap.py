"""Assembly: what settings ask for is built, and closed again."""

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
    open_ledger,
    requires_api_keys,
)
from diabelli.engines.diffusion.engine_manager import EngineManager
from diabelli.errors import InvalidSettings, UnknownEngine
from diabelli.ledger.entries import Entries, Entry, EntryVariation
from diabelli.ledger.keys import IssuedKeys, Limits
from diabelli.ledger.tables import ENTRIES, HOLDS, STORE_SIZES, VARIATIONS
from diabelli.quota.quota import Bucket
from diabelli.settings import Settings
from diabelli.storage import LocalStorage


@pytest.fixture
def settings(monkeypatch, tmp_path):
    """Settings that name the tests' own engine."""
    monkeypatch.setitem(engines.ENGINES, "shift", "shift_engine:ShiftEngine")
    return Settings(engine="shift", data_dir=tmp_path / "data", threads=2)


def test_a_service_is_assembled_and_closed(settings):
    """After the context no thread of ours is left."""
    before = set(threading.enumerate())
    with components(settings) as parts:
        parts.service.warm_up()
        assert parts.storage.put(b"x", "png")
        assert set(threading.enumerate()) > before
    left = set(threading.enumerate()) - before
    for thread in left:
        # What is counted in memory is forgotten by timers, which end by themselves within moments.
        thread.join(1)
    assert not [thread for thread in left if thread.is_alive()]


def test_engines_are_loaded_once_each(settings, monkeypatch):
    """Two model names for one engine share it."""
    loaded: list[str] = []
    load = engines.load
    monkeypatch.setattr(engines, "load", lambda name: loaded.append(name) or load(name))
    shared = settings.model_copy(update={"models": {"dall-e-2": "shift", "mine": "shift"}})
    build_service(shared, build_storage(shared), EngineManager()).close()
    assert loaded == ["shift"]


def test_an_unknown_engine_stops_the_start(settings):
    """The operator learns of the slip before the first request does."""
    mine = {"mine": {"pipeline": "/srv/mine", "recipe": "image"}}
    wrong = Settings(**settings.model_dump() | {"engine": "none", "engines": mine})
    with pytest.raises(UnknownEngine, match=r"'none'; there are: patch, .*, mine"):
        build_service(wrong, build_storage(wrong), EngineManager())


def test_links_survive_a_restart(settings):
    """The secret is kept beside the pictures."""
    key = build_storage(settings).put(b"x", "png")
    from urllib.parse import parse_qsl

    query = dict(parse_qsl(build_storage(settings).signed_query(key)))
    assert build_storage(settings).get(key, query) == b"x"


def test_what_is_too_old_is_forgotten(settings):
    """A server removes entries that have reached the age that the settings name."""
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
        while left(parts.database, ENTRIES) != ["6.9 days"] and time.monotonic() < deadline:
            time.sleep(0.01)
        assert left(parts.database, ENTRIES) == left(parts.database, VARIATIONS) == ["6.9 days"]


def test_the_size_of_the_store_is_noted(settings):
    """Once what expired has been removed from it."""
    build_storage(settings).put(b"x" * 10, "png")
    long_ago = LocalStorage(settings.data_dir / "pictures", b"s" * 32, clock=lambda: 1e9)
    long_ago.put(b"x" * 1000, "png")
    with components(settings) as parts:
        deadline = time.monotonic() + 5
        while not (found := sizes(parts.database)) and time.monotonic() < deadline:
            time.sleep(0.01)
    assert set(found) == {10}


def sizes(database):
    """What the store was found to be."""
    with database.read_transaction() as connection:
        return list(connection.execute(select(STORE_SIZES.c.bytes)).scalars())


def left(database, table):
    """The requests that the table tells of."""
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
    """Keys of the settings and of the ledger count alike; a revoked one opens no server to all."""
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
def test_limits_are_shared_where_processes_are_several(tmp_path, given, workers, shared):
    """They are counted in the ledger then, unless the settings say otherwise."""
    settings = Settings(data_dir=tmp_path, limits_url=given, workers=workers)
    bucket = Bucket(name="a", subject="key", limits=Limits(concurrent_images=1))
    with closing(open_ledger(settings)) as database:
        build_quota(settings, database).reserve([bucket], 1)
        with database.read_transaction() as connection:
            assert bool(connection.execute(select(HOLDS)).all()) is shared
