"""Faults of an upstream: repetitions, refusals and limits."""

from __future__ import annotations

import logging
import socket
import time

import pytest

from diabelli.engines.upstream import picture_exchange
from diabelli.engines.upstream.circuit import FAILURES, OPEN_S, Circuit
from diabelli.engines.upstream.manager import UpstreamManager
from diabelli.errors import (
    DiabelliError,
    EngineFailed,
    UpstreamInterrupted,
    UpstreamRefused,
    UpstreamUnavailable,
)
from engines.making import made, square
from engines.upstream.bridging import upstream_engine
from engines.upstream.conftest import EditsUpstream, MakeEdits
from engines.upstream.fakes.edits import Edits
from engines.upstream.fakes.serving import serving
from oracles.sources import face

KEY = "sk-proj-0123456789-secret"


def fails(upstream: EditsUpstream, kind: type[DiabelliError]) -> DiabelliError:
    """Request one variation; return its exception, which must be of that class exactly."""
    with pytest.raises(kind) as raised:
        made(upstream.engine, face(64), square(64))
    assert type(raised.value) is kind
    return raised.value


def succeeds(upstream: EditsUpstream) -> None:
    """Request one variation."""
    (one,) = made(upstream.engine, face(64), square(64))
    assert one.image.shape == (64, 64, 3)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": {"message": "no", "code": "invalid_size"}}, EngineFailed),
        (400, {"error": {"message": "no", "param": "model"}}, UpstreamRefused),
        (401, {"detail": "Not authenticated"}, UpstreamRefused),
        (402, {"error": "pay"}, UpstreamRefused),
        (403, {"error": {"message": "verify", "code": None}}, UpstreamRefused),
        (404, {"detail": "Not Found"}, UpstreamRefused),
        (409, {"detail": "aborted"}, EngineFailed),
        (413, "text", EngineFailed),
        (422, {"detail": [{"loc": ["body"]}]}, EngineFailed),
        (429, {"error": {"code": "rate_limit_exceeded"}}, UpstreamUnavailable),
        (429, {"error": {"code": "insufficient_quota"}}, UpstreamRefused),
        (500, {"error": "x", "detail": "y", "body": "", "errors": "z"}, EngineFailed),
        (502, "<html>", UpstreamUnavailable),
        (503, None, UpstreamUnavailable),
        (504, [], UpstreamUnavailable),
    ],
)
def test_each_error_reply_has_its_exception(
    edits: MakeEdits, status: int, body: object, kind: type[DiabelliError]
) -> None:
    """Without `Retry-After` nothing is repeated, and no text of the upstream is in the message."""
    upstream = edits()
    upstream.faults.error(status, body)
    fault = fails(upstream, kind)
    assert upstream.calls == 1
    assert str(status) in fault.message
    for text in ("no", "verify", "pay", "aborted"):
        assert f" {text} " not in fault.message


def test_a_busy_upstream_is_asked_again_after_its_pause(edits: MakeEdits) -> None:
    """Twice at most; then its `Retry-After` is passed on, up to five minutes."""
    upstream = edits()
    upstream.faults.error(429, {}, count=2, retry_after="1")
    started = time.monotonic()
    succeeds(upstream)
    assert upstream.calls == 3
    assert time.monotonic() - started >= 2
    upstream.faults.error(503, {}, retry_after="1")
    assert fails(upstream, UpstreamUnavailable).retry_after_s == 1
    assert upstream.calls == 6


def test_a_pause_beyond_the_deadline_is_not_waited_for(edits: MakeEdits) -> None:
    """The time-out of the fixture's engine is 20 s."""
    upstream = edits()
    upstream.faults.error(503, {}, retry_after="5000")
    assert fails(upstream, UpstreamUnavailable).retry_after_s == 300
    assert upstream.calls == 1


def test_a_broken_connection_is_repeated_once_where_that_is_free(edits: MakeEdits) -> None:
    """Before, in the middle of and after the work."""
    for drop in ("before", "middle", "after"):
        upstream = edits()
        upstream.faults.set(drop=drop, count=1)
        succeeds(upstream)
        assert upstream.calls == 2
        upstream.faults.set(drop=drop)
        fails(upstream, UpstreamUnavailable)
        assert upstream.calls == 4


