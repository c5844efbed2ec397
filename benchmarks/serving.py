"""Server processes, and the CPU time and memory of processes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Running:
    """A running server."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def cpu_s(self) -> float:
        """Return the CPU seconds of all its threads so far."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def peak_mib(self) -> float:
        """Return the peak resident memory of its largest process, in MiB."""
        pids = [self.process.pid, *_children(self.process.pid)]
        return max(memory_mib("VmHWM", pid) for pid in pids)


@contextmanager
def started(command: list[str], folder: Path, **environment: str) -> Iterator[Running]:
    """Start a server; yield it once it listens, and terminate it with the context.

    Args:
        command: arguments of the Python interpreter.
        folder: working directory of the server, and of its log.
        environment: variables, added to those of this process.

    Raises:
        RuntimeError: the server ended before it listened; the message is its log.
    """
    log = folder / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            stdout=file,
            stderr=file,
            env=os.environ | environment,
        )
    try:
        while not (found := re.search(r"on http://127\.0\.0\.1:(\d+)", log.read_text())):
            if process.poll() is not None:
                raise RuntimeError(log.read_text())
            time.sleep(0.05)
        yield Running(int(found[1]), process, log)
    finally:
        process.terminate()
        process.wait()


def memory_mib(field: str, pid: int | str = "self") -> float:
    """Return the memory of a process in MiB; 0 if it has ended. It needs Linux.

    Args:
        field: of /proc/PID/status: `VmRSS` for resident memory, `VmHWM` for its peak, `RssAnon` for
            the part that is not mapped from files.
        pid: "self" for this process.
    """
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def _children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children]
