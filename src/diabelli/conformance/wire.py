"""HTTP/1.1 requests with full control over bytes, framing and timing."""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import h11

from diabelli.errors import InvalidParameter
from diabelli.net import split_url

MAX_REPLY_BYTES = 256 * 1024 * 1024
"""Bytes of a reply; above ten 1024x1024 PNGs in base64, and bounds the memory of a run."""
_READ_BYTES = 65536


class WireError(Exception):
    """No complete HTTP reply arrived; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens.

    Attributes:
        host, port: of the socket.
        tls: whether the connection is encrypted.
        authority: value of the `Host` header.
        path: path of the URL, without a final slash.
        query: with its question mark, or empty.
    """

    host: str
    port: int
    tls: bool
    authority: str
    path: str
    query: str = ""


def parse_url(url: str) -> Address:
    """Return the address of an absolute HTTP URL.

    Raises:
        InvalidParameter: it is not one.
    """
    parts = split_url(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidParameter(f"{url!r} is not a URL such as http://127.0.0.1:8000/v1")
    tls = parts.scheme == "https"
    return Address(
        parts.hostname,
        parts.port or (443 if tls else 80),
        tls,
        parts.netloc.rpartition("@")[2],
        parts.path.rstrip("/"),
        f"?{parts.query}" if parts.query else "",
    )


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete HTTP response; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """One connection for any number of requests in turn."""

    def __init__(self, address: Address, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._state = h11.Connection(h11.CLIENT)
        self._authority = address.authority
        try:
            self._socket = socket.create_connection((address.host, address.port), timeout_s)
            if address.tls:
                context = ssl.create_default_context()
                self._socket = context.wrap_socket(self._socket, server_hostname=address.host)
        except OSError as cause:
            where = f"{address.host}:{address.port}"
            raise WireError(f"no connection to {where}: {cause}") from cause

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection, also in the middle of a message."""
        self._socket.close()

    def send_head(self, method: str, target: str, headers: Mapping[str, str]) -> None:
        """Send the request line and the headers."""
        if self._state.our_state is h11.DONE:
            self._state.start_next_cycle()
        fields = [("Host", self._authority), *headers.items()]
        self._write(h11.Request(method=method, target=target, headers=fields))

    def send_body(self, pieces: Iterable[bytes], *, pause_s: float = 0) -> None:
        """Send the pieces of the body, each as a chunk if the body is chunked.

        A server may reply early: sending stops as soon as a reply arrives.
        """
        for piece in pieces:
            if self.readable(pause_s):
                return
            self._write(h11.Data(data=piece))
        self._write(h11.EndOfMessage())

    def send_part(self, piece: bytes) -> None:
        """Send a piece of the body; more may follow."""
        self._write(h11.Data(data=piece))

    def readable(self, wait_s: float) -> bool:
        """Return whether bytes of the server, or its end of the stream, arrive in that time."""
        return bool(select.select([self._socket], [], [], wait_s)[0])

    def receive(self, *, informational: bool = False) -> Reply:
        """Return the next response; 1xx responses are skipped unless they are asked for.

        Raises:
            WireError: it is incomplete, malformed or late.
        """
        deadline = time.monotonic() + self._timeout_s
        head: h11.Response | h11.InformationalResponse | None = None
        body = bytearray()
        while True:
            event = self._next_event(deadline)
            if isinstance(event, h11.InformationalResponse) and informational:
                return Reply(event.status_code, _decoded(event), b"")
            if isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > MAX_REPLY_BYTES:
                    raise WireError(f"the reply has more than {MAX_REPLY_BYTES} bytes")
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                return Reply(head.status_code, _decoded(head), bytes(body))
            elif isinstance(event, h11.ConnectionClosed):
                raise WireError("the connection was closed without a reply")

    def _next_event(self, deadline: float) -> Any:
        try:
            while (event := self._state.next_event()) is h11.NEED_DATA:
                self._socket.settimeout(max(0.001, deadline - time.monotonic()))
                self._state.receive_data(self._socket.recv(_READ_BYTES))
        except TimeoutError as cause:
            raise WireError(f"no complete reply within {self._timeout_s:g} s") from cause
        except OSError as cause:
            raise WireError(f"the connection failed: {cause}") from cause
        except h11.RemoteProtocolError as cause:
            raise WireError(f"the reply is not valid HTTP/1.1: {cause}") from cause
        return event

    def _write(self, event: Any) -> None:
        data = self._state.send(event)
        try:
            self._socket.settimeout(self._timeout_s)
            self._socket.sendall(data or b"")
        except (BrokenPipeError, ConnectionResetError):
            # The reply may have arrived before the reset; `receive` reports its absence.
            return
        except OSError as cause:
            raise WireError(f"the request could not be sent: {cause}") from cause


def _decoded(event: h11.Response | h11.InformationalResponse) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in event.headers}