@pytest.mark.parametrize("partial_images", [0, 1])
def test_a_paid_call_is_never_repeated(edits: MakeEdits, partial_images: int) -> None:
    """The picture may exist; clients are asked not to repeat the request either."""
    for drop in ("before", "middle", "after"):
        upstream = edits("openai", partial_images=partial_images)
        upstream.faults.set(drop=drop)
        fails(upstream, UpstreamInterrupted)
        assert upstream.calls == 1
    upstream = edits("openai", partial_images=partial_images)
    upstream.faults.error(500, {})
    fails(upstream, EngineFailed)
    assert upstream.calls == 1


def test_a_restarting_upstream_is_awaited(manager: UpstreamManager) -> None:
    """A refused connection is repeated twice, also where calls are paid."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    options = {"protocol": "openai-edits", "dialect": "generic", "side": 64, "paid": True}
    engine = upstream_engine(manager, url, **options)
    prepared = engine.prepare(face(64), square(64), lambda progress: None, lambda pieces: [])
    time.sleep(0.4)
    with serving(Edits(dialect="generic").app(), port):
        assert prepared.result(20)[0]().image.shape == (64, 64, 3)


def test_an_upstream_that_is_down_is_refused_at_once_after_three_failures(
    manager: UpstreamManager,
) -> None:
    """The circuit opens; its exception has the time until the next trial."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    engine = upstream_engine(manager, f"http://127.0.0.1:{port}")
    for _ in range(FAILURES):
        with pytest.raises(UpstreamUnavailable, match="cannot be reached"):
            made(engine, face(64), square(64))
    started = time.monotonic()
    with pytest.raises(UpstreamUnavailable, match="3 times in a row") as raised:
        made(engine, face(64), square(64))
    assert time.monotonic() - started < 0.2
    assert 1 <= raised.value.retry_after_s <= OPEN_S


def test_a_circuit_admits_one_trial() -> None:
    """Its success closes the circuit, its failure opens it again."""
    now = 0.0
    circuit = Circuit("bridge", lambda: now)
    for _ in range(FAILURES - 1):
        circuit.fail()
    circuit.succeed()
    for _ in range(FAILURES):
        circuit.enter()
        circuit.fail()
    assert circuit.is_open
    now = OPEN_S + 1.0
    circuit.enter()
    with pytest.raises(UpstreamUnavailable):
        circuit.enter()
    circuit.abandon()
    circuit.enter()
    circuit.fail()
    with pytest.raises(UpstreamUnavailable):
        circuit.enter()
    now *= 2
    circuit.enter()
    circuit.succeed()
    circuit.enter()
    circuit.enter()
    assert not circuit.is_open


def test_errors_of_content_leave_the_circuit_closed(edits: MakeEdits) -> None:
    """An upstream that answers is not down."""
    upstream = edits()
    upstream.faults.error(500, {})
    for _ in range(FAILURES + 1):
        fails(upstream, EngineFailed)
    upstream.faults.error(429, {}, retry_after="100")
    for _ in range(FAILURES + 1):
        fails(upstream, UpstreamUnavailable)
    upstream.faults.set(count=0)
    succeeds(upstream)


def test_an_endless_reply_is_cut(edits: MakeEdits, monkeypatch: pytest.MonkeyPatch) -> None:
    """The body is limited while it is read, of results and of errors."""
    monkeypatch.setattr(picture_exchange, "_MIN_REPLY_BYTES", 100_000)
    upstream = edits()
    upstream.faults.set(endless=True)
    assert "more than" in fails(upstream, EngineFailed).message
    upstream.faults.set(endless=True, status=500, body=b"x")
    fails(upstream, EngineFailed)


@pytest.mark.parametrize("switches", [{"drip_s": 0.02}, {"silent": True}])
def test_a_slow_reply_ends_at_the_deadline(
    edits: MakeEdits, manager: UpstreamManager, switches: dict[str, object]
) -> None:
    """Bytes that arrive one by one do not extend it."""
    upstream = edits()
    upstream.faults.set(**switches)
    options = {"protocol": "openai-edits", "dialect": "generic", "side": 64}
    engine = upstream_engine(manager, upstream.url, timeout_s=0.6, **options)
    started = time.monotonic()
    with pytest.raises(UpstreamUnavailable, match="in time"):
        made(engine, face(64), square(64))
    assert time.monotonic() - started < 3
    upstream.faults.set()


