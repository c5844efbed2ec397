"""Overhead of an upstream engine: latency and CPU compared with direct calls of its server.

Run: python benchmarks/bridge.py [--wait 2] [--clients 1,32] [--seconds 6] [--rounds 3]
     [--calls 1000]

A small server returns prepared pictures of 512x512 after `--wait` seconds, like one with a GPU.
`diabelli serve` is the bridge: it uses this server as its upstream. Clients send the same requests
to both alternately, evenly spread over time.

The bridge decodes the source, encodes it for the upstream, decodes the results and encodes them
with the mark. The CPU time of these four steps ("pictures") is measured separately. The column
"besides" is the added latency minus this time, "rest" the CPU time of the bridge minus it. Other
load of the machine changes CPU time less than latency. With `--wait 0`, many clients measure the
throughput of the machine instead.

The last line compares the memory of the bridge after 500 calls and after all others.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import re
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from diabelli import pictures
from diabelli.engines.upstream.picture_exchange import decode_result, encode_source
from overhead import KEY, Measured, ask
from serving import memory_mib, started
from stub import canned
from wires import form, with_head

HERE = Path(__file__).parent
SIDE = 512
WARM_CALLS = 500
"""Calls after which buffers, caches and threads have the size of a busy server's."""
SETTINGS = """
engine = "bridge"

[engines.bridge]
kind = "upstream"
protocol = "openai-variations"
base_url = "http://127.0.0.1:{port}"
auth = {{ key_env = "UPSTREAM_KEY" }}
concurrency = 32
"""


def request_of(n: int) -> bytes:
    """Return the bytes of a request for `n` variations."""
    fields = {"n": str(n), "response_format": "b64_json", "size": f"{SIDE}x{SIDE}"}
    return with_head(form(fields, canned(SIDE, SIDE).encode()), KEY)


def pictures_ms(n: int, repetitions: int = 15) -> float:
    """Return the median CPU time of the work on pictures for one request, in milliseconds."""
    encoded = canned(SIDE, SIDE).encode()
    times = []
    for _ in range(repetitions):
        start = time.thread_time()
        encode_source(pictures.decode(encoded, pictures.OPENAI), SIDE, SIDE)
        for _ in range(n):
            pictures.encode(decode_result(encoded), "png")
        times.append(time.thread_time() - start)
    return 1000 * median(times)


def serve_pictures(wait_s: float) -> None:
    """Serve prepared pictures until the process ends; each request waits for `wait_s` seconds."""
    encoded = base64.b64encode(canned(SIDE, SIDE).encode()).decode()
    bodies = {
        n: json.dumps({"created": 1, "data": [{"b64_json": encoded}] * n}).encode() for n in (1, 4)
    }

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head_of(reader):
            length = re.search(rb"(?i)content-length: (\d+)", head)
            sent = await reader.readexactly(int(length[1]) if length else 0)
            if sent:
                await asyncio.sleep(wait_s)
            n = re.search(rb'name="n"\r\n\r\n(\d+)', sent)
            body = bodies[int(n[1])] if n else b'{"object": "list", "data": []}'
            kind = b"Content-Type: application/json\r\n"
            size = b"Content-Length: %d\r\n\r\n" % len(body)
            writer.write(b"HTTP/1.1 200 OK\r\n" + kind + size + body)
        writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, limit=1 << 22)
        port = server.sockets[0].getsockname()[1]
        print(f"listens on http://127.0.0.1:{port}", flush=True)
        await server.serve_forever()

    asyncio.run(serve())


async def _head_of(reader: asyncio.StreamReader) -> bytes:
    """Return the head of the next request; empty at the end of the connection."""
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


def compare(direct: Measured, bridge: Measured, n: int, clients: int) -> None:
    """Print one line of the table, in milliseconds for each picture."""
    work = pictures_ms(n) / n
    added, cpu = (bridge.median_ms - direct.median_ms) / n, bridge.cpu_ms / n
    print(
        f"{n:2} {clients:7} {direct.median_ms / n:9.2f} {bridge.median_ms / n:9.2f} {added:9.2f}"
        f" {added - work:9.2f} {cpu:9.2f} {work:9.2f} {cpu - work:9.2f}",
        flush=True,
    )


def main() -> None:
    """Print the table and the memory."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pictures", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--wait", type=float, default=2.0, help="of a request (%(default)s s)")
    parser.add_argument("--clients", default="1,32", help="(%(default)s)")
    parser.add_argument("--seconds", type=float, default=6.0, help="of each round (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="(%(default)s)")
    parser.add_argument("--calls", type=int, default=1000, help="for the memory (%(default)s)")
    arguments = parser.parse_args()
    if arguments.pictures:
        serve_pictures(arguments.wait)
        return
    with ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]
        small = [str(HERE / "bridge.py"), "--pictures", "--wait", str(arguments.wait)]
        upstream = stack.enter_context(started(small, folders[0]))
        (folders[1] / "diabelli.toml").write_text(SETTINGS.format(port=upstream.port))
        serve = [str(HERE / "stub.py"), "serve", "--port", "0"]
        key = {"DIABELLI_API_KEYS": KEY, "UPSTREAM_KEY": KEY, "DIABELLI_QUEUE": "512"}
        front = stack.enter_context(started(serve, folders[1], **key))
        Measured(front, request_of(1), arguments.wait).add(4, 1.0)
        print("            latency, ms per picture                     CPU of the bridge, the same")
        print(" n clients    direct    bridge     added   besides       all  pictures      rest")
        for n in (1, 4):
            for clients in (int(count) for count in arguments.clients.split(",")):
                direct, bridge = (
                    Measured(one, request_of(n), arguments.wait) for one in (upstream, front)
                )
                for _ in range(arguments.rounds):
                    for one in (direct, bridge):
                        one.add(clients, arguments.seconds)
                compare(direct, bridge, n, clients)
        memory = [
            measure_memory(front.port, front.process.pid, calls)
            for calls in (WARM_CALLS, arguments.calls)
        ]
        first, last = (f"{one:.1f} MiB" for one in memory)
        print(f"memory after {WARM_CALLS} calls: {first}, after {arguments.calls} more: {last}")


def measure_memory(port: int, pid: int, calls: int) -> float:
    """Return the resident memory in MiB after that many calls of 32 clients."""
    times: list[float] = []

    async def send() -> None:
        async def one() -> None:
            while len(times) < calls:
                await ask(port, request_of(1), 0, times)

        await asyncio.gather(*(one() for _ in range(32)))

    asyncio.run(send())
    return memory_mib("VmRSS", pid)


if __name__ == "__main__":
    main()
