"""`stream=true`: events during the work, and all of the plain reply at the end."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import json
import re
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import openai
import pytest
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.conftest import Serve, start
from api.engines import Gate
from api.wire import Server, opened, picture
from diabelli.api.context import RequestContext
from diabelli.api.variations import params, streaming
from diabelli.api.variations.form import Form
from diabelli.api.variations.response import build
from diabelli.api.variations.sse import COMPLETED, DONE, ERROR, NAMES, PARTIAL, PROGRESS
from diabelli.api.variations.streaming import EventStream
from diabelli.variation import EncodedVariation, Progress
from faults.serving import until

SOURCE = picture()
MADE = EncodedVariation(
    seed=5,
    picture=b"a picture",
    output_format="png",
    key=None,
    height=8,
    width=8,
    transparent=False,
)
SMALL = {"size": "256x256", "stream": "true", "seed": "5"}


def events_of(response: httpx.Response) -> Iterator[dict[str, Any]]:
    """Yield the events of a response; the name of each is its type."""
    name = ""
    for line in response.iter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            event = json.loads(value)
            assert event["type"] == name
            assert name in NAMES
            yield event


def stream(server: Server, **fields: str) -> list[dict[str, Any]]:
    """Return all events of one request."""
    files = {"image": SOURCE}
    with httpx.stream(
        "POST", f"{server.base_url}/images/variations", data={**SMALL, **fields}, files=files
    ) as response:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        return list(events_of(response))


def plain(server: Server, **fields: str) -> httpx.Response:
    """Send the same request without streaming."""
    data = {**SMALL, **fields}
    return httpx.post(
        f"{server.base_url}/images/variations", data=data, files={"image": SOURCE}, timeout=20
    )


def test_each_variation_has_an_event_before_the_reply(server: Server) -> None:
    """One event for each finished variation, in any order, then one with the plain reply."""
    *events, last = stream(server, n="3", response_format="b64_json")
    finished = {event["index"]: event for event in events if event["type"] == COMPLETED}
    assert sorted(finished) == [0, 1, 2]
    reply = plain(server, n="3", response_format="b64_json", stream="false").json()
    assert last["type"] == DONE
    assert last["data"] == reply["data"]
    assert {key: last[key] for key in reply} == {**reply, "created": last["created"]}
    assert last["totals"]["images"] == 3
    assert last["totals"]["pixels"] == 3 * 256 * 256
    assert last["totals"]["seconds"] > 0
    for index, item in enumerate(reply["data"]):
        assert {key: finished[index][key] for key in item} == item


def test_urls_work_before_the_stream_ends(server: Server) -> None:
    """The URL of a finished variation works before the end of the stream."""
    files = {"image": SOURCE}
    url = f"{server.base_url}/images/variations"
    with httpx.stream("POST", url, data={**SMALL, "n": "2"}, files=files) as response:
        event = next(event for event in events_of(response) if event["type"] == COMPLETED)
        assert opened(httpx.get(event["url"]).content).size == (256, 256)


def test_previews_have_increasing_shares(serve: Serve) -> None:
    """Previews of each variation are numbered, with increasing progress."""
    events = stream(serve(), n="2", model="climber")
    for index in range(2):
        own = [event for event in events if event.get("index") == index]
        previews = [event for event in own if event["type"] == PARTIAL]
        # A preview that is overtaken by the next before it is sent is never sent.
        numbers = [event["partial_image_index"] for event in previews]
        assert numbers
        assert numbers == sorted(set(numbers))
        shares = [event["share"] for event in own if event["type"] in (PROGRESS, PARTIAL)]
        assert shares == sorted(shares)
        shown = opened(base64.b64decode(previews[-1]["b64_json"]))
        assert shown.format.lower() == previews[-1]["output_format"]
        assert own[-1]["type"] == COMPLETED


@pytest.mark.parametrize(
    "fields", [{"n": "11"}, {"strength": "9"}, {"stream": "perhaps"}, {"model": "unknown"}]
)
def test_a_refusal_is_a_plain_response(server: Server, fields: dict[str, str]) -> None:
    """A refusal before the first event has its own status, and is no stream."""
    response = plain(server, **fields)
    assert response.status_code == 400
    assert set(response.json()["error"]) == {"message", "type", "param", "code"}


def test_an_invalid_picture_is_a_plain_response(server: Server) -> None:
    """This includes undecodable pictures."""
    files = {"image": b"no picture"}
    response = httpx.post(f"{server.base_url}/images/variations", data=SMALL, files=files)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid_image_format"


def test_a_late_fault_is_an_error_event(serve: Serve) -> None:
    """After the response head, the error object is the last event."""
    *events, last = stream(serve(), model="stumbler")
    assert events
    assert last["type"] == ERROR
    assert last["error"] == {
        "message": "The server had an error while processing your request. Sorry about that!",
        "type": "server_error",
        "param": None,
        "code": None,
    }


@pytest.mark.one_machine
@pytest.mark.tiny_engine
def test_closing_the_stream_cancels_the_work(
    serve: Serve, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that closes its stream frees its place at once."""
    monkeypatch.setattr(streaming, "KEEP_ALIVE_S", 0.1)
    server = serve(queue=1)
    files = {"image": SOURCE}
    url = f"{server.base_url}/images/variations"
    with httpx.stream("POST", url, data={**SMALL, "model": "gate"}, files=files) as response:
        lines = response.iter_lines()
        assert next(lines).startswith(": ")
        assert plain(server, stream="false").status_code == 503
    assert gate.stopped.wait(1)
    end = time.monotonic() + 1
    while (status := plain(server, stream="false").status_code) == 503:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert status == 200


