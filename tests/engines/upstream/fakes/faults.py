"""Faults of the transport and of proxies, for any fake server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass
class Faults:
    """Switches; a test sets them before a request.

    Attributes:
        paths: requests whose path contains one of these are affected.
        count: how many of them; later requests are answered as usual.
        status, headers, body: the reply instead of the application's; a status of 0 means the
            application's reply.
        padding: bytes before the application's body, as KoboldCpp keeps a connection alive.
        drip_s: seconds between the bytes of the body.
        endless: repeat the body without end.
        drop: close the connection, `before` or `after` the application has done the work, or in
            the `middle` of its reply.
        silent: never answer.
    """

    paths: tuple[str, ...] = ("",)
    count: int = 1_000_000
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    padding: bytes = b""
    drip_s: float = 0.0
    endless: bool = False
    drop: str = ""
    silent: bool = False

    def set(self, **switches: Any) -> None:
        """Reset all switches, then set these."""
        for name, value in (vars(Faults()) | switches).items():
            setattr(self, name, value)

    def error(self, status: int, content: Any, *, count: int = 1_000_000, **headers: str) -> None:
        """Reply with a status and JSON; an underscore in a header's name stands for a dash."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = json.dumps(content).encode()
        self.set(status=status, body=body, count=count, headers=named)


@dataclass
class Seen:
    """One request that reached the server.

    Attributes:
        method, path, query, headers: as received.
        done: whether it was answered completely.
    """

    method: str
    path: str
    query: str
    headers: Headers
    done: bool = False


class Faulty:
    """ASGI middleware: records requests and applies the switches.

    Attributes:
        faults: the switches.
        seen: the HTTP requests so far.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.faults = Faults()
        self.seen: list[Seen] = []

    def calls(self, path: str) -> list[Seen]:
        """Return the requests whose path ends so."""
        return [each for each in self.seen if each.path.endswith(path)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        query = scope["query_string"].decode()
        seen = Seen(scope["method"], scope["path"], query, Headers(scope=scope))
        self.seen.append(seen)
        faults = self.faults
        if faults.count < 1 or not any(part in scope["path"] for part in faults.paths):
            await self.app(scope, receive, send)
        else:
            faults.count -= 1
            await self._spoil(faults, scope, receive, send)
        seen.done = True

    async def _spoil(self, faults: Faults, scope: Scope, receive: Receive, send: Send) -> None:
        transport = send.__self__.transport  # type: ignore[attr-defined]  # uvicorn's
        if faults.drop == "before":
            transport.abort()
            return
        messages: list[Message] = []

        async def collect(message: Message) -> None:
            messages.append(message)

        if faults.status:
            await _read(receive)
        else:
            await self.app(scope, receive, collect)
        while faults.silent:
            await asyncio.sleep(0.05)
        if faults.drop == "after":
            transport.abort()
            return
        start, body = self._reply(faults, messages)
        await send(start)
        if faults.drop == "middle":
            await send(_part(body[: len(body) // 2], more=True))
            transport.abort()
            return
        await self._body(faults, faults.padding + body, send)

    def _reply(self, faults: Faults, messages: list[Message]) -> tuple[Message, bytes]:
        if faults.status:
            raw = [(name.encode(), value.encode()) for name, value in faults.headers.items()]
            raw.append((b"content-type", b"application/json"))
            return {"type": "http.response.start", "status": faults.status, "headers": raw}, (
                faults.body
            )
        start = messages[0]
        headers = [pair for pair in start["headers"] if pair[0] != b"content-length"]
        body = b"".join(each.get("body", b"") for each in messages[1:])
        return {**start, "headers": headers}, body

    async def _body(self, faults: Faults, body: bytes, send: Send) -> None:
        if faults.drip_s:
            for at in range(len(body)):
                await send(_part(body[at : at + 1], more=True))
                await asyncio.sleep(faults.drip_s)
            body = b""
        while faults.endless:
            await send(_part(body.ljust(65536, b" "), more=True))
            # Nothing waits once the client has left: without a pause its leaving goes unnoticed.
            await asyncio.sleep(0)
            # uvicorn ignores a body for a closed connection.
            if send.__self__.disconnected:  # type: ignore[attr-defined]
                return
        await send(_part(body, more=False))


def _part(body: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def _read(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        pass
