"""An engine whose work is done by a replica on a cluster."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import AsyncGenerator, Coroutine
from concurrent.futures import Future
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any, Protocol, TypeVar

from diabelli import pictures
from diabelli.cluster.messages import Failed, Made, Message, OtherVersion, ReplicaInfo, Step
from diabelli.engines import ParallelMap, Piece
from diabelli.engines.cached_check import CachedCheck
from diabelli.engines.upstream.manager import UpstreamManager
from diabelli.errors import (
    ClusterBusy,
    ClusterUnavailable,
    DiabelliError,
    EngineFailed,
    VersionMismatch,
)
from diabelli.variation import (
    EngineInfo,
    Image,
    Progress,
    ProgressCallback,
    Variation,
    VariationSpec,
)

CHECK_TTL_S = 5.0
"""Seconds that a readiness check is cached."""
CHECK_WAIT_S = 10.0
"""Seconds to wait for a check after the start."""
DESCRIBE_WAIT_S = 60.0
"""Seconds to wait for the description of an engine at start; a busy replica answers late."""
RETRY_DELAY_S = 0.2
"""Seconds before the second try; doubled for each further one. Routers drop a lost replica then."""
MEAN_WEIGHT = 0.2
"""Weight 0..1 of the last call in the running mean of durations."""
MAX_RETRY_AFTER_S = 60
"""Greatest Retry-After in seconds; OpenAI's clients ignore more than a minute."""
PREVIEW_SIDE = 256
"""Maximum side in pixels of the preview that shows a finished variation early."""

T = TypeVar("T")

_log = logging.getLogger("diabelli.cluster")


class ReplicaLost(Exception):
    """The replica, or its node, ended during a call."""


class Cluster(Protocol):
    """Connection to a cluster. Its methods are coroutines on the manager's event loop.

    They raise `ClusterUnavailable`, `ClusterBusy`, `ClusterRefused` or `ReplicaLost`.

    Attributes:
        connect_s: seconds to wait for the first check, which connects to the cluster.
    """

    connect_s: float

    async def check(self, engine: str) -> None:
        """Return if requests for the engine can be made; does not wait for busy replicas."""

    async def describe(self, engine: str) -> ReplicaInfo:
        """Return the description of the engine from any of its replicas."""

    def make(
        self, engine: str, source: Image, spec: VariationSpec
    ) -> AsyncGenerator[Message, None]:
        """Stream the messages of one call; closing the generator cancels it."""

    async def close(self) -> None:
        """Disconnect."""


