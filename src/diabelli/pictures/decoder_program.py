"""The program of a decoder process: decodes the sources that a server sends, one after another.

It ends if the server closes its end of the channel, also because the server was killed.
"""

from __future__ import annotations

import resource
import select
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from diabelli.errors import DiabelliError
from diabelli.pictures.decoder import decode
from diabelli.pictures.decoder_channel import ChannelClosed, DecoderChannel
from diabelli.pictures.limits import DecodeLimits

_LONGEST_S = 300
"""Seconds after which the system ends a decoder whose server no longer can: 100 times as long as
the largest source takes."""
_OOM_SCORE = "500"
"""Counts as half of the machine's memory, so that a process of any usual size comes after it."""
_MAX_SOURCE_BYTES = 1 << 30
"""Bytes of the largest source that is received."""


def main(idle_s: float) -> None:
    """Decode sources from the socket at file descriptor 0; end after `idle_s` without any."""
    # A stopping server finishes its requests; systemd and terminals signal each of its processes.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    # If memory is short, the system should kill this process, not the server.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE)
    # A core file would contain the picture of a client.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    end = socket.socket(fileno=0)
    channel = DecoderChannel(end)
    try:
        while select.select([end], [], [], idle_s)[0]:
            head, data = channel.receive(_MAX_SOURCE_BYTES)
            # From here on, the source may be the reason why this process ends.
            channel.send({}, memoryview(b""))
            signal.alarm(_LONGEST_S)
            reply, image = _answer(head, data.tobytes())
            signal.alarm(0)
            channel.send(reply, image)
    except ChannelClosed:
        return


def _answer(head: Mapping[str, Any], data: bytes) -> tuple[dict[str, Any], memoryview]:
    """Return the image and its shape, or the exception that the server raises."""
    options = {**head["limits"], "formats": tuple(head["limits"]["formats"])}
    try:
        image = decode(data, DecodeLimits(**options), max_short_side=head["max_short_side"])
        return {"shape": image.shape}, np.ascontiguousarray(image).data
    except DiabelliError as fault:
        reply = {"error": type(fault).__name__, "args": fault.args, "attributes": vars(fault)}
        return reply, memoryview(b"")


if __name__ == "__main__":
    main(float(sys.argv[1]))
