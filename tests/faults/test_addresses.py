"""The address that is really bound decides whether keys are required, not its name."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from faults.conftest import Start

pytestmark = pytest.mark.slow

NAMESPACE = ("unshare", "--mount", "--map-root-user")
"""A mount namespace, which needs no privilege where user namespaces are allowed."""


def can_mount() -> bool:
    """Whether a file can be mounted over another one, for a process and its children alone."""
    if shutil.which("unshare") is None:
        return False
    words = [*NAMESPACE, "mount", "--bind", "/etc/hostname", "/etc/hosts"]
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


def test_a_loopback_address_under_another_name_needs_no_keys(start: Start) -> None:
    """127.1 is no loopback address by its spelling, but it is bound to 127.0.0.1."""
    process = start("--host", "127.1")
    assert process.url.startswith("http://127.0.0.1:")
    assert process.ask().status_code == 200


@pytest.mark.parametrize("workers", ["1", "2"])
def test_every_address_under_another_name_needs_keys(start: Start, workers: str) -> None:
    """0 is bound to 0.0.0.0."""
    process = start("--host", "0", "--workers", workers)
    assert process.wait(60) == 2
    said = "".join(process.lines)
    assert "0.0.0.0 is not a loopback address, so the server needs an API key" in said
    assert "Traceback" not in said


@pytest.mark.skipif(not can_mount(), reason="no mount namespace is allowed here")
def test_a_localhost_that_is_public_needs_keys(start: Start, tmp_path: Path) -> None:
    """In a container or by mistake, the name may be that of another address."""
    hosts = tmp_path / "hosts"
    for address, code in (("0.0.0.0", 2), ("127.0.0.1", None)):
        hosts.write_text(f"{address} localhost\n")
        mounting = 'mount --bind "$0" /etc/hosts; exec "$@"'
        process = start("--host", "localhost", under=(*NAMESPACE, "sh", "-c", mounting, str(hosts)))
        if code is None:
            assert httpx.get(process.url + "/v1/models").status_code == 200
        else:
            assert process.wait(60) == code
            assert "0.0.0.0 is not a loopback address" in "".join(process.lines)
