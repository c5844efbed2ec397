"""The Compose files, read and started by Compose itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.images import BUILD_S, DEPLOY, PYTHON, Builder, obstacle_to_building

pytestmark = pytest.mark.slow

FOLDERS = (
    "/usr/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/lib/podman",
    "/usr/libexec/podman",
    "/usr/sbin",
)
"""Further folders of programs: plugins of Docker, which run without it, and parts of podman."""
FILES = {
    "one": ["compose.yaml"],
    "cuda": ["compose.yaml", "compose.cuda.yaml"],
    "edges": ["compose.edges.yaml"],
    "ray": ["compose.edges.yaml", "compose.ray.yaml"],
}
VARIABLES = (
    "POSTGRES_PASSWORD",
    "SIGNING_SECRET",
    "BUCKET_SECRET",
    "PUBLIC_URL",
    "RAY_AUTH_TOKEN",
)
STACK = ("podman", "crun", "netavark", "aardvark-dns", "iptables", "ip", "unshare")
"""Programs that start containers with a network, in separate namespaces."""
POSTGRES = """#!/bin/sh
set -e
run() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }
data=/var/lib/postgresql/18/docker
mkdir -p "$data" /run/postgresql && chown -R postgres: /var/lib/postgresql /run/postgresql
if [ ! -e "$data/PG_VERSION" ]; then
  umask 077 && echo "$POSTGRES_PASSWORD" > /tmp/password && chown postgres: /tmp/password
  run initdb -D "$data" -U "$POSTGRES_USER" --pwfile=/tmp/password --auth-local=trust > /tmp/log
  echo "host all all all scram-sha-256" >> "$data/pg_hba.conf"
  echo "CREATE DATABASE $POSTGRES_USER" | run postgres --single -D "$data" postgres > /tmp/log
fi
exec setpriv --reuid=postgres --regid=postgres --init-groups postgres -D "$data" -h '*'
"""
"""Does for Debian's PostgreSQL what the entry point of Docker's image does."""


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Path of Compose 2 or later: that of this machine, or that of Debian's package, unpacked."""
    found = _which("docker-compose")
    if found and _is_current(found):
        return found
    folder = tmp_path_factory.mktemp("compose") / "debian"
    if _which("mmdebstrap") is None:
        pytest.skip("no docker-compose 2 here, and no mmdebstrap to unpack Debian's")
    words = ["mmdebstrap", "--variant=extract", "--include=docker-compose", "trixie", folder]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no docker-compose 2 here, and no mirror: {done.stderr.strip()[-200:]}")
    (program,) = folder.glob("usr/libexec/docker/cli-plugins/docker-compose")
    return str(program)


def _which(name: str) -> str | None:
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *FOLDERS]))


def _is_current(program: str) -> bool:
    words = [program, "version", "--short"]
    shown = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    return shown.removeprefix("v").partition(".")[0] not in ("", "1")


def obstacle_to_starting(found: Callable[[str], str | None], user: int) -> str | None:
    """Return the reason why Compose cannot start containers here, or None."""
    missing = [name for name in STACK if found(name) is None]
    if missing:
        return f"Compose starts containers on podman; missing: {', '.join(missing)}"
    return obstacle_to_building(found, user)


def test_a_skip_names_the_missing_tools() -> None:
    """Podman and its parts, then the tools for the images."""
    assert obstacle_to_starting(str, 0) is None
    assert "missing: podman, crun" in str(obstacle_to_starting(lambda _: None, 0))
    assert "by root; this is user 1000" in str(obstacle_to_starting(str, 1000))


@pytest.mark.parametrize("names", FILES.values(), ids=FILES)
def test_compose_accepts_the_files(compose: str, names: list[str]) -> None:
    """Each file, and those that add to another one; every variable is required."""
    files = [word for name in names for word in ("--file", str(DEPLOY / name))]
    given = {**os.environ, **dict.fromkeys(VARIABLES, "x" * 32)}
    command = [compose, *files, "config", "--format", "json"]
    done = subprocess.run(command, env=given, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["name"] in ("diabelli", "diabelli-edges")
    given.pop("POSTGRES_PASSWORD")
    done = subprocess.run(command, env=given, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "POSTGRES_PASSWORD" in done.stderr


@pytest.mark.timeout(BUILD_S + 1500)
def test_compose_starts_the_server(compose: str, tmp_path: Path) -> None:
    """With Debian's PostgreSQL and Redis; a key is needed, and outlives the containers."""
    obstacle = obstacle_to_starting(_which, os.geteuid())
    if obstacle is not None:
        pytest.skip(obstacle)
    builder = Builder(tmp_path / "images", driver="overlay")
    builder.folder.mkdir()
    try:
        builder.debian("localhost/base", *PYTHON)
        builder("rm", builder.image("docker.io/library/diabelli-diabelli"))
        builder.debian("docker.io/library/redis:8-alpine", "redis-server")
        _build_postgres(builder, tmp_path)
        found = _started(compose, builder)
    finally:
        builder.remove()
    assert found["key"].startswith("sk-dbl-")
    refused, first, refused_again, again = found["replies"]
    assert (refused, refused_again) == (401, 401)
    for reply in (first, again):
        assert (reply["status"], reply["type"]) == (200, "image/png"), reply
    assert found["states"] == dict.fromkeys(("diabelli", "postgres", "redis"), "running")


def _build_postgres(builder: Builder, folder: Path) -> None:
    name = "docker.io/library/postgres:18-alpine"
    builder.debian("localhost/postgres", "postgresql")
    container = builder("from", "localhost/postgres")
    (folder / "start").write_text(POSTGRES)
    (folder / "start").chmod(0o755)
    builder("copy", container, folder / "start", "/start")
    path = "/usr/lib/postgresql/15/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    builder("config", "--env", f"PATH={path}", "--entrypoint", '["/start"]', container)
    builder("config", "--volume", "/var/lib/postgresql", container)
    builder("commit", "--rm", container, name)


def _started(compose: str, builder: Builder) -> dict[str, Any]:
    """Run stack.py in namespaces that end with it: no network, mount or process is left."""
    namespaces = ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    words = [sys.executable, Path(__file__).with_name("stack.py"), compose]
    command = ["unshare", *namespaces, *words, builder.root, builder.driver]
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found
