"""Behind nginx and Caddy with the files of deploy/, responses are unchanged."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
import pytest
from PIL import Image as Pillow

from api.conftest import start as start_server
from api.engines import Gate
from api.wire import PATH, picture
from deploy.proxies import Start, caddy, caddy_prefix, free_port, nginx, nginx_prefix

pytestmark = pytest.mark.slow

SOURCE = picture()
LARGE = 30_000_000
"""More bytes than a body may have."""
ELSEWHERE = "https://www.example.org/variations"
PROXIES = [nginx, nginx_prefix, caddy, caddy_prefix]
BELOW_A_PATH = (nginx_prefix, caddy_prefix)


@dataclass(frozen=True)
class Stand:
    """A server behind a proxy: its address, client and gate."""

    base: str
    client: httpx.Client
    gate: Gate

    def ask(self, timeout: float = 30, **fields: object) -> httpx.Response:
        """Request one small variation."""
        data = {"size": "256x256", **{name: str(value) for name, value in fields.items()}}
        files = {"image": SOURCE}
        return self.client.post(self.base + PATH, data=data, files=files, timeout=timeout)


def begun(stack: ExitStack, tmp_path_factory: pytest.TempPathFactory, start: Start) -> Stand:
    """Start a server in the stack, and a proxy before it, for the client's key."""
    gate = Gate()
    # Below a path the server knows where it is from this setting alone.
    extra = {"public_url": ELSEWHERE} if start in BELOW_A_PATH else {}
    folder = tmp_path_factory.mktemp("data")
    server = start_server(stack, folder, {"api_keys": ("right",), **extra}, gate)
    stack.callback(gate.opened.set)
    proxied = start(stack, tmp_path_factory.mktemp("proxy"), free_port(), server.port)
    proxied.client.headers["authorization"] = "Bearer right"
    return Stand(proxied.base, proxied.client, gate)


@pytest.fixture(scope="module", params=PROXIES, ids=lambda start: start.__name__)
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stand]:
    """A server behind each proxy."""
    with ExitStack() as stack:
        yield begun(stack, tmp_path_factory, request.param)


@pytest.fixture
def stand(shared: Stand) -> Iterator[Stand]:
    """The same server with its gate closed."""
    for event in (shared.gate.entered, shared.gate.opened, shared.gate.stopped):
        event.clear()
    yield shared
    shared.gate.opened.set()


def test_uploads_and_links_work(stand: Stand) -> None:
    """A link has the requested address, or that of `public_url`, and works."""
    reply = stand.ask(n=2)
    assert reply.status_code == 200, reply.text
    for item in reply.json()["data"]:
        base = ELSEWHERE if stand.base.endswith("/variations") else stand.base
        assert item["url"].startswith(base + "/results/")
        found = stand.client.get(item["url"].replace(base, stand.base))
        assert Pillow.open(io.BytesIO(found.content)).size == (256, 256)


def test_a_chunked_upload_works(stand: Stand) -> None:
    """OpenAI's package for Node sends it without a length."""
    built = httpx.Request("POST", "http://x", data={"size": "256x256"}, files={"image": SOURCE})
    body = built.read()
    reply = stand.client.post(
        stand.base + PATH,
        content=(body[start : start + 500] for start in range(0, len(body), 500)),
        headers={"content-type": built.headers["content-type"]},
    )
    assert reply.status_code == 200, reply.text


def test_errors_are_unchanged(stand: Stand) -> None:
    """A refusal keeps its message, headers and status."""
    refused = stand.client.get(stand.base + "/v1/models", headers={"authorization": ""})
    assert refused.status_code == 401
    assert refused.json()["error"]["message"].startswith("You didn't provide an API key.")
    assert refused.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize("announced", [True, False])
def test_an_oversize_body_has_openais_error(stand: Stand, announced: bool) -> None:
    """From the server, with a Content-Length or with chunks."""
    head = b'--x\r\ncontent-disposition: form-data; name="image"; filename="a"\r\n\r\n'
    body = head + bytes(LARGE)
    pieces = (body[at : at + 65536] for at in range(0, len(body), 65536))
    refused = stand.client.post(
        stand.base + PATH,
        content=body if announced else pieces,
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert refused.status_code == 413
    assert refused.json()["error"]["message"].startswith("Maximum content size limit (26214400)")


def test_events_are_not_buffered(stand: Stand) -> None:
    """The first variation of a stream arrives before the second is finished."""
    form = {"model": "halfway", "n": "2", "size": "256x256", "stream": "true"}
    names: list[str] = []
    with stand.client.stream(
        "POST", stand.base + PATH, data=form, files={"image": SOURCE}
    ) as reply:
        for line in reply.iter_lines():
            if line.startswith("data: "):
                names.append(json.loads(line.removeprefix("data: "))["type"])
            if "image_variation.completed" in names:
                stand.gate.opened.set()
    assert names.count("image_variation.completed") == 2
    assert names[-1] == "image_variation.done"


def test_a_disconnect_frees_the_place(stand: Stand) -> None:
    """A disconnect from the proxy cancels the work."""
    with pytest.raises(httpx.ReadTimeout):
        stand.ask(model="gate", timeout=0.5)
    assert stand.gate.entered.is_set()
    assert stand.gate.stopped.wait(2)


def test_pages_work_below_a_path(stand: Stand) -> None:
    """The page, its files, the documentation and the health endpoints, also below a path."""
    page = stand.client.get(stand.base + "/", headers={"accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    for path in ("/web/sample.png", "/docs", "/openapi.json", "/health/ready"):
        assert stand.client.get(stand.base + path).status_code == 200, path
    bare = stand.client.get(stand.base, follow_redirects=True)
    assert bare.status_code == 200
    assert str(bare.url).removesuffix("/") == stand.base


@pytest.mark.parametrize("start", [nginx, nginx_prefix, caddy])
def test_an_unreachable_server_is_a_503(
    tmp_path_factory: pytest.TempPathFactory, start: Start
) -> None:
    """The proxy responds 503 with `Retry-After` in OpenAI's shape."""
    with ExitStack() as stack:
        proxied = start(stack, tmp_path_factory.mktemp("proxy"), free_port(), free_port())
        answer = proxied.client.post(proxied.base + PATH, files={"image": SOURCE})
        assert answer.status_code == 503
        assert answer.json()["error"]["type"] == "server_error"
        assert int(answer.headers["retry-after"]) > 0
