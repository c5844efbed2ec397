"""`POST /v1/images/variations`: another Diabelli, Xinference and Lemonade."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from api.engines import Climber, Gate, Shift, Stumbler
from api.wire import Server
from diabelli.engines import run_sequentially, wait_for_pieces
from diabelli.engines.upstream.manager import UpstreamManager
from diabelli.engines.upstream.protocol import LOW_SEED_BITS
from diabelli.errors import (
    ContentPolicyViolation,
    DiabelliError,
    EngineFailed,
    InvalidSettings,
    UpstreamUnavailable,
)
from diabelli.variation import MAX_SEED, Progress
from engines.making import digest, ignore_progress, made, square
from engines.upstream.bridging import diabelli_server, upstream_engine
from engines.upstream.conftest import MakeEdits
from oracles.sources import face

VARIATIONS = {"protocol": "openai-variations", "model": "served", "side": 256}


@pytest.fixture
def gate() -> Gate:
    """The engine behind the model `gate`."""
    return Gate()


@pytest.fixture
def server(tmp_path: Path, gate: Gate) -> Iterator[Server]:
    """Another Diabelli."""
    engines = {"shift": Shift(), "gate": gate, "climber": Climber(), "stumbler": Stumbler()}
    with diabelli_server(engines, tmp_path) as server:
        yield server
        gate.opened.set()


def test_another_diabelli_makes_all_variations_in_one_call(
    server: Server, manager: UpstreamManager
) -> None:
    """Its picture for a whole seed and a strength is ours."""
    engine = upstream_engine(manager, server.url, model="shift")
    (one,) = made(engine, face(256), square(256, seed=MAX_SEED))
    (own,) = made(Shift(), face(256), square(256, seed=MAX_SEED))
    assert digest(one.image) == digest(own.image)
    assert one.engine.name == "bridge"
    assert one.engine.version == "1-shift"
    assert len(made(engine, face(256), square(256, n=3))) == 3


def test_a_cancelled_request_stops_in_another_diabelli(
    server: Server, manager: UpstreamManager, gate: Gate
) -> None:
    """It notices the closed connection."""
    engine = upstream_engine(manager, server.url, model="gate")
    prepared = engine.prepare(face(64), square(64), ignore_progress, run_sequentially)
    assert isinstance(prepared, Future)
    assert gate.entered.wait(10)
    prepared.cancel()
    assert gate.stopped.wait(10)


def test_progress_and_previews_of_another_diabelli_are_passed_on(
    server: Server, manager: UpstreamManager
) -> None:
    """If they are displayed: each picture's own, before the same pictures as without them."""
    engine = upstream_engine(manager, server.url, model="climber")
    seen: list[tuple[int, float]] = []
    greys: set[int] = set()

    def note(progress: Progress) -> None:
        seen.append((progress.index, progress.fraction))
        if progress.preview is not None:
            greys.add(int(progress.preview().mean()))

    quiet = made(engine, face(256), square(256, n=2), note)
    assert not greys
    seen.clear()
    watched = made(engine, face(256), replace(square(256, n=2), previews=True), note)
    assert [digest(one.image) for one in watched] == [digest(one.image) for one in quiet]
    for index in range(2):
        fractions = [fraction for one, fraction in seen if one == index]
        assert fractions == sorted(fractions)
        assert any(0.2 < fraction < 0.8 for fraction in fractions)
    # The previews are grey pictures of 0, 80 and 160, as JPEG.
    assert greys & set(range(78, 83)) or greys & set(range(158, 163))


def test_a_failure_in_the_events_of_another_diabelli_fails_the_request(
    server: Server, manager: UpstreamManager
) -> None:
    """As a failed plain request does."""
    engine = upstream_engine(manager, server.url, model="stumbler")
    with pytest.raises(EngineFailed):
        made(engine, face(256), replace(square(256), previews=True))


@pytest.mark.parametrize(
    ("faults", "expected", "message"),
    [
        ({"status": 503, "headers": {"retry-after": "1"}}, UpstreamUnavailable, "503"),
        ({"status": 200, "body": b": nothing\n\n"}, EngineFailed, "without the pictures"),
        (
            {"status": 200, "body": b'data: {"error": {"code": "content_policy_violation"}}\n\n'},
            ContentPolicyViolation,
            None,
        ),
        ({"status": 200, "body": b"data: {}\n\n", "endless": True}, EngineFailed, "bytes"),
    ],
)
def test_streams_have_the_errors_of_plain_replies(
    edits: MakeEdits, faults: dict[str, object], expected: type[DiabelliError], message: str | None
) -> None:
    """And the same repetitions: two of a busy upstream, none of any other error."""
    upstream = edits("diabelli", **(VARIATIONS | {"side": 256}))
    upstream.faults.set(**faults)
    with pytest.raises(expected, match=message):
        made(upstream.engine, face(64), replace(square(64), previews=True))
    assert upstream.calls == (3 if expected is UpstreamUnavailable else 1)


