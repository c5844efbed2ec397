"""Checks that this machine and the nodes of a cluster reach each other.

A firewall, a port that is forwarded, or an address translation often lets Ray Client through only.
Without these checks, calls would hang.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from diabelli.cluster.security import check_own_token, require_token
from diabelli.errors import ClusterRefused, ClusterUnavailable

CONNECT_S = 5.0
"""Seconds to wait for a connection."""
TASK_S = 60.0
"""Seconds to wait for the task that connects from the head; it may start a process there first."""
THREADS = 32
"""Number of nodes that are tried at the same time."""
HEAD = "node:__internal_head__"
"""Resource of the head."""
NEEDED = (
    "with a ray:// address, this machine joins the cluster: it must reach all ports of the "
    "cluster's nodes, and they must reach all ports of its node (docs/cluster.md)"
)

Place = tuple[str, int]


def check_gcs(gcs_address: str) -> None:
    """Raise unless the Global Control Service that Ray Client names may be used.

    Raises:
        ClusterRefused: It cannot be reached, accepts calls without a token, or rejects the token.
    """
    try:
        require_token(gcs_address)
        check_own_token(gcs_address)
    except ClusterUnavailable as cause:
        raise ClusterRefused(
            f"Ray Client answers, but the Global Control Service of its cluster, {gcs_address}, "
            f"cannot be reached from here: {NEEDED}"
        ) from cause


def check_ways() -> None:
    """Raise unless this machine's node and those of the cluster reach each other.

    Raises:
        ClusterRefused: A port cannot be reached.
        ClusterUnavailable: The head runs no task.
    """
    import ray

    list_nodes: Any = ray.nodes  # it has no types
    own = ray.get_runtime_context().get_node_id()
    nodes = {node["NodeID"]: node for node in list_nodes() if node["Alive"]}
    others = [node for name, node in nodes.items() if name != own]
    if unreachable := _connector()([place for node in others for place in _places(node)]):
        raise ClusterRefused(
            f"this machine cannot reach nodes of the cluster at {_listed(unreachable)}: {NEEDED}"
        )
    for head in (node for node in others if HEAD in node["Resources"]):
        if closed := _unreachable_from(head["NodeID"], _places(nodes[own])):
            raise ClusterRefused(
                f"the cluster's head cannot reach this machine at {_listed(closed)}: {NEEDED}"
            )


def _places(node: dict[str, Any]) -> list[Place]:
    """Return where a node listens for other nodes."""
    host = node["NodeManagerAddress"]
    return [(host, node["NodeManagerPort"]), (host, node["ObjectManagerPort"])]


def _connector() -> Callable[[list[Place]], list[Place]]:
    """Return a function that returns those of the places where no connection is accepted in time.

    Ray sends a local function by value, so that other nodes need no Diabelli for it.
    """

    def unreachable(places: list[Place]) -> list[Place]:
        def is_reachable(place: Place) -> bool:
            try:
                socket.create_connection(place, CONNECT_S).close()
            except OSError:
                return False
            return True

        with ThreadPoolExecutor(THREADS) as threads:
            reachable = list(threads.map(is_reachable, places))
        return [place for place, ok in zip(places, reachable, strict=True) if not ok]

    return unreachable


def _unreachable_from(node: str, places: list[Place]) -> list[Place]:
    """Return those of the places that do not accept connections from a node."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    there = NodeAffinitySchedulingStrategy(node, soft=False)
    task: Any = ray.remote(_connector())
    try:
        reply = task.options(num_cpus=0, scheduling_strategy=there).remote(places)
        return list(ray.get(reply, timeout=TASK_S))
    except ray.exceptions.GetTimeoutError as cause:
        raise ClusterRefused(f"a task on the cluster's head does not answer: {NEEDED}") from cause
    except ray.exceptions.RayError as cause:
        raise ClusterUnavailable(
            f"the cluster's head runs no task: {type(cause).__name__}"
        ) from cause


def _listed(places: list[Place]) -> str:
    return ", ".join(f"{host}:{port}" for host, port in places)
