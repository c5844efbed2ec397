"""Forms of real clients, byte by byte on a socket."""

from __future__ import annotations

import base64
import gzip
import os
import select
import threading
import time
from pathlib import Path

import pytest

from api.conftest import Serve
from api.wire import (
    BOUNDARY,
    PATH,
    Answer,
    Line,
    Server,
    check_error,
    chunked,
    form,
    opened,
    part,
    picture,
    post,
)
from diabelli.api.variations.form import FormReader

SOURCE = picture()
OCTETS = "Content-Type: application/octet-stream\r\n"
FILE = part("image", SOURCE, filename="a.png", head="Content-Type: image/png\r\n")
SMALL = [part("size", "256x256"), part("response_format", "b64_json")]


def refused(answer: Answer, status: int, message: str | None = None, **expected: str) -> None:
    """Check that the response is this error."""
    check_error(answer.status, answer.headers, answer.json, status, message, **expected)


FORMS = {
    "openai-python, bytes": form(
        *SMALL, part("n", "1"), part("image", SOURCE, filename="upload", head=OCTETS)
    ),
    "openai-python, path": form(*SMALL, FILE),
    "openai-python, nameless": form(*SMALL, part("image", SOURCE)),
    "openai-python 0.28": form(*SMALL, part("image", SOURCE, filename="image", head=OCTETS)),
    "openai-node, file first": form(
        part("image", SOURCE, filename="a.png", head=OCTETS), *SMALL, part("n", "null")
    ),
    "openai-node, toFile": form(
        part("image", SOURCE, filename="unknown_file", head=OCTETS), *SMALL
    ),
    "curl": form(FILE, *SMALL, part("user", "user-1234")),
    "go-openai": form(FILE, part("n", "1"), *SMALL),
    "async-openai, no type": form(*SMALL, part("image", SOURCE, filename="a.png")),
    "openai-java, typed parts": form(
        part("image", SOURCE, head=OCTETS),
        part("size", "256x256", head="Content-Type: text/plain\r\n"),
        part("response_format", "b64_json", head="Content-Type: text/plain\r\n"),
    ),
    "other order of headers": form(*SMALL).removesuffix(f"--{BOUNDARY}--\r\n".encode())
    + f"--{BOUNDARY}\r\ncontent-type: image/jpeg\r\nCONTENT-DISPOSITION: form-data; "
    f"filename=x.jpg; name=image\r\n\r\n".encode()
    + SOURCE
    + f"\r\n--{BOUNDARY}--".encode(),
}


@pytest.mark.parametrize("client", FORMS)
@pytest.mark.parametrize("how", ["whole", "chunked", "in drips"])
def test_forms_of_real_clients(server: Server, client: str, how: str) -> None:
    """Any order, names, types and chunks of real clients are accepted."""
    body = FORMS[client]
    with Line(server.port) as line:
        if how == "chunked":
            line.send(chunked(body), transfer_encoding="chunked")
        elif how == "whole":
            line.send(body)
        else:
            line.send(content_length=len(body))
            for start in range(0, len(body), 701):
                line.socket.sendall(body[start : start + 701])
                time.sleep(0.001)
        answer = line.receive()
    assert answer.status == 200, answer.body
    item = answer.json["data"][0]
    assert opened(base64.b64decode(item["b64_json"])).size == (256, 256)


def test_unset_fields_of_go(server: Server) -> None:
    """Empty strings of go-openai mean unset; the n=0 that it sends for unset is an error."""
    empty = [part("size", ""), part("response_format", "")]
    assert post(server.port, form(FILE, *empty)).status == 200
    answer = post(server.port, form(FILE, part("n", "0"), *empty))
    refused(answer, 400, "0 is less than the minimum of 1 - 'n'")


def test_raw_buffer_of_node(server: Server) -> None:
    """A picture sent as one field a byte is refused at once as missing, at any length."""
    parts = [part(f"image[{index}]", str(byte)) for index, byte in enumerate(os.urandom(100_000))]
    started = time.monotonic()
    answer = post(server.port, form(*parts))
    refused(answer, 400, "'image' is a required property")
    assert time.monotonic() - started < 3


def test_too_many_parts(server: Server) -> None:
    """More parts than a form can need are refused, even if each name is known."""
    answer = post(server.port, form(FILE, *[part("n", "1")] * 100))
    refused(answer, 400, "The form has more than 64 parts")


