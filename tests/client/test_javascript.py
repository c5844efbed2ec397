"""The JavaScript example of docs/client.mjs, run by Node.js."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from api.conftest import Serve, bridge, gate, serve, server, shared
from api.wire import Server, opened, picture

__all__ = ["bridge", "gate", "serve", "server", "shared"]  # pytest finds fixtures by name here

EXAMPLE = Path(__file__).parents[2] / "docs" / "client.mjs"


def run(folder: Path, base: str) -> subprocess.CompletedProcess[str]:
    """Run the example with a picture in the folder."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is missing: install it to run the JavaScript example")
    (folder / "picture.png").write_bytes(picture())
    words = [node, str(EXAMPLE), base, "picture.png"]
    return subprocess.run(
        words, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_example_downloads_variations(server: Server, tmp_path: Path) -> None:
    """Two pictures of the requested format, named by their seeds."""
    done = run(tmp_path, server.url)
    assert done.returncode == 0, done.stderr
    for seed in (7, 8):
        content = (tmp_path / f"variation-{seed}.webp").read_bytes()
        assert opened(content).format == "WEBP"


def test_the_example_reports_the_servers_message(serve: Serve, tmp_path: Path) -> None:
    """An error has the message of the server."""
    done = run(tmp_path, serve(api_keys=("right-key",)).url)
    assert done.returncode == 1
    assert "API key" in done.stderr
