"""A Ray cluster on loopback addresses, which requires a token."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import diabelli

ADDRESS = "127.0.0.2"
LOCK = Path(tempfile.gettempdir()) / "diabelli-ray-head.lock"
"""Lets one process at a time run a cluster at `ADDRESS`."""
PLACE = "place"
"""A resource of each node, so that replicas that need one run on different nodes."""
PACKAGE = Path(diabelli.__file__).parents[1]


def free_port() -> int:
    """Return a port on which nothing listens at the moment."""
    with socket.socket() as free:
        free.bind((ADDRESS, 0))
        return int(free.getsockname()[1])


@contextmanager
def running_head(
    folder: Path, engines: Path, cpus: int = 2, client_port: int | None = None
) -> Iterator[str]:
    """Start the head with the token of this process; yield host and port.

    All its processes end with the context. Until then, other processes cannot start a head.

    Args:
        folder: for the log.
        engines: folder of the modules that replicas import, besides this package.
        cpus: number of CPU cores that the node states.
        client_port: port of Ray Client; Ray's default if None.
    """
    port = free_port()
    words = [
        *("--head", "--node-ip-address", ADDRESS, "--port", str(port), "--num-cpus", str(cpus)),
        "--include-dashboard=false",
    ]
    if client_port:
        words += ["--ray-client-server-port", str(client_port)]
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with _running(words, folder / "head.log", engines):
            yield f"{ADDRESS}:{port}"


@contextmanager
def running_node(address: str, own: str, folder: Path, engines: Path) -> Iterator[Node]:
    """Start another node with one CPU core.

    Args:
        address: host and port of the head.
        own: loopback address of the node.
        folder: for the log.
        engines: as for the head.
    """
    words = ["--address", address, "--node-ip-address", own, "--num-cpus", "1"]
    with _running(words, folder / f"{own}.log", engines) as node:
        yield node


@dataclass(frozen=True)
class Node:
    """The processes of a node."""

    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """Kill all of them at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def _running(words: list[str], path: Path, engines: Path) -> Iterator[Node]:
    """Run `ray start` in a new session; all its processes end with the context."""
    command = [
        *(str(Path(sys.executable).with_name("ray")), "start", "--block", "--disable-usage-stats"),
        *("--object-store-memory", "100000000", "--resources", f'{{"{PLACE}": 1}}', *words),
    ]
    with path.open("wb") as log:
        process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (PACKAGE, engines)))},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        node = Node(process)
        try:
            # Of two nodes that start at the same time on one machine, one fails.
            _wait_until_it_runs(process, path)
            yield node
        finally:
            node.kill()


def _wait_until_it_runs(process: subprocess.Popen[bytes], log: Path) -> None:
    """Block until the log says that the node runs; raise AssertionError after 60 s."""
    deadline = time.monotonic() + 60
    while b"Ray runtime started" not in log.read_bytes():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)
