"""Calls to an upstream: concurrency, turns, cancellation, and the end of the process."""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import logging
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import closing
from typing import Any

import pytest

from api.wire import picture
from diabelli.engines import Piece, run_sequentially
from diabelli.engines.upstream import calls
from diabelli.engines.upstream.calls import UpstreamCalls
from diabelli.engines.upstream.manager import UpstreamManager
from diabelli.errors import Cancelled, UpstreamUnavailable
from diabelli.variation import Progress
from engines.making import ignore_progress, made, square
from engines.upstream.bridging import upstream_engine
from engines.upstream.conftest import EditsUpstream, MakeEdits
from oracles.sources import face


def submitted(
    upstream: EditsUpstream, n: int = 1, watch: Callable[[Progress], None] = ignore_progress
) -> Future[list[Piece]]:
    """Start a request."""
    prepared = upstream.engine.prepare(face(64), square(64, n=n), watch, run_sequentially)
    assert isinstance(prepared, Future)
    return prepared


def until(condition: Callable[[], object]) -> None:
    """Block until the condition holds; fail after ten seconds."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def settled(upstream: EditsUpstream, calls: int) -> bool:
    """Return whether exactly that many calls reach the upstream within a while."""
    until(lambda: upstream.calls >= calls)
    time.sleep(0.2)
    return upstream.calls == calls


@pytest.mark.parametrize("concurrency", [1, 3])
def test_further_calls_wait_in_our_queue(edits: MakeEdits, concurrency: int) -> None:
    """The upstream gets as many as the option allows, of all requests together."""
    upstream = edits(concurrency=concurrency)
    upstream.fake.gate.clear()
    requests = [submitted(upstream, n=3) for _ in range(2)]
    assert settled(upstream, concurrency)
    upstream.fake.gate.set()
    assert [len(one.result(10)) for one in requests] == [3, 3]
    assert upstream.calls == 6


def test_requests_take_turns(edits: MakeEdits) -> None:
    """A request for one picture does not wait for all five of an earlier one."""
    upstream = edits()
    upstream.fake.gate.clear()
    many, one = submitted(upstream, n=5), submitted(upstream)
    assert settled(upstream, 1)
    order: list[str] = []
    many.add_done_callback(lambda _: order.append("many"))
    one.add_done_callback(lambda _: order.append("one"))
    upstream.fake.gate.set()
    many.result(10)
    one.result(10)
    until(lambda: len(order) == 2)
    assert order == ["one", "many"]


def test_a_cancelled_call_keeps_its_slot_until_the_upstream_has_answered(edits: MakeEdits) -> None:
    """The upstream still works on it, so that the next call would only queue there."""
    upstream = edits()
    upstream.fake.gate.clear()
    first, second = submitted(upstream), submitted(upstream)
    assert settled(upstream, 1)
    first.cancel()
    assert settled(upstream, 1)
    upstream.fake.gate.set()
    assert len(second.result(10)) == 1
    # The upstream marks a call as done after the last byte of its reply.
    until(lambda: [seen.done for seen in upstream.app.calls("/edits")] == [True, True])


def test_the_slot_of_a_hung_call_is_freed_in_the_end(
    edits: MakeEdits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a bounded time."""
    monkeypatch.setattr(calls, "DRAIN_S", 0.3)
    upstream = edits()
    upstream.faults.set(silent=True)
    first, second = submitted(upstream), submitted(upstream)
    until(lambda: upstream.calls == 1)
    first.cancel()
    until(lambda: upstream.calls == 2)
    upstream.faults.set()
    assert len(second.result(10)) == 1


