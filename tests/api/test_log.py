"""What the log tells of a request, and what it keeps to itself."""

from __future__ import annotations

import logging
import time

import httpx
import pytest

from api.conftest import Serve
from api.wire import PATH, Server, check_error, picture
from diabelli.cli.logs import TextFormatter
from diabelli.errors import StoreUnavailable
from diabelli.ledger.keys import IssuedKeys, Limits

FILES = {"image": picture()}


def ask(server: Server, **fields: str) -> httpx.Response:
    """A request with these fields as text."""
    form = {name: (None, value) for name, value in fields.items()}
    return httpx.post(server.url + PATH, files={**form, **FILES})


def records(caplog: pytest.LogCaptureFixture, event: str) -> list[logging.LogRecord]:
    """What was logged under that name by the HTTP edge."""
    return [
        record
        for record in caplog.records
        if record.name == "diabelli.api" and record.getMessage() == event
    ]


def line_of(caplog: pytest.LogCaptureFixture, answer: httpx.Response) -> dict[str, object]:
    """What the one line of that request tells; it is written just after the answer went out."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        told = [vars(record) for record in records(caplog, "request.answered")]
        mine = [line for line in told if line["request_id"] == answer.headers["x-request-id"]]
        if mine:
            break
        time.sleep(0.005)
    (line,) = mine
    return line


def test_one_line_a_request(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """A request is told in one line with its id, status, time, engine and seeds."""
    with caplog.at_level(logging.INFO, "diabelli.api"):
        answer = ask(server, seed="5", n="2")
        told = line_of(caplog, answer)
    assert (told["request"], told["status"]) == (f"POST {PATH}", 200)
    assert (told["engine"], told["seeds"]) == ("shift", [5, 6])
    assert isinstance(told["duration_ms"], int)


def test_fault_is_found_by_its_request_id(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """The log has the trace of a fault under the id that the client was told, and its cause."""
    answer = ask(server, model="broken")
    (record,) = records(caplog, "request.failed")
    assert vars(record)["request_id"] == answer.headers["x-request-id"]
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], Exception)
    assert isinstance(record.exc_info[1].__cause__, ZeroDivisionError)


def test_unforeseen_exception(
    server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault anywhere in the edge is answered in the error's shape; its text is only logged."""

    def fail(key: str, query: object) -> bytes:
        raise RuntimeError(f"private words about {key} and {query}")

    monkeypatch.setattr(server.storage, "check_link", fail)
    answer = httpx.get(server.url + "/results/1/2")
    message = "The server had an error while processing your request. Sorry about that!"
    check_error(
        answer.status_code, answer.headers, answer.json(), 500, message, kind="server_error"
    )
    (record,) = records(caplog, "request.failed")
    assert vars(record)["request_id"] == answer.headers["x-request-id"]
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], RuntimeError)


def test_a_fault_that_passes_is_one_line(
    server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A locked ledger or a full disk gives a reason, and no trace for each request."""

    def fail(key: str, query: object) -> bytes:
        raise StoreUnavailable("no space left")

    monkeypatch.setattr(server.storage, "check_link", fail)
    assert httpx.get(server.url + "/results/1/2").status_code == 503
    (record,) = records(caplog, "request.failed")
    assert record.exc_info is None
    assert vars(record)["reason"] == "no space left"
    assert len(TextFormatter().format(record).splitlines()) == 1


def test_a_lack_of_threads_is_a_lack_of_memory(
    server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python reports it by a RuntimeError; the client may retry."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("diabelli.service.Service.submit", fail)
    answer = ask(server)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    (record,) = records(caplog, "request.failed")
    assert vars(record)["reason"] == "too little memory is free to start a thread"


def test_refusals_are_no_faults(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """What a client did wrong leaves no trace in the log of faults."""
    assert ask(server, n="11").status_code == 400
    assert not records(caplog, "request.failed")


def test_who_asks_is_told_by_the_name_of_the_key(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """The line has the key's id and name, what was asked for, and how long which part took."""
    server = serve()
    key = IssuedKeys(server.database).create("web", Limits())
    with caplog.at_level(logging.INFO, "diabelli.api"):
        headers = {"Authorization": f"Bearer {key}"}
        form = {"n": (None, "2"), "size": (None, "256x256"), **FILES}
        told = line_of(caplog, httpx.post(server.url + PATH, files=form, headers=headers))
    assert str(told["key"]).startswith("key_")
    assert told["key_name"] == "web"
    assert (told["model"], told["engine"]) == ("dall-e-2", "shift")
    assert (told["n"], told["size"]) == (2, "256x256")
    assert isinstance(told["queued_ms"], int)
    assert isinstance(told["engine_ms"], int)
    assert "error" not in told


def test_a_refusal_tells_its_code(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """The line of a request that was not carried out says why in one word."""
    with caplog.at_level(logging.INFO, "diabelli.api"):
        assert line_of(caplog, ask(server, n="11"))["error"] == "outside_schema"
        assert line_of(caplog, ask(server, model="broken"))["error"] == "engine_failed"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("trace-1/a", "trace-1/a"),
        ("a b\x85c", "a?b?c"),
        ("a" * 500, "a" * 128),
    ],
)
def test_the_client_s_own_id_is_told(
    server: Server, caplog: pytest.LogCaptureFixture, given: str, shown: str
) -> None:
    """What a client calls its request is on the line, short and in plain characters."""
    headers = {"X-Client-Request-Id": given.encode("latin-1")}
    with caplog.at_level(logging.INFO, "diabelli.api"):
        told = line_of(caplog, httpx.post(server.url + PATH, files=FILES, headers=headers))
    assert told["client_request_id"] == shown


def test_users_are_told_where_that_is_wanted(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """A setting lets the log name the end-user."""
    server = serve(log_users=True)
    with caplog.at_level(logging.INFO, "diabelli.api"):
        assert line_of(caplog, ask(server, user="somebody"))["user"] == "somebody"


def test_a_password_in_a_url_is_not_logged(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """What limits count in may be away: the trace of that does not show how it is reached."""
    server = serve(limits_url="redis://me:pass-word-99@127.0.0.1:1/0", images_per_minute=1)
    with caplog.at_level(logging.DEBUG):
        assert ask(server).status_code == 503
    assert records(caplog, "request.failed")
    assert not [
        record for record in caplog.records if "pass-word-99" in TextFormatter().format(record)
    ]


def test_keys_and_users_are_not_logged(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """Neither a key, right or wrong, nor the end-user's name reaches the log."""
    server = serve(api_keys=("right-key-1234",))
    with caplog.at_level(logging.DEBUG, "diabelli"):
        for key in ("right-key-1234", "wrong-key-5678"):
            headers = {"Authorization": f"Bearer {key}"}
            form = {"user": (None, "somebody"), **FILES}
            line_of(caplog, httpx.post(server.url + PATH, files=form, headers=headers))
    logged = " ".join(str(vars(record)) for record in caplog.records)
    for secret in ("right-key", "wrong-key", "somebody"):
        assert secret not in logged
