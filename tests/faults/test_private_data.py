"""Files below the data directory are private under any umask."""

from __future__ import annotations

import stat
from pathlib import Path

import httpx
import pytest

from faults.conftest import Start

pytestmark = pytest.mark.slow

UMASK = ("sh", "-c", 'umask 000 && exec "$@"', "sh")


def modes(data: Path) -> dict[str, str]:
    """The octal mode of everything below the data directory."""
    return {
        str(path.relative_to(data)): oct(stat.S_IMODE(path.lstat().st_mode))
        for path in data.rglob("*")
    }


def check_private(data: Path) -> None:
    """Directories have mode 0700 and files 0600."""
    found = modes(data)
    expected = {name: "0o700" if (data / name).is_dir() else "0o600" for name in found}
    assert found == expected


def test_files_of_several_processes_are_private(start: Start, tmp_path: Path) -> None:
    """Pictures, the ledger with its log, the secret, and metrics."""
    process = start("--workers", "2", under=UMASK)
    for _ in range(4):
        link = process.ask(headers={"idempotency-key": "a"}).json()["data"][0]["url"]
        assert httpx.get(link).status_code == 200
    found = modes(tmp_path / "data")
    for kind in ("secret", "ledger.sqlite3-wal", "*.png"):
        assert any(Path(name).match(kind) for name in found), kind
    check_private(tmp_path / "data")


def test_files_of_libraries_are_private(start: Start) -> None:
    """Compiled kernels get their mode from the umask of the process."""
    process = start(under=UMASK)
    assert process.ask().status_code == 200
    status = Path(f"/proc/{process.pid}/status").read_text("utf-8")
    assert "Umask:\t0077\n" in status
