"""deploy/backup.py with a busy server."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from deploy.proxies import DEPLOY
from faults.serving import Process, aside, environment

pytestmark = pytest.mark.slow

PROGRAM = str(Path(__file__).parents[1] / "faults" / "program.py")


@pytest.fixture
def started() -> Iterator[Callable[[Path], Process]]:
    """Starts servers, each in a directory."""
    with ExitStack() as stack:

        def start(folder: Path) -> Process:
            server = Process(folder)
            stack.callback(server.kill)
            return server

        yield start


def backup(data: Path, into: Path) -> subprocess.CompletedProcess[str]:
    """Run it as an operator does."""
    words = [sys.executable, str(DEPLOY / "backup.py"), str(data), str(into)]
    return subprocess.run(words, capture_output=True, text=True)


def key_made(folder: Path) -> str:
    """Return the key that `diabelli keys create` prints."""
    words = [sys.executable, PROGRAM, "keys", "create", "--name", "web", "--new-ledger"]
    made = subprocess.run(
        words, cwd=folder, env=environment(folder), capture_output=True, text=True, check=True
    )
    return made.stdout.strip()


def test_a_backup_has_the_keys_and_links(
    tmp_path: Path, started: Callable[[Path], Process]
) -> None:
    """A backup of a busy server is private; a server started on it has the keys and links."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    authorized = {"authorization": f"Bearer {key_made(first)}"}
    server = started(first)
    link = server.ask(headers=authorized).json()["data"][0]["url"]
    enough = threading.Event()

    def keep_asking() -> list[int]:
        codes = []
        while not enough.is_set():
            codes.append(server.ask(headers=authorized).status_code)
        return codes

    asking = aside(keep_asking)
    copied = backup(first / "data", second / "data")
    enough.set()
    assert (copied.returncode, copied.stderr) == (0, "")
    assert set(asking()) == {200}
    server.kill()
    for path in [second / "data", *(second / "data").rglob("*")]:
        assert stat.S_IMODE(os.stat(path).st_mode) & 0o077 == 0, path

    restored = started(second)
    assert httpx.get(link.replace(server.url, restored.url)).status_code == 200
    assert restored.ask(headers=authorized).status_code == 200
    assert restored.ask().status_code == 401


def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    """It refuses an existing target, and a source that is no data directory."""
    data = tmp_path / "data"
    data.mkdir()
    refused = backup(data, tmp_path / "copy")
    assert (refused.returncode, refused.stderr) == (
        1,
        f"{data} is not a data directory of Diabelli: it has no file named secret\n",
    )
    (data / "secret").write_bytes(b"s" * 32)
    again = backup(data, tmp_path)
    assert again.returncode == 1
    assert "exists already" in again.stderr