class RemoteEngine:
    """Hands each request to a replica as a whole, so that the same seed gives the same pictures."""

    def __init__(
        self,
        name: str,
        cluster: Cluster,
        manager: UpstreamManager,
        *,
        version: str,
        tries: int,
    ) -> None:
        """Create the engine without a connection.

        Args:
            name: of the engine.
            cluster: connection that all remote engines share.
            manager: runs the calls on its event loop, and receives their outcomes.
            version: of Diabelli; replicas of other versions are refused.
            tries: maximum number of tries of a request whose replicas are lost, at least 1.
        """
        self.info = EngineInfo(
            name=name, version="unknown", summary="Runs on a Ray cluster.", trained=False
        )
        self._cluster = cluster
        self._manager = manager
        self._version = version
        self._tries = tries
        self._described = False
        self._call_s = 1.0
        self._check = CachedCheck(self._check_cluster, CHECK_TTL_S)
        manager.add(name, self.check, cluster.close)

    def warm_up(self) -> None:
        """Fetch the description of the engine.

        Raises:
            ClusterRefused: The cluster may not be used.
            VersionMismatch: The replica has another version of Diabelli.
        """
        try:
            check = self._cluster.check(self.info.name)
            self._wait(self._manager.submit(check), self._cluster.connect_s)
            self._wait(self._manager.submit(self._describe()), DESCRIBE_WAIT_S)
        except ClusterUnavailable as fault:
            _log.warning(
                "cluster.unavailable", extra={"engine": self.info.name, "reason": fault.message}
            )

    def check(self) -> None:
        """Return if requests can be made; the result is cached for five seconds.

        Raises:
            ClusterUnavailable: The cluster does not respond, or no replica runs.
            ClusterRefused: The cluster may not be used.
        """
        self._check()

    def _check_cluster(self) -> None:
        self._wait(self._manager.submit(self._cluster.check(self.info.name)), CHECK_WAIT_S)

    def prepare(
        self,
        source: Image,
        spec: VariationSpec,
        on_progress: ProgressCallback,
        run_parallel: ParallelMap,  # noqa: ARG002
    ) -> list[Piece] | Future[list[Piece]]:
        """Call a replica; return a future of the pieces that return its variations.

        No worker is held while the replica works.
        """
        on_progress(Progress(0, "waiting", 0.0))
        return self._manager.submit(self._make(source, spec, on_progress))

    async def _make(
        self, source: Image, spec: VariationSpec, on_progress: ProgressCallback
    ) -> list[Piece]:
        """Return the pieces of a request; repeat it if its replica is lost.

        A repetition gives the same pictures, because the seeds are part of the spec.
        """
        if not self._described:
            await self._describe()
        for number in range(self._tries):
            if number:
                await asyncio.sleep(RETRY_DELAY_S * 2 ** (number - 1))
            try:
                made = await self._observed(self._call(source, spec, on_progress))
            except ReplicaLost as lost:
                _log.warning(
                    "cluster.replica_lost",
                    extra={"engine": self.info.name, "try": number + 1, "reason": str(lost)[:200]},
                )
                continue
            return [partial(_finish, made[index], index, on_progress) for index in range(spec.n)]
        raise ClusterUnavailable(
            f"the engine {self.info.name!r} lost its replica {self._tries} times in one request"
        )

    async def _observed(
        self, call: Coroutine[Any, Any, dict[int, Variation]]
    ) -> dict[int, Variation]:
        """Return the result of a call; record its outcome and its duration."""
        started = time.monotonic()
        outcome = "cancelled"
        try:
            made = await call
            outcome = "ok"
            self._call_s += MEAN_WEIGHT * (time.monotonic() - started - self._call_s)
        except ReplicaLost:
            outcome = "replica_lost"
            raise
        except ClusterBusy as busy:
            outcome = busy.code
            raise ClusterBusy(
                f"all replicas of the engine {self.info.name!r} are busy and their queue is full",
                retry_after_s=self._retry_after_s(),
            ) from busy
        except DiabelliError as fault:
            outcome = fault.code
            raise
        finally:
            self._manager.on_call(self.info.name, outcome, time.monotonic() - started)
        return made

    async def _call(
        self, source: Image, spec: VariationSpec, on_progress: ProgressCallback
    ) -> dict[int, Variation]:
        """Return the variations of one call by index."""
        made: dict[int, Variation] = {}
        async with aclosing(self._cluster.make(self.info.name, source, spec)) as messages:
            async for message in messages:
                match message:
                    case Step():
                        await _report(_progress_of(message), on_progress)
                    case Made(index, variation):
                        made[index] = variation
                        if len(made) < spec.n:
                            await _report(_made_progress(index, variation), on_progress)
                    case Failed(fault):
                        raise fault
                    case OtherVersion(version):
                        raise self._mismatch(version)
        if len(made) != spec.n:
            raise EngineFailed(
                f"the replica of {self.info.name!r} made {len(made)} variations of {spec.n}"
            )
        return made

    async def _describe(self) -> None:
        """Take over the engine's description.

        Raises:
            VersionMismatch: The replica has another version of Diabelli.
        """
        found = await self._cluster.describe(self.info.name)
        if found.version != self._version:
            raise self._mismatch(found.version)
        self.info = replace(found.engine, name=self.info.name)
        self._described = True

    def _mismatch(self, version: str) -> VersionMismatch:
        # The replicas may be replaced by others of another version of the engine, too.
        self._described = False
        return VersionMismatch(
            f"the engine {self.info.name!r} on the cluster is of Diabelli {version}, this server "
            f"of {self._version}: install the same version on both, then run "
            "`diabelli cluster deploy`"
        )

    def _retry_after_s(self) -> int:
        """Return the seconds until a queued request will probably have been taken, 1..60."""
        return min(max(1, math.ceil(self._call_s)), MAX_RETRY_AFTER_S)

    def _wait(self, submitted: Future[T], seconds: float) -> T:
        try:
            return submitted.result(seconds)
        except TimeoutError as cause:
            submitted.cancel()
            raise ClusterUnavailable(
                f"the cluster of the engine {self.info.name!r} does not answer in time"
            ) from cause
        except asyncio.CancelledError as cause:
            raise ClusterUnavailable("the connection to the cluster is closing") from cause


async def _report(progress: Progress, on_progress: ProgressCallback) -> None:
    """Report progress; a preview is encoded, which would delay other requests on this thread."""
    if progress.preview is None:
        on_progress(progress)
    else:
        await asyncio.to_thread(on_progress, progress)


def _progress_of(step: Step) -> Progress:
    image = step.preview
    preview = None if image is None else (lambda: image)
    return Progress(step.index, step.stage, step.fraction, preview)


def _made_progress(index: int, variation: Variation) -> Progress:
    """Return the progress of a finished variation; other variations of its request are missing."""
    rows, columns = variation.image.shape[:2]
    scale = min(1.0, PREVIEW_SIDE / max(rows, columns))
    size = max(1, round(rows * scale)), max(1, round(columns * scale))
    return Progress(index, "made", 1.0, lambda: pictures.cover(variation.image, *size))


def _finish(variation: Variation, index: int, on_progress: ProgressCallback) -> Variation:
    """Return the variation unless the request was cancelled."""
    on_progress(Progress(index, "made", 1.0))
    return variation
