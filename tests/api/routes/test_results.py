"""Result URLs: absolute, signed, expiring, and refused in the error shape."""

from __future__ import annotations

import gc
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from api.conftest import Serve, start
from api.engines import Gate
from api.wire import PATH, Line, Server, check_error, opened, picture
from diabelli.storage.local import StoredPicture

FILES = {"image": picture()}


def result_url(server: Server, headers: dict[str, str] | None = None, **fields: str) -> str:
    """Return the URL of a new result."""
    form = {name: (None, value) for name, value in {"size": "256x256", **fields}.items()}
    answer = httpx.post(server.url + PATH, files={**form, **FILES}, headers=headers)
    url: str = answer.json()["data"][0]["url"]
    return url


def refused(answer: httpx.Response, status: int) -> None:
    """Check that the response is an error of this status, in the common shape."""
    check_error(answer.status_code, answer.headers, answer.json(), status)


def test_head_has_the_headers_of_get(server: Server) -> None:
    """HEAD has the headers of GET and no body."""
    url = result_url(server)
    got, head = httpx.get(url), httpx.head(url)
    assert (got.status_code, head.status_code) == (200, 200)
    assert head.content == b""
    for name in ("content-type", "content-length", "content-disposition"):
        assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize("lifetime_s", [20, 7200])
def test_results_are_not_cached_beyond_their_link(serve: Serve, lifetime_s: int) -> None:
    """`max-age` is the remaining lifetime of the link, and `private` excludes shared caches."""
    answer = httpx.get(result_url(serve(lifetime_s=lifetime_s)))
    visibility, age = answer.headers["cache-control"].split(", max-age=")
    assert visibility == "private"
    assert lifetime_s - 10 < int(age) <= lifetime_s


@pytest.mark.parametrize("kind", ["png", "webp", "jpeg"])
def test_media_type_follows_the_format(server: Server, kind: str) -> None:
    """A result has the media type of the requested format."""
    answer = httpx.get(result_url(server, output_format=kind))
    assert answer.headers["content-type"] == f"image/{kind}"
    assert opened(answer.content).format == kind.upper()


def test_altered_urls(server: Server) -> None:
    """Forged, extended, unsigned and misplaced URLs are refused."""
    url = httpx.URL(result_url(server))
    stretched = url.copy_set_param("se", str(int(url.params["se"]) + 60))
    other = str(url).replace("img-", "img-A", 1)[: len(str(url))]
    for altered in (
        stretched,
        url.copy_set_param("sig", "0" * 64),
        url.copy_set_param("sig", "\u00e4"),
        url.copy_with(query=None),
        url.copy_set_param("st", "x"),
    ):
        refused(httpx.get(altered), 403)
    assert httpx.get(other).status_code in (403, 404)


@pytest.mark.direct
@pytest.mark.parametrize(
    "path",
    [
        "/results/../secret",
        "/results/%2e%2e/secret",
        "/results/..%2fpictures/secret",
        "/results/2026010100/..%2f..%2fsecret",
        "/results/2026010100/img-aaaaaaaaaaaaaaaaaaaaaaaa.gif",
        "/results/2026010100/%00",
    ],
)
def test_traversing_urls(server: Server, path: str) -> None:
    """A path that is not the name of a picture is not found."""
    refused(httpx.get(server.url + path + "?st=1&se=9999999999&sig=x"), 404)


@pytest.mark.one_machine
def test_expired_url(serve: Serve) -> None:
    """An expired URL is refused with 403."""
    server = serve(lifetime_s=1)
    key = server.storage.put(b"picture", "png")
    old = server.storage.signed_query(key).replace("se=", "se=0&was=")
    refused(httpx.get(f"{server.url}/results/{key}?{old}"), 403)
    query = server.storage.signed_query(key)
    server.storage._signer._clock = lambda: int(query.partition("se=")[2].partition("&")[0])
    answer = httpx.get(f"{server.url}/results/{key}?{query}")
    refused(answer, 403)
    assert "valid until" in answer.json()["error"]["message"]


def test_deleted_picture(server: Server) -> None:
    """A valid link to a deleted picture is a 404."""
    key = "2020010100/img-" + "a" * 24 + ".png"
    refused(httpx.get(f"{server.url}/results/{key}?{server.storage.signed_query(key)}"), 404)


@pytest.mark.one_machine
def test_the_file_is_closed_when_its_client_disconnects(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once, and not when garbage is collected."""
    key = server.storage.put(bytes(16_000_000), "png")
    path = f"/results/{key}?{server.storage.signed_query(key)}"
    began, ended = threading.Event(), threading.Event()
    closed = StoredPicture.__del__

    def watched_read(picture: StoredPicture, part: slice) -> bytes:
        began.set()
        return read(picture, part)

    def watched_close(picture: StoredPicture) -> None:
        closed(picture)
        ended.set()

    read = StoredPicture.__getitem__
    monkeypatch.setattr(StoredPicture, "__getitem__", watched_read)
    monkeypatch.setattr(StoredPicture, "__del__", watched_close)
    gc.disable()
    try:
        with Line(server.port) as line:
            line.send(method="GET", path=path)
            assert began.wait(5)
            # The buffers of the connection fill up.
            time.sleep(0.5)
            assert not ended.is_set()
        assert ended.wait(5)
    finally:
        gc.enable()


def test_url_has_the_requested_host(serve: Serve) -> None:
    """Without a public URL, result URLs have the host of the request."""
    server = serve(auth="no-auth")
    url = result_url(server, {"Host": "pictures.example:8080"})
    assert url.startswith("http://pictures.example:8080/results/")


@pytest.mark.direct
def test_proxy_headers_set_the_scheme(serve: Serve) -> None:
    """Behind a local proxy with HTTPS, URLs have the scheme https."""
    server = serve(auth="no-auth")
    headers = {"Host": "pictures.example", "X-Forwarded-Proto": "https"}
    assert result_url(server, headers).startswith("https://pictures.example/results/")


def test_public_url(serve: Serve) -> None:
    """The setting is the prefix of every result URL, with its path and without a double slash."""
    server = serve(auth="no-auth", public_url="https://example.org/art/")
    assert result_url(server).startswith("https://example.org/art/results/20")


def test_root_path_is_part_of_links(tmp_path: Path) -> None:
    """Under a root path, links contain it and work through the proxy."""
    with ExitStack() as stack:
        server = start(stack, tmp_path, {}, Gate(), root_path="/art")
        url = result_url(server)
        assert url.startswith(f"{server.url}/art/results/20")
        assert httpx.get(server.url + "/openapi.json").json()["servers"][0]["url"] == "."
        assert httpx.get(url.replace("/art", "", 1)).status_code == 200
