"""The protocol `sdapi` against a fake server on a port."""

from __future__ import annotations

import base64
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import numpy as np
import pytest

from diabelli.engines.upstream.engine import UpstreamEngine
from diabelli.engines.upstream.manager import UpstreamManager
from diabelli.engines.upstream.sdapi import pictures_of
from diabelli.errors import (
    Cancelled,
    EngineFailed,
    UpstreamRefused,
    UpstreamUnavailable,
)
from diabelli.variation import Progress
from engines.making import digest, made, square
from engines.upstream.bridging import upstream_engine
from engines.upstream.fakes.faults import Faulty
from engines.upstream.fakes.painting import opened
from engines.upstream.fakes.sdapi import Sdapi
from engines.upstream.fakes.serving import serving

SOURCE = np.random.default_rng(3).integers(0, 256, (96, 96, 3), np.uint8)


@contextmanager
def bridged(fake: Sdapi, **options: Any) -> Iterator[tuple[UpstreamEngine, Faulty]]:
    """Return an engine of the fake server, and the faults of its transport."""
    app = fake.app()
    with serving(app) as url, closing(UpstreamManager()) as manager:
        values = {"protocol": "sdapi", "side": 128, **options}
        yield upstream_engine(manager, url, **values), app


@pytest.mark.parametrize(
    ("flavour", "options"),
    [
        ("automatic1111", {}),
        ("sdnext", {}),
        ("sd-server", {}),
        ("koboldcpp", {"dialect": "koboldcpp"}),
        ("draw-things", {"dialect": "draw-things"}),
        ("llama-swap", {"model": "sd"}),
    ],
)
def test_every_server_makes_pictures(flavour: str, options: dict[str, str]) -> None:
    """Each seed is one call, and gives the picture that it gives alone."""
    fake = Sdapi(flavour=flavour)
    with bridged(fake, **options) as (engine, _):
        engine.check()
        several = made(engine, SOURCE, square(64, n=3, seed=5))
        (alone,) = made(engine, SOURCE, square(64, seed=several[2].seed))
    assert [each.image.shape for each in several] == [(64, 64, 3)] * 3
    assert len({digest(each.image) for each in several}) == 3
    assert digest(alone.image) == digest(several[2].image)
    assert len(fake.payloads) == 4


def test_the_request_leaves_nothing_to_the_server() -> None:
    """Source, size, strength and seed are sent explicitly; the seed has 31 bits."""
    fake = Sdapi()
    with bridged(fake, steps=9, guidance=4.5, sampler="Euler a") as (engine, _):
        (variation,) = made(engine, SOURCE, square(64, seed=2**62 + 7, strength=1.0))
    (payload,) = fake.payloads
    source = opened(base64.b64decode(payload["init_images"][0]))
    assert (source.mode, source.size) == ("RGB", (128, 128))
    assert (payload["width"], payload["height"]) == (128, 128)
    assert payload["denoising_strength"] == 0.85
    assert payload["seed"] == variation.seed % 2**31
    assert (payload["batch_size"], payload["n_iter"], payload["subseed_strength"]) == (1, 1, 0)
    assert payload["prompt"] == " "
    assert (payload["steps"], payload["cfg_scale"], payload["sampler_name"]) == (9, 4.5, "Euler a")
    assert payload["save_images"] is False
    assert "override_settings" not in payload


def test_a_checkpoint_is_restored_for_other_clients() -> None:
    """`model` selects a checkpoint; it stays loaded only if no other program uses the server."""
    fake = Sdapi(flavour="automatic1111")
    for sole_client in (False, True):
        with bridged(fake, model="model.safetensors", sole_client=sole_client) as (engine, _):
            made(engine, SOURCE, square(64))
    restored = [each["override_settings_restore_afterwards"] for each in fake.payloads]
    assert restored == [True, False]
    assert fake.payloads[0]["override_settings"] == {"sd_model_checkpoint": "model.safetensors"}


def test_an_unknown_checkpoint_is_for_the_operator() -> None:
    """A checkpoint that the server does not have makes the engine unavailable."""
    with bridged(Sdapi(), model="other") as (engine, _), pytest.raises(UpstreamRefused):
        made(engine, SOURCE, square(64))


def test_strength_0_makes_no_call() -> None:
    """Strength 0 returns the source, without the upstream."""
    fake = Sdapi()
    with bridged(fake) as (engine, _):
        (variation,) = made(engine, SOURCE, square(96, strength=0.0))
    assert digest(variation.image) == digest(SOURCE)
    assert fake.payloads == []


def test_fields_of_the_operator_are_sent() -> None:
    """`fields` adds to the request, and does not replace the source."""
    fake = Sdapi()
    unit = {"ControlNet": {"args": [{"module": "reference_only"}]}}
    fields = {"alwayson_scripts": unit, "init_images": ["x"]}
    with bridged(fake, fields=fields, prompt="a ship") as (engine, _):
        made(engine, SOURCE, square(64))
    assert fake.payloads[0]["alwayson_scripts"] == unit
    assert fake.payloads[0]["init_images"] != ["x"]
    assert fake.payloads[0]["prompt"] == "a ship"


