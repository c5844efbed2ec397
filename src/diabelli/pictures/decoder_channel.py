"""Messages between a server and its decoder processes: a head in JSON, and a body of bytes.

Nothing is unpickled: a file that has taken over a decoder process cannot run code in the server.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diabelli.pictures.interruption import Interrupt, proceed

_SIZES = struct.Struct("=II")
"""Bytes of the head and of the body."""
_MAX_HEAD_BYTES = 1 << 16
_POLL_S = 0.05
"""Seconds between calls of `interrupt`; upper bound on the latency of a cancellation."""


class ChannelClosed(Exception):
    """The other end is closed, or it does not send messages."""


class DecoderChannel:
    """One end of a stream socket."""

    def __init__(self, end: socket.socket) -> None:
        end.settimeout(_POLL_S)
        self._socket = end

    def send(
        self,
        head: Mapping[str, Any],
        body: memoryview,
        interrupt: Interrupt = proceed,
    ) -> None:
        """Send a message.

        Args:
            head: values that JSON has.
            body: bytes, C-contiguous.
            interrupt: called while the other end is not ready; its exceptions end the wait.

        Raises:
            ChannelClosed: the other end is closed.
        """
        encoded = json.dumps(head).encode()
        self._send(memoryview(_SIZES.pack(len(encoded), body.nbytes) + encoded), interrupt)
        self._send(body.cast("B") if body.nbytes else body, interrupt)

    def receive(
        self, max_bytes: int, interrupt: Interrupt = proceed
    ) -> tuple[dict[str, Any], NDArray[np.uint8]]:
        """Block until a message has arrived; return its head and body.

        Args:
            max_bytes: size of the largest body that is accepted.
            interrupt: called while nothing arrives; its exceptions end the wait.

        Raises:
            ChannelClosed: the other end is closed, or the message is too large.
        """
        head_bytes, body_bytes = _SIZES.unpack(self._receive(_SIZES.size, interrupt).tobytes())
        if head_bytes > _MAX_HEAD_BYTES or body_bytes > max_bytes:
            raise ChannelClosed(f"a message of {head_bytes} + {body_bytes} bytes is too large")
        head: dict[str, Any] = json.loads(self._receive(head_bytes, interrupt).tobytes())
        return head, self._receive(body_bytes, interrupt)

    def close(self) -> None:
        """Close this end."""
        self._socket.close()

    def _send(self, rest: memoryview, interrupt: Interrupt) -> None:
        while rest:
            interrupt()
            try:
                rest = rest[self._socket.send(rest) :]
            except TimeoutError:
                continue
            except ConnectionError as cause:
                raise ChannelClosed from cause

    def _receive(self, count: int, interrupt: Interrupt) -> NDArray[np.uint8]:
        data = np.empty(count, np.uint8)
        rest = data.data
        while rest:
            interrupt()
            try:
                arrived = self._socket.recv_into(rest)
            except TimeoutError:
                continue
            except ConnectionError as cause:
                raise ChannelClosed from cause
            if not arrived:
                raise ChannelClosed
            rest = rest[arrived:]
        return data
