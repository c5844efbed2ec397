"""Prometheus metrics of the server. The only module that imports prometheus_client.

Each application has a separate registry. Several processes on one socket keep their values in files
of one directory, which prometheus_client reads from the environment; each process exposes the sums.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

from diabelli.api.admission import Admission
from diabelli.api.context import MetricLabels
from diabelli.errors import StoreUnavailable
from diabelli.service import Service
from diabelli.timing import Stage

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable with the shared directory; must be set before this module is imported."""
CLIENT_CLOSED_REQUEST = 499
"""Status for a client that disconnected before the response, as web servers log it."""
FILE_BYTES = 128 * 1024
"""Bytes reserved per file of metrics; all routes, statuses and sizes together take about half."""
STORE_SIZE_TTL_S = 60
"""Seconds that a measurement of the storage is cached; it reads the size of every file."""
SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120)
"""Upper bounds of the histogram's buckets, in seconds."""


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """Name, type, labels and help of one metric."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    help: str


REQUESTS = MetricSpec(
    "diabelli_requests_total",
    "counter",
    ("route", "status"),
    "Requests, by route and HTTP status.",
)
IMAGES = MetricSpec(
    "diabelli_images_total",
    "counter",
    ("engine", "size"),
    "Variations in successful responses, by engine and size.",
)
REJECTIONS = MetricSpec(
    "diabelli_rejections_total",
    "counter",
    ("reason",),
    "Refused and failed requests, by error code.",
)
SECONDS_BY_STAGE = MetricSpec(
    "diabelli_stage_seconds",
    "histogram",
    ("stage",),
    "Duration of a stage in seconds. Once per request: `queued` (until a thread starts it), "
    "`decode`, `prepare`, and, if it succeeds, `total` (from its head to the end of the response). "
    "Once per variation: `engine`, `encode`, `store`.",
)
UPSTREAM_SECONDS = MetricSpec(
    "diabelli_upstream_seconds",
    "histogram",
    ("engine", "outcome"),
    "Duration of a call to an upstream, or to a replica on a cluster, in seconds. `outcome` is "
    "`ok`, `cancelled`, `replica_lost` (the request is repeated) or the reason of the error.",
)
QUEUE = MetricSpec("diabelli_queue_depth", "gauge", (), "Variations waiting for a worker thread.")
IN_FLIGHT = MetricSpec(
    "diabelli_in_flight", "gauge", (), "Unfinished variations of admitted requests."
)
BUSY = MetricSpec("diabelli_engine_busy", "gauge", (), "Busy worker threads.")
THREADS = MetricSpec("diabelli_engine_threads", "gauge", (), "Number of worker threads.")
STORE = MetricSpec(
    "diabelli_store_bytes",
    "gauge",
    (),
    "Size of the stored result pictures in bytes, measured at most once a minute; NaN if they "
    "cannot be read.",
)
STORE_LIMIT = MetricSpec(
    "diabelli_store_limit_bytes",
    "gauge",
    (),
    "Size limit of the stored result pictures, in bytes, by the setting `store_limit_gb`.",
)
FAMILIES = (
    REQUESTS,
    IMAGES,
    REJECTIONS,
    SECONDS_BY_STAGE,
    UPSTREAM_SECONDS,
    QUEUE,
    IN_FLIGHT,
    BUSY,
    THREADS,
    STORE,
    STORE_LIMIT,
)


@dataclass(frozen=True, slots=True)
class LoadSnapshot:
    """Load of this process: the values of the gauges with the same names."""

    queue_depth: int
    in_flight: int
    engine_busy: int
    engine_threads: int


def load_of(service: Service, admission: Admission) -> LoadSnapshot:
    """Return the current load."""
    return LoadSnapshot(
        queue_depth=service.waiting,
        in_flight=admission.in_flight,
        engine_busy=service.workers.busy,
        engine_threads=service.workers.threads,
    )


class Metrics:
    """The metrics of one application; thread-safe."""

    def __init__(
        self,
        load: Callable[[], LoadSnapshot],
        store_bytes: Callable[[], int],
        store_limit_bytes: float = math.inf,
    ) -> None:
        """Create the metrics.

        Args:
            load: returns the current load.
            store_limit_bytes: limit of the store.
            store_bytes: returns the total size of the result pictures; may block and may raise
                `StoreUnavailable`.
        """
        self._load = load
        self._measure = store_bytes
        self._measured = -float(STORE_SIZE_TTL_S)
        self._shared = os.environ.get(SHARED)
        if self._shared:
            preallocate(Path(self._shared))
        self._registry = CollectorRegistry()
        self._requests = self._counter(REQUESTS)
        self._images = self._counter(IMAGES)
        self._rejections = self._counter(REJECTIONS)
        self._seconds = Histogram(
            *_named(SECONDS_BY_STAGE), buckets=SECONDS, registry=self._registry
        )
        self._upstream = Histogram(
            *_named(UPSTREAM_SECONDS), buckets=SECONDS, registry=self._registry
        )
        self._gauges = [self._gauge(family) for family in (QUEUE, IN_FLIGHT, BUSY, THREADS)]
        self._bytes = Gauge(*_named(STORE), multiprocess_mode="mostrecent", registry=self._registry)
        limit = Gauge(*_named(STORE_LIMIT), multiprocess_mode="mostrecent", registry=self._registry)
        limit.set(store_limit_bytes)

    def observe_request(
        self, route: str, status: int | None, seconds: float, labels: MetricLabels
    ) -> None:
        """Count a request that has ended.

        Args:
            route: name of its route.
            status: HTTP status; None if the client left before the response.
            seconds: duration of the request.
            labels: other values of the request.
        """
        self._requests.labels(route, str(status or CLIENT_CLOSED_REQUEST)).inc()
        if labels.error is not None:
            self._rejections.labels(labels.error).inc()
        elif labels.images:
            self._images.labels(labels.engine, labels.size).inc(labels.images)
            self.observe_stage("total", seconds)
        self._share_gauges()

    def observe_stage(self, name: Stage | Literal["total"], seconds: float) -> None:
        """Record the duration of a stage."""
        self._seconds.labels(name).observe(seconds)
        self._share_gauges()

    def observe_upstream(self, engine: str, outcome: str, seconds: float) -> None:
        """Record the duration and the outcome of a call to an upstream."""
        self._upstream.labels(engine, outcome).observe(seconds)

    def exposition(self) -> bytes:
        """Return the metrics of all processes in Prometheus's text format; may block."""
        self._update_gauges()
        if time.monotonic() - self._measured >= STORE_SIZE_TTL_S:
            self._measured = time.monotonic()
            self._bytes.set(self._store_bytes())
        return generate_latest(
            merged_registry(Path(self._shared)) if self._shared else self._registry
        )

    def _store_bytes(self) -> float:
        try:
            return self._measure()
        # The other metrics are needed most during a failure.
        except StoreUnavailable:
            return math.nan

    def _share_gauges(self) -> None:
        """Update the gauges if other processes expose them."""
        if self._shared:
            self._update_gauges()

    def _update_gauges(self) -> None:
        """Set the gauges to the current load."""
        load = self._load()
        values = (load.queue_depth, load.in_flight, load.engine_busy, load.engine_threads)
        for gauge, value in zip(self._gauges, values, strict=True):
            gauge.set(value)

    def _counter(self, family: MetricSpec) -> Counter:
        return Counter(*_named(family), registry=self._registry)

    def _gauge(self, family: MetricSpec) -> Gauge:
        return Gauge(*_named(family), multiprocess_mode="livesum", registry=self._registry)


def preallocate(folder: Path) -> None:
    """Reserve the space of this process's files.

    prometheus_client makes sparse files and maps them. If the file system is full, writing to such
    a mapping ends the process with SIGBUS.
    """
    for kind in ("counter", "histogram", "gauge_livesum", "gauge_mostrecent"):
        with (folder / f"{kind}_{os.getpid()}.db").open("ab") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, FILE_BYTES)


def merged_registry(folder: Path) -> CollectorRegistry:
    """Return a registry with the sums over all processes that share the folder."""
    remove_dead_process_files(folder)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
    return registry


def remove_dead_process_files(folder: Path) -> None:
    """Remove the gauges of ended processes; their counters remain."""
    for path in folder.glob("gauge_live*_*.db"):
        process = path.stem.rpartition("_")[2]
        if process.isdecimal() and not _is_running(int(process)):
            path.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _named(family: MetricSpec) -> tuple[str, str, tuple[str, ...]]:
    return family.name, family.help, family.labels
