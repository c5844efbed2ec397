"""The protocol `comfyui` against a fake server on a port."""

from __future__ import annotations

import json
import logging
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diabelli.engines.upstream.comfyui_socket import parse_message
from diabelli.engines.upstream.comfyui_workflow import choices, load_workflow
from diabelli.engines.upstream.engine import UpstreamEngine
from diabelli.engines.upstream.manager import UpstreamManager
from diabelli.errors import EngineFailed, InvalidSettings, UpstreamRefused, UpstreamUnavailable
from diabelli.variation import Progress
from engines.making import digest, made, square
from engines.upstream.bridging import upstream_engine
from engines.upstream.fakes.comfyui import Comfy, Prompt
from engines.upstream.fakes.faults import Faulty
from engines.upstream.fakes.serving import serving
from engines.upstream.workflows import denoising

SOURCE = np.random.default_rng(3).integers(0, 256, (96, 96, 3), np.uint8)
OWN_NODES = {
    "source": ["10", "image"],
    "seed": ["Sampler", "seed"],
    "strength": ["3", "denoise"],
}


@contextmanager
def bridged(fake: Comfy, **options: Any) -> Iterator[tuple[UpstreamEngine, Faulty]]:
    """Return an engine of the fake server, and the faults of its transport."""
    app = fake.app()
    values = {"protocol": "comfyui", "side": 128, "model": "model.safetensors", **options}
    with serving(app) as url, closing(UpstreamManager()) as manager:
        yield upstream_engine(manager, url, **values), app


