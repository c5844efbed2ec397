"""A server with switches: the real application behind a middleware that gets one thing wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from diabelli.conformance import sources
from diabelli.conformance.checks import clients, errors, order, png

KEY = "sk-conformance-good-1234"
PLAIN = b'{"created": 1, "data": [{"b64_json": "eA=="}]}'


@dataclass(frozen=True)
class Exchange:
    """One request as the middleware reads it; header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    pieces: int


@dataclass(frozen=True)
class Answer:
    """One response, whole; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


Inner = Callable[[Exchange], Awaitable[Answer]]
Fault = Callable[[Exchange, Inner], Awaitable[Answer]]


class FaultyServer:
    """Reads the request whole, and passes it to the application by way of the fault."""

    def __init__(self, app: ASGIApp, fault: Fault) -> None:
        self._app = app
        self._fault = fault
        self.disconnected = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        if "expect" in headers and self._fault is refuse_expectations:
            await _send(send, Answer(417, {}, b""))
            return
        pieces: list[bytes] = []
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.disconnected = True
                return
            pieces.append(message["body"])
            if not message.get("more_body"):
                break
        if self.disconnected and self._fault is fail_after_disconnects:
            await _send(send, Answer(500, {}, b""))
            return
        body = b"".join(pieces)
        exchange = Exchange(scope["method"], scope["path"], headers, body, len(pieces))
        await _send(send, await self._fault(exchange, partial(self._inner, scope)))

    async def _inner(self, scope: Scope, exchange: Exchange) -> Answer:
        """Return the application's answer to the exchange, which the fault may have changed."""
        fields = {**exchange.headers, "content-length": str(len(exchange.body))}
        fields.pop("transfer-encoding", None)
        raw = [(name.encode(), value.encode("latin-1")) for name, value in fields.items()]
        sent: list[Message] = []
        unread = [{"type": "http.request", "body": exchange.body}]

        async def receive() -> Message:
            return unread.pop() if unread else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app({**scope, "headers": raw}, _patient(receive), send)
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Answer(sent[0]["status"], headers, body)


def _patient(receive: Receive) -> Receive:
    """Return a `receive` that never reports a disconnect, so that the application goes on."""

    async def waiting() -> Message:
        import anyio

        message = await receive()
        if message["type"] == "http.disconnect":
            await anyio.sleep_forever()
        return message

    return waiting


