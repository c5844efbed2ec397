"""The image of deploy/Dockerfile, built and run by buildah; and the compose files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from diabelli.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
BUILD_S = 3000
"""Time limit of the build in seconds: it installs Debian and all packages."""
START_S = 120
MOUNTS = ("/etc/pip.conf", "/etc/ssl/certs")
"""Files of this machine by which the build reaches the package index."""


def test_compose_files_name_settings() -> None:
    """Each variable with the prefix is a setting; the CUDA file changes a service that exists."""
    for name in ("compose.yaml", "compose.cuda.yaml"):
        text = (DEPLOY / name).read_text("utf-8")
        for variable in re.findall(rf"{PREFIX}([A-Z_]+)", text):
            assert variable.lower() in Settings.model_fields
        assert "\n  diabelli:\n" in text
    extras = re.search(r"EXTRAS: (\S+)", (DEPLOY / "compose.cuda.yaml").read_text("utf-8"))
    assert extras is not None
    known = (ROOT / "pyproject.toml").read_text("utf-8")
    for extra in extras[1].split(","):
        assert f"\n{extra} = [" in known


def test_the_image_writes_to_its_volume_only() -> None:
    """It runs as another user than root, has a health check, and its context has no data."""
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert "USER 10001:10001" in text
    assert "HEALTHCHECK" in text
    assert f"{PREFIX}DATA_DIR=/data" in text
    assert (ROOT / ".dockerignore").read_text("utf-8").startswith("*\n")


class Builder:
    """buildah with its storage below a folder."""

    def __init__(self, folder: Path) -> None:
        self._options = ["--root", folder / "root", "--runroot", folder / "run"]

    def __call__(self, *words: object, timeout: int = 600) -> str:
        command = ["buildah", *self._options, "--storage-driver", "vfs", *words]
        done = subprocess.run(
            [*map(str, command)], capture_output=True, text=True, timeout=timeout, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip()

    def start(self, container: str, *words: str) -> subprocess.Popen[str]:
        """Start a command in a container."""
        head = [
            "buildah",
            *self._options,
            "--storage-driver",
            "vfs",
            "run",
            "--isolation",
            "chroot",
        ]
        command = [*map(str, head), "--network", "host", container, "--", *words]
        return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Builder, str]]:
    """The image, built on a base of Debian's packages; in CONTAINER_BASE if that is set."""
    missing = [name for name in ("buildah", "mmdebstrap") if shutil.which(name) is None]
    if missing or os.geteuid() != 0:
        pytest.skip(f"the image is built by root with buildah and mmdebstrap; missing: {missing}")
    folder = tmp_path_factory.mktemp("containers")
    build = Builder(folder)
    base = folder / "base.tar"
    packages = "--include=python3,python3-venv,ca-certificates"
    made = subprocess.run(
        ["mmdebstrap", "--variant=minbase", packages, "bookworm", base],
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"Debian's mirror cannot be used: {made.stderr.strip()[-200:]}")
    container = build("from", "scratch")
    build("add", container, base, "/")
    build("commit", container, "localhost/base")
    mounts = [f"--volume={path}:{path}:ro" for path in MOUNTS if Path(path).exists()]
    build(
        "bud", "--isolation", "chroot", "--network", "host", *mounts,
        "--build-arg", "BASE=localhost/base", "--file", DEPLOY / "Dockerfile",
        "--tag", "localhost/diabelli", ROOT, timeout=BUILD_S,
    )  # fmt: skip
    yield build, build("from", "localhost/diabelli")
    build("rm", "--all")
    build("rmi", "--all", "--force")


@pytest.mark.slow
@pytest.mark.timeout(BUILD_S + 1500)
def test_the_image_serves(image: tuple[Builder, str]) -> None:
    """Its kernels are compiled already, and it writes below /data only."""
    build, container = image
    server = build.start(
        container, "/opt/diabelli/bin/entrypoint", "serve", "--no-auth", "--port", "18765"
    )
    try:
        url = "http://127.0.0.1:18765"
        end = time.monotonic() + START_S
        while True:
            assert time.monotonic() < end, "the server does not start"
            assert server.poll() is None, server.stderr.read() if server.stderr else ""
            try:
                if httpx.get(f"{url}/health/ready", timeout=5).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(1)
        source = (ROOT / "src" / "diabelli" / "sample.png").read_bytes()
        reply = httpx.post(
            f"{url}/v1/images/variations",
            files={"image": source},
            data={"size": "256x256"},
            timeout=120,
        )
        assert reply.status_code == 200
        assert httpx.get(reply.json()["data"][0]["url"]).headers["content-type"] == "image/png"
    finally:
        server.terminate()
        _, said = server.communicate(timeout=60)
    assert "Compiling the engine" not in said