def test_repeated_field(server: Server) -> None:
    """A repeated field is refused, because either value would be a guess."""
    answer = post(server.port, form(FILE, part("n", "1"), part("n", "2")))
    refused(answer, 400, "'n' is given more than once; only one value is accepted")


def test_long_field(server: Server) -> None:
    """A text field has a separate limit, far below the body's."""
    answer = post(server.port, form(FILE, part("user", "u" * 100_000)))
    refused(answer, 400, "'user' is too long; 16384 bytes are accepted")


def test_unknown_file(server: Server) -> None:
    """A second file under an unknown name is refused with that name, at any size."""
    answer = post(server.port, form(FILE, part("mask", bytes(1_000_000), filename="mask.png")))
    refused(answer, 400, "Additional properties are not allowed ('mask' was unexpected)")


@pytest.mark.parametrize(
    "body",
    [
        form(part("size", "256x256")),
        form(part("image", "")),
        form(part("image", "null")),
        form(part("image", "", filename="")),
        form(part("image[]", SOURCE, filename="a.png")),
        b"",
    ],
)
def test_no_picture(server: Server, body: bytes) -> None:
    """No part, an empty one, a null, an array or no body: the picture is missing."""
    refused(post(server.port, body), 400, "'image' is a required property")


BROKEN = {
    "not multipart": b"hello",
    "cut": FORMS["curl"][:-20],
    "nameless": form(b"--" + BOUNDARY.encode() + b"\r\nX-Y: z\r\n\r\n\r\n"),
    "endless header": form(part("image", SOURCE, head="x: " + "y" * 20_000 + "\r\n")),
    "many headers": form(part("image", SOURCE, head="x: y\r\n" * 100)),
    "many options": form(part("image", SOURCE).replace(b'"image"', b'"image"' + b"; a=b" * 3000)),
}


UNUSUAL = {
    "preamble": b"This is a preamble.\r\n" + FORMS["curl"],
    "preamble like a boundary": f"--{BOUNDARY}x\r\n\r\n".encode() + FORMS["curl"],
    "line end before": b"\r\n" + FORMS["curl"],
    "padding": FORMS["curl"].replace(f"--{BOUNDARY}\r\n".encode(), f"--{BOUNDARY} \t\r\n".encode()),
    "folded header": form(
        *SMALL, part("image", SOURCE, filename="a.png").replace(b"; filename", b";\r\n filename")
    ),
    "epilogue": FORMS["curl"] + b"This is an epilogue." * 1000,
}


@pytest.mark.parametrize("kind", UNUSUAL)
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_unusual_forms_of_rfc_2046(server: Server, kind: str, step: int) -> None:
    """All forms of the standard are accepted, for any piece boundaries."""
    reader = FormReader(BOUNDARY.encode(), picture_limit=100_000)
    body = UNUSUAL[kind]
    for start in range(0, len(body), step):
        reader.feed(body[start : start + step])
    reader.finish()
    found = reader.form(complete=True)
    assert found.picture == SOURCE
    assert found.fields["size"] == "256x256"
    if step > 7:
        assert post(server.port, body).status == 200


def test_a_compressed_body_is_refused(server: Server) -> None:
    """The accepted encodings are in the body and in a header of the response."""
    with Line(server.port) as line:
        line.send(gzip.compress(FORMS["curl"]), content_encoding="gzip")
        answer = line.receive()
    refused(
        answer,
        415,
        "Invalid Content-Encoding header (gzip), expected none: send the form uncompressed.",
    )
    assert answer.headers["accept-encoding"] == "identity"


def test_a_boundary_that_is_not_in_the_body(server: Server) -> None:
    """The message contains the boundary and a remedy."""
    answer = post(server.port, FORMS["curl"].replace(BOUNDARY.encode(), b"another"))
    message = answer.json["error"]["message"]
    assert f"the boundary b'{BOUNDARY}' of the Content-Type header does not occur" in message
    assert "HINT" in message


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_forms(server: Server, kind: str) -> None:
    """The message describes the fault of a malformed body."""
    answer = post(server.port, BROKEN[kind])
    refused(answer, 400)
    assert "form cannot be read" in answer.json["error"]["message"]


