"""Engines on a real Ray cluster: nodes on loopback addresses, for the whole module."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path

import httpx
import numpy as np
import pytest
from typer.testing import CliRunner

import diabelli
from diabelli.cli import app
from diabelli.cluster.administration import remove
from diabelli.cluster.options import ReplicaOptions
from diabelli.cluster.ray_cluster import RayCluster
from diabelli.engines.cached_check import CachedCheck
from diabelli.errors import Cancelled, ClusterBusy, ClusterUnavailable, VersionMismatch
from ray_edge import TESTS, Edge, local, put_engine, spec, stepping_status, wait_until
from ray_head import ADDRESS, PACKAGE, PLACE, Node, free_port, running_head, running_node
from ray_with_token import ray
from stepping_engine import SteppingEngine

find_node_ids = ray._private.services.find_node_ids

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.filterwarnings("ignore"),  # Ray's own modules raise many
]

DIABELLI = (sys.executable, "-m", "diabelli")
CALLER = str(TESTS / "ray_caller.py")
OPTIONS = ReplicaOptions(replicas=2, cpus=0.2, ongoing=2, queued=2)
GROWING = ReplicaOptions(
    replicas=1, max_replicas=2, cpus=0.2, resources={PLACE: 1}, ongoing=2, queued=20
)


@pytest.fixture(scope="module")
def client_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def address(tmp_path_factory, client_port) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("ray")
    with running_head(folder, TESTS, client_port=client_port) as address:
        yield address


@pytest.fixture(scope="module", autouse=True)
def joining(address, tmp_path_factory) -> Iterator[Future[Node]]:
    """A second node, which joins the cluster while tests run."""
    node = running_node(address, "127.0.0.3", tmp_path_factory.mktemp("node"), TESTS)
    with ExitStack() as stack, ThreadPoolExecutor() as threads:
        yield threads.submit(stack.enter_context, node)


@pytest.fixture(scope="module")
def cluster(address) -> Iterator[RayCluster]:
    connection = RayCluster(address, version="1")
    yield connection
    connection.disconnect()


@pytest.fixture(scope="module")
def deployed(cluster, tmp_path_factory) -> tuple[Path, Callable[[], bool]]:
    """Folder of the engine's records, and the function that deploys it."""
    folder = tmp_path_factory.mktemp("working")

    def put() -> bool:
        return put_engine(cluster, folder, OPTIONS)

    assert put()
    return folder, put