def wait_for(condition: Callable[[], object]) -> None:
    """Block until the condition holds."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.01)


def in_thread(engine: UpstreamEngine, **spec: Any) -> threading.Thread:
    """Start a request in a thread."""
    thread = threading.Thread(target=made, args=(engine, SOURCE, square(64, **spec)))
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("workflow", "model"), [("denoise", "model.safetensors"), ("unclip", "unclip.safetensors")]
)
def test_shipped_workflows_make_pictures(workflow: str, model: str) -> None:
    """Each seed is one prompt, and gives the picture that it gives alone."""
    fake = Comfy()
    with bridged(fake, workflow=workflow, model=model, steps=7, guidance=3) as (engine, _):
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
    with bridged(fake) as (engine, _):
        (variation,) = made(engine, SOURCE, square(64, seed=2**63 - 1))
    assert fake.submitted[0].workflow["6"]["inputs"]["seed"] == variation.seed == 2**63 - 1


def test_a_source_is_stored_once() -> None:
    """The variations of one source share its temporary file; another source has its own."""
    fake = Comfy()
    with bridged(fake) as (engine, _):
        made(engine, SOURCE, square(64, n=2))
        made(engine, 255 - SOURCE, square(64))
    assert len(fake.uploads) == 2
    assert all(name.endswith(" [temp]") for name in fake.uploads)


def test_a_workflow_of_ones_own(tmp_path: Path) -> None:
    """Nodes are named by id or title; inputs without an option keep their values."""
    (tmp_path / "mine.json").write_text(json.dumps(denoising("x.png", seed=3, steps=11)))
    fake = Comfy()
    options = {"workflow": str(tmp_path / "mine.json"), "nodes": OWN_NODES, "model": None}
    with bridged(fake, **options) as (engine, _):
        engine.check()
        (variation,) = made(engine, SOURCE, square(64, seed=9, strength=1.0))
    sampler = fake.submitted[0].workflow["3"]["inputs"]
    assert (sampler["seed"], sampler["denoise"], sampler["steps"]) == (9, 0.85, 11)
    assert variation.image.shape == (64, 64, 3)


def test_missing_inputs_are_in_the_description(tmp_path: Path) -> None:
    """A workflow without inputs for seed and strength is described as such."""
    (tmp_path / "mine.json").write_text(json.dumps(denoising("x.png", seed=3)))
    nodes = {"source": ["Source", "image"]}
    options = {"workflow": str(tmp_path / "mine.json"), "nodes": nodes, "model": None}
    with bridged(Comfy(), **options) as (engine, _):
        assert engine.info.upstream is not None
        assert (engine.info.upstream.seed, engine.info.upstream.strength) == ("ignored", "ignored")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"nodes": {"source": ["99", "image"]}}, "0 nodes with the id or title '99'"),
        ({"nodes": {"source": ["10", "picture"]}}, "it has image"),
        ({"nodes": {"seed": ["3", "seed"]}}, "needs `source`"),
        ({"nodes": {**OWN_NODES, "sead": ["3", "seed"]}}, "sead"),
        ({"workflow": "missing.json"}, "cannot be read"),
        ({"prompt": "words"}, "`prompt` is set"),
        ({"model": "m"}, "`model` is set"),
        ({"workflow": "denoise", "nodes": {}}, "needs `model`"),
    ],
)
def test_settings_are_checked_without_the_server(
    change: dict[str, Any], message: str, tmp_path: Path
) -> None:
    """A wrong table of nodes is reported at start, with what the workflow has."""
    (tmp_path / "mine.json").write_text(json.dumps(denoising("x.png", seed=3)))
    options = {"workflow": str(tmp_path / "mine.json"), "nodes": OWN_NODES, **change}
    with closing(UpstreamManager()) as manager, pytest.raises(InvalidSettings, match=message):
        upstream_engine(manager, "http://localhost:1", protocol="comfyui", **options)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"1": 2}', '{"nodes": [], "links": []}', '{"1": {"inputs": {}}}']
)
def test_other_files_are_no_workflows(text: str, tmp_path: Path) -> None:
    """A file that was not exported for the API is refused, also the one of the editor."""
    (tmp_path / "mine.json").write_text(text)
    with pytest.raises(InvalidSettings):
        load_workflow(str(tmp_path / "mine.json"), {"source": ("1", "image")})


def test_several_results_need_a_name(tmp_path: Path) -> None:
    """With two nodes that write pictures, `result` selects one."""
    workflow = denoising("x.png", seed=3)
    workflow["12"] = {"class_type": "PreviewImage", "inputs": {"images": ["10", 0]}}
    (tmp_path / "mine.json").write_text(json.dumps(workflow))
    path = str(tmp_path / "mine.json")
    with pytest.raises(InvalidSettings, match="set `result`"):
        load_workflow(path, {"source": ("10", "image")})
    options = {"workflow": path, "nodes": {**OWN_NODES, "result": ["Result"]}, "model": None}
    with bridged(Comfy(), **options) as (engine, _):
        (variation,) = made(engine, SOURCE, square(96, strength=1.0))
    assert np.abs(variation.image.astype(int) - SOURCE).mean() > 10


def test_a_server_without_a_node_is_refused(tmp_path: Path) -> None:
    """A node that the server does not have is reported by the check, with its name."""
    workflow = denoising("x.png", seed=3)
    workflow["12"] = {"class_type": "IPAdapter", "inputs": {}}
    (tmp_path / "mine.json").write_text(json.dumps(workflow))
    options = {"workflow": str(tmp_path / "mine.json"), "nodes": OWN_NODES, "model": None}
    with (
        bridged(Comfy(), **options) as (engine, _),
        pytest.raises(UpstreamRefused, match="no node 'IPAdapter'"),
    ):
        engine.check()


@pytest.mark.parametrize("new", [True, False])
def test_an_unknown_model_is_refused(new: bool) -> None:
    """The model must be among the choices of the loader, in both forms of the description."""
    with (
        bridged(Comfy(new=new), model="other.safetensors") as (engine, _),
        pytest.raises(UpstreamRefused, match=r"no model 'other\.safetensors'"),
    ):
        engine.check()
    assert choices(["COMBO", {"options": ["a"]}]) == choices([["a"], {}]) == ["a"]
    assert choices("INT") == choices(["INT", {}]) == choices(["COMBO"]) == []


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

    with bridged(fake, nodes={"seed": ["6", "seed"]}) as (engine, _):
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
    with bridged(fake) as (engine, _):
        assert len(made(engine, SOURCE, square(64))) == 1


@pytest.mark.parametrize("new", [True, False])
def test_cancelling_stops_only_the_own_prompt(new: bool) -> None:
    """A running prompt is stopped, in new and old versions; one in the queue is removed."""
    fake = Comfy(new=new)
    fake.gate.clear()
    with bridged(fake, concurrency=2) as (engine, _):
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
    with bridged(fake) as (engine, _):
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
    with bridged(fake, timeout_s=1.0) as (engine, _):
        with pytest.raises(UpstreamUnavailable):
            made(engine, SOURCE, square(64))
        wait_for(lambda: fake.interrupted)
        fake.gate.set()


def test_the_history_is_deleted() -> None:
    """Prompts are visible to every client, so ours are deleted, also after a failure."""
    fake = Comfy()
    with bridged(fake) as (engine, _):
        made(engine, SOURCE, square(64))
        wait_for(lambda: not fake.history)
        fake.fails = True
        with pytest.raises(EngineFailed):
            made(engine, SOURCE, square(64))
        wait_for(lambda: not fake.history)


def test_a_lost_reply_is_looked_up() -> None:
    """If the reply to a prompt is lost, the prompt is found by its id and not repeated."""
    fake = Comfy()
    with bridged(fake) as (engine, app):
        app.faults.set(paths=("/prompt",), drop="after", count=1)
        assert len(made(engine, SOURCE, square(64))) == 1
    assert len(fake.submitted) == 1


def test_a_lost_request_is_repeated() -> None:
    """If the server never received the prompt, it is submitted again, once."""
    fake = Comfy(new=False)
    with bridged(fake) as (engine, app):
        app.faults.set(paths=("/prompt",), drop="before", count=1)
        assert len(made(engine, SOURCE, square(64))) == 1
        app.faults.set(paths=("/prompt",), drop="before", count=2)
        with pytest.raises(UpstreamUnavailable):
            made(engine, SOURCE, square(64))
    assert len(fake.submitted) == 1


def test_old_versions_choose_the_id() -> None:
    """The id of the reply is the one to follow."""
    fake = Comfy(new=False, own_ids=False)
    with bridged(fake) as (engine, _):
        assert len(made(engine, SOURCE, square(64))) == 1


def test_a_restarted_server_has_lost_the_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prompt that is neither in the queue nor in the history ends the request."""
    monkeypatch.setattr("diabelli.engines.upstream.comfyui.SEARCH_EVERY", 1)
    for new in (True, False):
        with (
            bridged(Comfy(forgets=True, new=new)) as (engine, _),
            pytest.raises(EngineFailed, match="lost the prompt"),
        ):
            made(engine, SOURCE, square(64))


