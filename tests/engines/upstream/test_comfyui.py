"""The protocol `comfyui` against a fake server on a port."""

from __future__ import annotations

import logging
import struct
import sys
import time
from collections.abc import Callable

import numpy as np
import pytest

from diabelli.engines.upstream.comfyui_socket import parse_message
from diabelli.errors import EngineFailed, UpstreamUnavailable
from diabelli.variation import Progress
from engines.making import digest, made, square
from engines.upstream.bridging import comfy_bridge
from engines.upstream.fakes.comfyui import Comfy, Prompt
from engines.upstream.fakes.serving import serving

SOURCE = np.random.default_rng(3).integers(0, 256, (96, 96, 3), np.uint8)
OWN_NODES = {
    "source": ["10", "image"],
    "seed": ["Sampler", "seed"],
    "strength": ["3", "denoise"],
}


def wait_for(condition: Callable[[], object]) -> None:
    """Block until the condition holds."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("workflow", "model"), [("denoise", "model.safetensors"), ("unclip", "unclip.safetensors")]
)
def test_shipped_workflows_make_pictures(workflow: str, model: str) -> None:
    """Each seed is one prompt, and gives the picture that it gives alone."""
    fake = Comfy()
    with comfy_bridge(fake, workflow=workflow, model=model, steps=7, guidance=3) as (engine, _):
        engine.check()
        several = made(engine, SOURCE, square(64, n=2, seed=2**62 + 5, strength=1.0))
        (alone,) = made(engine, SOURCE, square(64, seed=several[1].seed, strength=1.0))
    assert digest(several[0].image) != digest(several[1].image)
    assert digest(alone.image) == digest(several[1].image)
    assert several[0].image.shape == (64, 64, 3)
    sampler = next(
        node["inputs"]
        for node in fake.submitted[0].workflow.values()
        if node["class_type"] == "KSampler"
    )
    assert (sampler["seed"], sampler["steps"], sampler["cfg"]) == (several[0].seed, 7, 3.0)
    assert sampler["denoise"] == {"denoise": 0.85, "unclip": 1.0}[workflow]


def test_the_seed_has_all_bits() -> None:
    """ComfyUI takes seeds of 64 bits, so ours is sent whole."""
    fake = Comfy()
    with comfy_bridge(fake) as (engine, _):
        (variation,) = made(engine, SOURCE, square(64, seed=2**63 - 1))
    assert fake.submitted[0].workflow["6"]["inputs"]["seed"] == variation.seed == 2**63 - 1


def test_a_source_is_stored_once() -> None:
    """The variations of one source share its temporary file; another source has its own."""
    fake = Comfy()
    with comfy_bridge(fake) as (engine, _):
        made(engine, SOURCE, square(64, n=2))
        made(engine, 255 - SOURCE, square(64))
    assert len(fake.uploads) == 2
    assert all(name.endswith(" [temp]") for name in fake.uploads)


@pytest.mark.parametrize("preview_kind", [1, 4])
def test_progress_and_previews(preview_kind: int) -> None:
    """The websocket gives the sampler's progress, and previews in both kinds of frames."""
    fake = Comfy(preview_kind=preview_kind)
    seen: list[Progress] = []
    shapes = set()

    def on_progress(progress: Progress) -> None:
        seen.append(progress)
        if progress.preview is not None:
            shapes.add(progress.preview().shape)

    with comfy_bridge(fake, nodes={"seed": ["6", "seed"]}) as (engine, _):
        # The fake reports the progress of node 3.
        fake.sampler = "6"
        made(engine, SOURCE, square(64), on_progress)
    fractions = [progress.fraction for progress in seen]
    assert fractions == sorted(fractions)
    assert sum(0.1 < fraction < 0.9 for fraction in fractions) >= 3
    assert shapes == {(64, 64, 3)}


