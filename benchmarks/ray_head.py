"""A Ray cluster of one node on a loopback address, which requires a token."""

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
from pathlib import Path

import diabelli

ADDRESS = "127.0.0.2"
LOCK = Path(tempfile.gettempdir()) / "diabelli-ray-head.lock"
PACKAGE = Path(diabelli.__file__).parents[1]


@contextmanager
def running_head(folder: Path, engines: Path, cpus: int = 2) -> Iterator[str]:
    """Start the node with the token of this process; yield host and port.

    All its processes end with the context. Other processes wait until then for their node.

    Args:
        folder: for the log.
        engines: folder of the modules that replicas import, besides this package.
        cpus: number of CPU cores that the node states.
    """
    with socket.socket() as free:
        free.bind((ADDRESS, 0))
        port = free.getsockname()[1]
    command = [
        *(str(Path(sys.executable).with_name("ray")), "start", "--head", "--block"),
        *("--node-ip-address", ADDRESS, "--port", str(port), "--num-cpus", str(cpus)),
        *("--include-dashboard=false", "--object-store-memory", "100000000"),
        "--disable-usage-stats",
    ]
    with LOCK.open("w") as lock, (folder / "head.log").open("wb") as log:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (PACKAGE, engines)))},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_until_it_runs(process, folder / "head.log")
            yield f"{ADDRESS}:{port}"
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_until_it_runs(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while b"Ray runtime started" not in log.read_bytes():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)
