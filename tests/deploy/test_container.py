"""The image of deploy/Dockerfile, built by buildah and run as by Compose; and the compose files."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from deploy.images import BUILD_S, DEPLOY, PYTHON, ROOT, Builder, obstacle_to_building
from deploy.proxies import free_port
from diabelli import pictures
from diabelli.settings import PREFIX, Settings

START_S = 120
CUDA_DISK_GB = 24
"""Free disk for the CUDA image in GB: its build takes 18 GB at most, other tests the rest."""
TINY = """
[models]
tiny = "mine"

[engines.mine]
pipeline = "/data/tiny"
recipe = "image"
side = 64
steps = 2
dial = "strength"
dial_low = 0.2
dial_high = 0.9
"""
"""Settings with a pipeline of random weights."""


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


def test_a_skip_of_an_image_names_its_reason(tmp_path: Path) -> None:
    """One each for builder, user, disk and choice; None if nothing prevents the build."""
    assert obstacle_to_building(str, 0) is None
    assert "missing: buildah, mmdebstrap" in str(obstacle_to_building(lambda _: None, 0))
    assert "by root; this is user 1000" in str(obstacle_to_building(str, 1000))
    enough = CUDA_DISK_GB * 10**9
    assert obstacle_to_cuda(None, enough, tmp_path) is None
    assert f"23.0 GB are free in {tmp_path}" in str(obstacle_to_cuda("1", enough - 10**9, tmp_path))
    assert "CUDA_IMAGE=0" in str(obstacle_to_cuda("0", enough, tmp_path))


def obstacle_to_cuda(choice: str | None, free_bytes: int, folder: Path) -> str | None:
    """Return the reason why the CUDA image is not built here, or None.

    Args:
        choice: the variable `CUDA_IMAGE`; "0" declines the build.
        free_bytes: free space of the disk of `folder`.
        folder: where the image is built.
    """
    if choice == "0":
        return "CUDA_IMAGE=0 declines the build of the CUDA image"
    if free_bytes < CUDA_DISK_GB * 10**9:
        free = f"{free_bytes / 10**9:.1f} GB are free in {folder}"
        return f"the CUDA image needs {CUDA_DISK_GB} GB of disk; {free}"
    return None


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """buildah with the image `localhost/base` of Debian's packages."""
    obstacle = obstacle_to_building(shutil.which, os.geteuid())
    if obstacle is not None:
        pytest.skip(obstacle)
    folder = tmp_path_factory.mktemp("containers")
    build = Builder(folder)
    build.debian("localhost/base", *PYTHON)
    yield build
    # The storage takes up to 12 GB.
    build.remove()


@pytest.fixture(scope="module")
def _room_for_cuda(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip the test unless the CUDA image can be built, before any other build."""
    folder = tmp_path_factory.getbasetemp()
    obstacle = obstacle_to_cuda(
        os.environ.get("CUDA_IMAGE"), shutil.disk_usage(folder).free, folder
    )
    if obstacle is not None:
        pytest.skip(obstacle)


@contextmanager
def serving(
    builder: Builder, container: str, data: Path, **environment: str
) -> Iterator[tuple[str, list[str]]]:
    """Serve from a container; yield the address and the lines of stderr, which grow."""
    # Two workers of pytest may run an image each at once.
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = ("serve", "--no-auth", "--port", port)
    with builder.start(container, data, *command, **environment) as server:
        assert server.stderr is not None
        said: list[str] = []
        reader = threading.Thread(target=said.extend, args=[server.stderr])
        reader.start()
        try:
            _wait_until_ready(server, url, said)
            yield url, said
        finally:
            server.terminate()
            reader.join(60)


def _wait_until_ready(server: subprocess.Popen[str], url: str, said: list[str]) -> None:
    end = time.monotonic() + START_S
    while True:
        assert time.monotonic() < end, "the server does not start"
        assert server.poll() is None, said
        try:
            if httpx.get(f"{url}/health/ready", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(1)


def size_of_a_variation(url: str, **fields: str) -> tuple[int, int]:
    """Request a variation of the sample and download it; return its size."""
    source = (ROOT / "src" / "diabelli" / "sample.png").read_bytes()
    reply = httpx.post(
        f"{url}/v1/images/variations",
        files={"image": source},
        data={"size": "256x256", **fields},
        timeout=300,
    )
    assert reply.status_code == 200, reply.text
    picture = httpx.get(reply.json()["data"][0]["url"])
    assert picture.headers["content-type"] == "image/png"
    height, width = pictures.decode(picture.content, pictures.OPENAI).shape[:2]
    return width, height


@pytest.mark.slow
@pytest.mark.timeout(BUILD_S + 1500)
def test_the_image_serves(builder: Builder, tmp_path: Path) -> None:
    """Its kernels are compiled already, and it writes below /data only."""
    container = builder.image("localhost/diabelli")
    with serving(builder, container, tmp_path) as (url, said):
        assert size_of_a_variation(url) == (256, 256)
    assert not [line for line in said if "Compiling the engine" in line]


@pytest.mark.slow
@pytest.mark.timeout(BUILD_S + 1500)
@pytest.mark.usefixtures("_room_for_cuda")
def test_the_cuda_image_serves_on_a_cpu(builder: Builder, tmp_path: Path) -> None:
    """Without a GPU its engines run on the CPU, and it says so; a required GPU is missed."""
    from engines.diffusion.tiny import image_to_image

    image_to_image(tmp_path / "parts").save_pretrained(tmp_path / "tiny")
    (tmp_path / "diabelli.toml").write_text(TINY)
    compose = (DEPLOY / "compose.cuda.yaml").read_text("utf-8")
    extras, home = (re.search(rf"{name}: (\S+)", compose) for name in ("EXTRAS", "HF_HOME"))
    assert extras is not None
    assert home is not None
    container = builder.image("localhost/diabelli-cuda", EXTRAS=extras[1])
    listed, complaint = builder.start(
        container, tmp_path, "engines", "--json", HF_HOME=home[1]
    ).communicate(timeout=300)
    found = json.loads(listed)
    assert "without a GPU" in found["advice"], complaint
    assert "GB on cpu" in found["advice"]
    with serving(builder, container, tmp_path, HF_HOME=home[1]) as (url, said):
        assert size_of_a_variation(url) == (256, 256)
        assert size_of_a_variation(url, model="tiny") == (256, 256)
    events = [json.loads(line) for line in said if line.startswith("{")]
    (loaded,) = [event for event in events if event["event"] == "engine.loaded"]
    assert (loaded["engine"], loaded["device"]) == ("mine", "cpu")
    assert not [line for line in said if "Compiling the engine" in line]
    server = builder.start(container, tmp_path, "serve", "--no-auth", DIABELLI_DEVICE="cuda")
    _, complaint = server.communicate(timeout=300)
    assert server.returncode == 2
    assert "+cu" in complaint
    assert "finds none of that kind here" in complaint
