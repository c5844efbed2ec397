"""Limits at the HTTP edge: in OpenAI's words and headers, obeyed by OpenAI's own client."""

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
    """Variations, small and inside the reply."""
    data = {"n": str(n), "size": "256x256", "response_format": "b64_json", **fields}
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    return httpx.post(server.url + PATH, files=FILES, data=data, headers=headers)


def standing(answer: httpx.Response) -> tuple[str | None, str | None]:
    """The limit and what remains of it, as the answer's headers tell."""
    headers = answer.headers
    return headers.get("x-ratelimit-limit-images"), headers.get("x-ratelimit-remaining-images")


def refused(answer: httpx.Response, message: str) -> None:
    """The answer is this refusal."""
    body = answer.json()
    check_error(
        answer.status_code, answer.headers, body, 429, kind="requests", code="rate_limit_exceeded"
    )
    assert re.fullmatch(message, body["error"]["message"]), body


def test_images_per_minute(serve: Serve) -> None:
    """Each image counts, every answer tells what is left, and the refusal when to ask again."""
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


def test_only_what_was_made_is_charged(serve: Serve) -> None:
    """Refusals and faults of every kind leave the limit as it was."""
    server = serve(images_per_minute=2)
    assert ask(server, model="broken").status_code == 500
    assert ask(server, n=11).status_code == 400
    broken = httpx.post(server.url + PATH, files={"image": b"none"})
    assert broken.status_code == 400
    assert standing(broken) == (None, None)
    refused(ask(server, n=3), ".*Please ask for 2 images or fewer.")
    assert standing(ask(server, n=2)) == ("2", "0")


def test_more_than_the_limit_is_not_worth_a_retry(serve: Serve) -> None:
    """A client is told not to try again what can never fit."""
    answer = ask(serve(images_per_day=4), n=5)
    refused(answer, ".*images per day.*Limit: 4/1day. Current: 5/1day. .*")
    assert answer.headers["x-should-retry"] == "false"
    assert "retry-after" not in answer.headers


def test_a_server_without_limits_tells_of_none(server: Server) -> None:
    """The headers are there where a limit is."""
    assert standing(ask(server)) == (None, None)


def test_end_users_have_limits_of_their_own(serve: Serve) -> None:
    """One end-user's images do not count for another's, nor for a request that names none."""
    server = serve(user_images_per_minute=2, images_per_minute=10)
    assert standing(ask(server, n=2, user="ann")) == ("2", "0")
    refused(ask(server, user="ann"), ".*images per minute on this end-user.*Limit: 2/1min.*")
    assert standing(ask(server, user="bob")) == ("2", "1")
    assert standing(ask(server, n=2)) == ("10", "5")


def test_keys_have_limits_of_their_own(serve: Serve) -> None:
    """A key's limits beat the settings', and end-users of two keys are strangers."""
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
    """Though the ledger calls them all by one name."""
    server = serve(images_per_minute=1, api_keys=("one", "two"))
    assert [ask(server, key=key).status_code for key in ("one", "two", "one")] == [200, 200, 429]


def test_concurrent_images(serve: Serve, gate: Gate) -> None:
    """Images in the making take places, which are free as soon as they are made."""
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


def test_a_client_that_hangs_up_gives_its_place_back(serve: Serve, gate: Gate) -> None:
    """Within a second, and it is not charged."""
    server = serve(concurrent_images=1, images_per_day=1)
    with Line(server.port) as line:
        line.send(form(part("image", picture(), filename="a.png"), part("model", "gate")))
        assert gate.entered.wait(5)
    assert gate.stopped.wait(5)
    time.sleep(0.5)
    assert ask(server).status_code == 200


def test_a_stream_is_charged_for_what_it_told(serve: Serve) -> None:
    """A stream's head tells the standing, and its images count like others."""
    server = serve(images_per_minute=3)
    answer = ask(server, n=2, stream="true")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert standing(answer) == ("3", "1")
    assert standing(ask(server)) == ("3", "0")
    refused(ask(server, stream="true"), ".*images per minute.*")


def test_a_rush_over_http(serve: Serve) -> None:
    """Of many clients at once no more than the limit are served."""
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
def test_openais_client_is_limited_by_name(serve: Serve) -> None:
    """A refusal is a RateLimitError with the code, the type and the headers."""
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
def test_openais_client_waits_as_it_is_told(serve: Serve, gate: Gate) -> None:
    """It asks again by itself after `Retry-After`, and is served once there is room."""
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


def test_a_store_that_is_away_lets_nobody_through(serve: Serve) -> None:
    """What cannot be counted is not made; a server that limits nothing does not need the store."""
    away = "redis://127.0.0.1:1"
    answer = ask(serve(images_per_minute=5, limits_url=away))
    check_error(answer.status_code, answer.headers, answer.json(), 503, kind="server_error")
    assert int(answer.headers["retry-after"]) >= 1
    assert ask(serve(limits_url=away)).status_code == 200


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0s"), (0.2, "1s"), (59.5, "1m0s"), (72, "1m12s"), (86399, "23h59m59s")],
)
def test_durations_are_written_as_openai_does(seconds: float, shown: str) -> None:
    """Whole seconds, never too few of them."""
    assert format_duration(seconds) == shown
