"""A service whose engine runs on a Ray cluster, and the deployment of that engine."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from diabelli.cluster.administration import ApplicationStatus, deploy, statuses
from diabelli.cluster.deployment import build_application
from diabelli.cluster.options import ReplicaOptions
from diabelli.cluster.ray_cluster import RayCluster
from diabelli.cluster.remote_engine import RemoteEngine
from diabelli.cluster.serve_config import EngineApplication
from diabelli.engines.upstream.manager import UpstreamManager
from diabelli.observer import Observer
from diabelli.service import Service
from diabelli.variation import Progress, Variation, VariationSpec
from diabelli.worker_pool import Job
from stepping_engine import STEPS, SteppingEngine

SOURCE = np.random.default_rng(1).integers(0, 256, (300, 300, 3), np.uint8)
TESTS = Path(__file__).parent


def spec(seed: int, steps: int = 0, n: int = 1) -> VariationSpec:
    return VariationSpec(n=n, height=256, width=256, seed=steps * STEPS + seed)


class Edge:
    """A service whose engine runs on the cluster."""

    def __init__(self, cluster: RayCluster, folder: Path, version: str = "1") -> None:
        self.folder = folder
        self.manager = UpstreamManager()
        self.outcomes: list[str] = []
        self.manager.on_call = lambda engine, outcome, seconds: self.outcomes.append(outcome)
        self.engine = RemoteEngine("stepping", cluster, self.manager, version=version, tries=3)
        self.service = Service(engines={"stepping": self.engine}, storage=None, threads=2)

    def start(
        self,
        wanted: VariationSpec,
        on_variation: Callable[[int, Variation], None] = lambda index, variation: None,
        on_progress: Callable[[Progress], None] = lambda progress: None,
    ) -> Job[None]:
        observer = Observer()
        observer.on_progress = on_progress
        return self.service.submit_fitted(
            SOURCE, wanted, engine="stepping", on_variation=on_variation, observer=observer
        )

    def working(self) -> list[int]:
        """Return the process of each variation under way."""
        return [int(path.name.partition("-")[0]) for path in self.folder.iterdir()]

    def wait_for_work(self, count: int) -> None:
        wait_until(lambda: len(self.working()) >= count, 20)

    def close(self) -> None:
        """End the service; the connection, which other tests share, stays."""
        self.service.close()
        self.manager._closers.clear()
        self.manager.close()


def wait_until(condition: Callable[[], object], seconds: float) -> float:
    """Return the seconds until the condition holds."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() < started + seconds, "it did not happen in time"
        time.sleep(0.01)
    return time.monotonic() - started


def local(folder: Path, wanted: VariationSpec) -> list[np.ndarray]:
    """Return the pictures of the same engine without a cluster, and without its waits."""
    engine = SteppingEngine(folder, step_s=0)
    service = Service(engines={"stepping": engine}, storage=None, threads=2)
    try:
        return [each.image for each in service.vary(SOURCE, wanted, engine="stepping")]
    finally:
        service.close()


# Ray Serve's own are 30, 10 and 30 s.
QUICK = {"upscale_delay_s": 1, "metrics_interval_s": 1, "look_back_period_s": 2}


def put_engine(cluster: RayCluster, folder: Path, options: ReplicaOptions) -> bool:
    """Deploy the stepping engine, which records its work in the folder.

    Returns:
        As `deploy`.
    """
    deployment = options.deployment()
    if "autoscaling_config" in deployment:
        deployment["autoscaling_config"] |= QUICK
    planned = EngineApplication(version="1", engine="stepping", settings={}, options=options)

    def create(planned: EngineApplication):
        return build_application(
            partial(SteppingEngine, folder),
            threads=2,
            version=planned.version,
            digest=planned.digest,
            options=deployment,
        )

    return deploy(cluster, planned, create)


def stepping_status(cluster: RayCluster) -> ApplicationStatus:
    """Return the state of the stepping engine."""
    (found,) = [each for each in statuses(cluster) if each.engine == "stepping"]
    return found
