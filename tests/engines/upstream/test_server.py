"""A server with an upstream engine beside another one: replies, health, models, metrics, marks."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.wire import PATH, Server, check_error, check_schema, opened, picture, serving
from diabelli import engines
from diabelli.api.errors.responses import SORRY
from diabelli.bootstrap import components
from diabelli.errors import ContentPolicyViolation
from diabelli.settings import Settings
from engines.upstream.conftest import EditsUpstream, MakeEdits

KEY = "sk-proj-0123456789-secret"


@dataclass
class Front:
    """The server and its upstream; the model `plain` has another engine."""

    server: Server
    upstream: EditsUpstream

    def ask(self, model: str = "dall-e-2", **fields: Any) -> httpx.Response:
        """Request variations of 256 pixels as base64."""
        data = {"model": model, "size": "256x256", "response_format": "b64_json", **fields}
        return httpx.post(self.server.url + PATH, data=data, files={"image": picture()}, timeout=30)


MakeFront = Callable[..., Front]


@pytest.fixture
def front(edits: MakeEdits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeFront]:
    """Starts servers with an upstream of a dialect."""
    monkeypatch.setitem(engines.ENGINES, "shift", "shift_engine:ShiftEngine")
    monkeypatch.setenv("UPSTREAM_KEY", KEY)
    with ExitStack() as stack:

        def start(
            dialect: str = "generic", fake: dict[str, Any] | None = None, **settings: Any
        ) -> Front:
            upstream = edits(dialect, fake)
            entry = upstream.engine.protocol.options.model_dump() | {
                "auth": {"key_env": "UPSTREAM_KEY"}
            }
            checked = Settings(
                data_dir=tmp_path / "data",
                engines={"bridge": entry},
                models={"dall-e-2": "bridge", "plain": "shift"},
                engine="shift",
                threads=2,
                **settings,
            )
            parts = stack.enter_context(components(checked))
            parts.service.warm_up()
            return Front(stack.enter_context(serving(checked, parts)), upstream)

        yield start


def becomes_ready(front: Front, body: dict[str, Any], status: int = 200) -> None:
    """Block until the readiness endpoint has that reply."""
    end = time.monotonic() + 10
    while True:
        reply = httpx.get(front.server.url + "/health/ready")
        if (reply.status_code, reply.json()) == (status, body):
            return
        assert time.monotonic() < end, reply.text
        time.sleep(0.1)


def test_a_variation_carries_our_mark_only(front: MakeFront) -> None:
    """Engine, upstream model, seed and strength; no text of the upstream."""
    server = front("vllm-omni")
    reply = server.ask(seed="77", n="2").json()
    assert reply["data"][0]["seed"] == 77
    data = base64.b64decode(reply["data"][0]["b64_json"])
    image = opened(data)
    assert (image.mode, image.size) == ("RGB", (256, 256))
    mark = image.info["xmp"].decode()
    for text in ('engine="bridge"', 'version="1-served"', 'seed="77"', "trainedAlgorithmicMedia"):
        assert text in mark
    assert set(image.info) == {"srgb", "xmp", "XML:com.adobe.xmp"}


def test_strength_0_costs_nothing(front: MakeFront) -> None:
    """No call is made."""
    server = front("openai")
    assert server.ask(strength="0").status_code == 200
    assert server.upstream.calls == 0


@pytest.mark.parametrize(
    ("status", "content", "expected", "retry"),
    [
        (401, {"error": {"code": "invalid_api_key", "message": "SECRET TEXT"}}, 503, "60"),
        (429, {"error": {"code": "insufficient_quota", "message": "SECRET TEXT"}}, 503, "60"),
        (429, {"error": {"code": "rate_limit", "message": "SECRET TEXT"}}, 503, "240"),
        (500, {"error": "SECRET TEXT"}, 500, None),
        (422, {"detail": "SECRET TEXT"}, 500, None),
    ],
)
def test_an_upstreams_text_never_reaches_a_client(
    front: MakeFront, status: int, content: object, expected: int, retry: str | None
) -> None:
    """The client gets the generic message; its request was never at fault."""
    server = front("openai")
    server.upstream.faults.error(status, content, retry_after="240")
    reply = server.ask()
    check_error(
        reply.status_code, reply.headers, reply.json(), expected, SORRY, kind="server_error"
    )
    assert reply.headers.get("retry-after") == retry
    assert "SECRET" not in reply.text


def test_a_content_refusal_is_ours(front: MakeFront) -> None:
    """With the documented status, code and message."""
    server = front("openai", {"moderates": "output"})
    reply = server.ask()
    check_error(
        reply.status_code,
        reply.headers,
        reply.json(),
        400,
        ContentPolicyViolation.default_message,
        code="content_policy_violation",
    )


def test_clients_do_not_retry_what_may_have_been_paid_for(front: MakeFront) -> None:
    """OpenAI's clients obey the header; a call that was refused was not paid."""
    server = front("openai", deadline_s=8.0)
    for status, switches in (
        (500, {"drop": "after"}),
        (500, {"status": 200, "body": b"{}"}),
        (503, {"silent": True}),
    ):
        server.upstream.faults.set(**switches)
        reply = server.ask()
        assert (reply.status_code, reply.headers.get_list("x-should-retry")) == (status, ["false"])
    assert server.upstream.calls == 3
    server.upstream.faults.error(401, {})
    assert "x-should-retry" not in server.ask().headers
    server.upstream.faults.set()
    assert "x-should-retry" not in server.ask().headers
    free = server.ask("plain", strength="nonsense")
    assert "x-should-retry" not in free.headers


