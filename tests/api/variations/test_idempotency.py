"""`Idempotency-Key`: one response for all repetitions of a request under a key."""

from __future__ import annotations

import json
import secrets
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
import openai
import pytest
from anyio import to_thread
from sqlalchemy import select, update

from api.conftest import Serve
from api.engines import Gate
from api.wire import PATH, Server, check_error, picture
from diabelli.api.variations import sse
from diabelli.api.variations.form import Form
from diabelli.api.variations.idempotency import Idempotency
from diabelli.errors import Cancelled
from diabelli.ledger.idempotency_store import (
    FORMAT_VERSION,
    Claim,
    ClaimStatus,
    IdempotencyStore,
)
from diabelli.ledger.tables import ANSWERS
from diabelli.storage.local import LocalStorage
from faults.serving import aside, until

SOURCE = picture()


def ask(
    server: Server, key: str | None, *, source: bytes = SOURCE, api_key: str = "", **fields: Any
) -> httpx.Response:
    """Request a small variation under that key."""
    headers = {} if key is None else {"Idempotency-Key": key}
    headers |= {"Authorization": f"Bearer {api_key}"} if api_key else {}
    form = {"size": "256x256", **fields}
    files = {"image": source}
    return httpx.post(server.url + PATH, data=form, files=files, headers=headers, timeout=30)


def fresh() -> str:
    """Return an unused key."""
    return secrets.token_hex(8)


@pytest.mark.parametrize("response_format", ["url", "b64_json"])
def test_a_repetition_gets_the_same_response(server: Server, response_format: str) -> None:
    """Created, seeds, URLs and pictures are the same bytes, and a header marks the replay."""
    key = fresh()
    fields = {"n": "2", "strength": "0.5", "response_format": response_format}
    first, second = (ask(server, key, **fields) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert first.content == second.content
    assert len({item["seed"] for item in first.json()["data"]}) == 2
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" in second.headers["access-control-expose-headers"]
    if response_format == "url":
        assert all(httpx.get(item["url"]).status_code == 200 for item in second.json()["data"])


def test_the_stored_format_has_a_version(serve: Serve) -> None:
    """A change of these names needs another `FORMAT_VERSION`."""
    server = serve()
    assert ask(server, fresh()).status_code == 200
    with server.database.read_transaction() as connection:
        stored = connection.execute(select(ANSWERS.c.answer)).scalar_one()
    version, _, response = stored.partition(" ")
    assert version == str(FORMAT_VERSION) == "2"
    assert set(json.loads(response)) == {"created", "made"}
    assert set(json.loads(response)["made"][0]) == {
        "seed",
        "output_format",
        "key",
        "height",
        "width",
        "transparent",
        "moves",
    }


@pytest.mark.parametrize(
    "stored", ["0 {}", "1 {}", "3 {}", '{"created": 1, "made": [{"old": true}]}']
)
def test_a_response_of_another_version_is_made_again(serve: Serve, stored: str) -> None:
    """After an upgrade or a downgrade, a repetition is a new request and never a fault."""
    server, key = serve(), fresh()
    assert ask(server, key).status_code == 200
    with server.database.write_transaction() as connection:
        connection.execute(update(ANSWERS).values(answer=stored))
    again, replayed = ask(server, key), ask(server, key)
    assert (again.status_code, replayed.status_code) == (200, 200)
    assert "idempotent-replayed" not in again.headers
    assert replayed.headers["idempotent-replayed"] == "true"


def test_requests_without_a_key_are_independent(server: Server) -> None:
    """An empty header is no key, and the response has no replay header."""
    answers = [ask(server, key, strength="0.5") for key in (None, None, "", "")]
    assert len({answer.json()["data"][0]["seed"] for answer in answers}) == 4
    assert not any("idempotent-replayed" in answer.headers for answer in answers)


@pytest.mark.parametrize("change", [{"n": "2"}, {"user": "x"}, {"source": picture(16)}])
def test_another_request_under_the_key_is_refused(server: Server, change: dict[str, Any]) -> None:
    """Other fields or another picture are refused in OpenAI's shape, without a retry."""
    key = fresh()
    assert ask(server, key).status_code == 200
    refused = ask(server, key, **change)
    check_error(
        refused.status_code, refused.headers, refused.json(), 409, code="idempotency_key_reused"
    )
    assert refused.headers["x-should-retry"] == "false"
    assert ask(server, key).status_code == 200


def test_keys_of_callers_are_independent(serve: Serve) -> None:
    """Each API key has separate Idempotency-Keys."""
    server = serve(api_keys=("sk-first", "sk-second"))
    key = fresh()
    first, second = (
        ask(server, key, api_key=one, strength="0.5") for one in ("sk-first", "sk-second")
    )
    assert "idempotent-replayed" not in second.headers
    assert first.json()["data"][0]["seed"] != second.json()["data"][0]["seed"]


def test_a_repetition_waits_for_the_first(serve: Serve, gate: Gate) -> None:
    """A concurrent repetition does no work and gets the first response."""
    server, key = serve(), fresh()
    first = aside(lambda: ask(server, key, model="gate"))
    assert gate.entered.wait(5)
    gate.entered.clear()
    second = aside(lambda: ask(server, key, model="gate"))
    assert not gate.entered.wait(0.5)
    gate.opened.set()
    assert first().content == second().content
    assert not gate.entered.is_set()


def test_a_failure_is_not_stored(serve: Serve, gate: Gate) -> None:
    """After a fault or a disconnect, the same key repeats the request."""
    server, key = serve(), fresh()
    assert [ask(server, key, model="broken").status_code for _ in range(2)] == [500, 500]
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            server.url + PATH,
            data={"model": "gate"},
            files={"image": SOURCE},
            headers={"Idempotency-Key": "left"},
            timeout=0.5,
        )
    assert gate.stopped.wait(2)
    until(lambda: ask(server, "left").status_code == 200, 2)


