"""The official `openai` package for Python, both clients, with strict validation."""

from __future__ import annotations

import asyncio
import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from openai.types import ImagesResponse

from api.conftest import Serve
from api.wire import Server, opened, picture

# The package warns that OpenAI retired this endpoint. That is why this program exists.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SOURCE = picture()
SMALL: dict[str, Any] = {"size": "256x256", "response_format": "b64_json"}


@pytest.fixture
def client(server: Server) -> Iterator[openai.OpenAI]:
    """A client with strict validation of replies."""
    with openai.OpenAI(
        api_key="any", base_url=server.base_url, _strict_response_validation=True, max_retries=0
    ) as client:
        yield client


def check_pictures(reply: ImagesResponse, n: int = 1, side: int = 256) -> None:
    """Check that the reply has n pictures of that side, each as base64."""
    assert reply.data is not None
    assert len(reply.data) == n
    for item in reply.data:
        assert item.url is None
        assert opened(base64.b64decode(item.b64_json or "")).size == (side, side)


def test_default_call(client: openai.OpenAI) -> None:
    """The shortest call gets a URL; attributes that OpenAI never filled are None."""
    reply = client.images.create_variation(image=SOURCE)
    assert reply.data is not None
    assert opened(httpx.get(reply.data[0].url or "").content).size == (1024, 1024)
    unset = (reply.background, reply.output_format, reply.quality, reply.size, reply.usage)
    assert unset == (None,) * 5
    assert reply._request_id is not None
    assert reply._request_id.startswith("req_")


def test_every_form_of_an_image(client: openai.OpenAI, tmp_path: Path) -> None:
    """Bytes, an open file, a path, and tuples with and without a name work."""
    path = tmp_path / "a.png"
    path.write_bytes(SOURCE)
    with path.open("rb") as file:
        for image in (SOURCE, file, path, ("a.png", SOURCE), (None, SOURCE), io.BytesIO(SOURCE)):
            check_pictures(client.images.create_variation(image=image, **SMALL))


@pytest.mark.parametrize("size", ["256x256", "512x512", "1024x1024"])
def test_every_parameter(client: openai.OpenAI, size: Any) -> None:
    """All parameters together are accepted."""
    reply = client.images.create_variation(
        image=SOURCE, model="dall-e-2", n=2, size=size, response_format="b64_json", user="user-1"
    )
    check_pictures(reply, n=2, side=int(size.split("x")[0]))


def test_none_is_the_default(client: openai.OpenAI) -> None:
    """Parameters of None equal missing ones."""
    nones: dict[str, Any] = {"model": None, "n": None, "size": None, "response_format": None}
    reply = client.images.create_variation(image=SOURCE, **nones)
    assert reply.data is not None
    assert reply.data[0].url


def test_extensions(client: openai.OpenAI) -> None:
    """Extension fields are sent by extra_body; the extended reply passes strict validation."""
    extra: dict[str, Any] = {"strength": 0.35, "seed": 2**63 - 2, "output_format": "webp"}
    more = {**SMALL, "size": "1024x1024"}
    reply = client.images.create_variation(image=SOURCE, extra_body=extra, n=2, **more)
    assert (reply.background, reply.output_format, reply.size) == ("opaque", "webp", "1024x1024")
    assert reply.data is not None
    assert reply.data[0].model_dump()["seed"] == 2**63 - 2
    check_pictures(reply, n=2, side=1024)


def test_unpublished_size_is_left_out(client: openai.OpenAI) -> None:
    """An extended reply of 256x256 has no size, because strict clients would refuse it."""
    reply = client.images.create_variation(image=SOURCE, extra_body={"seed": 1}, **SMALL)
    assert reply.size is None
    assert reply.output_format == "png"


BAD: list[tuple[dict[str, Any], str, str | None, str | None]] = [
    ({"n": 11}, "11 is greater than the maximum of 10 - 'n'", None, None),
    ({"size": "1x1"}, "'1x1' is not one of .*", None, None),
    ({"response_format": "x"}, "'x' is not one of .*", None, None),
    ({"model": "x"}, "The model 'x' does not exist.", "model", "invalid_value"),
    ({"image": b"x"}, "Uploaded image must be a PNG .*", None, "invalid_image_format"),
    ({"image": picture(8, 4)}, "Invalid input image - .* got 8x4 instead.", None, None),
    ({"extra_body": {"flag": True}}, "Additional .*'flag' was unexpected.*", None, None),
    ({"extra_body": {"lst": [1]}}, r"Additional .*'lst\[\]' was unexpected.*", None, None),
    ({"extra_body": {"strength": 2}}, "strength '2' .*", "strength", "invalid_value"),
]


