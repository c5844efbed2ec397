"""Requests per second of replicas on a Ray cluster, with an engine that sleeps.

Run: python benchmarks/cluster.py [--replicas 1,2,4,8] [--sleep 1] [--seconds 20]

There is one node on a loopback address, and one driver without HTTP. The engine sleeps, so the
CPU's work is that of Diabelli and Ray alone. There are two requests at a time for each replica: one
runs, and one waits there. The first row is the engine in the driver's process. Efficiency is the
throughput divided by that of as many single replicas.
"""

from __future__ import annotations

import argparse
import os
import secrets
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

import numpy as np

from diabelli.engines import ParallelMap, Piece
from diabelli.service import Service
from diabelli.variation import EngineInfo, Image, ProgressCallback, Variation, VariationSpec

if TYPE_CHECKING:
    from ray.serve import Application

NAME = "sleeping"
SOURCE = np.zeros((256, 256, 3), np.uint8)


class SleepingEngine:
    """Sleeps, then returns the source."""

    info = EngineInfo(name=NAME, version="1", summary="Sleeps.", trained=False)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def warm_up(self) -> None:
        """Do nothing."""

    def prepare(
        self,
        source: Image,
        spec: VariationSpec,
        on_progress: ProgressCallback,
        run_parallel: ParallelMap,
    ) -> list[Piece]:
        """Return one piece for each variation."""

        def work(index: int) -> Variation:
            time.sleep(self.seconds)
            seed = spec.seed + index
            return Variation(image=source, seed=seed, strength=spec.strength, engine=self.info)

        return [partial(work, index) for index in range(spec.n)]


@dataclass(frozen=True)
class Figures:
    """Result of one measurement: requests per second, and latencies in seconds."""

    rate: float
    p50: float
    p99: float


def measure(service: Service, clients: int, seconds: float) -> Figures:
    """Return the figures of `clients` concurrent requests, repeated for `seconds`."""
    latencies: list[float] = []
    ends: list[float] = []
    stop = time.monotonic() + seconds

    def client() -> None:
        while (started := time.monotonic()) < stop:
            service.vary(SOURCE, VariationSpec(height=256, width=256), engine=NAME)
            ends.append(time.monotonic())
            latencies.append(ends[-1] - started)

    first = time.monotonic()
    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # All requests count, with the time until the last of them ended.
    rate = len(latencies) / (max(ends) - first)
    return Figures(rate, median(latencies), quantiles(latencies, n=100)[98])


def local(sleep: float, seconds: float) -> Figures:
    """Return the figures of the engine in this process, with one thread."""
    service = Service(engines={NAME: SleepingEngine(sleep)}, storage=None, threads=1)
    try:
        return measure(service, 2, seconds)
    finally:
        service.close()


def remote(address: str, replicas: int, sleep: float, seconds: float) -> Figures:
    """Return the figures of that many replicas, each with one thread."""
    # Replicas cannot import `__main__`.
    from cluster import SleepingEngine as Importable
    from diabelli.cluster.administration import deploy, remove
    from diabelli.cluster.deployment import build_application
    from diabelli.cluster.options import ReplicaOptions
    from diabelli.cluster.ray_cluster import RayCluster
    from diabelli.cluster.remote_engine import RemoteEngine
    from diabelli.cluster.serve_config import EngineApplication
    from diabelli.engines.upstream.manager import UpstreamManager

    # With `ongoing` 1, a replica would sit idle while Ray hands it the next request.
    options = ReplicaOptions(replicas=replicas, cpus=0.1, ongoing=2, queued=1000)
    planned = EngineApplication(version="1", engine=NAME, settings={}, options=options)
    cluster = RayCluster(address, version="1")

    def create(planned: EngineApplication) -> Application:
        return build_application(
            partial(Importable, sleep),
            threads=1,
            version=planned.version,
            digest=planned.digest,
            options=planned.options.deployment(),
        )

    deploy(cluster, planned, create)
    manager = UpstreamManager()
    engine = RemoteEngine(NAME, cluster, manager, version="1", tries=3)
    service = Service(engines={NAME: engine}, storage=None, threads=4)
    try:
        service.warm_up()
        measure(service, replicas, 2 * sleep)
        return measure(service, 2 * replicas, seconds)
    finally:
        service.close()
        remove(cluster)
        manager.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--replicas", default="1,2,4,8")
    parser.add_argument("--sleep", type=float, default=1.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    arguments = parser.parse_args()
    # Ray reads them when it is imported.
    os.environ.update(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray_head import running_head

    here = Path(__file__).parent
    print("| engine | requests/s | p50, s | p99, s | efficiency |\n|---|---|---|---|---|")
    alone = local(arguments.sleep, arguments.seconds)
    print(f"| in the process | {alone.rate:.2f} | {alone.p50:.2f} | {alone.p99:.2f} | |")
    with tempfile.TemporaryDirectory() as folder, running_head(Path(folder), here) as address:
        single = 0.0
        for replicas in map(int, arguments.replicas.split(",")):
            found = remote(address, replicas, arguments.sleep, arguments.seconds)
            single = single or found.rate / replicas
            print(
                f"| {replicas} replicas | {found.rate:.2f} | {found.p50:.2f} | {found.p99:.2f} | "
                f"{found.rate / replicas / single:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