def test_seeds_are_as_repeatable_as_those_of_the_other_diabelli(
    server: Server, manager: UpstreamManager
) -> None:
    """Its list of models says so."""
    engine = upstream_engine(manager, server.url, model="shift")
    engine.warm_up()
    assert engine.info.repeatable


def test_xinference_gets_strength_and_seed_as_json(edits: MakeEdits) -> None:
    """In the field `kwargs`, with the low 31 bits of the seed; its JPEG is accepted."""
    upstream = edits("xinference", **VARIATIONS)
    found = made(upstream.engine, face(256), square(256, n=2, seed=MAX_SEED, strength=1.0))
    assert [one.image.shape for one in found] == [(256, 256, 3)] * 2
    values = json.loads(upstream.fake.fields[0]["kwargs"])
    assert (values["strength"], values["seed"]) == (0.85, MAX_SEED & LOW_SEED_BITS)
    assert set(values) == {"strength", "seed", "request_id"}
    assert {one.seed & LOW_SEED_BITS for one in found} == {one.seed for one in upstream.fake.made}


def test_xinference_gets_words_steps_and_guidance(edits: MakeEdits) -> None:
    """Its pipelines need a prompt, so one without words is sent unless there are some."""
    for options, prompt in (({}, " "), ({"prompt": ""}, " "), ({"prompt": "a hill"}, "a hill")):
        upstream = edits("xinference", steps=4, guidance=0.0, **options, **VARIATIONS)
        made(upstream.engine, face(256), square(256))
        assert upstream.fake.fields[0]["prompt"] == prompt
        values = json.loads(upstream.fake.fields[0]["kwargs"])
        assert (values["num_inference_steps"], values["guidance_scale"]) == (4, 0.0)


def test_xinference_reports_progress_and_keeps_its_slot(
    edits: MakeEdits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the id of our request; its model goes on after a cancellation, so the next one waits."""
    monkeypatch.setattr("diabelli.engines.upstream.openai_variations.POLL_S", 0.02)
    upstream = edits("xinference", **VARIATIONS)
    upstream.fake.gate.clear()
    seen: list[Progress] = []
    prepared = upstream.engine.prepare(face(64), square(64), seen.append, run_sequentially)
    end = time.monotonic() + 10
    while not any(0.4 < progress.fraction < 0.6 for progress in seen):
        assert time.monotonic() < end
        time.sleep(0.01)
    assert isinstance(prepared, Future)
    prepared.cancel()
    following = upstream.engine.prepare(face(64), square(64), ignore_progress, run_sequentially)
    time.sleep(0.3)
    assert upstream.calls == 1
    upstream.fake.gate.set()
    run_sequentially(wait_for_pieces(following))
    assert upstream.calls == 2


def test_lemonade_gets_neither(edits: MakeEdits) -> None:
    """The engine's description says so."""
    upstream = edits("lemonade", **VARIATIONS)
    made(upstream.engine, face(256), square(256))
    assert set(upstream.fake.fields[0]) == {"image", "n", "size", "model", "response_format"}
    assert upstream.engine.info.upstream.seed == "ignored"
    assert upstream.engine.info.upstream.strength == "ignored"
    assert not upstream.engine.info.repeatable


def test_a_path_on_the_servers_disk_is_no_result(edits: MakeEdits) -> None:
    """Xinference's default, which we do not ask for."""
    upstream = edits("xinference", fake={"reply_as": "path"}, **VARIATIONS)
    with pytest.raises(EngineFailed, match="result_hosts"):
        made(upstream.engine, face(64), square(64))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dialect": "xinference"}, "needs `model`"),
        ({"side": 300}, "one of"),
    ],
)
def test_options_are_checked(
    manager: UpstreamManager, options: dict[str, object], message: str
) -> None:
    """At the start."""
    with pytest.raises(InvalidSettings, match=message):
        upstream_engine(manager, "http://127.0.0.1:1", **options)