def test_the_deadline_ends_a_request(front: MakeFront) -> None:
    """With the documented error; the upstream's slot is kept until it answers."""
    server = front(deadline_s=0.5)
    server.upstream.fake.gate.clear()
    reply = server.ask()
    assert (reply.status_code, reply.json()["error"]["message"]) == (503, SORRY)
    assert server.ask("plain").status_code == 200
    server.upstream.fake.gate.set()


def test_an_upstream_that_is_down_leaves_other_engines_untouched(
    front: MakeFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its requests get 503, others are served, and the readiness names it."""
    monkeypatch.setattr("diabelli.engines.upstream.engine.CHECK_TTL_S", 0.1)
    server = front()
    becomes_ready(server, {"status": "ready"})
    server.upstream.faults.set(drop="before")
    for _ in range(5):
        reply = server.ask()
        assert reply.status_code == 503
        assert 1 <= int(reply.headers["retry-after"]) <= 30
        assert server.ask("plain").status_code == 200
    becomes_ready(server, {"status": "ready", "unavailable": ["bridge"]})
    server.upstream.faults.set()
    becomes_ready(server, {"status": "ready"})


def test_a_server_without_a_working_engine_is_not_ready(
    edits: MakeEdits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its only engine is an upstream that is down."""
    upstream = edits()
    upstream.faults.set(drop="before")
    entry = upstream.engine.protocol.options.model_dump()
    settings = Settings(
        data_dir=tmp_path / "data",
        engines={"bridge": entry},
        engine="bridge",
        models={"dall-e-2": "bridge"},
    )
    with components(settings) as parts:
        parts.service.warm_up()
        with serving(settings, parts) as server:
            reply = httpx.get(server.url + "/health/ready")
    assert reply.status_code == 503
    assert reply.json() == {
        "status": "not ready",
        "failing": ["engines"],
        "unavailable": ["bridge"],
    }


def test_the_list_of_models_has_the_limits_of_upstreams(front: MakeFront) -> None:
    """Other models have OpenAI's fields only."""
    server = front("openai", {"models": {"gpt-image-2": "2027-01-31"}, "key": KEY})
    reply = httpx.get(server.server.url + "/v1/models")
    check_schema("ModelList", reply.content)
    bridge, plain = reply.json()["data"]
    assert set(plain) == {"id", "object", "created", "owned_by"}
    assert {name: bridge[name] for name in bridge.keys() - plain.keys()} == {
        "repeatable": False,
        "seed": "ignored",
        "strength": "wording",
        "paid": True,
        "shutdown_date": "2027-01-31",
    }
    one = httpx.get(server.server.url + "/v1/models/dall-e-2")
    assert one.json() == bridge


def test_calls_are_measured(front: MakeFront) -> None:
    """By engine and outcome."""
    server = front()
    server.ask(n="2")
    server.upstream.faults.error(500, {})
    server.ask()
    text = httpx.get(server.server.url + "/metrics").text
    for outcome, count in (("ok", 2), ("engine_failed", 1)):
        name = "diabelli_upstream_seconds_count"
        assert f'{name}{{engine="bridge",outcome="{outcome}"}} {count}.0' in text


def test_a_stream_has_the_progress_of_the_upstream(front: MakeFront) -> None:
    """And a preview of the first picture while the second is made."""
    server = front()
    reply = server.ask(n="2", stream="true")
    assert "image_variation.partial_image" in reply.text
    assert "image_variation.done" in reply.text
