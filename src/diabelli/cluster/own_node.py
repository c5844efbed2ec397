"""The Ray node of this machine, which is started if there is none.

Processes of one user and one cluster share it; `node_keeper` runs it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, Any

from diabelli.cluster.waiting import wait_until
from diabelli.errors import ClusterRefused

START_S = 90.0
"""Seconds to wait for a new node; about eight are usual."""
ANSWER_S = 5.0
"""Seconds to wait for the list of nodes."""
STOP_S = 30.0
"""Seconds to wait until the previous node has ended; about two are usual."""


def hold_node(gcs_address: str, closing: threading.Event) -> IO[bytes]:
    """Start a node on this machine unless one of the cluster runs.

    Args:
        gcs_address: host and port of the cluster's Global Control Service.
        closing: ends the wait.

    Returns:
        An open file. If the node was started here, it ends with the last process that holds one.

    Raises:
        ClusterRefused: The node does not start.
        ClusterUnavailable: It does not start in time, or the wait has ended.
    """
    name = hashlib.sha256(gcs_address.encode()).hexdigest()[:16]
    folder = _private_folder()
    held = (folder / f"{name}.users").open("wb")
    try:
        wait_until(
            lambda: _locks(held, fcntl.LOCK_SH), STOP_S, closing, "the node that is ending here"
        )
        if not has_node(gcs_address):
            _start(gcs_address, Path(held.name), folder / f"{name}.log", closing)
    except BaseException:
        held.close()
        raise
    return held


def has_node(gcs_address: str) -> bool:
    """Return whether a node of the cluster runs among the processes of this machine."""
    from ray import _raylet
    from ray._private import services
    from ray.core.generated import gcs_pb2

    # None of them has types.
    find_nodes: Any = services.find_node_ids
    client: Any = vars(_raylet)["GcsClient"](address=gcs_address)
    messages: Any = gcs_pb2
    alive = client.get_all_node_info(
        timeout=ANSWER_S, state_filter=messages.GcsNodeInfo.GcsNodeState.ALIVE
    )
    return any(_raylet.NodeID.from_hex(name) in alive for name in find_nodes())


def _start(gcs_address: str, users: Path, log: Path, closing: threading.Event) -> None:
    keeper = [sys.executable, "-m", "diabelli.cluster.node_keeper"]
    try:
        subprocess.run(  # noqa: S603 - a fixed command
            [*keeper, gcs_address, users, log], stdin=subprocess.DEVNULL, check=True
        )
    except (OSError, subprocess.SubprocessError) as cause:
        raise ClusterRefused(f"no Ray node starts on this machine: {cause}") from cause

    def runs() -> bool:
        if _is_unlocked(log):
            lines = log.read_text(errors="replace").strip().splitlines()
            reason = lines[-1] if lines else "no reason is given"
            raise ClusterRefused(f"no Ray node starts on this machine: {reason} (see {log})")
        return has_node(gcs_address)

    wait_until(runs, START_S, closing, "the Ray node that was started on this machine")


def _private_folder() -> Path:
    """Return the folder for locks and logs; created if it does not exist.

    Raises:
        ClusterRefused: It belongs to another user, who could replace its files.
    """
    folder = Path(tempfile.gettempdir()) / f"diabelli-ray-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        owner = folder.lstat().st_uid
    except OSError as cause:
        raise ClusterRefused(f"the folder {folder} cannot be used: {cause.strerror}") from cause
    if owner != os.getuid() or folder.is_symlink():
        raise ClusterRefused(f"the folder {folder} belongs to another user: remove it")
    return folder


def _locks(file: IO[bytes], kind: int) -> bool:
    """Lock a file if no other process prevents it; return whether it is locked."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_unlocked(path: Path) -> bool:
    """Return whether no process has locked the file."""
    with path.open("rb") as file:
        return _locks(file, fcntl.LOCK_SH)
