"""HTTP/1.1 as this server reads it: uvicorn's protocol over h11, made strict and impatient.

h11 alone reads some heads in a way that another server might not. Behind a proxy such a difference
lets a request hide inside the body of another one, so whatever can be read in two ways is refused.
And uvicorn alone waits for ever for the rest of a head, or for a client that takes no more bytes.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from diabelli.api.errors import responses

MAX_HEAD_BYTES = 16_384
_UNCLEAR = re.compile(rb"(?<!\r)\n|\r(?=[^\n])|\n[ \t]")
"""A line end that is not CR LF, or a line that goes on in the next one."""


class StrictConnection(h11.Connection):
    """h11's state machine for a server; refuses a head that could be read in two ways."""

    def next_event(self) -> Any:
        """The next event; raises h11's `RemoteProtocolError` for what is refused."""
        if self.their_state is h11.IDLE:
            reject_ambiguous_line_endings(self.trailing_data[0].partition(b"\r\n\r\n")[0])
        event = super().next_event()
        if isinstance(event, h11.Request):
            reject_ambiguous_framing(event)
        return event


def reject_ambiguous_line_endings(head: bytes) -> None:
    """Raise for bare line feeds, folded lines and too many bytes in a head, or in a part of it."""
    if len(head) > MAX_HEAD_BYTES:
        raise h11.RemoteProtocolError(f"a head of more than {MAX_HEAD_BYTES} bytes")
    if _UNCLEAR.search(head):
        raise h11.RemoteProtocolError("a line of the head is folded or does not end with CR LF")


def reject_ambiguous_framing(request: h11.Request) -> None:
    """Raise for a body of two lengths, and for versions other than those that are spoken here."""
    if request.http_version not in (b"1.0", b"1.1"):
        raise h11.RemoteProtocolError("neither HTTP/1.0 nor HTTP/1.1")
    lengths = {bytes(name) for name, _ in request.headers}
    if b"transfer-encoding" not in lengths:
        return
    if b"content-length" in lengths:
        raise h11.RemoteProtocolError("both Content-Length and Transfer-Encoding")
    if request.http_version < b"1.1":
        raise h11.RemoteProtocolError("Transfer-Encoding before HTTP/1.1")


class StrictH11Protocol(H11Protocol):
    """One connection. Give it to uvicorn as `http`."""

    head_timeout_s = 15.0
    """How long a head may take from its first byte, and a new connection to begin one."""
    stall_timeout_s = 30.0
    """Seconds between two checks that a client reads the response that waits for it."""
    least_read_rate = 4096
    """Bytes per second that a client must read while a response waits for it. A reply of 10 MB may
    take 40 minutes; a slower client would hold its pictures in memory for hours."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = StrictConnection(h11.SERVER, MAX_HEAD_BYTES)
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._start_header_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._cancel_header_timer()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take the bytes, and see whether a head is begun or complete."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._start_header_timer()
        else:
            self._cancel_header_timer()

    def pause_writing(self) -> None:
        """The client lags behind: begin to look whether it takes anything at all."""
        super().pause_writing()
        self._abort_if_stalled(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """The client has caught up."""
        super().resume_writing()
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP in the one shape of every error, and close."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = responses.body(message=msg, kind="invalid_request_error", param=None, code=None)
            head = h11.Response(
                status_code=400,
                reason=b"Bad Request",
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
            # A route that still reads this body is told what it would be told of a hang-up.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()

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