@pytest.fixture(scope="module", autouse=True)
def deploying(deployed, address) -> Iterator[subprocess.Popen[str]]:
    """The command that deploys the patch engine, while the tests of the other one run."""
    process = subprocess.Popen(
        [*DIABELLI, "cluster", "deploy", "--address", address, "--json"],
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


@pytest.fixture
def edge(cluster, deployed) -> Iterator[Edge]:
    edge = Edge(cluster, deployed[0])
    edge.service.warm_up()
    yield edge
    edge.close()


def test_deploying_again_changes_nothing(deployed, cluster):
    """An application with the same configuration keeps its replicas."""
    assert deployed[1]() is False
    found = stepping_status(cluster)
    assert (found.status, found.replicas) == ("RUNNING", {"RUNNING": 2})


def test_same_seed_same_pixels_and_progress_streams(edge, deployed):
    """Pictures are those of the local engine; steps arrive while the replica works."""
    made: dict[int, np.ndarray] = {}
    steps: list[tuple[str, bool]] = []
    wanted = spec(7, steps=10, n=2)
    edge.start(
        wanted,
        lambda index, variation: made.update({index: variation.image}),
        lambda progress: steps.append((progress.stage, bool(edge.working()))),
    ).result()
    for index, expected in enumerate(local(deployed[0], wanted)):
        np.testing.assert_array_equal(made[index], expected)
    assert any(stage.startswith("step") and working for stage, working in steps)
    assert edge.engine.info == SteppingEngine.info
    edge.manager.checks["stepping"]()


def test_a_cancelled_request_frees_the_replica_within_a_second(edge):
    """Its engine stops at its next step."""
    job = edge.start(spec(1, steps=400))
    edge.wait_for_work(1)
    job.cancel(Cancelled("the client left"))
    assert wait_until(lambda: not edge.working(), 5) < 1


def test_a_cancellation_that_ray_loses_frees_the_replica_within_a_second(edge, monkeypatch):
    """Ray loses some that arrive while it assigns a request; here it loses each."""
    monkeypatch.setattr(ray.serve.handle.DeploymentResponseGenerator, "cancel", lambda stream: None)
    job = edge.start(spec(1, steps=400))
    edge.wait_for_work(1)
    job.cancel(Cancelled("the client left"))
    assert wait_until(lambda: not edge.working(), 5) < 1


def test_a_killed_server_frees_the_replica(address, deployed, edge):
    """Its clients are gone with it."""
    caller = subprocess.Popen([sys.executable, CALLER, address, deployed[0]])
    wait_until(edge.working, 60)  # its process imports Ray first
    caller.kill()
    caller.wait()
    wait_until(lambda: not edge.working(), 20)


@pytest.mark.parametrize("again", [True, False])
def test_a_lost_list_of_cancelled_calls_costs_no_answer(edge, cluster, again):
    """Its process ends in the middle; Ray starts it again, or the server does."""
    job = edge.start(spec(4, steps=60))
    edge.wait_for_work(1)
    ray.kill(cluster._cancelled_calls, no_restart=not again)
    job.result()
    assert edge.outcomes == (["ok"] if again else ["replica_lost", "ok"])


def test_a_replica_lost_in_the_middle_costs_a_retry_and_no_answer(edge):
    """Its process is killed; the request is made again elsewhere, with the same pixels."""
    made: list[np.ndarray] = []
    stages: list[str] = []
    wanted = spec(3, steps=40)
    job = edge.start(
        wanted,
        lambda index, variation: made.append(variation.image),
        lambda progress: stages.append(progress.stage),
    )
    # Before its first message, Serve itself repeats a call.
    wait_until(lambda: any(stage.startswith("step") for stage in stages), 20)
    os.kill(edge.working()[0], signal.SIGKILL)
    job.result()
    for left in edge.folder.iterdir():
        left.unlink(missing_ok=True)  # the killed process could not
    np.testing.assert_array_equal(made[0], local(edge.folder, wanted)[0])
    assert edge.outcomes == ["replica_lost", "ok"]


def test_a_full_cluster_refuses_and_serves_the_others(edge, cluster):
    """Requests beyond the replicas and the queue are refused at once; all others are answered."""
    wait_until(lambda: stepping_status(cluster).replicas == {"RUNNING": 2}, 60)
    jobs = [edge.start(spec(number, steps=20)) for number in range(12)]
    wait([job.future for job in jobs], timeout=60)
    refused = [fault for job in jobs if (fault := job.future.exception())]
    assert refused
    assert all(isinstance(fault, ClusterBusy) for fault in refused)
    assert 1 <= refused[0].retry_after_s <= 60
    assert edge.outcomes.count("ok") == 12 - len(refused) >= 2


def test_another_version_is_refused_in_words(cluster, deployed, address):
    """The message names both versions; the replica computes nothing."""
    other = RayCluster(address, version="2")
    edge = Edge(other, deployed[0], version="2")
    try:
        edge.engine.check()
        with pytest.raises(VersionMismatch, match="of Diabelli 1, this server of 2"):
            edge.service.warm_up()
        edge.engine._described = True
        with pytest.raises(VersionMismatch, match="cluster deploy"):
            edge.start(spec(1)).result()
    finally:
        edge.close()


def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command of this package."""
    return subprocess.run(
        [*DIABELLI, *words],
        env={**os.environ, "PYTHONPATH": str(PACKAGE), **variables},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def patch(deploying) -> None:
    """The patch engine is on the cluster."""
    assert json.loads(deploying.communicate(timeout=120)[0]) == {"patch": True}


@contextmanager
def serving(*command: str) -> Iterator[str]:
    """Run `diabelli serve` with the arguments that follow; yield its base URL."""
    process = subprocess.Popen(
        [*command, "--port", "0", "--json"],
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield json.loads(process.stdout.readline())["url"]
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()


def check_answers(server: str) -> None:
    """Compare the answer of a server with the pictures of the library."""
    source = (Path(diabelli.__file__).parent / "sample.png").read_bytes()
    reply = httpx.post(
        f"{server}/v1/images/variations",
        files={"image": source},
        data={"size": "256x256", "seed": "11", "n": "2", "response_format": "b64_json"},
        timeout=60,
    )
    made = [base64.b64decode(each["b64_json"]) for each in reply.json()["data"]]
    assert made == [each.encode() for each in diabelli.vary(source, n=2, size=256, seed=11)]
    ready = httpx.get(f"{server}/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})


def test_a_server_answers_with_the_bytes_of_the_local_engine(patch, tmp_path, monkeypatch):
    """The whole path: deploy, serve, a request over HTTP, and the same by the library."""
    monkeypatch.chdir(tmp_path)
    with serving(*DIABELLI, "serve", "--engines-at", "auto") as server:
        check_answers(server)
        assert 'diabelli_upstream_seconds_count{engine="patch",outcome="ok"} 1.0' in (
            httpx.get(f"{server}/metrics").text
        )


def test_servers_with_a_ray_url_share_a_node_that_ends_with_them(
    patch, client_port, edge, tmp_path, monkeypatch
):
    """One of them is killed, which frees its replica; the other one is stopped."""
    monkeypatch.chdir(tmp_path)
    url, others = f"ray://{ADDRESS}:{client_port}", find_node_ids()
    elsewhere = (sys.executable, str(TESTS / "ray_elsewhere.py"), ",".join(others))
    caller = subprocess.Popen(
        [*elsewhere, CALLER, url, edge.folder], env={**os.environ, "PYTHONPATH": str(PACKAGE)}
    )
    try:
        with serving(*elsewhere, "diabelli", "serve", "--engines-at", url) as server:
            wait_until(edge.working, 60)
            started = find_node_ids() - others
            assert len(started) == 1
            caller.kill()
            wait_until(lambda: not edge.working(), 20)
            check_answers(server)
            assert find_node_ids() - others == started
        wait_until(lambda: find_node_ids() <= others, 20)
    finally:
        caller.kill()
        caller.wait()


def test_commands_need_the_token(address):
    """Without it the cluster is refused, and the message names the variables."""
    ran = run("cluster", "status", "--address", address, RAY_AUTH_TOKEN="0" * 64)
    assert ran.returncode == 3
    assert "RAY_AUTH_MODE=token" in ran.stderr


def test_down_removes_the_engines(patch, address, cluster, edge):
    """`status` lists them before; a server is not ready afterwards."""
    ran = CliRunner().invoke(app, ["cluster", "status", "--address", address, "--json"])
    assert "stepping" in [each["engine"] for each in json.loads(ran.stdout)]
    assert ran.exit_code == 0
    ran = CliRunner().invoke(app, ["cluster", "down", "--address", address, "--json"])
    assert "stepping" in json.loads(ran.stdout)
    edge.engine._check = CachedCheck(edge.engine._check_cluster, 0)
    with pytest.raises(ClusterUnavailable, match="cluster deploy"):
        edge.engine.check()
    assert CliRunner().invoke(app, ["cluster", "status", "--address", address]).exit_code == 1
    assert remove(cluster) == []


def test_replicas_grow_and_a_lost_node_costs_no_answer(
    cluster: RayCluster, joining: Future[Node], tmp_path: Path
) -> None:
    """A burst starts the second replica; a node is killed during requests, with its replica."""
    node = joining.result()
    remove(cluster)
    assert put_engine(cluster, tmp_path, GROWING)
    assert stepping_status(cluster).replicas == {"RUNNING": 1}
    with closing(Edge(cluster, tmp_path)) as edge:
        edge.service.warm_up()

        numbers, burst = count(), []

        def grown() -> bool:
            """Keep eight requests under way, and return whether there are two replicas."""
            burst[:] = [job for job in burst if not job.future.done()]
            burst.extend(edge.start(spec(next(numbers), steps=20)) for _ in range(8 - len(burst)))
            return stepping_status(cluster).replicas.get("RUNNING") == 2

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
        node.kill()
        for job in jobs:
            job.result()
        assert "replica_lost" in edge.outcomes
        assert edge.outcomes.count("ok") == len(jobs)
        for left in tmp_path.iterdir():
            left.unlink(missing_ok=True)  # the killed process could not
        for number, picture in made.items():
            np.testing.assert_array_equal(picture, local(tmp_path, spec(number, steps=40))[0])
        assert len(made) == len(jobs)
