"""Failing disks and ledgers: a clear error, no false success, and recovery."""

from __future__ import annotations

import shlex
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

from api.wire import check_error
from faults.conftest import Start
from faults.serving import Process, until

pytestmark = pytest.mark.slow

INSIDE = ["unshare", "--map-root-user", "--mount"]
"""Lets any user mount a file system that only the process sees."""

needs_mounts = pytest.mark.skipif(
    shutil.which("unshare") is None
    or subprocess.run([*INSIDE, "true"], check=False, capture_output=True).returncode != 0,
    reason="this system does not allow user mounts",
)


@pytest.fixture
def small_disk(start: Start, tmp_path: Path) -> Process:
    """A server with its data on a disk of 8 MB."""
    (tmp_path / "data").mkdir()
    script = 'mount -t tmpfs -o size=8m,mode=700 tmpfs data && exec "$@"'
    process = start(under=(*INSIDE, "sh", "-c", script, "sh"))
    assert process.ask().status_code == 200
    return process


def data_of(process: Process) -> Path:
    """Return its data directory, as seen by the process."""
    return Path(f"/proc/{process.pid}/root{process.folder}/data")


def mount(process: Process, command: str) -> None:
    """Change the mounts of the process, in its data directory."""
    inside = ["nsenter", "-t", str(process.pid), "--user", "--mount", "--preserve-credentials"]
    script = f"cd {shlex.quote(str(process.folder / 'data'))} && {command}"
    subprocess.run([*inside, "sh", "-c", script], check=True)


def fill(disk: Path) -> Path:
    """Write until the disk is full; return the file."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return ballast


def refused(process: Process) -> None:
    """Check that the server responds with a generic fault, and lives."""
    answer = process.ask()
    check_error(answer.status_code, answer.headers, answer.json(), 503, kind="server_error")
    assert int(answer.headers["retry-after"]) > 0
    assert httpx.get(process.url + "/health/live").status_code == 200


def pictures(data: Path) -> set[Path]:
    """Return every file of the storage, drafts included."""
    return set(data.glob("pictures/*/*")) | set(data.glob("pictures/*/.*"))


@needs_mounts
def test_a_full_disk(small_disk: Process) -> None:
    """A picture that does not fit leaves no file; with room again, requests succeed."""
    data = data_of(small_disk)
    ballast, before = fill(data), pictures(data)
    for _ in range(3):
        refused(small_disk)
    assert pictures(data) == before
    ballast.unlink()
    until(lambda: small_disk.ask().status_code == 200)
    assert any("No space left" in line for line in small_disk.lines)


@needs_mounts
def test_a_full_disk_under_several_processes(start: Start, tmp_path: Path) -> None:
    """No worker dies, because the shared metrics are mapped files on another disk."""
    (tmp_path / "data").mkdir()
    script = 'mount -t tmpfs -o size=8m,mode=700 tmpfs data && exec "$@"'
    process = start("--workers", "2", under=(*INSIDE, "sh", "-c", script, "sh"))
    assert process.ask().status_code == 200
    ballast = fill(data_of(process))
    for _ in range(6):
        refused(process)
    ballast.unlink()
    until(lambda: process.ask().status_code == 200)
    assert not any("process.replaced" in line for line in process.lines)
    assert "diabelli_requests_total" in httpx.get(process.url + "/metrics").text


@needs_mounts
def test_unstorable_work_is_timed(start: Start, tmp_path: Path) -> None:
    """A ledger on another disk records the duration of work that could not be stored."""
    (tmp_path / "data").mkdir()
    script = 'mount -t tmpfs -o size=8m,mode=700 tmpfs data && exec "$@"'
    ledger = tmp_path / "ledger.sqlite3"
    process = start(under=(*INSIDE, "sh", "-c", script, "sh"), ledger=f"sqlite:///{ledger}")
    assert process.ask().status_code == 200
    fill(data_of(process))
    refused(process)
    query = "SELECT engine_version, queued_ms, engine_ms, total_ms FROM entries WHERE status = 503"
    with closing(sqlite3.connect(ledger)) as other:
        (found,) = until(lambda: other.execute(query).fetchall())
    version, queued, engine, total = found
    assert version == "1"
    assert 0 <= queued < queued + engine <= total


@needs_mounts
def test_a_storage_that_becomes_read_only(small_disk: Process) -> None:
    """Links work, and new pictures are refused."""
    link = small_disk.ask().json()["data"][0]["url"]
    mount(small_disk, "mount --bind pictures pictures && mount -o remount,bind,ro pictures")
    refused(small_disk)
    assert httpx.get(link).status_code == 200
    # The server may be reading a file of it.
    mount(small_disk, "umount --lazy pictures")
    until(lambda: small_disk.ask().status_code == 200)


@needs_mounts
def test_a_start_on_a_read_only_disk(start: Start, tmp_path: Path) -> None:
    """The command prints one sentence and ends with the exit code for installation faults."""
    (tmp_path / "data").mkdir()
    script = 'mount -t tmpfs -o ro tmpfs data && exec "$@"'
    process = start(under=(*INSIDE, "sh", "-c", script, "sh"))
    assert process.wait(60) == 3
    said = "".join(process.lines)
    assert "diabelli:" in said
    assert "Traceback" not in said


def test_a_locked_ledger(start: Start, tmp_path: Path) -> None:
    """While another program locks the ledger, no request succeeds; afterwards all do."""
    process = start()
    assert process.ask().status_code == 200
    with closing(sqlite3.connect(tmp_path / "data" / "ledger.sqlite3")) as other:
        other.execute("BEGIN EXCLUSIVE")
        refused(process)
        other.rollback()
    until(lambda: process.ask().status_code == 200)


@pytest.mark.parametrize("lost", ["ledger.sqlite3", ""])
def test_a_lost_ledger(start: Start, tmp_path: Path, lost: str) -> None:
    """Without its file or directory no request succeeds; once restored, it is used again."""
    process = start()
    assert process.ask().status_code == 200
    path = tmp_path / "data" / lost
    path.rename(tmp_path / "elsewhere")
    for _ in range(2):
        refused(process)
    if path.exists():
        shutil.rmtree(path)
    (tmp_path / "elsewhere").rename(path)
    until(lambda: process.ask().status_code == 200)


def test_a_lost_storage(start: Start, tmp_path: Path) -> None:
    """Without its directory no picture is acknowledged; with it, all work."""
    process = start()
    assert process.ask().status_code == 200
    pictures = tmp_path / "data" / "pictures"
    pictures.rename(tmp_path / "elsewhere")
    refused(process)
    (tmp_path / "elsewhere").rename(pictures)
    until(lambda: process.ask().status_code == 200)


def test_a_kernel_that_raises(start: Start) -> None:
    """The response discloses nothing, the log has all, and the next request is served."""
    process = start()
    for _ in range(3):
        answer = process.ask("broken", n=2)
        check_error(answer.status_code, answer.headers, answer.json(), 500, kind="server_error")
        assert "kernel" not in answer.text
    assert process.ask().status_code == 200
    assert sum("IndexError: the kernel's own words" in line for line in process.lines) == 3
