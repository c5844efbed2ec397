"""Overhead of the server: median latency compared with a plain echo of the same size.

Run: python benchmarks/overhead.py [--clients 1,32] [--seconds 3] [--rounds 5]

Requests go to two processes alternately. `diabelli serve` does all parts of a request - key, form,
decoding, hashes, threads, ledger, metrics, log - with an engine that returns a prepared picture.
Plain FastAPI parses the same form as an `UploadFile`, and answers in two ways: with the same
picture as base64 in an object that it serialises ("echo"), and with the prepared bytes of the whole
reply ("bytes"). The source has few pixels in a large file, so that decoding is negligible. Other
load of the machine changes CPU time less than latency.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import re
import struct
import tempfile
import time
import zlib
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from diabelli import pictures
from serving import Running, started
from wires import PATH, form, with_head

HERE = Path(__file__).parent
KEY = "sk-benchmark-0123456789abcdef"
KINDS = {"small": (100_000, 256), "default": (1_500_000, 1024)}
"""Bytes of the source and side of the variation, by kind of request."""
BYTES = "/bytes"
"""Path at which the echo returns prepared bytes."""


def request_of(kind: str, path: str = PATH) -> bytes:
    """Return the bytes of one request of a kind in `KINDS`."""
    source_bytes, side = KINDS[kind]
    fields = {"n": "1", "response_format": "b64_json", "size": f"{side}x{side}", "user": "user-1"}
    return with_head(form(fields, heavy(source_bytes)), KEY, path)


def heavy(size: int) -> bytes:
    """Return a PNG of `size` bytes with few pixels and a chunk of ballast, which decodes fast."""
    coarse = np.random.default_rng(2).integers(0, 256, (8, 8, 3), np.uint8)
    picture = pictures.encode(np.kron(coarse, np.ones((8, 8, 1), np.uint8)), "png")
    end = len(picture) - 12
    ballast = b"baLt" + bytes(size - len(picture) - 12)
    chunk = struct.pack(">I", len(ballast) - 4) + ballast + struct.pack(">I", zlib.crc32(ballast))
    return picture[:end] + chunk + picture[end:]


async def ask(port: int, request: bytes, until: float, times: list[float]) -> bytes:
    """Repeat a request on one connection until a time; return the last body.

    Args:
        port: on the loopback address.
        request: with its head.
        until: of `time.perf_counter`; the request is sent at least once.
        times: the latencies are appended here, in seconds.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    body = b""
    while time.perf_counter() < until or not body:
        started = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if not head.startswith(b"HTTP/1.1 200") or length is None:
            raise RuntimeError(f"not an answer: {head!r}")
        body = await reader.readexactly(int(length[1]))
        times.append(time.perf_counter() - started)
    writer.close()
    return body


async def times_of(
    port: int, request: bytes, clients: int, seconds: float, spread_s: float = 0.0
) -> list[float]:
    """Return the latency of each request of `clients` concurrent clients, in seconds.

    Their first requests are spread evenly over `spread_s`.
    """
    times: list[float] = []
    until = time.perf_counter() + seconds

    async def one(index: int) -> None:
        await asyncio.sleep(spread_s * index / clients)
        await ask(port, request, until, times)

    await asyncio.gather(*(one(index) for index in range(clients)))
    return times


def serve_echo(reply: Path) -> None:
    """Serve plain FastAPI, which answers with the reply in a file, or with the reply's picture."""
    import uvicorn
    from fastapi import FastAPI, File, Form, UploadFile
    from fastapi.responses import Response

    content = reply.read_bytes()
    picture = base64.b64decode(json.loads(content)["data"][0]["b64_json"])
    app = FastAPI()

    async def echo(
        image: UploadFile = File(),  # noqa: B008
        n: int = Form(1),
        response_format: str = Form("url"),
        size: str = Form("1024x1024"),
        user: str = Form(""),
    ) -> dict[str, Any]:
        await image.read()
        encoded = base64.b64encode(picture).decode()
        return {"created": int(time.time()), "data": [{"b64_json": encoded}]}

    async def ready(
        image: UploadFile = File(),  # noqa: B008
        n: int = Form(1),
        response_format: str = Form("url"),
        size: str = Form("1024x1024"),
        user: str = Form(""),
    ) -> Response:
        await image.read()
        return Response(content, media_type="application/json")

    # FastAPI cannot resolve the string annotations of this module inside a function.
    echo.__annotations__ |= {"image": UploadFile, "n": int, "return": dict[str, Any]}
    ready.__annotations__ |= {"image": UploadFile, "n": int, "return": Response}
    app.add_api_route(PATH, echo, methods=["POST"])
    app.add_api_route(BYTES, ready, methods=["POST"])
    uvicorn.run(app, port=0, http="h11")


@dataclass(slots=True)
class Measured:
    """Measurements of one server: latency of each request, and total CPU seconds."""

    server: Running
    request: bytes
    spread_s: float = 0.0
    times: list[float] = field(default_factory=list)
    cpu_s: float = 0.0

    def add(self, clients: int, seconds: float) -> None:
        """Send requests for `seconds`."""
        before = self.server.cpu_s()
        self.times += asyncio.run(
            times_of(self.server.port, self.request, clients, seconds, self.spread_s)
        )
        self.cpu_s += self.server.cpu_s() - before

    @property
    def median_ms(self) -> float:
        """Return the median latency, from the first byte sent to the last one received."""
        return 1000 * median(self.times)

    @property
    def cpu_ms(self) -> float:
        """Return the mean CPU time of a request, in milliseconds."""
        return 1000 * self.cpu_s / len(self.times)


def compare(kind: str, counts: list[int], seconds: float, rounds: int) -> None:
    """Print a line for each number of clients.

    Args:
        kind: of request, in `KINDS`.
        counts: numbers of concurrent clients.
        seconds: duration of a round.
        rounds: of each server.
    """
    request = request_of(kind)
    with ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]
        ours = stack.enter_context(
            started(
                [str(HERE / "stub.py"), "serve", "--port", "0"],
                folders[0],
                DIABELLI_ENGINE="canned",
                DIABELLI_API_KEYS=KEY,
            )
        )
        reply = asyncio.run(ask(ours.port, request, 0, []))
        (folders[1] / "reply").write_bytes(reply)
        bare = stack.enter_context(
            started([str(HERE / "overhead.py"), "--echo", "reply"], folders[1])
        )
        for clients in counts:
            ready = Measured(bare, request_of(kind, BYTES))
            echo, own = Measured(bare, request), Measured(ours, request)
            for _ in range(rounds):
                for one in (ready, echo, own):
                    one.add(clients, seconds)
            print(
                f"{kind:8} {len(request):8} {len(reply):9} {clients:7}"
                + "".join(f"{one.median_ms:9.2f}" for one in (ready, echo, own))
                + f"{own.median_ms / echo.median_ms:10.2f}   "
                + "".join(f"{one.cpu_ms:9.2f}" for one in (ready, echo, own)),
                flush=True,
            )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--echo", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--clients", default="1,32", help="(%(default)s)")
    parser.add_argument("--kinds", default=",".join(KINDS), help="(%(default)s)")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each round (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="(%(default)s)")
    arguments = parser.parse_args()
    if arguments.echo:
        serve_echo(arguments.echo)
        return
    print(
        "request  bytes in bytes out clients   median: bytes, echo, ours  ours/echo   CPU: the same"
    )
    for kind in arguments.kinds.split(","):
        compare(
            kind,
            [int(n) for n in arguments.clients.split(",")],
            arguments.seconds,
            arguments.rounds,
        )


if __name__ == "__main__":
    main()
