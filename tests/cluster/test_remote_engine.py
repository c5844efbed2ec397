"""The remote engine keeps the promises of a local one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from diabelli.api.errors.exceptions import DeadlineExceeded, ShuttingDown
from diabelli.cluster.remote_engine import RemoteEngine, ReplicaLost
from diabelli.cluster.replica import EngineReplica
from diabelli.engines.cached_check import CachedCheck
from diabelli.engines.upstream.manager import UpstreamManager
from diabelli.errors import (
    Cancelled,
    ClusterBusy,
    ClusterUnavailable,
    ContentPolicyViolation,
    VersionMismatch,
)
from diabelli.observer import Observer
from diabelli.service import Service
from diabelli.variation import Progress, VariationSpec
from fake_cluster import VERSION, FakeCluster
from shift_engine import ShiftEngine

SOURCE = np.random.default_rng(1).integers(0, 256, (40, 40, 3), np.uint8)
SPEC = VariationSpec(n=3, height=32, width=32, seed=5)


class Recorder(Observer):
    """Records progress."""

    def __init__(self) -> None:
        self.steps: list[Progress] = []

    def on_progress(self, progress: Progress) -> None:
        self.steps.append(progress)


class Setup:
    """A service whose engine is remote, and the replica that it calls."""

    def __init__(self, engine: ShiftEngine, version: str, tries: int) -> None:
        self.replica = EngineReplica(engine, threads=2, version=version, digest="d")
        self.cluster = FakeCluster(self.replica)
        self.manager = UpstreamManager()
        self.outcomes: list[str] = []
        self.manager.on_call = lambda engine, outcome, seconds: self.outcomes.append(outcome)
        self.engine = RemoteEngine(
            "shift", self.cluster, self.manager, version=VERSION, tries=tries
        )
        self.service = Service(engines={"shift": self.engine}, storage=None, threads=2)

    def vary(self, observer: Observer | None = None):
        return self.service.vary(SOURCE, SPEC, engine="shift", observer=observer)


@contextmanager
def remote(
    before: Callable[[int], None] = lambda seed: None, version: str = VERSION, tries: int = 3
) -> Iterator[Setup]:
    setup = Setup(ShiftEngine(before), version, tries)
    try:
        yield setup
    finally:
        setup.service.close()
        setup.manager.close()
        setup.replica._service.close()


def lose(calls: int) -> Callable[[int, int], None]:
    """Return a hook that loses the replica in the middle of the first calls."""

    def before(call: int, message: int) -> None:
        if call <= calls and message == 2:
            raise ReplicaLost("ActorDiedError")

    return before


def local() -> list[np.ndarray]:
    service = Service(engines={"shift": ShiftEngine()}, storage=None, threads=2)
    try:
        return [each.image for each in service.vary(SOURCE, SPEC, engine="shift")]
    finally:
        service.close()


def test_same_seed_same_pixels():
    """A remote engine gives the pictures and the seeds of a local one."""
    with remote() as setup:
        made = setup.vary()
        assert [each.seed for each in made] == [5, 6, 7]
        assert setup.outcomes == ["ok"]
    for each, expected in zip(made, local(), strict=True):
        np.testing.assert_array_equal(each.image, expected)


def test_the_description_comes_from_the_replica():
    """After the warm-up the engine has the version that the replica states."""
    with remote() as setup:
        assert setup.engine.info.version == "unknown"
        setup.service.warm_up()
        assert setup.engine.info == ShiftEngine.info


def test_progress_streams_before_the_end():
    """Steps arrive while the replica still works on another variation."""
    released = threading.Event()
    recorder = Recorder()

    def on_progress(progress: Progress) -> None:
        recorder.steps.append(progress)
        if progress.stage == "made" and progress.index == 0:
            released.set()

    def before(seed: int) -> None:
        assert seed == 5 or released.wait(20)

    observer = Observer()
    observer.on_progress = on_progress
    with remote(before) as setup:
        setup.vary(observer)
    assert released.is_set()
    first = next(each for each in recorder.steps if each.stage == "made")
    assert first.preview().shape == (32, 32, 3)


def test_a_lost_replica_costs_a_retry_and_no_answer():
    """Calls whose replica is lost are repeated, with the same pictures."""
    with remote() as setup:
        setup.cluster.before = lose(2)
        made = setup.vary()
        assert setup.cluster.calls == 3
        assert setup.outcomes == ["replica_lost", "replica_lost", "ok"]
    for each, expected in zip(made, local(), strict=True):
        np.testing.assert_array_equal(each.image, expected)


def test_tries_are_bounded():
    """After the last try the request fails, and can be retried later."""
    with remote(tries=2) as setup:
        setup.cluster.before = lose(9)
        with pytest.raises(ClusterUnavailable, match="lost its replica 2 times"):
            setup.vary()
        assert setup.cluster.calls == 2


def test_a_full_queue_states_when_to_retry():
    """`retry_after_s` follows the duration of earlier calls."""

    def refuse(call: int, message: int) -> None:
        if call > 1:
            raise ClusterBusy

    with remote() as setup:
        setup.vary()
        setup.cluster.before = refuse
        setup.engine._call_s = 7.2
        with pytest.raises(ClusterBusy, match="queue is full") as raised:
            setup.vary()
        assert raised.value.retry_after_s == 8
        assert setup.outcomes == ["ok", "cluster_busy"]
        assert setup.cluster.calls == 2


@pytest.mark.parametrize(
    "reason", [Cancelled("the client left"), DeadlineExceeded(), ShuttingDown()]
)
def test_a_cancelled_request_frees_the_replica(reason):
    """The replica's work ends within a second after the cancellation."""
    running, stopped = threading.Event(), threading.Event()

    def before(seed: int) -> None:
        running.set()
        stopped.wait(20)

    with remote(before) as setup:
        job = setup.service.submit_fitted(
            SOURCE,
            SPEC,
            engine="shift",
            on_variation=lambda index, variation: None,
            observer=Observer(),
        )
        assert running.wait(10)
        job.cancel(reason)
        replica = setup.replica._service.workers
        deadline = time.monotonic() + 1
        while replica.waiting and time.monotonic() < deadline:
            time.sleep(0.01)
        assert replica.waiting == 0
        stopped.set()
        while replica.busy and time.monotonic() < deadline:
            time.sleep(0.01)
        assert replica.busy == 0
        assert setup.outcomes == ["cancelled"]


