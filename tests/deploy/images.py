"""Images of deploy/Dockerfile and of Debian's packages, built by buildah."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
BUILD_S = 3000
"""Time limit of the build in seconds: it installs Debian and all packages."""
PYTHON = ("python3", "python3-venv", "ca-certificates")
"""Packages of the image that stands in for Docker's `python`."""
MOUNTS = ("/etc/pip.conf", "/etc/ssl/certs")
"""Files of this machine by which the build reaches the package index."""
_ISOLATED = """
root=$1 data=$2 user=$3 workdir=$4; shift 4
mount --bind "$root" "$root"
mount -o remount,ro,bind "$root"
mount -t tmpfs tmpfs "$root/tmp"
mount --bind "$data" "$root/data"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
exec chroot --userspec="$user" "$root" sh -c 'cd "$0" && exec "$@"' "$workdir" "$@"
"""
"""Mounts an image for a command as `read_only: true` and `tmpfs: [/tmp]` of Compose do."""


class Builder:
    """buildah with its storage below a folder.

    Args:
        folder: an empty folder.
        driver: of the storage; `overlay` shares the files of an image among its containers.
    """

    def __init__(self, folder: Path, driver: str = "vfs") -> None:
        self.folder, self.root, self.driver = folder, folder / "root", driver
        places = ["--root", self.root, "--runroot", folder / "run"]
        self._options = [*places, "--storage-driver", driver]
        # Layers are copied there twice: on the disk whose space is checked, and removed with it.
        self._environment = {**os.environ, "TMPDIR": str(folder)}

    def __call__(self, *words: object, timeout: int = 600) -> str:
        command = ["buildah", *self._options, *words]
        done = subprocess.run(
            [*map(str, command)],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env=self._environment,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip()

    def remove(self) -> None:
        """Delete the storage, which the driver `overlay` mounts onto itself."""
        mount = ["umount", self.root / self.driver]
        subprocess.run(mount, capture_output=True, check=False)
        shutil.rmtree(self.folder)

    def debian(self, tag: str, *packages: str, suite: str = "bookworm") -> None:
        """Make an image of Debian's packages; skip the test without Debian's mirror."""
        base = self.folder / "base.tar"
        made = subprocess.run(
            ["mmdebstrap", "--variant=minbase", f"--include={','.join(packages)}", suite, base],
            capture_output=True,
            text=True,
            timeout=1200,
            check=False,
        )
        if made.returncode:
            pytest.skip(f"Debian's mirror cannot be used: {made.stderr.strip()[-200:]}")
        container = self("from", "scratch")
        self("add", container, base, "/")
        self("commit", "--rm", container, tag)
        base.unlink()

    def image(self, tag: str, **arguments: str) -> str:
        """Build deploy/Dockerfile with build arguments; return a container of it."""
        mounts = [f"--volume={path}:{path}:ro" for path in MOUNTS if Path(path).exists()]
        given = {"BASE": "localhost/base", **arguments}
        # A commit has four copies of a layer on the disk; now two of them are compressed.
        self(
            "bud", "--disable-compression=false",
            "--isolation", "chroot", "--network", "host", *mounts,
            *(f"--build-arg={name}={value}" for name, value in given.items()),
            "--file", DEPLOY / "Dockerfile", "--tag", tag, ROOT, timeout=BUILD_S,
        )  # fmt: skip
        return self("from", tag)

    def start(
        self, container: str, data: Path, *words: object, **environment: str
    ) -> subprocess.Popen[str]:
        """Start the entry point with the image's user and environment, and a folder as /data.

        The root file system is read-only.
        """
        image = json.loads(self("inspect", container))["OCIv1"]["config"]
        user, group = image["User"].split(":")
        for path in (data, *data.rglob("*")):
            os.chown(path, int(user), int(group))
        variables = [f"{name}={value}" for name, value in environment.items()]
        return subprocess.Popen(
            [
                "unshare", "--mount", "sh", "-euc", _ISOLATED, "sh",
                self("mount", container), data, image["User"], image["WorkingDir"],
                "env", "-i", *image["Env"], *variables, *image["Entrypoint"], *map(str, words),
            ],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip


def obstacle_to_building(found: Callable[[str], str | None], user: int) -> str | None:
    """Return the reason why no image can be built here, or None."""
    missing = [name for name in ("buildah", "mmdebstrap") if found(name) is None]
    if missing:
        return f"images are built with buildah and mmdebstrap; missing: {', '.join(missing)}"
    return None if user == 0 else f"images are built by root; this is user {user}"
