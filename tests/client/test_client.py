"""The client against real servers: every field, streams, retries, downloads, errors."""

from __future__ import annotations

import asyncio
import io
import json
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

import diabelli
from api.conftest import Serve, bridge, gate, serve, server, shared
from api.engines import Gate
from api.wire import Server, opened, picture
from diabelli import pictures
from diabelli.client import Completed, Done, Event, PartialImage, ProgressEvent, Reply
from diabelli.client.replies import EventParser
from diabelli.client.retries import Retries
from engines.upstream.fakes.serving import serving

__all__ = ["bridge", "gate", "serve", "server", "shared"]  # pytest finds fixtures by name here


def test_every_field_is_sent(server: Server) -> None:
    """And the reply has the pictures, their seeds and their format."""
    with diabelli.Client(server.url) as client:
        reply = client.vary(
            picture(),
            n=2,
            size="256x256",
            strength="subtle",
            seed=7,
            output_format="webp",
            output_compression=40,
            fit="pad",
            model="shift",
            response_format="b64_json",
            user="ada",
        )
    assert [one.seed for one in reply.variations] == [7, 8]
    assert (reply.output_format, reply.background) == ("webp", "opaque")
    for one in reply.variations:
        assert one.picture is not None
        assert opened(one.picture).format == "WEBP"
        assert opened(one.picture).size == (256, 256)


@pytest.mark.parametrize("suffix", ["", "/", "/v1", "/v1/"])
def test_links_are_downloaded(server: Server, tmp_path: Path, suffix: str) -> None:
    """From a path, bytes or an open file, with any spelling of the base URL."""
    path = tmp_path / "source.png"
    path.write_bytes(picture())
    with diabelli.Client(server.url + suffix) as client:
        assert "shift" in client.models()
        for source in (path, str(path), picture(), io.BytesIO(picture())):
            (made,) = client.vary(source, seed=3, size="256x256").variations
            assert opened(client.download(made)).size == (256, 256)
        assert made.url is not None
        assert client.download(made.url) == client.download(made)
        with pytest.raises(ValueError, match="download it"):
            made.save(tmp_path / "made.png")


@pytest.mark.parametrize("output_format", ["png", "webp", "jpeg"])
def test_a_reply_is_displayed_in_a_notebook(server: Server, output_format: Any) -> None:
    """A variation as its picture, the reply as a contact sheet, and neither as bytes in text."""
    with diabelli.Client(server.url) as client:
        reply = client.vary(
            picture(), n=2, size="256x256", output_format=output_format, response_format="b64_json"
        )
    made = [one.picture for one in reply.variations if one.picture is not None]
    displayed = [one._repr_png_() for one in reply.variations]
    for shown, encoded in zip(displayed, made, strict=True):
        assert shown is not None
        assert opened(shown).format == "PNG"
        np.testing.assert_array_equal(pictures.to_image(shown), pictures.to_image(encoded))
    if output_format == "png":
        assert displayed == made
    sheet = reply._repr_png_()
    assert sheet is not None
    expected = pictures.contact_sheet([*map(pictures.to_image, made)])
    np.testing.assert_array_equal(pictures.to_image(sheet), expected)
    assert len(repr(reply)) < 1000


def test_links_are_displayed_as_text(server: Server) -> None:
    """Nothing is fetched for a display."""
    with diabelli.Client(server.url) as client:
        reply = client.vary(picture(), n=2, size="256x256")
    assert reply._repr_png_() is None
    for one in reply.variations:
        assert one._repr_png_() is None
        assert one.link in repr(reply)


def test_events_arrive_one_by_one(server: Server) -> None:
    """Progress, previews, each finished variation, and the whole reply last."""
    with diabelli.Client(server.url) as client:
        events: list[Event] = list(client.stream(picture(), n=2, model="climber", size="256x256"))
    previews = [event for event in events if isinstance(event, PartialImage)]
    assert previews
    assert all(opened(preview.picture).format == "JPEG" for preview in previews)
    assert opened(previews[0]._repr_png_()).format == "PNG"
    assert len(repr(previews[0])) < 100
    finished = [event.variation.index for event in events if isinstance(event, Completed)]
    assert sorted(finished) == [0, 1]
    assert isinstance(events[-1], Done)
    assert len(events[-1].reply.variations) == 2
    assert {type(event) for event in events} <= {ProgressEvent, PartialImage, Completed, Done}