@pytest.mark.parametrize("body", [b"", b"[" * 100_000, b"{}", b'{"data": 1}', b'{"data": [{}]}'])
def test_a_malformed_reply_is_a_failure(edits: MakeEdits, body: bytes) -> None:
    """With any JSON, deeply nested JSON, and none."""
    upstream = edits()
    upstream.faults.set(status=200, body=body)
    fails(upstream, EngineFailed)


@pytest.mark.parametrize("text", ["!", "R0lGODlhAQABAAAAACw=", "iVBORw0KGgo="])
def test_a_result_that_is_no_picture_is_a_failure(edits: MakeEdits, text: str) -> None:
    """Not base64, a GIF, a damaged PNG: never the caller's mistake."""
    upstream = edits()
    upstream.faults.error(200, {"data": [{"b64_json": text}]})
    fails(upstream, EngineFailed)


def test_a_padded_reply_is_read(edits: MakeEdits) -> None:
    """KoboldCpp sends blank lines to keep a connection open."""
    upstream = edits()
    upstream.faults.set(padding=b"\r\n  \n" * 1000)
    succeeds(upstream)


def test_a_compressed_reply_is_refused(edits: MakeEdits) -> None:
    """Its real size is not known."""
    upstream = edits()
    upstream.faults.set(status=200, body=b"x", headers={"content-encoding": "gzip"})
    assert "compressed" in fails(upstream, EngineFailed).message


def test_a_redirected_request_is_not_followed(edits: MakeEdits) -> None:
    """The operator must correct the address."""
    other, upstream = edits(), edits()
    upstream.faults.set(status=307, headers={"location": f"{other.url}/v1/images/edits"})
    assert "redirects" in fails(upstream, UpstreamRefused).message
    assert other.app.seen == []


@pytest.mark.parametrize("reply_as", ["data", "url"])
def test_results_may_be_data_urls_and_urls_of_the_same_origin(
    edits: MakeEdits, reply_as: str
) -> None:
    """Both are fetched or decoded."""
    succeeds(edits(fake={"reply_as": reply_as}))


@pytest.mark.parametrize("reply_as", ["path", "metadata"])
def test_other_addresses_are_not_fetched(edits: MakeEdits, reply_as: str) -> None:
    """Neither a file on the upstream's disk nor an address in its network."""
    upstream = edits(fake={"reply_as": reply_as})
    assert "result_hosts" in fails(upstream, EngineFailed).message


def test_results_of_other_hosts_need_permission(
    edits: MakeEdits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are fetched without the key, with at most one redirect to a permitted host."""
    monkeypatch.setenv("KEY", KEY)
    store = edits()
    host = store.url.removeprefix("http://")
    fake = {"reply_as": "foreign", "foreign": store.url, "key": KEY}
    auth = {"key_env": "KEY"}
    fails(edits(fake=fake, auth=auth), EngineFailed)
    upstream = edits(fake=fake, auth=auth, result_hosts=[host])
    store.fake.stored = upstream.fake.stored
    succeeds(upstream)
    (seen,) = store.app.seen
    assert "authorization" not in seen.headers
    assert upstream.app.calls("/edits")[0].headers["authorization"] == f"Bearer {KEY}"

    store.faults.set(status=302, headers={"location": "http://169.254.169.254/"}, count=1)
    assert "result_hosts" in fails(upstream, EngineFailed).message
    target = {"location": f"{store.url}/files/elsewhere.png"}
    store.faults.set(status=302, headers=target, count=2)
    fails(upstream, UpstreamRefused)
    store.faults.set(paths=("elsewhere",), count=0)


def test_the_key_is_in_no_log_and_no_message(
    edits: MakeEdits, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An upstream that repeats it is masked, and its control characters are removed."""
    monkeypatch.setenv("KEY", KEY)
    upstream = edits(auth={"key_env": "KEY"})
    upstream.faults.error(500, {"error": {"message": f"your {KEY}\n\x1b[2J" + "x" * 5000}})
    with caplog.at_level(logging.DEBUG):
        fault = fails(upstream, EngineFailed)
    assert KEY not in fault.message
    assert KEY not in repr(upstream.engine.protocol.options)
    for record in caplog.records:
        assert KEY not in str(vars(record))
    (record,) = [one for one in caplog.records if one.getMessage() == "upstream.error"]
    assert "your ****" in record.text
    assert record.text.isprintable()
    assert len(record.text) <= 500