def test_another_version_is_refused_in_words():
    """A replica of another version computes nothing, and the message names both versions."""
    with remote(version="1.2.2") as setup:
        with pytest.raises(VersionMismatch, match=r"of Diabelli 1\.2\.2, this server of 1\.2\.3"):
            setup.service.warm_up()
        setup.engine._described = True
        with pytest.raises(VersionMismatch, match="cluster deploy"):
            setup.vary()
        assert setup.outcomes == ["version_mismatch"]


def test_errors_of_the_engine_keep_their_class():
    """An error on the replica is raised as it was there, and not retried."""

    def before(seed: int) -> None:
        raise ContentPolicyViolation

    with remote(before) as setup:
        with pytest.raises(ContentPolicyViolation):
            setup.vary()
        assert setup.cluster.calls == 1


def test_readiness_follows_the_cluster():
    """The check fails while nothing is deployed, and the server starts nevertheless."""
    with remote() as setup:
        replica, setup.cluster.replica = setup.cluster.replica, None
        setup.service.warm_up()
        with pytest.raises(ClusterUnavailable):
            setup.manager.checks["shift"]()
        setup.cluster.replica = replica
        setup.engine._check = CachedCheck(setup.engine._check_cluster, 0)
        setup.manager.checks["shift"]()
        setup.vary()
        assert setup.engine.info == ShiftEngine.info


def test_closing_the_manager_disconnects():
    """The connection is closed with the event loop."""
    with remote() as setup:
        setup.vary()
    assert setup.cluster.closed == 1