@pytest.mark.parametrize("content_type", ["application/json", "", "application/octet-stream"])
def test_wrong_content_type(server: Server, content_type: str) -> None:
    """A body of another type is refused; the message has the type and the expected one."""
    answer = post(server.port, b'{"image": "x"}', content_type=content_type)
    message = (
        f"Invalid Content-Type header ({content_type}), expected multipart/form-data. (HINT: If "
        "you're using curl, you can pass -H 'Content-Type: multipart/form-data')"
    )
    refused(answer, 400, message)


@pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=" + "b" * 300])
def test_unusable_boundary(server: Server, boundary: str) -> None:
    """A form without a usable boundary is refused."""
    refused(post(server.port, FORMS["curl"], content_type="multipart/form-data" + boundary), 400)


def test_quoted_boundary_with_charset(server: Server) -> None:
    """A quoted boundary among other parameters is accepted."""
    content_type = f'Multipart/Form-Data; charset=utf-8; boundary="{BOUNDARY}"'
    assert post(server.port, FORMS["curl"], content_type=content_type).status == 200


@pytest.mark.direct
def test_declared_size_is_refused_unread(server: Server) -> None:
    """A Content-Length over the limit is refused before the body is sent."""
    with Line(server.port) as line:
        line.send(content_length=26383110, expect="100-continue")
        answer = line.receive()
        message = "Maximum content size limit (26214400) exceeded (26383110 bytes read)"
        refused(answer, 413, message, kind="server_error")
        assert answer.headers["connection"] == "close"
        assert line.closed()


def resident() -> int:
    """Return the resident memory of this process and the server in it, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


@pytest.mark.parametrize("declared", [True, False])
def test_forty_megabytes_stay_out_of_memory(server: Server, declared: bool) -> None:
    """A sender of 40 MB gets its 413 during the upload, and the body is not kept in memory."""
    body = form(part("image", bytes(40_000_000), filename="a.png"))
    data = body if declared else chunked(body, 65536)
    before = resident()
    with Line(server.port) as line:
        sender = threading.Thread(target=send_quietly, args=(line, data, declared))
        sender.start()
        answer = line.receive()
        grown = resident() - before
        sender.join()
    refused(answer, 413, kind="server_error")
    assert grown < 15_000_000


def send_quietly(line: Line, data: bytes, declared: bool) -> None:
    """Send as much as the server accepts."""
    try:
        if declared:
            line.send(data)
        else:
            line.send(data, transfer_encoding="chunked")
    except OSError:
        pass


def test_an_early_response_reaches_a_sending_client(server: Server) -> None:
    """A client that sends its whole body before it reads receives the response."""
    for body in (form(part("image", bytes(30_000_000))), bytes(3_000_000)):
        answer = post(server.port, body, content_type="application/json")
        assert answer.status == 400


def test_stalled_body_is_dropped(serve: Serve) -> None:
    """A retry with an empty body under the old Content-Length gets an error and is closed."""
    server = serve(body_timeout_s=0.3)
    with Line(server.port) as line:
        line.send(content_length=len(FORMS["curl"]))
        started = time.monotonic()
        answer = line.receive()
        refused(answer, 408)
        assert 0.2 < time.monotonic() - started < 2
        assert answer.headers["x-should-retry"] == "false"
        assert line.closed()


def test_a_slow_body_is_dropped(serve: Serve) -> None:
    """A client that sends a byte just before each time-out is disconnected in the end."""
    server = serve(body_timeout_s=0.1)
    with Line(server.port) as line:
        line.send(content_length=1000)
        for byte in FORMS["curl"][:60]:
            answered, _, _ = select.select([line.socket], [], [], 0.05)
            if answered:
                break
            line.socket.sendall(bytes([byte]))
        assert answered
        refused(line.receive(), 408)


def test_connection_is_kept(server: Server) -> None:
    """A connection serves consecutive requests, also after a refusal."""
    with Line(server.port) as line:
        for body, status in ((FORMS["curl"], 200), (form(), 400), (FORMS["go-openai"], 200)):
            line.send(body)
            assert line.receive().status == status


@pytest.mark.parametrize("path", [PATH, "/images/variations", "/v1images/variations"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_spellings_of_the_path(server: Server, path: str, slash: str) -> None:
    """Paths with and without /v1, doubled, or with a final slash reach the endpoint."""
    assert post(server.port, FORMS["curl"], path=path + slash).status == 200