def test_the_server_describes_the_source() -> None:
    """With `caption`, the server's description of the source is the prompt."""
    fake = Sdapi()
    with bridged(fake, caption=True) as (engine, app):
        made(engine, SOURCE, square(64))
    assert fake.payloads[0]["prompt"] == "a picture of noise"
    assert len(app.calls("/interrogate")) == 1


@pytest.mark.parametrize("trap", ["grid", "control_map"])
def test_further_pictures_are_skipped(trap: str) -> None:
    """A contact sheet before the picture and a control map after it are no results."""
    with bridged(Sdapi()) as (engine, _):
        (plain,) = made(engine, SOURCE, square(64, seed=1))
    with bridged(Sdapi(**{trap: True})) as (engine, _):
        (trapped,) = made(engine, SOURCE, square(64, seed=1))
    assert digest(plain.image) == digest(trapped.image)


@pytest.mark.parametrize("samples_format", ["JPEG", "WEBP"])
def test_other_formats_are_read(samples_format: str) -> None:
    """The server's `samples_format` does not matter."""
    with bridged(Sdapi(samples_format=samples_format)) as (engine, _):
        (variation,) = made(engine, SOURCE, square(64))
    assert variation.image.shape == (64, 64, 3)


def test_results_carry_none_of_the_servers_text() -> None:
    """The prompt in a chunk of the server's PNG does not reach the client."""
    with bridged(Sdapi()) as (engine, _):
        (variation,) = made(engine, SOURCE, square(64))
    assert b"secret" not in variation.encode("png")