def test_a_closed_stream_stops_the_server(serve: Serve, gate: Gate) -> None:
    """The iterator may be closed before its end."""
    with diabelli.Client(serve().url) as client:
        events = client.stream(picture(), n=2, model="halfway", size="256x256")
        next(events)
        assert gate.entered.wait(30)
        events.close()
        assert gate.stopped.wait(10)


def test_a_closed_client_ends_its_streams(serve: Serve, gate: Gate) -> None:
    """The server stops although the generator is still there."""
    with diabelli.Client(serve().url) as client:
        events = client.stream(picture(), n=2, model="halfway", size="256x256")
        next(events)
        assert gate.entered.wait(30)
    assert gate.stopped.wait(10)
    events.close()


@pytest.mark.parametrize("end", ["generator", "client"])
def test_an_asynchronous_stream_ends_with_its_generator_or_client(
    serve: Serve, gate: Gate, end: str
) -> None:
    """A task that is cancelled in its loop leaves no request behind."""
    url = serve().url

    async def run() -> None:
        async with diabelli.AsyncClient(url) as client:
            events = client.stream(picture(), n=2, model="halfway", size="256x256")

            async def read() -> None:
                async for _ in events:
                    await asyncio.sleep(60)

            with pytest.raises(TimeoutError):
                await asyncio.wait_for(read(), 0.5)
            if end == "generator":
                await events.aclose()
                assert await asyncio.to_thread(gate.stopped.wait, 10)
        assert await asyncio.to_thread(gate.stopped.wait, 10)
        await events.aclose()

    asyncio.run(run())


def test_errors_are_exceptions(server: Server) -> None:
    """With the fields of OpenAI's error object and the id of the request."""
    with diabelli.Client(server.url, max_retries=0) as client:
        with pytest.raises(diabelli.ApiError, match="0 to 9223372036854775807") as refused:
            client.vary(picture(), seed=-1)
        assert refused.value.status == 400
        assert (refused.value.param, refused.value.type) == ("seed", "invalid_request_error")
        assert refused.value.request_id
        with pytest.raises(diabelli.ApiError, match="Sorry about that!") as failed:
            list(client.stream(picture(), model="stumbler", size="256x256"))
        assert failed.value.type == "server_error"
        with pytest.raises(diabelli.InvalidPicture, match="a path, bytes"):
            client.vary(io.StringIO("text"))  # type: ignore[arg-type]
        with pytest.raises(FileNotFoundError):
            client.vary("none.png")
    with (
        diabelli.Client("http://127.0.0.1:9", max_retries=0) as stranger,
        pytest.raises(diabelli.ConnectionFailed, match="could not be reached"),
    ):
        stranger.models()


async def _strange(scope: Any, receive: Any, send: Any) -> None:
    """A server whose responses do not end, or are not of this API."""
    kind = scope["path"].rpartition("/")[2]
    status = 500 if kind == "fault" else 200
    await send({"type": "http.response.start", "status": status, "headers": []})
    if kind in ("models", "variations"):
        await send({"type": "http.response.body", "body": b"<html>Welcome</html>\n\ndata: []\n\n"})
        return
    for _ in range(1000):
        await send({"type": "http.response.body", "body": b"x" * 10_000, "more_body": True})


