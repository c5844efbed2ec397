"""Decoders that hang, crash or are killed end their own request only, and outlive no server."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image as Pillow

from api.wire import PATH
from faults.conftest import Start
from faults.serving import Process, aside, until
from oracles.picture_files import saved

pytestmark = pytest.mark.slow

SAMPLES = np.random.default_rng(1).integers(0, 256, (60, 80, 3), np.uint8)
WEBP = saved(Pillow.fromarray(SAMPLES), "WEBP")
LARGE = saved(Pillow.fromarray(np.full((4000, 4000, 3), 200, np.uint8)), "WEBP", method=0)
"""A source that takes a third of a second of CPU time."""


def vary(process: Process, source: bytes = WEBP) -> httpx.Response:
    """Request one small variation."""
    data = {"model": "shift", "size": "256x256"}
    return httpx.post(process.url + PATH, data=data, files={"image": source}, timeout=60)


def decoders(*parents: int) -> list[int]:
    """Return the running decoder processes of these processes."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if b"decoder_program" in words and parent in parents:
            found.append(int(folder.name))
    return found


def workers(process: Process) -> list[int]:
    """Return the server's worker processes."""
    every = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(pid) for pid in every if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def is_running(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def cpu_s(pid: int) -> float:
    """Return the CPU time of a process in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def crash(pid: int) -> None:
    """Let a stopped process die by a fault in native code."""
    os.kill(pid, signal.SIGSEGV)
    os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize(
    ("fault", "status", "reason"),
    [
        (lambda _: None, 503, "took_too_long"),
        (crash, 400, "invalid_picture"),
        (lambda pid: os.kill(pid, signal.SIGKILL), 503, "memory_unavailable"),
    ],
    ids=["it hangs", "it crashes", "it is killed"],
)
def test_a_fault_of_a_decoder_ends_its_request_only(
    start: Start, fault: Callable[[int], None], status: int, reason: str
) -> None:
    """The only thread is free afterwards, and the next source is decoded."""
    process = start(inputs="any", threads=1, deadline_s=5)
    assert vary(process).status_code == 200
    (decoder,) = decoders(process.pid)
    before = cpu_s(decoder)
    answer = aside(lambda: vary(process, LARGE))
    until(lambda: cpu_s(decoder) > before + 0.05)
    os.kill(decoder, signal.SIGSTOP)
    fault(decoder)
    assert answer().status_code == status
    until(lambda: f"error={reason}" in "".join(process.lines))
    assert vary(process).status_code == 200
    assert not is_running(decoder)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("number", [1, 3])
def test_no_decoder_outlives_its_server(start: Start, number: int, end: signal.Signals) -> None:
    """Also if the server is killed, or one of its workers."""
    process = start(inputs="any", workers=number)
    assert vary(process).status_code == 200
    serving = [process.pid] if number == 1 else workers(process)
    assert len(serving) == number

    def started() -> list[int]:
        assert vary(process).status_code == 200
        return decoders(*serving)

    found = until(lambda: (each := started()) and len(each) >= min(number, 2) and each)
    if number > 1:
        os.kill(serving[0], signal.SIGKILL)
    process.send_signal(end)
    process.wait(60)
    until(lambda: not any(map(is_running, found)))


def test_a_decoder_starts_where_nothing_can_be_written(start: Start, tmp_path: Path) -> None:
    """Neither the home folder nor the working directory need to be writable."""
    process = start(inputs="any", under=("env", "HOME=/proc", "TMPDIR=/proc", f"PWD={tmp_path}"))
    assert vary(process).status_code == 200
    assert decoders(process.pid)
