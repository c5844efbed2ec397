"""The replica of an engine as a Ray Serve application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any

from diabelli.cluster.replica import EngineReplica
from diabelli.engines import Engine

if TYPE_CHECKING:
    from ray.serve import Application

DEPLOYMENT = "engine"
"""Name of the only deployment of each application."""
RETRY_S = 0.5
"""Seconds until a replica asks again for its cancelled calls."""


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

    async def make(
        self, version: str, request: bytes, calls: Any = None, call: str = ""
    ) -> AsyncGenerator[bytes | str, None]:
        """Stream the messages of one call.

        Args:
            version: of Diabelli at the caller.
            request: source and spec by `encode_request`.
            calls: handle of the caller's actor with its cancelled calls.
            call: name of this call there.
        """
        cancelled = partial(_cancelled, calls, call) if calls else None
        async with aclosing(super().make(version, request, cancelled)) as contents:
            async for content in contents:
                yield content

    def check_health(self) -> None:
        """Raise if the replica cannot work; Serve then replaces it."""
        self.check()


async def _cancelled(calls: Any, call: str) -> None:
    """Return when the call is cancelled, or the caller has ended."""
    from ray.exceptions import ActorDiedError, RayError

    while True:
        try:
            if await calls.includes.remote(call):
                return
        except ActorDiedError:
            return
        except RayError:
            await asyncio.sleep(RETRY_S)


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
