"""Overhead of an upstream engine: latency and CPU compared with direct calls of its server.

Run: python benchmarks/bridge.py [--clients 1,32] [--seconds 5] [--rounds 3] [--calls 1000]

One `diabelli serve` has an engine that returns a prepared picture of 512x512; a second one uses the
first as its upstream. One client sends the same requests to both alternately. The bridge decodes
the source, encodes it for the upstream, decodes the result and encodes it with the mark. The CPU
time of these four steps is measured separately ("pictures") and subtracted from that of the bridge
("rest"). CPU time depends less on other load of the machine than latency.
The last line compares the memory of the bridge after 100 and after all further calls.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from diabelli import pictures
from diabelli.engines.upstream.picture_exchange import decode_result, encode_source
from overhead import KEY, Measured, times_of
from serving import started
from stub import canned
from wires import BOUNDARY, PATH, form

HERE = Path(__file__).parent
SIDE = 512
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
    body = form(fields, canned(SIDE, SIDE).encode())
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


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


def resident_mib(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def compare(direct: Measured, bridge: Measured, n: int, clients: int) -> None:
    """Print one line of the table, in milliseconds for each picture."""
    work = pictures_ms(n) / n
    added, cpu = (bridge.median_ms - direct.median_ms) / n, bridge.cpu_ms / n
    print(
        f"{n:2} {clients:7} {direct.median_ms / n:9.2f} {bridge.median_ms / n:9.2f} {added:9.2f}"
        f" {cpu:9.2f} {work:9.2f} {cpu - work:9.2f}",
        flush=True,
    )


def main() -> None:
    """Print the table and the memory."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clients", default="1,32", help="(%(default)s)")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each round (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="(%(default)s)")
    parser.add_argument("--calls", type=int, default=1000, help="for the memory (%(default)s)")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]
        serve = [str(HERE / "stub.py"), "serve", "--port", "0"]
        key = {"DIABELLI_API_KEYS": KEY, "UPSTREAM_KEY": KEY, "DIABELLI_QUEUE": "512"}
        upstream = stack.enter_context(started(serve, folders[0], DIABELLI_ENGINE="canned", **key))
        (folders[1] / "diabelli.toml").write_text(SETTINGS.format(port=upstream.port))
        front = stack.enter_context(started(serve, folders[1], **key))
        print("            latency, ms per picture           CPU of the bridge, ms per picture")
        print(" n clients    direct    bridge     added       all  pictures      rest")
        for n in (1, 4):
            for clients in (int(count) for count in asked.clients.split(",")):
                direct, bridge = (Measured(one, request_of(n)) for one in (upstream, front))
                for _ in range(asked.rounds):
                    for one in (direct, bridge):
                        one.add(clients, asked.seconds)
                compare(direct, bridge, n, clients)
        memory = [
            measure_memory(front.port, front.process.pid, calls) for calls in (100, asked.calls)
        ]
        first, last = memory
        print(f"memory after 100 calls: {first:.1f} MiB, after {asked.calls} more: {last:.1f} MiB")


def measure_memory(port: int, pid: int, calls: int) -> float:
    """Return the resident memory in MiB after that many calls of one client."""
    done = 0
    while done < calls:
        done += len(asyncio.run(times_of(port, request_of(1), 1, 2.0)))
    return resident_mib(pid)


if __name__ == "__main__":
    main()
