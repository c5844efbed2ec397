"""HTTP/1.1 over h11, stricter than uvicorn's protocol and with time-outs.

h11 alone accepts some heads that another server may parse differently. Behind a proxy, such a
difference lets a request hide inside the body of another one, so every ambiguous head is refused.
uvicorn alone waits without limit for the rest of a head and for a client that reads nothing.
"""

from __future__ import annotations

import asyncio
import os
import re
import resource
import sys
from contextlib import suppress
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from diabelli.api.errors import responses

MAX_HEAD_BYTES = 16_384
"""Bytes of a request line with its header fields, beyond which the answer is 431."""
MAX_CHUNK_OVERHEAD = 2_048
"""Bytes of chunk framing beyond the payload; parsing it costs far more time than parsing data."""
READ_BYTES = 4_096
"""Bytes per read of a head or of small chunks: bounds the time that a connection holds the event
loop."""
LARGE_CHUNKS_READ_BYTES = 65_536
"""Bytes per read of large chunks, at most; reached by doubling from `READ_BYTES`."""
LARGE_CHUNK_BYTES = 2_048
"""Least mean size of large chunks."""
BODY_READ_BYTES = 262_144
"""Bytes per read of a body of known length, which needs hardly any parsing; asyncio's default."""
CONNECTIONS_SHARE = 0.5
"""Connections at most, as a share of the files that the process may open; the others are for
pictures, the ledger and libraries."""
REASONS = {400: b"Bad Request", 431: b"Request Header Fields Too Large"}
_AMBIGUOUS = re.compile(rb"(?<!\r)\n|\r(?=[^\n])|\n[ \t]")
"""A line end that is not CR LF, or a folded line."""
_REPRESENTATION = re.compile(r":? (bytearray\()?b['\"].*", re.DOTALL)
"""Bytes of the client as Python shows them, at the end of a message of h11."""
_ABSOLUTE = re.compile(rb"https?://([^/?#]+)([^#]*)", re.IGNORECASE)
"""A target in absolute form: authority; path and query."""


class StrictConnection(h11.Connection):
    """h11's state machine of a server, without ambiguous heads and without excessive framing.

    Attributes:
        refusal: status and reason of the last protocol error.
        has_length: whether the body of the current request has a known length.
        pieces: number of events with payload since the last `receive_data`.
    """

    has_length = False
    pieces = 0
    refusal: tuple[int, str] = (400, "not an HTTP request")
    _overhead = 0

    def receive_data(self, data: bytes) -> None:
        """Add received bytes."""
        self._overhead += len(data)
        self.pieces = 0
        super().receive_data(data)

    def next_event(self) -> Any:
        """Return the next event; raises `h11.RemoteProtocolError` for refused requests."""
        in_head = self.their_state is h11.IDLE
        try:
            if in_head:
                reject_ambiguous_line_endings(self.trailing_data[0].partition(b"\r\n\r\n")[0])
            event = super().next_event()
            if isinstance(event, h11.Request):
                reject_ambiguous_framing(event)
                event = to_origin_form(event)
                self.has_length = any(name == b"content-length" for name, _ in event.headers)
            self._check_overhead(event)
        except h11.RemoteProtocolError as cause:
            too_long = in_head and cause.error_status_hint == 431
            self.refusal = (431 if too_long else 400, _REPRESENTATION.sub("", str(cause)))
            raise
        return event

    def _check_overhead(self, event: Any) -> None:
        """Bound the bytes of a body that are chunk framing, and not payload."""
        if isinstance(event, h11.Data):
            self.pieces += 1
            self._overhead -= 2 * len(event.data)
        elif isinstance(event, h11.Request):
            self._overhead = len(self.trailing_data[0])
        elif event is not h11.NEED_DATA:
            return
        if self.their_state is not h11.SEND_BODY or self._overhead <= MAX_CHUNK_OVERHEAD:
            return
        if self._overhead - len(self.trailing_data[0]) > MAX_CHUNK_OVERHEAD:
            raise h11.RemoteProtocolError(
                "the chunks of the body are too small: send at least as much data as framing"
            )


def reject_ambiguous_line_endings(head: bytes) -> None:
    """Raise for bare line feeds, folded lines and too many bytes in a head, or in a part of it."""
    if len(head) > MAX_HEAD_BYTES:
        raise h11.RemoteProtocolError(
            f"the head has more than {MAX_HEAD_BYTES} bytes", error_status_hint=431
        )
    if _AMBIGUOUS.search(head):
        raise h11.RemoteProtocolError("a line of the head is folded or does not end with CR LF")


def reject_ambiguous_framing(request: h11.Request) -> None:
    """Raise for a body with two lengths, and for versions other than HTTP/1.0 and HTTP/1.1."""
    if request.http_version not in (b"1.0", b"1.1"):
        raise h11.RemoteProtocolError("neither HTTP/1.0 nor HTTP/1.1")
    lengths = {bytes(name) for name, _ in request.headers}
    if b"transfer-encoding" not in lengths:
        return
    if b"content-length" in lengths:
        raise h11.RemoteProtocolError("both Content-Length and Transfer-Encoding")
    if request.http_version < b"1.1":
        raise h11.RemoteProtocolError("Transfer-Encoding before HTTP/1.1")


