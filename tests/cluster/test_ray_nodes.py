"""Replicas on a Ray cluster of several nodes: they grow with the load, and a node is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path

import numpy as np
import pytest

import ray_with_token  # noqa: F401
from diabelli.cluster.administration import statuses
from diabelli.cluster.options import ReplicaOptions
from diabelli.cluster.ray_cluster import RayCluster
from ray_edge import TESTS, Edge, local, put_engine, spec, wait_until
from ray_head import Node, running_head, running_node

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.filterwarnings("ignore"),  # Ray's own modules raise many
]

# Each node has room for one.
OPTIONS = ReplicaOptions(replicas=1, max_replicas=2, cpus=1, ongoing=2, queued=20)


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[Node]]]:
    """The address of the head, which has no room for engines, and two nodes with engines."""
    folder = tmp_path_factory.mktemp("ray")
    with ExitStack() as stack:
        address = stack.enter_context(running_head(folder, TESTS, cpus=0))
        started = [
            stack.enter_context(running_node(address, f"127.0.0.{number}", folder, TESTS))
            for number in (3, 4)
        ]
        yield address, started


def test_replicas_grow_and_a_lost_node_costs_no_answer(
    nodes: tuple[str, list[Node]], tmp_path: Path
) -> None:
    """A burst starts the second replica; the node of one of them is killed during requests."""
    address, (_, lost) = nodes
    with ExitStack() as stack:
        cluster = RayCluster(address, version="1")
        stack.callback(cluster.disconnect)
        assert put_engine(cluster, tmp_path, OPTIONS)
        assert statuses(cluster)[0].replicas == {"RUNNING": 1}
        edge = stack.enter_context(closing(Edge(cluster, tmp_path)))
        edge.service.warm_up()

        numbers, burst = count(), []

        def grown() -> bool:
            """Keep eight requests under way, and return whether there are two replicas."""
            burst[:] = [job for job in burst if not job.future.done()]
            burst.extend(edge.start(spec(next(numbers), steps=60)) for _ in range(8 - len(burst)))
            return statuses(cluster)[0].replicas.get("RUNNING") == 2

        wait_until(grown, 100)
        for job in burst:
            job.result()
        edge.outcomes.clear()

        made: dict[int, np.ndarray] = {}
        jobs = [
            edge.start(
                spec(number, steps=40),
                lambda index, variation, number=number: made.update({number: variation.image}),
            )
            for number in range(4)
        ]
        wait_until(lambda: len(set(edge.working())) == 2, 20)
        lost.kill()
        for job in jobs:
            job.result()
        assert "replica_lost" in edge.outcomes
        assert edge.outcomes.count("ok") == len(jobs)
        for left in tmp_path.iterdir():
            left.unlink(missing_ok=True)  # the killed process could not
        for number, picture in made.items():
            np.testing.assert_array_equal(picture, local(tmp_path, spec(number, steps=40))[0])
        assert len(made) == len(jobs)
