"""Limits over HTTP: OpenAI's messages and headers, obeyed by OpenAI's client."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import openai
import pytest

from api.conftest import Serve
from api.engines import Gate
from api.wire import PATH, Line, Server, check_error, form, part, picture
from diabelli.api.errors.quota import format_duration
from diabelli.ledger.keys import IssuedKeys, Limits

FILES = {"image": picture()}


def ask(server: Server, n: int = 1, key: str | None = None, **fields: str) -> httpx.Response:
    """Request small variations as base64."""
    data = {"n": str(n), "size": "256x256", "response_format": "b64_json", **fields}
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    return httpx.post(server.url + PATH, files=FILES, data=data, headers=headers)


def standing(answer: httpx.Response) -> tuple[str | None, str | None]:
    """Return the limit and its remainder from the response headers."""
    headers = answer.headers
    return headers.get("x-ratelimit-limit-images"), headers.get("x-ratelimit-remaining-images")


def refused(answer: httpx.Response, message: str) -> None:
    """Check that the response is this refusal."""
    body = answer.json()
    check_error(
        answer.status_code, answer.headers, body, 429, kind="requests", code="rate_limit_exceeded"
    )
    assert re.fullmatch(message, body["error"]["message"]), body


def test_images_per_minute(serve: Serve) -> None:
    """Each image counts; responses have the remainder, and a refusal has Retry-After."""
    server = serve(images_per_minute=5)
    assert standing(ask(server, n=3)) == ("5", "2")
    assert standing(ask(server, n=1)) == ("5", "1")
    answer = ask(server, n=2)
    refused(
        answer,
        r"Rate limit exceeded for images per minute on this API key\. Limit: 5/1min\. "
        r"Current: 6/1min\. Please try again in (\d+m)?\d+s\.",
    )
    assert standing(answer) == ("5", "1")
    assert 1 <= int(answer.headers["retry-after"]) <= 120
    assert re.fullmatch(r"(\d+m)?\d+s", answer.headers["x-ratelimit-reset-images"])
    assert "x-ratelimit-remaining-images" in answer.headers["access-control-expose-headers"]
    assert standing(ask(server, n=1)) == ("5", "0")


def test_only_made_images_are_charged(serve: Serve) -> None:
    """Refusals and faults of every kind do not change the limit."""
    server = serve(images_per_minute=2)
    assert ask(server, model="broken").status_code == 500
    assert ask(server, n=11).status_code == 400
    broken = httpx.post(server.url + PATH, files={"image": b"none"})
    assert broken.status_code == 400
    assert standing(broken) == (None, None)
    refused(ask(server, n=3), ".*Please ask for 2 images or fewer.")
    assert standing(ask(server, n=2)) == ("2", "0")


def test_more_than_the_limit_must_not_be_retried(serve: Serve) -> None:
    """A request that can never fit has `x-should-retry: false`."""
    answer = ask(serve(images_per_day=4), n=5)
    refused(answer, ".*images per day.*Limit: 4/1day. Current: 5/1day. .*")
    assert answer.headers["x-should-retry"] == "false"
    assert "retry-after" not in answer.headers


def test_a_server_without_limits_sends_no_headers(server: Server) -> None:
    """The headers are sent only if a limit exists."""
    assert standing(ask(server)) == (None, None)


def test_limits_of_end_users_are_independent(serve: Serve) -> None:
    """Images of one end-user do not count for others or for requests without a user."""
    # An image is allowed again after 12 seconds, which is longer than these requests take.
    server = serve(user_images_per_minute=2, images_per_minute=5)
    assert standing(ask(server, n=2, user="ann")) == ("2", "0")
    refused(ask(server, user="ann"), ".*images per minute on this end-user.*Limit: 2/1min.*")
    assert standing(ask(server, user="bob")) == ("2", "1")
    assert standing(ask(server, n=2)) == ("5", "0")


def test_limits_of_keys_are_independent(serve: Serve) -> None:
    """A key's limits override the settings', and end-users of two keys are different."""
    server = serve(images_per_minute=2, user_images_per_day=1, host="0.0.0.0")
    issued = IssuedKeys(server.database)
    wide = issued.create("wide", Limits(images_per_minute=50))
    free = issued.create("free", Limits(images_per_minute=0))
    plain = issued.create("plain", Limits())
    assert standing(ask(server, n=4, key=wide)) == ("50", "46")
    assert standing(ask(server, n=4, key=free)) == (None, None)
    assert standing(ask(server, n=2, key=plain)) == ("2", "0")
    assert ask(server, key=plain).status_code == 429
    for key in (wide, free):
        assert ask(server, key=key, user="ann").status_code == 200
        refused(ask(server, key=key, user="ann"), ".*images per day on this end-user.*")


def test_each_key_of_the_settings_counts_alone(serve: Serve) -> None:
    """This holds although the ledger records them under one name."""
    server = serve(images_per_minute=1, api_keys=("one", "two"))
    assert [ask(server, key=key).status_code for key in ("one", "two", "one")] == [200, 200, 429]


def test_concurrent_images(serve: Serve, gate: Gate) -> None:
    """Images in progress hold places, which are free as soon as they are made."""
    server = serve(concurrent_images=2)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(ask, server, n=2, model="gate")
        assert gate.entered.wait(5)
        answer = ask(server)
        refused(
            answer,
            r"Rate limit exceeded for concurrent images on this API key\. Limit: 2/at once\. "
            r"Current: 3/at once\. Please try again in 1s\.",
        )
        assert answer.headers["retry-after"] == "1"
        gate.opened.set()
        assert first.result().status_code == 200
    assert ask(server, n=2).status_code == 200


def test_a_disconnect_releases_the_reservation(serve: Serve, gate: Gate) -> None:
    """Within a second, and without a charge."""
    server = serve(concurrent_images=1, images_per_day=1)
    with Line(server.port) as line:
        line.send(form(part("image", picture(), filename="a.png"), part("model", "gate")))
        assert gate.entered.wait(5)
    assert gate.stopped.wait(5)
    time.sleep(0.5)
    assert ask(server).status_code == 200


def test_a_stream_is_charged_for_its_images(serve: Serve) -> None:
    """The headers of a stream have the remainder, and its images count like others."""
    # A minute could end between two requests of a slow machine.
    server = serve(images_per_day=3)
    answer = ask(server, n=2, stream="true")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert standing(answer) == ("3", "1")
    assert standing(ask(server)) == ("3", "0")
    refused(ask(server, stream="true"), ".*images per day.*")


def test_concurrent_requests_do_not_exceed_the_limit(serve: Serve) -> None:
    """Of many concurrent requests, no more than the limit are served."""
    server = serve(images_per_minute=6)
    start = threading.Barrier(12)

    def rush(_: int) -> int:
        start.wait(10)
        return ask(server).status_code

    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(rush, range(12)))
    assert set(statuses) <= {200, 429}
    assert 1 <= statuses.count(200) <= 6


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_openais_client_raises_a_rate_limit_error(serve: Serve) -> None:
    """The exception has the code, the type and the headers."""
    server = serve(images_per_minute=1)
    client = openai.OpenAI(api_key="any", base_url=server.base_url, max_retries=0)
    small: dict[str, Any] = {"size": "256x256", "response_format": "b64_json"}
    with client:
        assert client.images.create_variation(image=picture(), **small).data
        with pytest.raises(openai.RateLimitError) as caught:
            client.images.create_variation(image=picture(), **small)
    assert (caught.value.code, caught.value.type) == ("rate_limit_exceeded", "requests")
    assert caught.value.response.headers["x-ratelimit-limit-images"] == "1"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_openais_client_obeys_retry_after(serve: Serve, gate: Gate) -> None:
    """It retries after `Retry-After`, and is served once there is room."""
    server = serve(concurrent_images=1)
    with (
        openai.OpenAI(api_key="any", base_url=server.base_url, max_retries=3) as client,
        ThreadPoolExecutor() as pool,
    ):
        first = pool.submit(ask, server, model="gate")
        assert gate.entered.wait(5)
        threading.Timer(0.3, gate.opened.set).start()
        started = time.monotonic()
        assert client.images.create_variation(image=picture(), size="256x256").data
        assert 0.9 <= time.monotonic() - started < 6
        assert first.result().status_code == 200


def test_an_unavailable_store_refuses_requests(serve: Serve) -> None:
    """Uncounted images are not made; a server without limits does not need the store."""
    away = "redis://127.0.0.1:1"
    answer = ask(serve(images_per_minute=5, limits_url=away))
    check_error(answer.status_code, answer.headers, answer.json(), 503, kind="server_error")
    assert int(answer.headers["retry-after"]) >= 1
    assert ask(serve(limits_url=away)).status_code == 200


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0s"), (0.2, "1s"), (59.5, "1m0s"), (72, "1m12s"), (86399, "23h59m59s")],
)
def test_durations_have_openais_format(seconds: float, shown: str) -> None:
    """Whole seconds, rounded up."""
    assert format_duration(seconds) == shown
