"""Entries of the ledger, and responses if the ledger is unavailable."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import RowMapping, select

from api.conftest import Serve, start
from api.engines import Gate
from api.wire import PATH, Line, Server, check_error, form, part, picture
from diabelli.api.variations import recording
from diabelli.ledger import database as ledger
from diabelli.ledger.tables import ENTRIES, VARIATIONS

SOURCE = picture(64)


def ask(server: Server, source: bytes = SOURCE, **fields: str) -> httpx.Response:
    """Send a request with these text fields."""
    texts = {name: (None, value) for name, value in fields.items()}
    return httpx.post(server.url + PATH, files={**texts, "image": source}, timeout=30)


def entry_of(server: Server, answer: httpx.Response) -> RowMapping:
    """Return the entry of that request, which may be written just after the response."""
    (row,) = rows(server, ENTRIES.c.request_id == answer.headers["x-request-id"])
    return row


def rows(server: Server, where: Any, timeout_s: float = 5) -> list[RowMapping]:
    """Return the entries that match, as soon as there is one."""
    deadline = time.monotonic() + timeout_s
    while True:
        with server.database.read_transaction() as connection:
            found = list(connection.execute(select(ENTRIES).where(where)).mappings())
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.01)


def variations_of(server: Server, answer: httpx.Response) -> list[RowMapping]:
    """Return the recorded variations of that request, in order."""
    mine = VARIATIONS.c.request_id == answer.headers["x-request-id"]
    with server.database.read_transaction() as connection:
        found = connection.execute(select(VARIATIONS).where(mine).order_by(VARIATIONS.c.position))
        return list(found.mappings())


@pytest.mark.tiny_engine
def test_a_success_is_recorded(server: Server) -> None:
    """The entry has the parameters, the caller, the source and the times."""
    began = time.time()
    answer = ask(server, user="u-1", n="2", size="256x256", strength="0.25", seed="7")
    entry = dict(entry_of(server, answer))
    assert began <= entry.pop("time") <= time.time()
    queued, engine, total = (entry.pop(f"{name}_ms") for name in ("queued", "engine", "total"))
    assert queued >= 0
    assert engine > 0
    assert queued + engine <= total <= 1000 * (time.time() - began)
    assert len(entry.pop("pdq")) == 64
    assert entry == {
        "request_id": answer.headers["x-request-id"],
        "key": None,
        "user": "u-1",
        "model": "dall-e-2",
        "engine": "shift",
        "engine_version": "1",
        "n": 2,
        "size": "256x256",
        "strength": 0.25,
        "seed": 7,
        "sha256": hashlib.sha256(SOURCE).hexdigest(),
        "status": 200,
        "error": None,
    }


@pytest.mark.tiny_engine
def test_each_variation_is_recorded_with_its_key_and_expiry(server: Server) -> None:
    """Its storage key is that of the link; it expires with the link."""
    answer = ask(server, n="2", seed="7")
    first, second = variations_of(server, answer)
    assert (first["seed"], second["seed"]) == (7, 8)
    for variation, item in zip((first, second), answer.json()["data"], strict=True):
        assert f"/results/{variation['stored']}?" in item["url"]
        until = int(httpx.URL(item["url"]).params["se"])
        assert until <= variation["expires"] <= until + 2


def test_a_picture_in_the_reply_is_not_stored(server: Server) -> None:
    """The entry has only its seed."""
    answer = ask(server, response_format="b64_json", seed="7")
    (variation,) = variations_of(server, answer)
    assert (variation["seed"], variation["stored"], variation["expires"]) == (7, None, None)


def test_a_refusal_is_recorded(server: Server) -> None:
    """The entry has its status, its code, and the parsed part of the request."""
    entry = entry_of(server, ask(server, user="u-2", model="dall-e-9"))
    assert (entry["status"], entry["error"]) == (400, "unknown_model")
    assert (entry["user"], entry["model"], entry["engine"]) == ("u-2", "dall-e-9", None)


def test_an_unusable_source_is_recorded_by_its_hash(server: Server) -> None:
    """The hash identifies a repeated upload."""
    entry = entry_of(server, ask(server, source=b"no picture"))
    assert (entry["status"], entry["error"]) == (400, "not_an_openai_picture")
    assert entry["sha256"] == hashlib.sha256(b"no picture").hexdigest()
    assert entry["pdq"] is None


def test_a_fault_of_the_engine_is_recorded(server: Server) -> None:
    """The entry has the engine, and none of the exception's text."""
    entry = entry_of(server, ask(server, model="broken"))
    assert (entry["status"], entry["error"], entry["engine"]) == (500, "engine_failed", "broken")


def test_a_disconnect_is_recorded(serve: Serve, gate: Any) -> None:
    """The entry has the status that web servers log for it."""
    server = serve()
    with Line(server.port) as line:
        line.send(form(part("model", "gate"), part("image", SOURCE, filename="a.png")))
        assert gate.entered.wait(5)
    (entry,) = rows(server, ENTRIES.c.status == 499)
    assert (entry["error"], entry["engine"]) == ("cancelled", "gate")