def test_a_busy_server_is_polled_on() -> None:
    """Failed requests for the result are repeated."""
    fake = Comfy(no_socket=True)
    with bridged(fake) as (engine, app):
        app.faults.error(502, {}, count=2)
        app.faults.paths = ("/history/",)
        assert len(made(engine, SOURCE, square(64))) == 1
    assert app.faults.count == 0


@pytest.mark.parametrize("trap", ["partial_errors", "fails", "no_outputs"])
def test_failed_workflows(trap: str, caplog: pytest.LogCaptureFixture) -> None:
    """A workflow that does not run or has no picture is a fault; its text goes to the log only."""
    with (
        bridged(Comfy(**{trap: True})) as (engine, _),
        caplog.at_level(logging.ERROR),
        pytest.raises(EngineFailed) as caught,
    ):
        made(engine, SOURCE, square(64))
    assert "/home/me" not in str(caught.value)


def test_results_carry_none_of_the_workflow() -> None:
    """The workflow in ComfyUI's PNG does not reach the client."""
    with bridged(Comfy(extra_output=True)) as (engine, _):
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
        with bridged(cloud, auth=auth) as (engine, _), pytest.raises(EngineFailed):
            made(engine, SOURCE, square(64))
        assert stored.seen == []
        with bridged(cloud, auth=auth, result_hosts=[host]) as (engine, _):
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
