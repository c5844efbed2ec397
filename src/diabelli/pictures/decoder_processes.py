"""Decoding in separate processes, for formats that Pillow decodes in one native call.

Such a call cannot be interrupted, and a fault in it would end the server. A process can be killed.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import asdict

from diabelli import errors
from diabelli.errors import DiabelliError, InvalidPicture, MemoryUnavailable
from diabelli.pictures.decoder import decode, decodes_in_one_step, require_memory
from diabelli.pictures.decoder_channel import ChannelClosed, DecoderChannel
from diabelli.pictures.interruption import Interrupt, proceed
from diabelli.pictures.limits import DecodeLimits, Image

_CHANNELS = 4
"""Channels of an image at most."""

_EXIT_S = 10
"""Seconds in which a process ends that has closed its channel."""

_log = logging.getLogger("diabelli.pictures")


class DecoderProcesses:
    """Starts processes when they are needed: one for each source that is decoded at a time.

    They are kept for the next sources, until they have been idle for `idle_s` seconds.
    """

    def __init__(self, idle_s: float = 600) -> None:
        self._idle_s = idle_s
        self._lock = threading.Lock()
        self._idle: list[_Process] = []

    def decode(
        self,
        data: bytes,
        limits: DecodeLimits,
        *,
        max_short_side: int | None = None,
        interrupt: Interrupt = proceed,
    ) -> Image:
        """Decode a source as `diabelli.pictures.decode`, but interruptible within 0.1 s.

        A file that crashes its decoder raises `InvalidPicture`.

        Raises:
            MemoryUnavailable: also if no process can be started, or the system kills it.
        """
        if not decodes_in_one_step(data, limits):
            return decode(data, limits, max_short_side=max_short_side, interrupt=interrupt)
        while True:
            process = self._take()
            try:
                result = process.decode(data, limits, max_short_side, interrupt)
            except _EndedBefore:
                process.kill()
                continue
            except BaseException:
                process.kill()
                raise
            with self._lock:
                self._idle.append(process)
            if isinstance(result, DiabelliError):
                raise result
            return result

    def close(self) -> None:
        """End the idle processes."""
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            process.kill()

    def _take(self) -> _Process:
        """Return a process that runs, the one that was used last if there is any."""
        with self._lock:
            while self._idle:
                process = self._idle.pop()
                if process.runs:
                    return process
                process.kill()
        try:
            return _Process(self._idle_s)
        except OSError as cause:
            raise MemoryUnavailable(
                f"no process can be started to decode the source: {cause.strerror}"
            ) from cause


def _environment() -> dict[str, str]:
    """Return the environment of a process."""
    return {
        **os.environ,
        # Modules come from the same folders as those of this process.
        "PYTHONPATH": os.pathsep.join(folder or os.curdir for folder in sys.path),
        # glibc then returns the memory of a large picture to the system: 64 MB remain, not 245.
        "MALLOC_MMAP_THRESHOLD_": str(1 << 20),
    }


class _EndedBefore(Exception):
    """A process that was idle has ended before it received the source."""


class _Process:
    """One process, which decodes one source at a time."""

    def __init__(self, idle_s: float) -> None:
        """Start it; raises `OSError` if the system refuses."""
        program = [sys.executable, "-P", "-W", "ignore", "-m", f"{__package__}.decoder_program"]
        ours, theirs = socket.socketpair()
        self._channel = DecoderChannel(ours)
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - a fixed command
                    [*program, str(idle_s)],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    env=_environment(),
                    # Ctrl-C in a terminal signals the server's group alone.
                    process_group=0,
                )
            except OSError:
                self._channel.close()
                raise
        self._has_decoded = False

    def decode(
        self, data: bytes, limits: DecodeLimits, max_short_side: int | None, interrupt: Interrupt
    ) -> Image | DiabelliError:
        """Return the image, or the exception that decoding raised.

        Raises:
            InvalidPicture: the process has crashed.
            MemoryUnavailable: the process was killed.
            _EndedBefore: another process can decode the source.
        """
        is_received = False
        head = {"limits": asdict(limits), "max_short_side": max_short_side}
        try:
            self._channel.send(head, memoryview(data), interrupt)
            self._channel.receive(0, interrupt)
            is_received = True
            reply, pixels = self._channel.receive(_CHANNELS * limits.max_pixels, interrupt)
        except ChannelClosed as cause:
            if self._has_decoded and not is_received:
                raise _EndedBefore from cause
            raise self._reason_of_end(limits) from cause
        self._has_decoded = True
        if "error" in reply:
            kind = getattr(errors, reply["error"])
            return errors.restore(kind, reply["args"], reply["attributes"])
        return pixels.reshape(reply["shape"])

    @property
    def runs(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End the process at once, and free what belongs to it."""
        self._process.kill()
        self._process.wait()
        self._channel.close()

    def _reason_of_end(self, limits: DecodeLimits) -> Exception:
        """Return the exception for a process that has closed its channel."""
        code = self._process.wait(_EXIT_S)
        if code == -signal.SIGKILL:
            return MemoryUnavailable(
                "the decoder was killed, as the system does if memory is short"
            )
        if code >= 0:
            _log.error("decoder.ended", extra={"exit_code": code})
            return MemoryUnavailable(f"a decoder process has ended with exit code {code}")
        name = signal.Signals(-code).name
        _log.warning("decoder.crashed", extra={"signal": name})
        try:
            require_memory(limits.max_pixels)
        except MemoryError:
            return MemoryUnavailable()
        return InvalidPicture(f"the source is damaged: its decoder ended by {name}", param="image")
