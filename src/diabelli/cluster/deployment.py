"""The replica of an engine as a Ray Serve application."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from diabelli.cluster.replica import EngineReplica
from diabelli.engines import Engine

if TYPE_CHECKING:
    from ray.serve import Application

DEPLOYMENT = "engine"
"""Name of the only deployment of each application."""


class EngineDeployment(EngineReplica):
    """A replica that builds its engine on its own node."""

    def __init__(
        self, create: Callable[[], Engine], threads: int, version: str, digest: str
    ) -> None:
        """Build the engine and warm it up.

        Args:
            create: returns the engine; must be picklable.
            threads: number of worker threads.
            version: of Diabelli.
            digest: of the application's configuration.
        """
        super().__init__(create(), threads=threads, version=version, digest=digest)

    def check_health(self) -> None:
        """Raise if the replica cannot work; Serve then replaces it."""
        self.check()


def build_application(
    create: Callable[[], Engine],
    *,
    threads: int,
    version: str,
    digest: str,
    options: dict[str, Any],
) -> Application:
    """Return the Serve application of an engine.

    Args:
        create: returns the engine; must be picklable.
        threads: number of worker threads.
        version: of Diabelli.
        digest: of the application's configuration.
        options: of the deployment, by `ReplicaOptions.deployment`.
    """
    from ray import serve

    deployment = serve.deployment(name=DEPLOYMENT, **options)(EngineDeployment)
    return deployment.bind(create, threads, version, digest)
