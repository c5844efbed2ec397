"""Load test of a server: throughput, latency and correctness.

Run: python benchmarks/load.py [--seconds 120] [--clients 200] [--engine patch] [--workers 1]

A real `diabelli serve` gets requests of clients that are valid, invalid, slow, far too large,
disconnecting, or stalled. Each success is compared with its own source and seed, its links are
fetched, and its entry is looked up in the ledger. Exits with 1 on any fault: a 5xx other than 503,
a lost or mixed-up answer, a missing entry, more memory than 1 GiB, work that continues without a
client, or an unclean stop. Expected and received pictures of a wrong answer are kept, with its
headers and the server's log.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sqlite3
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from catalogue import Case, catalogue
from crowd import STALL_S, Seen, drive, pictures_of
from evidence import Evidence
from serving import Running, started
from wires import connected

HERE = Path(__file__).parent
CASES = 24
"""Number of different requests."""
MAX_MIB = 1024
"""Accepted peak of the server's resident memory."""


async def learn(port: int, cases: Sequence[Case], engine: str) -> None:
    """Send each case to the idle server, and store the expected answer."""
    for case in cases:
        async with connected(port) as wire:
            answer = await wire.ask(case.body())
            if answer.status != 200:
                raise RuntimeError(f"an idle server answers {answer.status}: {answer.body!r}")
            case.learn(answer, await pictures_of(wire, answer), engine)


def count_missing(data: Path, acknowledged: Sequence[str]) -> int:
    """Return the number of acknowledged requests without a success entry in the ledger."""
    with closing(sqlite3.connect(data / "ledger.sqlite3")) as ledger:
        rows = ledger.execute("SELECT request_id FROM entries WHERE status = 200")
        return len(set(acknowledged) - {row[0] for row in rows})


def comes_to_rest(port: int) -> bool:
    """Return whether the server is idle within 20 s after the last client left."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            text = answer.read().decode()
        if "\ndiabelli_in_flight 0.0" in text and "\ndiabelli_queue_depth 0.0" in text:
            return True
        time.sleep(0.2)
    return False


def report(seen: Seen, seconds: float, peak_mib: float) -> None:
    """Print the figures."""
    print(
        f"good answers {len(seen.good_s):7} in {seconds:.0f} s: {len(seen.good_s) / seconds:.1f}/s"
    )
    print(f"images       {seen.images:7}          {seen.images / seconds:.1f}/s")
    for name, times in (("good", seen.good_s), ("503", seen.refused_s)):
        line = "  ".join(f"p{p} {percentile(times, p):.3f}" for p in (50, 90, 99, 100))
        print(f"seconds, {name:4} {line}")
    print(f"peak RSS     {peak_mib:7.0f} MiB")
    for (kind, outcome), times in sorted(seen.outcomes.items()):
        print(f"  {kind:8} {outcome:5} {times:6}")
    for fault, times in seen.faults.most_common():
        print(f"  WRONG {times:6}: {fault}")


def percentile(times: Sequence[float], percent: int) -> float:
    """Return the percentile, 0..100; nan without values."""
    ranked = sorted(times)
    return ranked[min(len(ranked) - 1, len(ranked) * percent // 100)] if ranked else float("nan")


def under_load(
    server: Running, data: Path, clients: int, seconds: float, cases: list[Case], seen: Seen
) -> None:
    """Run the clients, then check the server; record all observations in `seen`."""
    asyncio.run(drive(server.port, cases, clients, seconds, seen))
    if not comes_to_rest(server.port):
        seen.faults["work continues without a client"] += 1
    if lost := count_missing(data, seen.acknowledged):
        seen.faults["an answer without an entry in the ledger"] += lost
    if server.peak_mib() > MAX_MIB:
        seen.faults[f"more than {MAX_MIB} MiB of memory"] += 1


def run(
    engine: str,
    workers: int,
    clients: int,
    seconds: float,
    folder: Path,
    evidence: Path,
    cases: int = CASES,
) -> Seen:
    """Start a server in that folder, run the clients, stop it, and print the figures.

    Args:
        engine: `patch`, or `roll` of `stub.py`.
        workers: processes of the server.
        clients: number of concurrent clients.
        seconds: time in which they send requests.
        folder: of the server.
        evidence: folder for the files of wrong answers; created at the first one.
        cases: number of different requests.
    """
    known = catalogue(cases)
    seen = Seen(Evidence(evidence, known))
    command = [str(HERE / "stub.py"), "serve", "--port", "0", "--workers", str(workers)]
    environment = {"DIABELLI_ENGINE": engine, "DIABELLI_BODY_TIMEOUT_S": str(STALL_S)}
    with started(command, folder, **environment) as server:
        asyncio.run(learn(server.port, known, engine))
        under_load(server, folder / "data", clients, seconds, known, seen)
        peak_mib = server.peak_mib()
    if server.process.returncode != 0:
        seen.faults[f"the server ended with {server.process.returncode}"] += 1
    if traces := server.log.read_text().count("Traceback"):
        seen.faults["a traceback in the log"] += traces
    report(seen, seconds, peak_mib)
    if evidence.exists():
        shutil.copy(server.log, evidence / "log")
        print(f"the files of wrong answers are in {evidence}")
    return seen


def main() -> None:
    """Run the load test and exit with 1 on any fault."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=120, help="(%(default)s)")
    parser.add_argument("--clients", type=int, default=200, help="(%(default)s)")
    parser.add_argument("--engine", default="patch", help="or `roll`, a stub (%(default)s)")
    parser.add_argument("--workers", type=int, default=1, help="processes (%(default)s)")
    arguments = parser.parse_args()
    evidence = Path(tempfile.gettempdir(), f"diabelli-load-{os.getpid()}")
    with tempfile.TemporaryDirectory() as folder:
        seen = run(
            arguments.engine,
            arguments.workers,
            arguments.clients,
            arguments.seconds,
            Path(folder),
            evidence,
        )
    sys.exit(bool(seen.faults))


if __name__ == "__main__":
    main()