def to_origin_form(request: h11.Request) -> h11.Request:
    """Return a request with an absolute target in origin form, as RFC 9112 requires of servers.

    The authority of the target replaces the Host header.
    """
    absolute = _ABSOLUTE.fullmatch(request.target)
    if absolute is None:
        return request
    authority, path = absolute.groups()
    headers = [(name, authority if name == b"host" else value) for name, value in request.headers]
    return h11.Request(
        method=request.method,
        target=path if path.startswith(b"/") else b"/" + path,
        headers=headers,
        http_version=request.http_version,
    )


def max_connections() -> int:
    """Return the connections that a process may have at the same time."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if files == resource.RLIM_INFINITY else int(CONNECTIONS_SHARE * files)


class StrictH11Protocol(H11Protocol):
    """One connection; the value of uvicorn's option `http`."""

    head_timeout_s = 15.0
    """Seconds for a head, from its first byte; for a new connection, from its start."""
    stall_timeout_s = 30.0
    """Seconds between two checks that a client reads the response that waits for it."""
    least_read_rate = 4096
    """Bytes per second that a client must read while a response waits for it. A reply of 10 MB may
    take 40 minutes; a slower client would hold its pictures in memory for hours."""

    half_close_timeout_s = 0.25
    """Seconds for the response to a client that has closed its sending side. It may still read, or
    be gone: TCP shows the same, and the work of a client that is gone must end within a second."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn: StrictConnection = StrictConnection(h11.SERVER, MAX_HEAD_BYTES)
        self._chunks_read_bytes = READ_BYTES
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._idle_since = self.loop.time()
        self._is_half_closed = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer of the first head, and make room if there are too many connections."""
        super().connection_made(transport)
        if len(self.connections) > max_connections():
            self._close_longest_idle()
        self._limit_reads()
        self._start_header_timer()

    def on_response_complete(self) -> None:
        """Count the connection as idle from now on."""
        self._idle_since = self.loop.time()
        super().on_response_complete()
        if self._is_half_closed and self._is_idle():
            self.transport.close()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Close the connection; if a complete request is being answered, after a short time."""
        if self._is_idle() or self.conn.their_state is h11.SEND_BODY or self.scheme == "https":
            return False
        self._is_half_closed = True
        self.loop.call_later(self.half_close_timeout_s, self.transport.close)
        return True

    def _is_idle(self) -> bool:
        """Return whether no response is due."""
        return self.cycle is None or self.cycle.response_complete

    def _close_longest_idle(self) -> None:
        """Close the connection without a request for the longest time; this one if none has."""
        idle = [
            other
            for other in self.connections
            if isinstance(other, StrictH11Protocol)
            and other is not self
            and not other.transport.is_closing()
            and other._is_idle()
        ]
        min(idle, key=lambda other: other._idle_since, default=self).transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel all timers."""
        self._cancel_header_timer()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse the bytes; start or cancel the timer of the head."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._start_header_timer()
        else:
            self._cancel_header_timer()
        has_large_chunks = len(data) >= LARGE_CHUNK_BYTES * max(1, self.conn.pieces)
        doubled = min(2 * self._chunks_read_bytes, LARGE_CHUNKS_READ_BYTES)
        self._chunks_read_bytes = doubled if has_large_chunks else READ_BYTES
        self._limit_reads()

    def pause_writing(self) -> None:
        """Begin to check for progress, since the send buffer is full."""
        super().pause_writing()
        self._abort_if_stalled(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """Stop the checks, since the send buffer has room."""
        super().resume_writing()
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None

    def _should_upgrade(self) -> bool:
        """Return False: HTTP lets a server ignore the header, and uvicorn logs a warning for it."""
        return False

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002, uvicorn's
        """Refuse malformed HTTP with an error in OpenAI's format, and close the connection."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            status, reason = self.conn.refusal
            message = f"Invalid HTTP request: {reason}."
            body = responses.body(
                message=message, kind="invalid_request_error", param=None, code=None
            )
            head = h11.Response(
                status_code=status,
                reason=REASONS[status],
                headers=[
                    ("content-type", "application/json"),
                    ("content-length", str(len(body))),
                    ("x-content-type-options", "nosniff"),
                    ("connection", "close"),
                ],
            )
            for event in (head, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        if self.cycle is not None:
            # A route that still reads the body is notified as of a disconnect.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._discard_received()
        self.transport.close()

    def _discard_received(self) -> None:
        """Empty the receive buffer: closing with unread bytes would reset the connection."""
        with suppress(OSError):
            os.read(self.transport.get_extra_info("socket").fileno(), BODY_READ_BYTES)

    def _limit_reads(self) -> None:
        if not hasattr(self.transport, "max_size"):
            return
        if self.conn.their_state is not h11.SEND_BODY:
            self.transport.max_size = READ_BYTES
        elif self.conn.has_length:
            self.transport.max_size = BODY_READ_BYTES
        else:
            self.transport.max_size = self._chunks_read_bytes

    def _start_header_timer(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_timeout_s, self.transport.close)

    def _cancel_header_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _abort_if_stalled(self, waiting: int) -> None:
        """Abort the connection unless the client reads at the least rate, from `waiting` bytes."""
        read = round(self.least_read_rate * self.stall_timeout_s)

        def check() -> None:
            left = self.transport.get_write_buffer_size()
            if left > max(0, waiting - read):
                self.transport.abort()
            else:
                self._abort_if_stalled(left)

        self._stall_timer = self.loop.call_later(self.stall_timeout_s, check)
