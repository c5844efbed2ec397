"""Addresses of Ray Client, `ray://HOST:PORT`, and the question that is asked there.

Ray Client streams no replies, so only one question goes through it: the address of the cluster's
Global Control Service. This module is also the program that asks. A process that has used Ray
Client should not join the cluster, and one that hangs can be killed.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress

from diabelli.cluster.security import call_ray_client, check_own_token, require_token
from diabelli.cluster.waiting import wait_until
from diabelli.errors import ClusterUnavailable, InvalidSettings
from diabelli.net import split_url

SCHEME = "ray://"
ANSWERS_S = (15.0, 30.0, 60.0)
"""Seconds to wait for the answer, by try; about four are usual, twelve on a busy machine.

The head starts a process for each question. Ray 2.60 sometimes fails to start the first one, and
reports that after forty seconds.
"""


def client_address(address: str) -> str | None:
    """Return host and port of an address of Ray Client, None for other addresses.

    Raises:
        InvalidSettings: Host or port is missing, or there is something else.
    """
    if not address.startswith(SCHEME):
        return None
    client = address.removeprefix(SCHEME)
    parts = split_url(address)
    complete = parts is not None and parts.hostname and parts.port
    if parts is None or not complete or parts.netloc != client or "@" in client:
        raise InvalidSettings(
            f"{address!r} is no address of Ray Client: expected ray://HOST:PORT, where the port is "
            "that of the option --ray-client-server-port of `ray start --head`, 10001 by default"
        )
    return client


def find_gcs_address(client: str, closing: threading.Event) -> str:
    """Return host and port of the cluster's Global Control Service.

    Args:
        client: host and port of the cluster's Ray Client.
        closing: ends the wait.

    Raises:
        ClusterUnavailable: Nothing answers there, it has other versions, or the wait has ended.
        ClusterRefused: The cluster accepts calls without a token, or rejects the token.
    """
    require_token(client, call_ray_client)
    check_own_token(client, call_ray_client)
    for answer_s in ANSWERS_S[:-1]:
        with suppress(ClusterUnavailable):
            return _answer(client, answer_s, closing)
    return _answer(client, ANSWERS_S[-1], closing)


def _answer(client: str, answer_s: float, closing: threading.Event) -> str:
    """Return the answer of one try; raise `ClusterUnavailable` if there is none."""
    asking = subprocess.Popen(  # noqa: S603 - a fixed command
        [sys.executable, "-m", __name__, client],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with asking:
        try:
            what = f"Ray Client at {client}"
            wait_until(lambda: asking.poll() is not None, answer_s, closing, what)
        except ClusterUnavailable:
            asking.kill()
            raise
        answer, log = asking.communicate()
    if asking.returncode:
        reason = (log.strip() or "no reason is given").splitlines()[-1]
        raise ClusterUnavailable(f"Ray Client at {client} gives no connection: {reason}")
    return answer.strip().splitlines()[-1]


def _ask(client: str) -> str:
    """Return the address of the Global Control Service."""
    import ray

    with ray.init(SCHEME + client, allow_multiple=True, log_to_driver=False):
        return str(ray.get_runtime_context().gcs_address)


if __name__ == "__main__":
    print(_ask(sys.argv[1]))
