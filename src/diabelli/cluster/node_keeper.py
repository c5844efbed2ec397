"""Runs a Ray node on this machine until no process uses it; a program without dependencies.

Users hold a shared lock on a file, which the kernel releases however they end. The node ends when
the exclusive lock is granted.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
from typing import Any


def main(gcs_address: str, users: str, log: str) -> None:
    """Start the node in a detached process and return; no-op if another one keeps the node.

    Args:
        gcs_address: host and port of the cluster's Global Control Service.
        users: path of the file that users lock.
        log: path of the log, which is locked as long as the node runs.
    """
    lock = os.open(log, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    # The user that starts the node may end before others, and must not have a child to wait for.
    if os.fork():
        os._exit(0)
    os.setsid()
    # Opened again, because the processes of the node inherit it and must not hold the lock.
    output = os.open(log, os.O_WRONLY | os.O_TRUNC | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    threading.Thread(target=_stop_without_users, args=(users,), daemon=True).start()
    _run_node(gcs_address)


def _stop_without_users(users: str) -> None:
    """Block until no user is left, then end the node; new users wait until this process ends."""
    fcntl.flock(os.open(users, os.O_RDWR), fcntl.LOCK_EX)
    os.kill(os.getpid(), signal.SIGTERM)


def _run_node(gcs_address: str) -> None:
    """Run the node, without CPUs and GPUs, so that the cluster puts no replicas here.

    With `--block`, Ray kills the processes of the node when this one ends.
    """
    # There are no replicas to drain.
    os.environ["RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S"] = "0"
    from ray.scripts import scripts

    command: Any = scripts.cli
    command(
        [
            *("start", "--block", "--disable-usage-stats", "--include-log-monitor", "false"),
            *("--address", gcs_address, "--num-cpus", "0", "--num-gpus", "0"),
        ]
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
