"""How a body arrives: chunked, in pieces, announced, too large, abandoned or stalled."""

from __future__ import annotations

import time
from collections.abc import Iterator

from diabelli.conformance import form, replies, sources
from diabelli.conformance.check import Basis, Check, Skipped, expect
from diabelli.conformance.target import SMALL, Target, exchange
from diabelli.conformance.wire import Connection, WireError

_TOO_LARGE = 40_000_000
"""Bytes; above OpenAI's 26,214,400."""
_CURL_WAITS_S = 1.0
"""Seconds for which curl waits for `100 Continue` before it sends the body anyway."""
_PAUSE_S = 0.2
"""Seconds after a disconnect, so that the server detects it before the next request."""
_MARGIN_S = 5
"""Seconds; a time-out of the server may be checked in intervals."""
_CHUNKED = {"Transfer-Encoding": "chunked"}


def _body() -> bytes:
    return form.build(sources.plain(), SMALL)


def _pieces(body: bytes, size: int) -> Iterator[bytes]:
    return (body[start : start + size] for start in range(0, len(body), size))


def _begin(target: Target, line: Connection, extra: dict[str, str]) -> None:
    line.send_head("POST", target.path, target.headers(extra))


def _chunked(target: Target) -> str:
    with target.connect() as line:
        _begin(target, line, _CHUNKED)
        line.send_body(_pieces(_body(), 1000))
        replies.pictures_of(line.receive(), 1)
    return "200"


def _drips(target: Target) -> str:
    body = _body()
    with target.connect() as line:
        _begin(target, line, {"Content-Length": str(len(body))})
        line.send_body(_pieces(body, 401), pause_s=0.02)
        replies.pictures_of(line.receive(), 1)
    return "200"


def _expect_continue(target: Target) -> str:
    body = _body()
    with target.connect() as line:
        _begin(target, line, {"Content-Length": str(len(body)), "Expect": "100-continue"})
        status = line.receive(informational=True).status if line.readable(_CURL_WAITS_S) else 0
        expect(status in (0, 100), f"{status} before the body")
        line.send_body([body])
        replies.pictures_of(line.receive(), 1)
    return "100, then 200" if status else "200 after curl's wait of a second"


def _keep_alive(target: Target) -> str:
    with target.connect() as line:
        for body, status in ((_body(), 200), (form.build(None, SMALL), 400), (_body(), 200)):
            reply = exchange(line, "POST", target.path, body, target.headers())
            expect(reply.status == status, replies.excerpt(reply))
            closed = reply.headers.get("connection", "").lower() == "close"
            expect(not closed, f"the connection is closed after {reply.status}")
    return "200, 400 and 200 on one connection"


def _declared(target: Target) -> str:
    with target.connect() as line:
        _begin(target, line, {"Content-Length": str(_TOO_LARGE), "Expect": "100-continue"})
        reply = line.receive(informational=True)
        return f"413 {replies.error(reply, 413)['message']}"


def _undeclared(target: Target) -> str:
    body = form.build(sources.of_size(_TOO_LARGE), SMALL)
    with target.connect() as line:
        _begin(target, line, _CHUNKED)
        line.send_body(_pieces(body, 65536))
        return f"413 {replies.error(line.receive(), 413)['message']}"


def _early(target: Target) -> str:
    """Send a whole body of another type before reading the reply."""
    reply = target.post(bytes(3_000_000), {"Content-Type": "application/json"})
    return f"400 {replies.error(reply, 400)['message']}"


def _empty(target: Target) -> str:
    return f"400 {replies.error(target.post(b''), 400)['message']}"


def _abandoned(target: Target) -> str:
    body = _body()
    for sent in (len(body) // 2, len(body)):
        with target.connect() as line:
            _begin(target, line, {"Content-Length": str(len(body))})
            line.send_part(body[:sent])
        time.sleep(_PAUSE_S)
    replies.pictures_of(target.vary(), 1)
    return "the next request gets 200"


def _stalled(target: Target) -> str:
    limit_s = target.body_timeout_s
    if limit_s is None:
        raise Skipped("no time-out of bodies was given")
    started = time.monotonic()
    with target.connect(limit_s + _MARGIN_S) as line:
        _begin(target, line, {"Content-Length": str(len(_body()))})
        try:
            seen = f"status {line.receive().status}"
        except WireError as fault:
            seen = "the connection was closed"
            expect("closed" in str(fault) or "failed" in str(fault), str(fault))
    return f"{seen} after {time.monotonic() - started:.1f} s"


CHECKS = (
    Check(
        id="bodies.chunked",
        basis=Basis.published,
        says="A body in chunks is accepted; openai-node sends one.",
        run=_chunked,
    ),
    Check(
        id="bodies.pieces",
        basis=Basis.published,
        says="A body in small pieces with pauses is accepted.",
        run=_drips,
    ),
    Check(
        id="bodies.expect",
        basis=Basis.published,
        says="`Expect: 100-continue` is answered or ignored; curl sends it above 1 MB.",
        run=_expect_continue,
    ),
    Check(
        id="bodies.keep-alive",
        basis=Basis.observed,
        says="A connection serves several requests, also after a refusal.",
        run=_keep_alive,
    ),
    Check(
        id="bodies.empty",
        basis=Basis.published,
        says="A form without a body gets 400 and an error object.",
        run=_empty,
    ),
    Check(
        id="bodies.early",
        basis=Basis.observed,
        says="A client that sends all of an invalid body before it reads gets the error.",
        run=_early,
    ),
    Check(
        id="bodies.too-large.declared",
        basis=Basis.observed,
        says="A declared body of 40 MB gets 413 before it is sent.",
        run=_declared,
    ),
    Check(
        id="bodies.too-large.chunked",
        basis=Basis.observed,
        says="A chunked body of 40 MB gets 413.",
        run=_undeclared,
    ),
    Check(
        id="bodies.abandoned",
        basis=Basis.observed,
        says="Clients that disconnect do not disturb the next request.",
        run=_abandoned,
    ),
    Check(
        id="bodies.stalled",
        basis=Basis.observed,
        says="A body that stops gets an error or a closed connection; openai-node 4 causes it.",
        run=_stalled,
    ),
)