def test_the_pictures_of_a_cancelled_call_are_not_kept(
    edits: MakeEdits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its task is freed once the upstream has answered."""
    upstream = edits()
    tasks: list[weakref.ref[asyncio.Task[Any]]] = []
    give_up = UpstreamCalls._give_up

    def watched(self: UpstreamCalls, work: asyncio.Task[list[bytes]]) -> None:
        tasks.append(weakref.ref(work))
        give_up(self, work)

    monkeypatch.setattr(UpstreamCalls, "_give_up", watched)
    upstream.fake.gate.clear()
    first = submitted(upstream)
    until(lambda: upstream.calls == 1)
    first.cancel()
    until(lambda: tasks)
    upstream.fake.gate.set()
    # It waits for the slot of the first call.
    submitted(upstream).result(10)
    until(lambda: gc.collect() >= 0 and tasks[0]() is None)


def test_a_cancelled_call_to_openai_frees_its_slot(edits: MakeEdits) -> None:
    """Closing the connection ends the call; it is billed all the same."""
    upstream = edits("openai", concurrency=1)
    upstream.fake.gate.clear()
    first, second = submitted(upstream), submitted(upstream)
    assert settled(upstream, 1)
    first.cancel()
    until(lambda: upstream.calls == 2)
    upstream.fake.gate.set()
    assert len(second.result(10)) == 1


def test_an_exception_of_the_progress_callback_stops_the_request(edits: MakeEdits) -> None:
    """It is raised unchanged, although the upstream is still at work."""
    upstream = edits()
    upstream.fake.gate.clear()
    reason = Cancelled("the client has left")

    def watch(progress: Progress) -> None:
        if progress.fraction > 0:
            raise reason

    request = submitted(upstream, watch=watch)
    assert request.exception(10) is reason
    upstream.fake.gate.set()
    assert len(submitted(upstream).result(10)) == 1


def test_one_failure_stops_the_other_pictures_of_its_request(edits: MakeEdits) -> None:
    """No call is started after it."""
    upstream = edits()
    upstream.faults.error(500, {}, count=1)
    with pytest.raises(Exception, match="500"):
        submitted(upstream, n=5).result(10)
    time.sleep(0.1)
    assert upstream.calls == 1


def test_progress_has_previews_of_finished_pictures(edits: MakeEdits) -> None:
    """While others of the request are still to be made."""
    upstream = edits()
    seen: list[Progress] = []
    found = made(upstream.engine, face(64), square(64, n=3), seen.append)
    assert len(found) == 3
    assert [progress.index for progress in seen if progress.preview] == [0, 1]


def test_an_unusable_preview_is_not_shown(edits: MakeEdits) -> None:
    """The request goes on."""
    upstream = edits("openai", partial_images=1)
    seen: list[Progress] = []
    event = {"type": "image_edit.partial_image", "b64_json": "AAAA", "partial_image_index": 0}
    last = {"type": "image_edit.completed", "b64_json": base64.b64encode(picture(64)).decode()}
    body = "".join(f"data: {json.dumps(one)}\n\n" for one in (event, last)).encode()
    upstream.faults.set(status=200, body=body)
    assert len(made(upstream.engine, face(64), square(64), seen.append)) == 1
    assert not [progress for progress in seen if progress.preview]
    assert any(0.4 < progress.fraction < 0.6 for progress in seen)


def test_closing_the_manager_cancels_the_work(edits: MakeEdits) -> None:
    """No thread remains."""
    before = set(threading.enumerate())
    with closing(UpstreamManager()) as manager:
        source = edits()
        source.faults.set(silent=True)
        engine = upstream_engine(manager, source.url, protocol="openai-edits", side=64,
                                 dialect="generic")  # fmt: skip
        request = engine.prepare(face(64), square(64), ignore_progress, run_sequentially)
        until(lambda: source.calls == 1)
    with pytest.raises(CancelledError):
        request.result(1)
    source.faults.set()
    added = set(threading.enumerate()) - before
    assert not [thread for thread in added if thread.name == "diabelli-upstream"]


def test_calls_are_counted_by_outcome(edits: MakeEdits, manager: UpstreamManager) -> None:
    """Success, error code, cancellation."""
    found: list[tuple[str, str]] = []
    manager.on_call = lambda engine, outcome, seconds: found.append((engine, outcome))
    upstream = edits()
    submitted(upstream).result(10)
    upstream.faults.error(500, {}, count=1)
    submitted(upstream).exception(10)
    upstream.fake.gate.clear()
    request = submitted(upstream)
    until(lambda: upstream.calls == 3)
    request.cancel()
    until(lambda: len(found) == 3)
    upstream.fake.gate.set()
    assert found == [("bridge", "ok"), ("bridge", "engine_failed"), ("bridge", "cancelled")]


def test_readiness_is_cached(edits: MakeEdits, caplog: pytest.LogCaptureFixture) -> None:
    """Probes of a load balancer do not reach the upstream each time."""
    upstream = edits()
    upstream.engine.check()
    upstream.faults.error(500, {})
    upstream.engine.check()
    assert len(upstream.app.seen) == 1
    broken = edits()
    broken.faults.set(silent=True)
    started = time.monotonic()
    for _ in range(2):
        with pytest.raises(UpstreamUnavailable):
            broken.engine.check()
    assert time.monotonic() - started < 4
    broken.faults.set()


def test_a_start_logs_what_the_upstream_cannot_do(
    edits: MakeEdits, caplog: pytest.LogCaptureFixture
) -> None:
    """Seed, strength, an unknown model, the end of a model; an unreachable one is no fault."""
    with caplog.at_level(logging.WARNING, "diabelli.upstream"):
        upstream = edits("openai", fake={"models": {"gpt-image-2": "2026-12-01"}})
        upstream.engine.warm_up()
        assert upstream.engine.info.upstream.shutdown_date == "2026-12-01"
        edits("openai", model="gpt-image-9").engine.warm_up()
        down = edits("vllm-omni")
        down.faults.set(drop="before")
        down.engine.warm_up()
    ours = [one for one in caplog.records if one.name == "diabelli.upstream"]
    assert [one.getMessage() for one in ours] == [
        "upstream.seed_ignored",
        "upstream.strength_wording",
        "upstream.model_ends",
        "upstream.seed_ignored",
        "upstream.strength_wording",
        "upstream.model_not_listed",
        "upstream.unavailable",
    ]