@pytest.mark.parametrize("kind", ["picture", "fault"])
def test_an_endless_response_is_refused(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the number of bytes that are accepted, before the memory is full."""
    monkeypatch.setattr("diabelli.client.replies.MAX_BYTES", 100_000)
    with serving(_strange) as url:
        link = f"{url}/{kind}"
        with (
            diabelli.Client(url, max_retries=0) as client,
            pytest.raises(diabelli.ApiError, match="more than the 100000 bytes") as refused,
        ):
            client.download(link)
        assert refused.value.status == (500 if kind == "fault" else 200)

        async def run() -> None:
            async with diabelli.AsyncClient(url, max_retries=0) as client:
                await client.download(link)

        with pytest.raises(diabelli.ApiError, match="more than the 100000 bytes"):
            asyncio.run(run())


def test_an_endless_event_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many short events are not counted together; each chunk is searched once."""
    monkeypatch.setattr("diabelli.client.replies.MAX_BYTES", 1000)
    parser = EventParser()
    for _ in range(100):
        content = {"type": "x.progress", "index": 0, "share": 0.5}
        for chunk in (f"data: {json.dumps(content)}\n", "\n"):
            found = list(parser.feed(chunk.encode()))
        assert found == [ProgressEvent(0, 0.5)]
    with pytest.raises(diabelli.ApiError, match="more than the 1000 bytes"):
        list(parser.feed(b"data: " + bytes(1000)))


def test_responses_of_another_program_are_errors() -> None:
    """As if the base URL is that of a web page."""
    with serving(_strange) as url, diabelli.Client(url, max_retries=0) as client:
        calls = (
            client.models,
            lambda: client.vary(picture()),
            lambda: list(client.stream(picture())),
        )
        for call in calls:
            with pytest.raises(diabelli.ApiError, match="check the base URL"):
                call()


def test_an_endless_source_is_refused(server: Server) -> None:
    """A device has no end, and a part of a picture is none."""
    with diabelli.Client(server.url, max_retries=0) as client, open("/dev/zero", "rb") as zeros:
        for source in ("/dev/zero", zeros):
            with pytest.raises(diabelli.InvalidPicture, match="more than 128 MiB"):
                client.vary(source)


def test_a_negative_number_of_repetitions_is_refused() -> None:
    """No request would be sent at all."""
    with pytest.raises(diabelli.InvalidParameter, match="max_retries -1 is not accepted"):
        diabelli.Client(max_retries=-1)


def test_a_path_that_is_empty_is_named(server: Server) -> None:
    """It is not the working directory."""
    with diabelli.Client(server.url) as client, pytest.raises(FileNotFoundError, match="''"):
        client.vary("")


def test_a_key_is_sent_to_the_api_only(serve: Serve) -> None:
    """A wrong key is an error; a link needs none."""
    url = serve(api_keys=("right-key",)).url
    with diabelli.Client(url, "right-key") as client:
        (made,) = client.vary(picture(), size="256x256").variations
        seen: list[httpx.Request] = []
        client._http.event_hooks["request"] = [seen.append]
        client.download(made)
        assert "authorization" not in seen[0].headers
    with diabelli.Client(url, "wrong") as client, pytest.raises(diabelli.ApiError) as refused:
        client.models()
    assert refused.value.error_code == "invalid_api_key"


def test_a_busy_server_is_asked_again(serve: Serve, gate: Gate) -> None:
    """After the seconds of Retry-After; the pictures of the repeated request are made once."""
    server = serve(queue=1)
    other = diabelli.Client(server.url)
    occupied = threading.Thread(
        target=other.vary,
        args=[picture()],
        kwargs={"model": "gate", "size": "256x256"},
    )
    occupied.start()
    assert gate.entered.wait(30)
    with diabelli.Client(server.url, max_retries=0) as client:
        with pytest.raises(diabelli.ApiError) as busy:
            client.vary(picture(), size="256x256")
        assert busy.value.status == 503
    threading.Timer(0.5, gate.opened.set).start()
    started = time.monotonic()
    with diabelli.Client(server.url, max_retries=5) as client:
        assert client.vary(picture(), size="256x256").variations
    assert time.monotonic() - started >= 1
    occupied.join()
    other.close()


def test_the_rule_of_repetition() -> None:
    """Retry-After decides; without it the delay doubles; some responses are never repeated."""
    rule = Retries(most=3, longest_wait_s=60)
    assert rule.delay_s(1, 503, {"retry-after": "7"}) == 7
    assert rule.delay_s(1, 503, {"retry-after": "61"}) is None
    assert [rule.delay_s(attempt, 500, {}) for attempt in (1, 2, 3, 4)] == [0.5, 1, 2, None]
    assert rule.delay_s(1, 0, {}) == 0.5
    assert rule.delay_s(1, 429, {"retry-after": "soon"}) == 0.5
    assert rule.delay_s(1, 400, {}) is None
    assert rule.delay_s(1, 503, {"x-should-retry": "false"}) is None


def test_the_asynchronous_client_does_the_same(server: Server) -> None:
    """Variations, a stream, a download, models and errors, in one event loop."""

    async def run() -> tuple[Reply, list[Event], bytes, list[str], diabelli.ApiError]:
        async with diabelli.AsyncClient(server.url, max_retries=0) as client:
            reply = await client.vary(picture(), seed=7, size="256x256")
            stream = client.stream(picture(), n=2, model="climber", size="256x256")
            events = [event async for event in stream]
            content = await client.download(reply.variations[0])
            with pytest.raises(diabelli.ApiError) as refused:
                await client.vary(picture(), n=11)
            return reply, events, content, await client.models(), refused.value

    reply, events, content, models, refused = asyncio.run(run())
    assert reply.variations[0].seed == 7
    assert isinstance(events[-1], Done)
    assert opened(content).size == (256, 256)
    assert "shift" in models
    assert refused.status == 400
