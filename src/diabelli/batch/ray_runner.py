"""Runs a plan on a Ray cluster: Ray Data with a pool of actors that grows with the cluster."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from itertools import islice
from typing import Any

from diabelli import __version__
from diabelli.batch.maker import Plan
from diabelli.batch.row import Row, failed_row
from diabelli.cluster.ray_cluster import RayCluster
from diabelli.errors import ClusterUnavailable, DiabelliError, MissingExtra

CHUNK = 20_000
"""Keys of one execution of Ray Data, which holds them in memory. Starting one takes seconds."""
BLOCK = 4
"""Keys of one task; a task costs milliseconds, and its rows arrive together."""
TASK_RETRIES = 1
"""Repetitions of a task whose actor or node is lost."""


class RayRunner:
    """Makes pictures in actors, at most one for each slot that the cluster has.

    Args:
        plan: of the job; source, output and settings file must be reachable from every node.
        address: `auto`, or host and port of the head.
        cpus: CPU cores of each actor.
        gpus: GPUs of each actor.
        resources: custom resources of each actor.

    Raises:
        MissingExtra: Ray Data is not installed.
    """

    def __init__(
        self, plan: Plan, address: str, *, cpus: float, gpus: float, resources: Mapping[str, float]
    ) -> None:
        self._plan = plan
        self._cluster = RayCluster(address, version=__version__)
        self._needs: dict[str, Any] = {
            "num_cpus": cpus, "num_gpus": gpus, "resources": dict(resources) or None
        }  # fmt: skip

    def run(self, keys: Iterable[str]) -> Generator[list[Row], None, None]:
        """Yield the rows of each picture, in any order.

        Keys are taken in chunks. If the caller closes the iterator, or an exception ends it, the
        actors are stopped.

        Raises:
            ClusterUnavailable: no cluster responds, or Ray Data fails.
            ClusterRefused: the cluster may not be used.
            OperatorError: no picture can be made or written.
        """
        with closing(_Connection(self._cluster)):
            source = iter(keys)
            while chunk := list(islice(source, CHUNK)):
                yield from self._run_chunk(chunk)

    def _run_chunk(self, keys: list[str]) -> Iterator[list[Row]]:
        """Yield the rows of all keys of a chunk.

        Keys of a task that was lost are tried again alone, so that a picture that ends its process
        fails without its neighbours.
        """
        missing = dict.fromkeys(keys)
        for block in (BLOCK, 1):
            for rows in self._execute(list(missing), block):
                del missing[rows[0].key]
                yield rows
        for key in missing:
            message = "the actor ended, or its node was lost, several times"
            yield [failed_row(key, code="worker_died", reason=message, seconds=0.0)]

    def _execute(self, keys: list[str], block: int) -> Iterator[list[Row]]:
        """Yield the rows of one execution; those of lost tasks are missing."""
        if not keys:
            return
        import ray

        data = ray.data.from_items(
            [{"key": key} for key in keys], override_num_blocks=-(-len(keys) // block)
        ).map_batches(
            _Actor,
            fn_constructor_args=(self._plan,),
            batch_size=None,
            batch_format="numpy",
            compute=ray.data.ActorPoolStrategy(
                min_size=1, max_tasks_in_flight_per_actor=min(block, 2)
            ),
            max_task_retries=TASK_RETRIES,
            **self._needs,
        )
        try:
            for found in data.iter_rows():
                answer = pickle.loads(found["rows"])  # noqa: S301, from an actor of this job
                if isinstance(answer, DiabelliError):
                    raise answer
                yield answer
        except ray.exceptions.RayError as cause:
            raise ClusterUnavailable(f"the batch on the cluster failed: {cause}") from cause


class _Actor:
    """Holds the stores and the engine of a plan in a process of the cluster."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._opened: Any = None
        self._maker: Any = None

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[bytes]]:
        """Return the pickled rows of each key, or the exception that ends the run."""
        return {"rows": [pickle.dumps(self._make(str(key))) for key in batch["key"]]}

    def _make(self, key: str) -> list[Row] | DiabelliError:
        # An exception of an actor would be a fault of the task, which Ray would only log.
        try:
            if self._maker is None:
                self._opened = self._plan.open()
                self._maker = self._opened.__enter__()
            rows: list[Row] = self._maker.make(key)
        except DiabelliError as fault:
            return fault
        return rows


class _Connection:
    """A connection to the cluster, with quiet settings of Ray Data."""

    def __init__(self, cluster: RayCluster) -> None:
        try:
            from ray.data import DataContext
        except ImportError as cause:
            raise MissingExtra(extra="cluster", purpose="a batch on a Ray cluster") from cause
        cluster.connect()
        self._cluster = cluster
        context = DataContext.get_current()
        # Pictures of lost tasks become rows with a reason, so that Ray need not log them.
        context.max_errored_blocks = -1
        context.enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)

    def close(self) -> None:
        """Disconnect; Ray ends the actors of this program."""
        self._cluster.disconnect()
