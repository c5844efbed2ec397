"""A data directory that becomes read-only: no lost result is acknowledged."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from api.wire import check_error
from faults.conftest import Start
from faults.serving import Process, until

pytestmark = pytest.mark.slow

BOUND = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Lets even root's programs write only where permissions let them."""


def run(*words: str | Path) -> bool:
    """Return whether that command succeeds."""
    if shutil.which(words[0]) is None:
        return False
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


def settle(process: Process) -> set[str]:
    """Return the ids of requests that a server with a read-only directory acknowledged.

    Pictures for a link are refused, links work, and the server reports its fault.
    """
    acknowledged = set()
    for _ in range(3):
        answer = process.ask()
        check_error(answer.status_code, answer.headers, answer.json(), 503, kind="server_error")
        assert int(answer.headers["retry-after"]) > 0
        # This one needs the ledger alone, whose files are open since the folder was writable.
        answer = process.ask(response_format="b64_json")
        assert answer.status_code in (200, 503)
        if answer.status_code == 200:
            acknowledged.add(answer.headers["x-request-id"])
    health = httpx.get(process.url + "/health/ready")
    assert health.status_code == 503
    assert "storage" in health.json()["failing"]
    for path in ("/health/live", "/metrics", "/v1/models"):
        assert httpx.get(process.url + path).status_code == 200
    assert any("the picture cannot be kept: " in line for line in process.lines)
    return acknowledged


def recorded(data: Path) -> set[str]:
    """Return the requests in the ledger, which must be intact."""
    with closing(sqlite3.connect(data / "ledger.sqlite3")) as ledger:
        assert ledger.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {row[0] for row in ledger.execute("SELECT request_id FROM entries")}


def test_a_directory_without_write_permission(start: Start, tmp_path: Path) -> None:
    """As by an operator's error; once it is corrected, the same server works."""
    if os.geteuid() == 0 and not run(*BOUND, "true"):
        pytest.skip("root writes everywhere here, and cannot be kept from it")
    data = tmp_path / "data"
    process = start(under=BOUND if os.geteuid() == 0 else ())
    link = process.ask().json()["data"][0]["url"]
    subprocess.run(["chmod", "-R", "a-w", data], check=True)
    try:
        acknowledged = settle(process)
        assert httpx.get(link).status_code == 200
    finally:
        subprocess.run(["chmod", "-R", "u+w", data], check=True)
    assert process.ask().status_code == 200
    until(lambda: httpx.get(process.url + "/health/ready").status_code == 200)
    assert acknowledged <= recorded(data)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A separate file system, mounted at `data`."""
    image, data = tmp_path / "disk", tmp_path / "data"
    data.mkdir()
    with image.open("wb") as file:
        file.truncate(32 << 20)
    made = run("mkfs.ext4", "-q", image)
    if not made or not run("mount", "-o", "loop", image, data):
        pytest.skip("this system lets no file system in a file be made and mounted")
    yield data
    subprocess.run(["umount", "--lazy", data], check=True)


def test_a_disk_that_fails(start: Start, disk: Path) -> None:
    """After a disk fault, the system writes nothing, not even to open files.

    No request is acknowledged; the repaired disk has all acknowledged ones.
    """
    process = start()
    answers = [process.ask(), process.ask(response_format="b64_json")]
    acknowledged = {answer.headers["x-request-id"] for answer in answers}
    subprocess.run(["sync", "-f", disk], check=True)
    if not run("mount", "-o", "remount,abort", disk):
        pytest.skip("this system cannot act as if a disk had failed")
    assert settle(process) == set()
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0
    subprocess.run(["umount", disk], check=True)
    # A copy is mounted: a container started meanwhile may still hold the failed file system.
    repaired = shutil.copy(disk.with_name("disk"), disk.with_name("repaired"))
    subprocess.run(["mount", "-o", "loop", repaired, disk], check=True)
    again = start()
    assert again.ask().status_code == 200
    assert acknowledged <= recorded(disk)