async def _send(send: Send, answer: Answer) -> None:
    fields = {**answer.headers, "content-length": str(len(answer.body))}
    raw = [(name.encode(), value.encode("latin-1")) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": answer.body})


async def nothing(exchange: Exchange, inner: Inner) -> Answer:
    """Answer without a fault, except that the body is read whole before anything else."""
    return await inner(exchange)


async def refuse_expectations(exchange: Exchange, inner: Inner) -> Answer:
    """Answer without a fault: `FaultyServer` itself refuses the header `Expect`."""
    return await inner(exchange)


async def fail_after_disconnects(exchange: Exchange, inner: Inner) -> Answer:
    """Answer without a fault: `FaultyServer` itself fails after the first disconnect."""
    return await inner(exchange)


def answering(found: Callable[[Exchange], object], status: int, body: bytes = b"{}") -> Fault:
    """Answer the requests that `found` selects with this status and JSON."""

    async def fault(exchange: Exchange, inner: Inner) -> Answer:
        if found(exchange):
            return Answer(status, {"content-type": "application/json"}, body)
        return await inner(exchange)

    return fault


def refusing(pattern: bytes) -> Fault:
    """Refuse forms with these bytes."""
    return answering(lambda exchange: pattern in exchange.body, 400)


def rewriting(old: bytes, new: bytes) -> Fault:
    """Replace bytes of each form."""
    return lambda exchange, inner: inner(replace(exchange, body=exchange.body.replace(old, new)))


def defaulting(name: bytes, value: bytes) -> Fault:
    """Use another default of a field that is absent."""

    async def fault(exchange: Exchange, inner: Inner) -> Answer:
        boundary = exchange.headers.get("content-type", "").partition("boundary=")[2].encode()
        if boundary and b'name="%b"' % name not in exchange.body:
            head = b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n' % (boundary, name)
            exchange = replace(exchange, body=head + value + b"\r\n" + exchange.body)
        return await inner(exchange)

    return fault


def without_header(name: str, value: str | None = None) -> Fault:
    """Drop a request header, or replace its value."""

    def fault(exchange: Exchange, inner: Inner) -> Awaitable[Answer]:
        headers = {key: text for key, text in exchange.headers.items() if key != name}
        if value is not None and (name in exchange.headers or name == "authorization"):
            headers[name] = value
        return inner(replace(exchange, headers=headers))

    return fault


def responding(change: Callable[[Exchange, Answer], Answer]) -> Fault:
    """Change each response."""

    async def fault(exchange: Exchange, inner: Inner) -> Answer:
        return change(exchange, await inner(exchange))

    return fault


def heading(name: str, value: str | None, path: str = "") -> Fault:
    """Replace a response header of the paths that contain `path`, or drop it."""

    def change(exchange: Exchange, answer: Answer) -> Answer:
        if path not in exchange.path:
            return answer
        headers = {key: text for key, text in answer.headers.items() if key != name}
        return replace(answer, headers=headers if value is None else {**headers, name: value})

    return responding(change)


def editing(change: Callable[[Any], object]) -> Fault:
    """Change the JSON of each success and error in place."""

    def changed(_: Exchange, answer: Answer) -> Answer:
        if not answer.headers.get("content-type", "").startswith("application/json"):
            return answer
        body = json.loads(answer.body)
        change(body)
        return replace(answer, body=json.dumps(body).encode())

    return responding(changed)


def on_reply(change: Callable[[dict[str, Any]], object]) -> Fault:
    """Change each reply with `data` in place."""
    return editing(lambda body: change(body) if "created" in body else None)


def on_error(change: Callable[[dict[str, Any]], object]) -> Fault:
    """Change each error object in place."""
    return editing(lambda body: change(body["error"]) if "error" in body else None)


def _unprocessable(_: Exchange, answer: Answer) -> Answer:
    """Answer errors as FastAPI does by default."""
    if answer.status < 400:
        return answer
    return replace(answer, status=422, body=b'{"detail": "unprocessable"}')


UNPROCESSABLE = responding(_unprocessable)
REWORDED = on_error(lambda error: error.update(message=error["message"] + "!"))


def _remembering() -> Fault:
    """Serve each result for ever, under any signature."""
    results: dict[str, Answer] = {}

    async def fault(exchange: Exchange, inner: Inner) -> Answer:
        if not exchange.path.startswith("/results/"):
            return await inner(exchange)
        if exchange.path not in results:
            results[exchange.path] = await inner(exchange)
        return results[exchange.path]

    return fault


def _misordered(first: str, second: str) -> Fault:
    """Report another fault than the first one if a request has both."""
    marks = {
        "image-missing": lambda body: b'name="image"' not in body,
        "image": lambda body: b"no picture" in body,
        "unknown-field": lambda body: b"surprise" in body,
        "model": lambda body: b"no-such-model" in body,
        "n": lambda body: b"\r\n\r\n11\r\n" in body,
        "size": lambda body: b"1024x1536" in body,
        "response_format": lambda body: b"\r\n\r\nx\r\n" in body,
    }

    def change(exchange: Exchange, answer: Answer) -> Answer:
        if not (marks[first](exchange.body) and marks[second](exchange.body)):
            return answer
        body = json.loads(answer.body)
        body["error"]["message"] = "the other fault"
        return replace(answer, body=json.dumps(body).encode())

    return responding(change)


def _key_in_message(exchange: Exchange, answer: Answer) -> Answer:
    if answer.status != 401:
        return answer
    body = json.loads(answer.body)
    body["error"]["message"] += exchange.headers.get("authorization", "")
    return replace(answer, body=json.dumps(body).encode())


def _streamed_error(exchange: Exchange, answer: Answer) -> Answer:
    if b'name="stream"' not in exchange.body or answer.status == 200:
        return answer
    return Answer(200, {"content-type": "text/event-stream"}, b"data: " + answer.body + b"\n\n")


def _no_done(_: Exchange, answer: Answer) -> Answer:
    kept = answer.body.rstrip(b"\n").rpartition(b"\n\n")[0] + b"\n\n"
    stream = answer.headers.get("content-type", "").startswith("text/event-stream")
    return replace(answer, body=kept) if stream else answer


def _no_completed(_: Exchange, answer: Answer) -> Answer:
    stream = answer.headers.get("content-type", "").startswith("text/event-stream")
    changed = answer.body.replace(b".completed", b".finished")
    return replace(answer, body=changed) if stream else answer


def _field(name: bytes, value: bytes) -> bytes:
    return b'name="%b"\r\n\r\n%b\r\n' % (name, value)


def _as_base64(body: dict[str, Any]) -> None:
    for item in body["data"]:
        if "b64_json" in item:
            item["b64_json"] = "data:image/png;base64," + item["b64_json"]


def _relative(body: dict[str, Any]) -> None:
    for item in body["data"]:
        if "url" in item:
            item["url"] = re.sub(r"^http://[^/]+", "", item["url"])


def _without_default(body: dict[str, Any]) -> None:
    if body.get("object") == "list":
        body["data"] = [model for model in body["data"] if model["id"] != "dall-e-2"]


SIZE = b'name="size"\r\n\r\n%dx%d'
FAULTS: dict[str, Fault] = {
    "fields.image": answering(lambda e: e.method == "POST" and b'name="size"' not in e.body, 400),
    "fields.n.default": defaulting(b"n", b"2"),
    "fields.n.most": refusing(_field(b"n", b"10")),
    "fields.response_format.default": defaulting(b"response_format", b"b64_json"),
    "fields.response_format.url": rewriting(
        _field(b"response_format", b"url"), _field(b"response_format", b"b64_json")
    ),
    "fields.response_format.b64_json": rewriting(
        _field(b"response_format", b"b64_json"), _field(b"response_format", b"url")
    ),
    "fields.size.default": defaulting(b"size", b"512x512"),
    "fields.size.256": rewriting(SIZE % (256, 256), SIZE % (512, 512)),
    "fields.size.512": rewriting(SIZE % (512, 512), SIZE % (256, 256)),
    "fields.size.1024": rewriting(SIZE % (1024, 1024), SIZE % (256, 256)),
    "fields.model": refusing(_field(b"model", b"dall-e-2")),
    "fields.user": refusing(b'name="user"'),
    "fields.example": refusing(_field(b"user", b"user-1234")),
    "fields.image.below-4mb": answering(lambda e: len(e.body) > 3_000_000, 413),
    "fields.content-type": answering(lambda e: "charset" in e.headers["content-type"], 400),
    "fields.null": refusing(_field(b"n", b"null")),
    "fields.empty": refusing(_field(b"n", b"")),
    "reply.content-type": heading("content-type", "text/plain"),
    "reply.created": on_reply(lambda body: body.update(created=float(body["created"]))),
    "reply.data": on_reply(lambda body: body["data"][0].update(url="http://x", b64_json="eA==")),
    "reply.types": on_reply(lambda body: body.update(quality="standard")),
    "reply.plain": on_reply(lambda body: body.update(model="dall-e-2")),
    "result.url": on_reply(_relative),
    "result.png": heading("content-type", "application/octet-stream", "/results/"),
    "result.lifetime": _remembering(),
    "result.b64_json": on_reply(_as_base64),
    "result.inline": heading("content-disposition", "attachment", "/results/"),
    "result.signature": _remembering(),
    "result.distinct": on_reply(lambda body: body.update(data=[body["data"][0]] * 2)),
    **{f"errors.{name}": UNPROCESSABLE for name in errors.FAULTS},
    **{f"messages.{name}": REWORDED for name, fault in errors.FAULTS.items() if fault.message},
    **{
        f"order.{first}-{second}": _misordered(first, second)
        for first, second in zip(order.ORDER, order.ORDER[1:], strict=False)
    },
    "headers.request-id": heading("x-request-id", "req_1"),
    "headers.request-id.error": heading("x-request-id", None),
    "headers.processing-ms": heading("openai-processing-ms", "soon"),
    "headers.version": heading("openai-version", "2019-01-01"),
    "headers.cors": heading("access-control-allow-origin", None),
    "headers.preflight": answering(lambda e: e.method == "OPTIONS", 405),
    "keys.missing": without_header("authorization", f"Bearer {KEY}"),
    "keys.wrong": without_header("authorization", f"Bearer {KEY}"),
    "keys.missing.message": REWORDED,
    "keys.wrong.masked": responding(_key_in_message),
    "keys.basic": answering(lambda e: e.headers.get("authorization", "").startswith("Basic"), 401),
    "paths.unknown": UNPROCESSABLE,
    "paths.method": UNPROCESSABLE,
    "models.list": editing(_without_default),
    "models.retrieve": answering(lambda e: e.path.endswith("/models/dall-e-2"), 500),
    "models.unknown": on_error(lambda error: error.update(code=None)),
    **{
        f"clients.{name}": refusing(body().partition(b"\r\n\r\n")[2])
        for name, (_, _, body) in clients.FORMS.items()
    },
    "clients.node.buffer": answering(lambda e: b'name="image[' in e.body, 500),
    "bodies.chunked": answering(lambda e: "transfer-encoding" in e.headers, 411),
    "bodies.pieces": answering(lambda e: e.pieces > 5, 400),
    "bodies.expect": refuse_expectations,
    "bodies.keep-alive": heading("connection", "close"),
    "bodies.empty": answering(lambda e: e.method == "POST" and not e.body, 500),
    "bodies.early": answering(lambda e: len(e.body) == 3_000_000, 500),
    "bodies.too-large.declared": nothing,
    "bodies.too-large.chunked": answering(lambda e: len(e.body) > 26_214_400, 200, PLAIN),
    "bodies.abandoned": fail_after_disconnects,
    "bodies.stalled": nothing,
    **{f"png.{name}": refusing(make()) for name, (_, make) in png.KINDS.items()},
    "png.damaged-text": refusing(sources.damaged_text()),
    "extensions.values": refusing(_field(b"strength", b"strong")),
    "extensions.bounds": answering(lambda e: b"no-such-value" in e.body, 200, PLAIN),
    "extensions.seed": rewriting(b'name="seed"', b'name="user"'),
    "extensions.output_format": heading("content-type", "image/png", "/results/"),
    "idempotency.replay": without_header("idempotency-key"),
    "idempotency.conflict": without_header("idempotency-key"),
    "idempotency.scope": without_header("idempotency-key", "the same"),
    "streaming.completed": responding(_no_completed),
    "streaming.done": responding(_no_done),
    "streaming.refused": responding(_streamed_error),
}
"""The fault that each check must find, by the id of the check."""
