"""`diabelli serve --workers 2`: one address, one storage and one ledger for all processes."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from api.wire import PATH
from faults.conftest import Start
from faults.serving import SOURCE, Process, aside, environment, until

pytestmark = pytest.mark.slow


def serving(process: Process) -> set[int]:
    """Return the process ids of the workers."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return {
        int(child)
        for child in children
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    }


def test_several_processes_serve_as_one(start: Start) -> None:
    """A link of one worker works at all of them, and each gets requests."""
    process = start("--workers", "2")
    process.open_gate()
    for seed in range(100, 200):
        link = process.ask("gate", seed=seed).json()["data"][0]["url"]
        assert httpx.get(link).status_code == 200
        makers = {path.name.rpartition("-")[2] for path in process.folder.glob("entered-*")}
        if len(makers) == 2:
            break
    assert {int(maker) for maker in makers} == serving(process)
    announced = [line for line in process.lines if "serves on" in line]
    assert len(announced) == 1


def test_a_signal_stops_all_workers(start: Start) -> None:
    """Running requests are finished, and the command ends with 0."""
    process = start("--workers", "2", threads=8)
    answers = [aside(lambda seed=seed: process.ask("gate", seed=seed)) for seed in range(1, 5)]
    until(lambda: len(list(process.folder.glob("entered-*"))) == 4)
    children = serving(process)
    process.send_signal(signal.SIGTERM)
    until(lambda: process.knock().status_code == 503)
    process.open_gate()
    assert [answer().status_code for answer in answers] == [200] * 4
    assert process.wait() == 0
    assert not any(Path(f"/proc/{child}").exists() for child in children)


def test_a_killed_process_is_replaced(start: Start) -> None:
    """Requests are served meanwhile, and the number of workers is restored."""
    process = start("--workers", "2")
    assert process.ask().status_code == 200
    before = serving(process)
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    until(lambda: victim not in serving(process) and len(serving(process)) == 2, 20)
    until(lambda: process.ask().status_code == 200)
    assert any("process.replaced" in line for line in process.lines)


def test_processes_end_with_their_parent(start: Start) -> None:
    """If the command is killed, its workers end."""
    process = start("--workers", "2")
    assert process.ask().status_code == 200
    children = serving(process)
    process.kill()
    until(lambda: not any(alive(child) for child in children), 10)


def test_an_orphan_frees_the_address_at_once(start: Start) -> None:
    """If the command is killed while a request runs, a new start gets the address immediately.

    The running request is still answered.
    """
    process = start("--workers", "2")
    port = process.url.rpartition(":")[2]
    answer = aside(lambda: process.ask("gate", seed=7))
    until(lambda: process.entered(7))
    process.send_signal(signal.SIGKILL)
    began = time.monotonic()
    until(lambda: _is_free(int(port)), 10)
    assert time.monotonic() - began < 5
    process.open_gate()
    assert answer().status_code == 200


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_worker_that_hangs_is_replaced(start: Start) -> None:
    """A stopped process sends no heartbeat; it is killed and replaced, and the others serve."""
    process = start("--workers", "2")
    assert process.ask().status_code == 200
    victim = min(serving(process))
    os.kill(victim, signal.SIGSTOP)
    until(lambda: victim not in serving(process), 90)
    until(lambda: len(serving(process)) == 2)
    until(lambda: process.ask().status_code == 200)
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0


def test_a_worker_that_cannot_be_started_is_started_later(start: Start) -> None:
    """While the parent has no file descriptor left, the other worker serves alone."""
    process = start("--workers", "2")
    assert process.ask().status_code == 200
    limits = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    held = len(os.listdir(f"/proc/{process.pid}/fd"))
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (held, limits[1]))
    os.kill(min(serving(process)), signal.SIGKILL)
    until(lambda: any("process.not_replaced" in line for line in process.lines), 30)
    assert any("Too many open files" in line for line in process.lines)
    until(lambda: process.ask().status_code == 200)
    assert len(serving(process)) == 1
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, limits)
    until(lambda: len(serving(process)) == 2)
    until(lambda: any("process.replaced" in line for line in process.lines))
    assert process.ask().status_code == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


def test_a_failed_start_is_reported_once(start: Start) -> None:
    """The exit code is that of a single process."""
    process = start("--workers", "2", models='{"x": "unheard-of"}')
    assert process.wait(30) == 2
    assert sum("no engine is called 'unheard-of'" in line for line in process.lines) == 1


def test_the_same_key_in_two_processes(start: Start) -> None:
    """An Idempotency-Key holds across processes, while the first request runs and afterwards."""
    process = start("--workers", "2")
    headers = {"Idempotency-Key": "a-key"}
    answers = [aside(lambda: process.ask("gate", headers=headers)) for _ in range(6)]
    until(lambda: list(process.folder.glob("entered-*")))
    time.sleep(0.5)
    process.open_gate()
    assert len({answer().content for answer in answers}) == 1
    assert len(list(process.folder.glob("entered-*"))) == 1


def test_the_claim_of_a_killed_process_expires(start: Start) -> None:
    """A repetition is served once the lease of the killed process has expired."""
    process = start("--workers", "2")
    headers = {"Idempotency-Key": "a-key"}
    lost = aside(lambda: process.ask("gate", headers=headers))
    (entered,) = until(lambda: list(process.folder.glob("entered-*")))
    os.kill(int(entered.name.rpartition("-")[2]), signal.SIGKILL)
    with pytest.raises(httpx.TransportError):
        lost()
    process.open_gate()
    began = time.monotonic()
    assert process.ask("gate", headers=headers, timeout=40).status_code == 200
    assert time.monotonic() - began < 20


def test_uvicorn_serves_the_factory(tmp_path: Path) -> None:
    """uvicorn's command uses the same settings, as documented."""
    command = (
        "uvicorn --workers 2 --http diabelli.api.http.strict_h11:StrictH11Protocol "
        "--no-server-header --factory"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", *command.split(), "--port", "0", "faults.asgi:create"],
        cwd=tmp_path,
        env=environment(tmp_path) | {"DIABELLI_AUTH": "no-auth"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        for line in process.stderr:
            if "running on" in line:
                url = line.partition("running on ")[2].split()[0]
                break
        until(lambda: _serves(url), 30)
        answer = httpx.post(url + PATH, files={"image": SOURCE}, data={"size": "256x256"})
        assert httpx.get(answer.json()["data"][0]["url"]).status_code == 200
        assert "server" not in answer.headers
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        process.stderr.close()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return False
    return True


def alive(number: int) -> bool:
    """Return whether that process exists and is no zombie."""
    try:
        status = Path(f"/proc/{number}/status").read_text()
    except FileNotFoundError:
        return False
    return "State:\tZ" not in status


def _serves(url: str) -> bool:
    try:
        return httpx.get(url + "/v1/models").status_code == 200
    except httpx.TransportError:
        return False
