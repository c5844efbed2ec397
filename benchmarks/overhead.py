"""What the server costs beyond HTTP itself: its median time against a bare echo of the same bytes.

Run: python benchmarks/overhead.py [--clients 1,32] [--seconds 3] [--rounds 5]

Two processes are asked in turn, by the same client, in one run: `diabelli serve` with everything
that it does for a request - key, limits, form, decoding, hashes, threads, ledger, metrics, log -
and an engine that has its picture ready; and FastAPI alone, which reads the same form and answers
with the same bytes. `--profile` tells where the time of the first one goes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np

from diabelli import pictures

HERE = Path(__file__).parent
PATH = "/v1/images/variations"
KEY = "sk-benchmark-0123456789abcdef"
BOUNDARY = b"----benchmark"
KINDS = {"small": (100_000, 256), "default": (1_500_000, 1024)}
"""Of each kind of request: the bytes of the source, and the side of the variation."""


def form(source: bytes, side: int) -> bytes:
    """A form as OpenAI's client sends it."""
    fields = {"n": "1", "response_format": "b64_json", "size": f"{side}x{side}", "user": "user-1"}
    head = b'--%b\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n'
    texts = [head % (BOUNDARY, name.encode(), b"", fields[name].encode()) for name in fields]
    file = b'; filename="a.png"\r\nContent-Type: image/png'
    return b"".join([*texts, head % (BOUNDARY, b"image", file, source), b"--%b--\r\n" % BOUNDARY])


def request_of(kind: str) -> bytes:
    """The bytes of one request."""
    source_bytes, side = KINDS[kind]
    body = form(heavy(source_bytes), side)
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: benchmark\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY.decode()}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def heavy(size: int) -> bytes:
    """A PNG of that many bytes that is decoded in no time: few pixels and a chunk of ballast."""
    coarse = np.random.default_rng(2).integers(0, 256, (8, 8, 3), np.uint8)
    picture = pictures.encode(np.kron(coarse, np.ones((8, 8, 1), np.uint8)), "png")
    end = len(picture) - 12
    ballast = b"baLt" + bytes(size - len(picture) - 12)
    chunk = struct.pack(">I", len(ballast) - 4) + ballast + struct.pack(">I", zlib.crc32(ballast))
    return picture[:end] + chunk + picture[end:]


async def ask(port: int, request: bytes, until: float, times: list[float]) -> bytes:
    """Ask again and again on one connection; note the seconds of each time, return the answer."""
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


async def times_of(port: int, request: bytes, clients: int, seconds: float) -> list[float]:
    """The seconds of each request while so many clients ask."""
    times: list[float] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(ask(port, request, until, times) for _ in range(clients)))
    return times


@dataclass(frozen=True, slots=True)
class Running:
    """A server that runs."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """The CPU seconds that it has taken so far, all its threads together."""
        told = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def started(command: list[str], folder: Path, **told: str) -> Iterator[Running]:
    """A server while it runs, from when it says where."""
    log = folder / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=folder, stdout=file, stderr=file, env=os.environ | told
        )
    try:
        while not (found := re.search(r"on http://127\.0\.0\.1:(\d+)", log.read_text())):
            if process.poll() is not None:
                raise RuntimeError(log.read_text())
            time.sleep(0.05)
        yield Running(int(found[1]), process.pid)
    finally:
        process.terminate()
        process.wait()


def serve_echo(reply: Path) -> None:
    """FastAPI alone: read the form, answer with the bytes in the file."""
    import uvicorn
    from fastapi import FastAPI, File, Form, Response, UploadFile

    content = reply.read_bytes()
    app = FastAPI()

    async def echo(
        image: UploadFile = File(),  # noqa: B008
        n: int = Form(1),
        response_format: str = Form("url"),
        size: str = Form("1024x1024"),
        user: str = Form(""),
    ) -> Response:
        await image.read()
        return Response(content, media_type="application/json")

    echo.__annotations__ |= {"image": UploadFile, "n": int, "return": Response}
    app.add_api_route(PATH, echo, methods=["POST"])
    uvicorn.run(app, port=0, http="h11")


@dataclass(slots=True)
class Measured:
    """What one server took: the seconds of each request, and CPU seconds in all."""

    server: Running
    times: list[float] = field(default_factory=list)
    cpu_s: float = 0.0

    def add(self, request: bytes, clients: int, seconds: float) -> None:
        """Ask it for so long."""
        before = self.server.cpu_s()
        self.times += asyncio.run(times_of(self.server.port, request, clients, seconds))
        self.cpu_s += self.server.cpu_s() - before

    @property
    def median_ms(self) -> float:
        """Of the requests, from the first byte sent to the last one received."""
        return 1000 * median(self.times)

    @property
    def cpu_ms(self) -> float:
        """Of one request, on average."""
        return 1000 * self.cpu_s / len(self.times)


def measured(kind: str, counts: list[int], seconds: float, rounds: int) -> None:
    """Print a line for each number of clients."""
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
            one, other = Measured(bare), Measured(ours)
            for _ in range(rounds):
                one.add(request, clients, seconds)
                other.add(request, clients, seconds)
            print(
                f"{kind:8} {len(request):9} {len(reply):9} {clients:7} "
                f"{one.median_ms:8.2f} {other.median_ms:8.2f} {other.median_ms / one.median_ms:6.2f}"
                f" {one.cpu_ms:12.2f} {other.cpu_ms:12.2f}",
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
    asked = parser.parse_args()
    if asked.echo:
        serve_echo(asked.echo)
        return
    print("request   bytes in bytes out clients  echo ms  ours ms  ratio  echo CPU ms  ours CPU ms")
    for kind in asked.kinds.split(","):
        measured(kind, [int(n) for n in asked.clients.split(",")], asked.seconds, asked.rounds)


if __name__ == "__main__":
    main()