def test_unauthenticated_requests_leave_no_entry(serve: Serve) -> None:
    """They cannot fill the ledger."""
    server = serve(api_keys=("right-key-1234",))
    answer = ask(server)
    assert answer.status_code == 401
    mine = ENTRIES.c.request_id == answer.headers["x-request-id"]
    assert rows(server, mine, timeout_s=0.2) == []


@pytest.mark.parametrize("user", ["a\0b", "\N{SNOWMAN}" * 5000, "\udc80"])
def test_any_end_user_name_is_recorded(server: Server, user: str) -> None:
    """For any bytes, the request is served and recorded with a bounded name."""
    name = part("user", user.encode("utf-8", "surrogateescape"))
    with Line(server.port) as line:
        line.send(form(name, part("image", SOURCE, filename="a.png")))
        answer = line.receive()
    assert answer.status == 200
    (entry,) = rows(server, ENTRIES.c.request_id == answer.headers["x-request-id"])
    assert 0 < len(entry["user"]) <= 512


def test_files_contain_no_secret_and_no_picture(serve: Serve, tmp_path: Path) -> None:
    """Neither the key nor a part of the source occurs in the bytes on the disk."""
    server = serve(api_keys=("right-key-1234",))
    headers = {"Authorization": "Bearer right-key-1234"}
    answer = httpx.post(server.url + PATH, files={"image": SOURCE}, headers=headers)
    assert answer.status_code == 200
    assert entry_of(server, answer)["status"] == 200
    for path in tmp_path.glob("ledger.sqlite3*"):
        content = path.read_bytes()
        assert b"right-key" not in content
        assert SOURCE[100:116] not in content


@pytest.mark.one_machine
def test_unrecorded_requests_are_not_acknowledged(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another program locks the ledger, the response is 503; afterwards it works."""
    monkeypatch.setattr(ledger, "LOCK_TIMEOUT_S", 0.3)
    server = serve()
    other = sqlite3.connect(tmp_path / "ledger.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = ask(server)
    check_error(answer.status_code, answer.headers, answer.json(), 503, kind="server_error")
    assert int(answer.headers["retry-after"]) > 0
    other.execute("ROLLBACK")
    other.close()
    assert ask(server).status_code == 200


def test_a_refusal_does_not_wait_for_the_ledger(serve: Serve, tmp_path: Path) -> None:
    """It is sent while the ledger is locked; its entry follows."""
    server = serve()
    assert ask(server).status_code == 200
    other = sqlite3.connect(tmp_path / "ledger.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    answer = ask(server, n="11")
    assert time.monotonic() - began < 1
    other.execute("ROLLBACK")
    other.close()
    assert entry_of(server, answer)["error"] == "outside_schema"


@pytest.mark.one_machine
def test_unrecorded_refusals_are_logged(
    serve: Serve,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The line has the request id, which explains the gap; so do entries beyond the queue."""
    monkeypatch.setattr(ledger, "LOCK_TIMEOUT_S", 1)
    monkeypatch.setattr(recording, "MAX_BACKGROUND_ENTRIES", 1)
    server = serve()
    assert ask(server).status_code == 200
    other = sqlite3.connect(tmp_path / "ledger.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    expected = {ask(server, n="11").headers["x-request-id"] for _ in range(2)}
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and len(caplog.records) < 2:
        time.sleep(0.01)
    other.close()
    lost = [vars(record) for record in caplog.records if record.getMessage() == "entry.lost"]
    assert {line["request_id"] for line in lost} == expected
    assert {str(line["reason"]).rpartition(" ")[2] for line in lost} == {"full", "locked"}


def test_the_ledger_may_be_on_postgresql(serve: Serve, postgresql_url: str) -> None:
    """Requests are recorded there as in a file."""
    server = serve(ledger=postgresql_url)
    answer = ask(server, user="u-\N{SNOWMAN}", n="2", seed=str(2**63 - 2))
    entry = entry_of(server, answer)
    assert (entry["user"], entry["seed"], entry["status"]) == ("u-\N{SNOWMAN}", 2**63 - 2, 200)
    assert len(variations_of(server, answer)) == 2
    assert entry_of(server, ask(server, user="a\0b", n="11"))["status"] == 400
    assert not server.database.is_sqlite


def test_entries_in_the_background_are_written_before_the_end(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that stops while the ledger is locked waits for it."""
    monkeypatch.setattr(ledger, "LOCK_TIMEOUT_S", 30)
    with ExitStack() as stack:
        server = start(stack, tmp_path / "other", {}, Gate())
        assert ask(server).status_code == 200
        other = sqlite3.connect(
            tmp_path / "other" / "ledger.sqlite3", isolation_level=None, check_same_thread=False
        )
        other.execute("BEGIN IMMEDIATE")
        expected = {ask(server, n="11").headers["x-request-id"] for _ in range(20)}
        threading.Timer(1, other.execute, ["ROLLBACK"]).start()
        began = time.monotonic()
    assert time.monotonic() > began + 0.5
    with closing(other):
        rows = other.execute("SELECT request_id FROM entries WHERE status = 400").fetchall()
    assert {row[0] for row in rows} == expected