@pytest.mark.parametrize("trap", ["silent_socket", "no_socket", "missing"])
def test_the_picture_does_not_need_the_websocket(
    trap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A websocket that is silent, refused or not supported costs the progress only."""
    fake = Comfy()
    if trap == "missing":
        monkeypatch.setitem(sys.modules, "websockets", None)
        monkeypatch.setattr("diabelli.engines.upstream.comfyui_socket.find_spec", lambda name: None)
    else:
        setattr(fake, trap, True)
    with comfy_bridge(fake) as (engine, _):
        assert len(made(engine, SOURCE, square(64))) == 1


@pytest.mark.parametrize("new", [True, False])
def test_cancelling_stops_only_the_own_prompt(new: bool) -> None:
    """A running prompt is stopped, in new and old versions; one in the queue is removed."""
    fake = Comfy(new=new)
    fake.gate.clear()
    with comfy_bridge(fake, concurrency=2) as (engine, _):
        spec = square(64, n=2)
        prepared = engine.prepare(SOURCE, spec, lambda progress: None, list)
        assert not isinstance(prepared, list)
        wait_for(lambda: fake.running and fake.pending)
        running = fake.running
        assert running is not None
        prepared.cancel()
        wait_for(lambda: fake.interrupted and not fake.pending)
        assert fake.interrupted == [running.id]
        fake.gate.set()
        wait_for(lambda: fake.running is None)
        # A stopped prompt enters the history late.
        wait_for(lambda: not fake.history)
        assert running.id in fake.finished


@pytest.mark.parametrize("new", [True, False])
def test_a_foreign_prompt_keeps_running(new: bool) -> None:
    """While another client's prompt runs, cancelling removes ours from the queue only."""
    fake = Comfy(new=new)
    fake.gate.clear()
    with comfy_bridge(fake) as (engine, _):
        foreign = Prompt("another", "", {}, previews=False)
        fake.pending.append(foreign)
        wait_for(lambda: fake.running)
        prepared = engine.prepare(SOURCE, square(64), lambda progress: None, list)
        assert not isinstance(prepared, list)
        wait_for(lambda: fake.pending)
        prepared.cancel()
        wait_for(lambda: not fake.pending)
        time.sleep(0.2)
        assert fake.running is foreign
        assert fake.interrupted == []
        fake.gate.set()


def test_the_deadline_cancels_the_prompt() -> None:
    """At the deadline our prompt is stopped, so that the server is free again."""
    fake = Comfy()
    fake.gate.clear()
    with comfy_bridge(fake, timeout_s=1.0) as (engine, _):
        with pytest.raises(UpstreamUnavailable):
            made(engine, SOURCE, square(64))
        wait_for(lambda: fake.interrupted)
        fake.gate.set()


def test_the_history_is_deleted() -> None:
    """Prompts are visible to every client, so ours are deleted, also after a failure."""
    fake = Comfy()
    with comfy_bridge(fake) as (engine, _):
        made(engine, SOURCE, square(64))
        wait_for(lambda: not fake.history)
        fake.fails = True
        with pytest.raises(EngineFailed):
            made(engine, SOURCE, square(64))
        wait_for(lambda: not fake.history)


def test_a_lost_reply_is_looked_up() -> None:
    """If the reply to a prompt is lost, the prompt is found by its id and not repeated."""
    fake = Comfy()
    with comfy_bridge(fake) as (engine, app):
        app.faults.set(paths=("/prompt",), drop="after", count=1)
        assert len(made(engine, SOURCE, square(64))) == 1
    assert len(fake.submitted) == 1


def test_a_lost_request_is_repeated() -> None:
    """If the server never received the prompt, it is submitted again, once."""
    fake = Comfy(new=False)
    with comfy_bridge(fake) as (engine, app):
        app.faults.set(paths=("/prompt",), drop="before", count=1)
        assert len(made(engine, SOURCE, square(64))) == 1
        app.faults.set(paths=("/prompt",), drop="before", count=2)
        with pytest.raises(UpstreamUnavailable):
            made(engine, SOURCE, square(64))
    assert len(fake.submitted) == 1


def test_old_versions_choose_the_id() -> None:
    """The id of the reply is the one to follow."""
    fake = Comfy(new=False, own_ids=False)
    with comfy_bridge(fake) as (engine, _):
        assert len(made(engine, SOURCE, square(64))) == 1


def test_a_restarted_server_has_lost_the_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prompt that is neither in the queue nor in the history ends the request."""
    monkeypatch.setattr("diabelli.engines.upstream.comfyui.SEARCH_EVERY", 1)
    for new in (True, False):
        with (
            comfy_bridge(Comfy(forgets=True, new=new)) as (engine, _),
            pytest.raises(EngineFailed, match="lost the prompt"),
        ):
            made(engine, SOURCE, square(64))


def test_a_busy_server_is_polled_on() -> None:
    """Failed requests for the result are repeated."""
    fake = Comfy(no_socket=True)
    with comfy_bridge(fake) as (engine, app):
        app.faults.error(502, {}, count=2)
        app.faults.paths = ("/history/",)
        assert len(made(engine, SOURCE, square(64))) == 1
    assert app.faults.count == 0


@pytest.mark.parametrize("trap", ["partial_errors", "fails", "no_outputs"])
def test_failed_workflows(trap: str, caplog: pytest.LogCaptureFixture) -> None:
    """A workflow that does not run or has no picture is a fault; its text goes to the log only."""
    with (
        comfy_bridge(Comfy(**{trap: True})) as (engine, _),
        caplog.at_level(logging.ERROR),
        pytest.raises(EngineFailed) as caught,
    ):
        made(engine, SOURCE, square(64))
    assert "/home/me" not in str(caught.value)


def test_results_carry_none_of_the_workflow() -> None:
    """The workflow in ComfyUI's PNG does not reach the client."""
    with comfy_bridge(Comfy(extra_output=True)) as (engine, _):
        (variation,) = made(engine, SOURCE, square(64))
    encoded = variation.encode("png")
    assert b"class_type" not in encoded
    assert b"/home/me" not in encoded


def test_a_key_reaches_neither_log_nor_other_hosts(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Comfy Cloud redirects a picture to another host, which is fetched only if it is listed."""
    monkeypatch.setenv("KEY", "a-secret-key")
    auth = {"scheme": "x-api-key", "key_env": "KEY"}
    store = Comfy()
    cloud = Comfy(key="a-secret-key")
    stored = store.app()
    with serving(stored) as elsewhere, caplog.at_level(logging.DEBUG):
        host = elsewhere.removeprefix("http://")
        cloud.view_elsewhere = f"{elsewhere}/view?type=temp&filename="
        with comfy_bridge(cloud, auth=auth) as (engine, _), pytest.raises(EngineFailed):
            made(engine, SOURCE, square(64))
        assert stored.seen == []
        with comfy_bridge(cloud, auth=auth, result_hosts=[host]) as (engine, _):
            cloud.on_saved = store.files.update
            assert len(made(engine, SOURCE, square(64))) == 1
        assert all("x-api-key" not in seen.headers for seen in stored.seen)
    ours = [each for each in caplog.records if not each.name.startswith("uvicorn")]
    assert any(each.name.startswith("diabelli") for each in ours)
    assert "a-secret-key" not in "".join(each.getMessage() for each in ours)


@pytest.mark.parametrize(
    "message",
    ["", "[]", "{", '{"type": 1, "data": {}}', '{"type": "x"}', b"", b"\0\0\0\1", b"\0" * 20],
)
def test_other_messages_are_skipped(message: str | bytes) -> None:
    """Messages of another form are ignored."""
    assert parse_message(message) is None


def test_a_preview_with_a_wrong_length_is_skipped() -> None:
    """The length of the metadata does not reach beyond the frame."""
    assert parse_message(struct.pack(">II", 4, 99) + b"{}") is None
    event = parse_message(struct.pack(">II", 4, 2) + b"{}picture")
    assert event is not None
    assert event.preview == b"picture"
