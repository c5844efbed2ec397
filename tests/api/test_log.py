"""The log of requests: its fields, and the values that it must not contain."""

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
    """Send a request with these text fields."""
    form = {name: (None, value) for name, value in fields.items()}
    return httpx.post(server.url + PATH, files={**form, **FILES})


def records(caplog: pytest.LogCaptureFixture, event: str) -> list[logging.LogRecord]:
    """Return the log records of the HTTP interface with that event name."""
    return [
        record
        for record in caplog.records
        if record.name == "diabelli.api" and record.getMessage() == event
    ]


def line_of(caplog: pytest.LogCaptureFixture, answer: httpx.Response) -> dict[str, object]:
    """Return the fields of the line of that request, which is written just after the response."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        lines = [vars(record) for record in records(caplog, "request.answered")]
        mine = [line for line in lines if line["request_id"] == answer.headers["x-request-id"]]
        if mine:
            break
        time.sleep(0.005)
    (line,) = mine
    return line


@pytest.mark.tiny_engine
def test_one_line_a_request(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """A request has one line with its id, status, time, engine and seeds."""
    with caplog.at_level(logging.INFO, "diabelli.api"):
        answer = ask(server, seed="5", n="2")
        line = line_of(caplog, answer)
    assert (line["request"], line["status"]) == (f"POST {PATH}", 200)
    assert (line["engine"], line["seeds"]) == ("shift", [5, 6])
    assert isinstance(line["duration_ms"], int)


@pytest.mark.tiny_engine
def test_fault_is_found_by_its_request_id(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """The log has the traceback and cause of a fault under the request id of the response."""
    answer = ask(server, model="broken")
    (record,) = records(caplog, "request.failed")
    assert vars(record)["request_id"] == answer.headers["x-request-id"]
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], Exception)
    assert isinstance(record.exc_info[1].__cause__, ZeroDivisionError)


@pytest.mark.one_machine
def test_unexpected_exception(
    server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unexpected exception gets the generic error; its text is only logged."""

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


@pytest.mark.one_machine
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
    """A client error leaves no traceback in the log."""
    assert ask(server, n="11").status_code == 400
    assert not records(caplog, "request.failed")


def test_the_line_names_the_key(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """The line has the key's id and name, the parameters, and the duration of each stage."""
    server = serve()
    key = IssuedKeys(server.database).create("web", Limits())
    with caplog.at_level(logging.INFO, "diabelli.api"):
        headers = {"Authorization": f"Bearer {key}"}
        form = {"n": (None, "2"), "size": (None, "256x256"), **FILES}
        line = line_of(caplog, httpx.post(server.url + PATH, files=form, headers=headers))
    assert str(line["key"]).startswith("key_")
    assert line["key_name"] == "web"
    assert (line["model"], line["engine"]) == ("dall-e-2", "shift")
    assert (line["n"], line["size"]) == (2, "256x256")
    assert isinstance(line["queued_ms"], int)
    assert isinstance(line["engine_ms"], int)
    assert "error" not in line


def test_a_refusal_has_its_code(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """The line of a refused request has its error code."""
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
def test_the_clients_request_id_is_logged(
    server: Server, caplog: pytest.LogCaptureFixture, given: str, shown: str
) -> None:
    """The client's request id is on the line, truncated and in printable characters."""
    headers = {"X-Client-Request-Id": given.encode("latin-1")}
    with caplog.at_level(logging.INFO, "diabelli.api"):
        line = line_of(caplog, httpx.post(server.url + PATH, files=FILES, headers=headers))
    assert line["client_request_id"] == shown


def test_users_are_logged_on_request(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """A setting adds the end-user to the log."""
    server = serve(log_users=True)
    with caplog.at_level(logging.INFO, "diabelli.api"):
        assert line_of(caplog, ask(server, user="user-1234"))["user"] == "user-1234"


def test_a_password_in_a_url_is_not_logged(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """If the store of limits is unreachable, its traceback does not contain the password."""
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
            form = {"user": (None, "user-1234"), **FILES}
            line_of(caplog, httpx.post(server.url + PATH, files=form, headers=headers))
    logged = " ".join(str(vars(record)) for record in caplog.records)
    for secret in ("right-key", "wrong-key", "user-1234"):
        assert secret not in logged