def held(app: ASGIApp) -> ASGIApp:
    """Return an application whose events are never sent to their end."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        async def hold(message: Message) -> None:
            await send(message)
            if scope["type"] == "http" and message["type"] == "http.response.body":
                await asyncio.Event().wait()

        await app(scope, receive, hold)

    return call


def test_a_stream_that_its_client_leaves_is_closed(
    tmp_path: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A garbage collector might find it when its event loop has ended."""
    streams: list[AsyncGenerator[bytes, None]] = []

    def record(owner: Any, name: str) -> None:
        method = getattr(owner, name)

        def recorded(*args: Any) -> AsyncGenerator[bytes, None]:
            streams.append(method(*args))
            return streams[-1]

        monkeypatch.setattr(owner, name, recorded)

    record(streaming, "iter_response")
    record(EventStream, "iter_events")
    with ExitStack() as stack:
        server = start(stack, tmp_path, {}, gate, wrap=held)
        url = f"{server.base_url}/images/variations"
        with httpx.stream("POST", url, data=SMALL, files={"image": SOURCE}) as response:
            next(response.iter_lines())
            assert [one.ag_frame is None for one in streams] == [False, False]
        until(lambda: server.app.state.admission.requests == 0)
        until(lambda: all(one.ag_frame is None for one in streams), 5)


@pytest.mark.tiny_engine
def test_comments_keep_the_connection_alive(
    serve: Serve, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a request is queued, comments are sent."""
    monkeypatch.setattr(streaming, "KEEP_ALIVE_S", 0.1)
    server = serve()
    files = {"image": SOURCE}
    url = f"{server.base_url}/images/variations"
    with httpx.stream("POST", url, data={**SMALL, "model": "gate"}, files=files) as response:
        lines = response.iter_lines()
        assert next(lines).startswith(": ")
        gate.opened.set()
        assert any(line == f"event: {DONE}" for line in lines)


def test_outdated_events_are_not_sent() -> None:
    """Waiting previews of a finished variation are dropped."""

    async def heard() -> bytes:
        form = Form(b"a picture", {"stream": "true"}, frozenset(), True)
        stream = EventStream(RequestContext())
        stream.enable(params.parse_form(form, {"dall-e-2": "shift"}, {}), str)
        for share in (0.2, 0.4):
            stream.on_progress(Progress(0, "level", share, lambda: np.zeros((8, 8, 3), np.uint8)))
            stream.on_progress(Progress(1, "level", share))
        stream.on_variation(0, MADE)
        await asyncio.sleep(0)
        work = asyncio.ensure_future(asyncio.sleep(0, Response()))
        return b"".join([piece async for piece in stream.iter_events(work)])

    names = re.findall(r"^event: (.*)$", asyncio.run(heard()).decode(), re.MULTILINE)
    assert names == [COMPLETED, PROGRESS]


class OnDisk:
    """A stored picture that records how much of it was read."""

    def __init__(self) -> None:
        self.read = 0

    def __len__(self) -> int:
        return 3_000_000

    def __getitem__(self, part: slice) -> bytes:
        start, stop, _ = part.indices(len(self))
        self.read += stop - start
        return bytes(stop - start)


def test_pictures_are_read_as_the_client_reads_them() -> None:
    """A replay of stored pictures is never held whole, neither as an event nor as the reply."""
    pictures = [OnDisk() for _ in range(3)]
    made = [dataclasses.replace(MADE, picture=picture) for picture in pictures]

    async def heard() -> list[int]:
        form = Form(b"a picture", {"stream": "true"}, frozenset(), True)
        wanted = params.parse_form(form, {"dall-e-2": "shift"}, {})
        stream = EventStream(RequestContext())
        stream.enable(wanted, str)
        for index, one in enumerate(made):
            stream.on_variation(index, one)
        reply = build(made, wanted, created=1, url_of=str)
        work = asyncio.ensure_future(stream.send_most(reply))
        ahead, sent, lengths = 0, 0, []
        async for piece in stream.iter_events(work):
            lengths.append(len(piece))
            sent += len(piece)
            ahead = max(ahead, sum(picture.read for picture in pictures) - sent)
        assert sent + len(await work) > 2 * 3 * 4_000_000
        return [ahead, *lengths]

    ahead, *lengths = asyncio.run(heard())
    assert ahead < 300_000
    assert max(lengths) < 300_000


@pytest.mark.tiny_engine
def test_openais_package_reads_the_events(server: Server) -> None:
    """Its client streams them with the generic method for other endpoints."""
    with openai.OpenAI(api_key="any", base_url=server.base_url) as client:
        events = client.post(
            "/images/variations",
            cast_to=object,
            body=SMALL,
            files={"image": SOURCE},
            options={"headers": {"Content-Type": "multipart/form-data"}},
            stream=True,
            stream_cls=openai.Stream[object],
        )
        assert [event["type"] for event in events] == [COMPLETED, DONE]


def test_openais_package_raises_the_error_event(serve: Serve) -> None:
    """An error event is an exception of the package."""
    with openai.OpenAI(api_key="any", base_url=serve().base_url) as client:
        events = client.post(
            "/images/variations",
            cast_to=object,
            body={**SMALL, "model": "stumbler"},
            files={"image": SOURCE},
            options={"headers": {"Content-Type": "multipart/form-data"}},
            stream=True,
            stream_cls=openai.Stream[object],
        )
        with pytest.raises(openai.APIError, match="Sorry about that"):
            list(events)