@pytest.mark.one_machine
def test_a_response_without_its_pictures_is_made_again(serve: Serve, tmp_path: Path) -> None:
    """If its pictures are deleted, a repetition runs the request again."""
    server, key = serve(), fresh()
    first = ask(server, key, strength="0.5")
    path = urlsplit(first.json()["data"][0]["url"]).path.removeprefix("/results/")
    (tmp_path / "pictures" / path).unlink()
    second = ask(server, key, strength="0.5")
    assert "idempotent-replayed" not in second.headers
    assert httpx.get(second.json()["data"][0]["url"]).status_code == 200


def test_keys_have_a_maximum_length(server: Server) -> None:
    """255 characters are accepted, longer keys are refused."""
    assert ask(server, fresh() + "k" * 239).status_code == 200
    refused = ask(server, "k" * 256)
    message = "the Idempotency-Key has 256 characters; up to 255 are accepted"
    check_error(
        refused.status_code, refused.headers, refused.json(), 400, message, code="invalid_value"
    )


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_openais_client(server: Server) -> None:
    """Its users send the key by `extra_headers`."""
    with openai.OpenAI(base_url=server.base_url, api_key="any") as client:
        first, second = (
            client.images.create_variation(image=SOURCE, extra_headers={"Idempotency-Key": "sdk"})
            for _ in range(2)
        )
    assert first == second


def test_a_stream_is_replayed_without_progress(server: Server) -> None:
    """The second stream has only the finished variations and the reply of the first."""
    fields = {"n": "2", "stream": "true", "response_format": "b64_json", "strength": "0.5"}
    key = fresh()
    first, second = (ask(server, key, **fields) for _ in range(2))
    assert second.headers["idempotent-replayed"] == "true"
    events = [
        [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
        for text in (first.text, second.text)
    ]
    assert events[0][-1]["data"] == events[1][-1]["data"]
    assert events[0][-1]["created"] == events[1][-1]["created"]
    assert [event["type"] for event in events[1]] == ["image_variation.completed"] * 2 + [
        events[0][-1]["type"]
    ]


def test_a_replayed_stream_is_marked_before_its_first_event(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The headers are sent with the first event, while a slow storage yields the second."""
    fields = {"n": "2", "stream": "true", "response_format": "b64_json", "strength": "0.5"}
    key, completed = fresh(), sse.completed
    assert ask(server, key, **fields).status_code == 200

    def slowly(*args: Any, **kwargs: Any) -> Any:
        time.sleep(0.2)
        return completed(*args, **kwargs)

    monkeypatch.setattr(sse, "completed", slowly)
    assert ask(server, key, **fields).headers["idempotent-replayed"] == "true"


class RecordingStore(IdempotencyStore):
    """A store that finds every key unused, and notes the calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def claim(self, claim: Claim) -> ClaimStatus:
        """Give the key to the request."""
        self.calls.append("claim")
        return ClaimStatus.OURS

    def save(self, claim: Claim, response: str) -> None:
        """Store nothing."""
        self.calls.append("save")

    def release(self, claim: Claim) -> None:
        """Release nothing."""
        self.calls.append("release")


@pytest.mark.parametrize(
    ("is_published", "calls"),
    [(True, ["claim", "save"]), (False, ["claim", "save", "release"])],
)
def test_a_client_may_leave_while_it_reads(
    tmp_path: Path, calls: list[str], *, is_published: bool
) -> None:
    """A response stays stored once it may be sent; one that failed before that does not."""
    store = RecordingStore()
    idempotency = Idempotency(store, LocalStorage(tmp_path, b"secret"))
    form = Form(SOURCE, {}, frozenset(), complete=True)

    async def leave() -> None:
        async with idempotency.guard("key", "caller", form) as request:
            await to_thread.run_sync(request.save, 1, ())
            if is_published:
                request.publish()
            raise Cancelled("the client disconnected")

    with pytest.raises(Cancelled):
        anyio.run(leave)
    assert store.calls == calls