@pytest.mark.parametrize(
    ("trap", "event"),
    [
        ("seed_ignored", "upstream.same_picture_for_all_seeds"),
        ("half", "upstream.picture_enlarged"),
    ],
)
def test_a_server_that_ignores_a_field_is_noticed(
    trap: str, event: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Equal pictures for all seeds, and pictures smaller than asked for, are logged once."""
    with bridged(Sdapi(**{trap: True}), side=64) as (engine, _), caplog.at_level(logging.WARNING):
        made(engine, SOURCE, square(64, n=2))
    assert [record.message for record in caplog.records].count(event) == 1


def test_basic_authentication(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--api-auth` of AUTOMATIC1111 is HTTP Basic; without it the operator is asked to act."""
    monkeypatch.setenv("WORD", "secret-word")
    token = base64.b64encode(b"me:secret-word").decode()
    auth = {"scheme": "basic", "user": "me", "key_env": "WORD"}
    with bridged(Sdapi(auth=f"Basic {token}"), auth=auth) as (engine, _):
        engine.check()
        made(engine, SOURCE, square(64))
    with bridged(Sdapi(auth=f"Basic {token}")) as (engine, _), pytest.raises(UpstreamRefused):
        engine.check()


def wait_for(condition: Callable[[], object]) -> None:
    """Block until the condition holds."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.01)


def test_progress_and_previews_of_the_own_task() -> None:
    """Progress comes from the task's own route, with previews."""
    fake = Sdapi()
    fake.gate.clear()
    seen: list[Progress] = []
    shapes = set()

    def on_progress(progress: Progress) -> None:
        seen.append(progress)
        if progress.preview is not None:
            shapes.add(progress.preview().shape)

    with bridged(fake) as (engine, app), ExitStack() as stack:
        work = threading.Thread(
            target=made, args=(engine, SOURCE, square(64, strength=0.5), on_progress)
        )
        work.start()
        stack.callback(work.join)
        stack.callback(fake.gate.set)
        wait_for(lambda: fake.task)
        for step in (1, 2):
            fake.step, before = step, len(seen)
            wait_for(lambda before=before: len(seen) > before)
    fractions = [progress.fraction for progress in seen]
    assert fractions == sorted(fractions)
    assert any(0.2 < fraction < 0.6 for fraction in fractions)
    assert shapes == {(64, 64, 3)}
    assert app.calls("/sdapi/v1/progress") == []


def test_a_server_without_task_progress_is_asked_once() -> None:
    """Under `--nowebui` there is no progress, and the picture does not depend on it."""
    fake = Sdapi(without_ui=True)
    fake.gate.clear()
    with bridged(fake) as (engine, app):
        work = threading.Thread(target=made, args=(engine, SOURCE, square(64)))
        work.start()
        wait_for(lambda: app.calls("/internal/progress"))
        time.sleep(0.7)
        fake.gate.set()
        work.join()
    assert len(app.calls("/internal/progress")) == 1
    assert fake.finished == 1


def cancel_when_working(fake: Sdapi, engine: UpstreamEngine) -> None:
    """Start a request and cancel it while the server works on it."""
    cancelled = threading.Event()

    def on_progress(progress: Progress) -> None:
        if cancelled.is_set():
            raise Cancelled

    prepared = engine.prepare(SOURCE, square(64), on_progress, lambda tasks: [t() for t in tasks])
    wait_for(lambda: fake.task)
    cancelled.set()
    assert not isinstance(prepared, list)
    prepared.cancel()


def test_cancelling_interrupts_only_a_server_of_ones_own() -> None:
    """`interrupt` stops any client's work, so it is sent with `sole_client` only."""
    for sole_client in (False, True):
        fake = Sdapi()
        fake.gate.clear()
        with bridged(fake, sole_client=sole_client) as (engine, _):
            cancel_when_working(fake, engine)
            if sole_client:
                wait_for(lambda fake=fake: fake.interrupts)
            time.sleep(0.1)
            assert fake.interrupts == sole_client
            fake.gate.set()
            wait_for(lambda fake=fake: fake.finished)


def test_work_given_up_keeps_its_slot() -> None:
    """The next call starts after the server has finished the one that was given up."""
    fake = Sdapi()
    fake.gate.clear()
    with bridged(fake) as (engine, _):
        cancel_when_working(fake, engine)
        work = threading.Thread(target=made, args=(engine, SOURCE, square(64)))
        work.start()
        time.sleep(0.3)
        assert len(fake.payloads) == 1
        fake.gate.set()
        work.join()
    assert len(fake.payloads) == 2


def test_koboldcpp_stops_when_the_connection_closes() -> None:
    """KoboldCpp ends its work with the connection; no other client is disturbed."""
    fake = Sdapi(flavour="koboldcpp")
    fake.gate.clear()
    with bridged(fake, dialect="koboldcpp") as (engine, _):
        cancel_when_working(fake, engine)
        wait_for(lambda: fake._interrupted)
        fake.gate.set()
        wait_for(lambda: fake.finished)
    assert fake.interrupts == 0


def test_padding_before_the_reply_is_skipped() -> None:
    """KoboldCpp sends blank lines while it works."""
    with bridged(Sdapi()) as (engine, app):
        app.faults.set(paths=("img2img",), padding=b"\n" * 5000)
        (variation,) = made(engine, SOURCE, square(64))
    assert variation.image.shape == (64, 64, 3)


@pytest.mark.parametrize(
    ("status", "content", "headers", "expected"),
    [
        (500, {"error": "OutOfMemoryError", "detail": "/home/me"}, {}, EngineFailed),
        (422, {"detail": [{"msg": "/home/me"}]}, {}, EngineFailed),
        (401, {"detail": "no"}, {}, UpstreamRefused),
        (404, {"detail": "Not Found"}, {}, UpstreamRefused),
        (503, {"detail": "loading"}, {"Retry-After": "77"}, UpstreamUnavailable),
        (302, {}, {"Location": "http://169.254.169.254/"}, UpstreamRefused),
    ],
)
def test_errors_are_translated(
    status: int, content: Any, headers: dict[str, str], expected: type[Exception]
) -> None:
    """Each status has its exception, without the server's text."""
    with bridged(Sdapi(), timeout_s=3) as (engine, app):
        named = {name.replace("-", "_"): value for name, value in headers.items()}
        app.faults.error(status, content, **named)
        with pytest.raises(expected) as caught:
            made(engine, SOURCE, square(64))
    assert "/home/me" not in str(caught.value)
    if status == 503:
        assert caught.value.retry_after_s == 77


@pytest.mark.parametrize(
    "reply",
    [
        [],
        {},
        {"images": "text"},
        {"images": [1]},
        {"images": None, "info": "{}"},
    ],
)
def test_replies_of_another_form_are_refused(reply: Any) -> None:
    """A reply without pictures is a fault of the engine."""
    with pytest.raises(EngineFailed):
        pictures_of(reply)


def test_info_may_be_an_object() -> None:
    """Xinference sends `info` as an object; others as JSON in a string, or not at all."""
    images = ["grid", "one", "two", "map"]
    info = {"index_of_first_image": 1, "all_seeds": [1, 2]}
    assert pictures_of({"images": images, "info": info}) == ["one", "two"]
    assert pictures_of({"images": images, "info": "{"}) == images
    assert pictures_of({"images": images}) == images


def test_a_dialect_of_another_protocol_is_refused() -> None:
    """The settings name the dialects that there are."""
    with closing(UpstreamManager()) as manager, pytest.raises(ValueError, match="koboldcpp"):
        upstream_engine(manager, "http://localhost:1", protocol="sdapi", dialect="ovms")


def test_an_unreachable_server_is_unavailable() -> None:
    """A refused connection is reported as such."""
    with closing(UpstreamManager()) as manager:
        engine = upstream_engine(manager, "http://127.0.0.1:9", protocol="sdapi", timeout_s=5)
        with pytest.raises(UpstreamUnavailable):
            engine.check()
