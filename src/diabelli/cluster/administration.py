"""Deploys, lists and removes the applications of a cluster."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from diabelli.cluster.messages import ReplicaInfo
from diabelli.cluster.ray_cluster import APPLICATION_PREFIX, RayCluster
from diabelli.cluster.serve_config import EngineApplication
from diabelli.errors import ClusterUnavailable

if TYPE_CHECKING:
    from ray.serve import Application

DESCRIBE_S = 60
"""Seconds to wait for a replica's description; a busy replica answers after its requests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationStatus:
    """State of one application.

    Attributes:
        engine: name of the engine.
        status: of the application, by Ray Serve: `RUNNING`, `DEPLOYING`, `UNHEALTHY` ...
        replicas: number of replicas by their state.
        message: of Ray Serve, if something failed.
    """

    engine: str
    status: str
    replicas: dict[str, int]
    message: str


def deploy(
    cluster: RayCluster,
    planned: EngineApplication,
    create: Callable[[EngineApplication], Application],
) -> bool:
    """Put an engine on the cluster and wait until its replicas run.

    Running requests are not interrupted: Ray Serve replaces replicas one by one.

    Returns:
        False if it ran with the same configuration and was not changed.

    Raises:
        ClusterUnavailable: The cluster does not respond, or the replicas do not start.
        ClusterRefused: The cluster may not be used.
    """
    cluster.connect()
    from ray import serve

    serve.start(proxy_location="Disabled")
    if _runs(planned):
        return False
    try:
        serve.run(create(planned), name=planned.name, route_prefix=None)
    except RuntimeError as cause:
        raise ClusterUnavailable(
            f"the replicas of {planned.engine!r} do not start: {cause}"
        ) from cause
    return True


def statuses(cluster: RayCluster) -> list[ApplicationStatus]:
    """Return the state of Diabelli's applications; raise as `deploy`."""
    cluster.connect()
    from ray import serve

    return [
        ApplicationStatus(
            engine=name.removeprefix(APPLICATION_PREFIX),
            status=str(found.status.value),
            replicas={
                str(getattr(state, "value", state)): count
                for deployment in found.deployments.values()
                for state, count in deployment.replica_states.items()
            },
            message=found.message,
        )
        for name, found in sorted(serve.status().applications.items())
        if name.startswith(APPLICATION_PREFIX)
    ]


def remove(cluster: RayCluster) -> list[str]:
    """Remove Diabelli's applications; other applications stay.

    Returns:
        The engines that were removed.
    """
    from ray import serve

    removed = [found.engine for found in statuses(cluster)]
    # Each waits some seconds until its replicas have ended.
    with ThreadPoolExecutor(max(1, len(removed))) as threads:
        list(threads.map(serve.delete, [APPLICATION_PREFIX + engine for engine in removed]))
    return removed


def _runs(planned: EngineApplication) -> bool:
    """Return whether the application runs with this configuration."""
    from ray import serve

    found = serve.status().applications.get(planned.name)
    if found is None or found.status.value != "RUNNING":
        return False
    reply = serve.get_app_handle(planned.name).describe.remote()
    try:
        info = cast(ReplicaInfo, reply.result(timeout_s=DESCRIBE_S))
    except TimeoutError as cause:
        raise ClusterUnavailable(
            f"the replicas of {planned.engine!r} are busy and do not answer; deploy it later"
        ) from cause
    return info.digest == planned.digest