@pytest.mark.parametrize(("fields", "message", "param", "code"), BAD)
def test_bad_requests(
    client: openai.OpenAI, fields: dict[str, Any], message: str, param: str | None, code: str | None
) -> None:
    """A refusal is a BadRequestError with the attributes of the error."""
    with pytest.raises(openai.BadRequestError) as caught:
        client.images.create_variation(**{"image": SOURCE, **fields})
    error = caught.value
    assert isinstance(error.body, dict)
    assert re.fullmatch(message, error.body["message"])
    assert (error.param, error.code, error.type) == (param, code, "invalid_request_error")
    assert error.request_id is not None
    assert error.request_id.startswith("req_")


def test_authentication_error(serve: Serve) -> None:
    """A wrong key is an AuthenticationError; the right one is accepted."""
    server = serve(api_keys=("right-key",))
    for key, fits in (("wrong-key", False), ("right-key", True)):
        with openai.OpenAI(api_key=key, base_url=server.base_url) as client:
            if fits:
                check_pictures(client.images.create_variation(image=SOURCE, **SMALL))
            else:
                with pytest.raises(openai.AuthenticationError, match=r"\*\*\*\*-key"):
                    client.images.create_variation(image=SOURCE, **SMALL)


def test_server_errors(client: openai.OpenAI, server: Server) -> None:
    """A fault is an InternalServerError; a body over the limit is a 413, as OpenAI's was."""
    with pytest.raises(openai.InternalServerError, match="Sorry about that!"):
        client.images.create_variation(image=SOURCE, model="broken")
    with pytest.raises(openai.APIStatusError) as caught:
        client.images.create_variation(image=bytes(30_000_000))
    assert caught.value.status_code == 413
    assert caught.value.type == "server_error"
    with (
        openai.OpenAI(api_key="any", base_url=server.url + "/nowhere") as lost,
        pytest.raises(openai.NotFoundError, match=r"Invalid URL \(POST /nowhere/images/variations"),
    ):
        lost.images.create_variation(image=SOURCE)


def test_overload_is_retried(serve: Serve, gate: Any) -> None:
    """The client retries a 503 after Retry-After, and is served."""
    server = serve(queue=1)
    with openai.OpenAI(api_key="any", base_url=server.base_url, max_retries=3) as client:

        async def both() -> ImagesResponse:
            first = asyncio.to_thread(
                client.images.create_variation, image=SOURCE, model="gate", **SMALL
            )
            task = asyncio.create_task(first)
            await asyncio.to_thread(gate.entered.wait, 5)
            second = asyncio.create_task(
                asyncio.to_thread(client.images.create_variation, image=SOURCE, **SMALL)
            )
            await asyncio.sleep(0.2)
            gate.opened.set()
            check_pictures(await task)
            return await second

        check_pictures(asyncio.run(both()))


def test_models(client: openai.OpenAI) -> None:
    """Models are listed and described; an unknown one is a NotFoundError."""
    assert "dall-e-2" in {model.id for model in client.models.list()}
    assert client.models.retrieve("dall-e-2").owned_by == "diabelli"
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("gpt-9")
    assert caught.value.code == "model_not_found"


def test_asynchronous_client(server: Server) -> None:
    """Requests of the asynchronous client run concurrently and fail like the others."""

    async def many() -> None:
        async with openai.AsyncOpenAI(
            api_key="any", base_url=server.base_url, _strict_response_validation=True
        ) as client:
            calls = [client.images.create_variation(image=SOURCE, n=2, **SMALL) for _ in range(4)]
            for reply in await asyncio.gather(*calls):
                check_pictures(reply, n=2)
            with pytest.raises(openai.BadRequestError, match="is greater than the maximum"):
                await client.images.create_variation(image=SOURCE, n=11)

    asyncio.run(many())


def test_base_url_without_slash_or_version(server: Server) -> None:
    """Every usual base URL leads to the endpoint."""
    for base in (server.url, server.url + "/", server.base_url, server.base_url + "/"):
        with openai.OpenAI(api_key="any", base_url=base) as client:
            check_pictures(client.images.create_variation(image=SOURCE, **SMALL))


def test_raw_response_has_the_headers(client: openai.OpenAI) -> None:
    """The raw response has the headers for monitoring."""
    raw = client.images.with_raw_response.create_variation(image=SOURCE, **SMALL)
    assert int(raw.headers["openai-processing-ms"]) >= 0
    assert raw.headers["openai-version"] == "2020-10-01"
    check_pictures(raw.parse())
