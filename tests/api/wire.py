"""A server in a thread, and requests as raw bytes of real clients."""

from __future__ import annotations

import io
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
import numpy as np
import uvicorn
from PIL import Image as Pillow
from starlette.applications import Starlette
from starlette.types import ASGIApp

from diabelli.api import openapi
from diabelli.api.http.strict_h11 import StrictH11Protocol
from diabelli.bootstrap import Components, build_app
from diabelli.ledger.database import Database
from diabelli.service import Service
from diabelli.settings import Settings
from diabelli.storage import LocalStorage

PATH = "/v1/images/variations"
BOUNDARY = "a-boundary"
FORM_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


SHUTDOWN_SECONDS = 5
"""Seconds that a server waits for its connections when it stops."""


@dataclass(frozen=True)
class Server:
    """The address of a server, and its parts."""

    url: str
    port: int
    storage: LocalStorage
    database: Database
    service: Service
    app: Starlette

    @property
    def base_url(self) -> str:
        """Base URL for OpenAI's clients."""
        return f"{self.url}/v1"


@contextmanager
def serving(
    settings: Settings,
    parts: Components,
    root_path: str = "",
    http: type[StrictH11Protocol] = StrictH11Protocol,
    wrap: Callable[[ASGIApp], ASGIApp] = lambda app: app,
) -> Iterator[Server]:
    """Run the application under uvicorn in a thread, on a free port, inside of `wrap`."""
    app = build_app(settings, parts)
    config = uvicorn.Config(
        wrap(app),
        port=0,
        root_path=root_path,
        log_config=None,
        access_log=False,
        http=http,
        loop="asyncio",
        ws="none",
        server_header=False,
        # A connection that a test left open must not keep the thread for ever.
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        yield Server(url, port, parts.storage, parts.database, parts.service, app)
    finally:
        server.should_exit = True
        thread.join()


def picture(
    width: int = 32, height: int | None = None, mode: str = "RGB", kind: str = "PNG"
) -> bytes:
    """Return an encoded picture of noise."""
    shape = (height or width, width, len(mode))
    pixels = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    file = io.BytesIO()
    Pillow.fromarray(pixels.squeeze()).save(file, kind)
    return file.getvalue()


def opened(data: bytes) -> Pillow.Image:
    """Return the picture, decoded completely by Pillow."""
    image = Pillow.open(io.BytesIO(data))
    image.load()
    return image


def part(name: str, value: bytes | str, *, head: str = "", filename: str | None = None) -> bytes:
    """Return one part of a form; `head` is added to its headers unchanged."""
    value = value.encode() if isinstance(value, str) else value
    file = f'; filename="{filename}"' if filename is not None else ""
    disposition = f'Content-Disposition: form-data; name="{name}"{file}'
    return f"--{BOUNDARY}\r\n{disposition}\r\n{head}\r\n".encode() + value + b"\r\n"


def form(*parts: bytes) -> bytes:
    """Return the parts as a body."""
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def chunked(body: bytes, size: int = 1000) -> bytes:
    """Return the body in chunked transfer coding."""
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in [*chunks, b""])


@dataclass(frozen=True)
class Answer:
    """A response on a socket; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Line:
    """One connection for raw bytes."""

    def __init__(self, port: int, timeout: float = 20) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self._file = self.socket.makefile("rb")

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self.socket.close()

    def send(
        self,
        body: bytes = b"",
        *,
        method: str = "POST",
        path: str = PATH,
        content_type: str = FORM_TYPE,
        **headers: str | int,
    ) -> None:
        """Send a request; an underscore in a header's name stands for a dash."""
        fields = {"host": "localhost", "content-type": content_type}
        if "transfer_encoding" not in headers:
            fields["content-length"] = str(len(body))
        fields |= {name.replace("_", "-"): str(value) for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode())
        self.socket.sendall(body)

    def receive(self) -> Answer:
        """Return the next response."""
        status = int(self._file.readline().split()[1])
        headers = {}
        while (line := self._file.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        return Answer(status, headers, self._file.read(int(headers["content-length"])))

    def closed(self) -> bool:
        """Return whether the server has closed the connection; blocks up to the time-out."""
        try:
            return self._file.read(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


def post(port: int, body: bytes, *, content_type: str = FORM_TYPE, path: str = PATH) -> Answer:
    """Send one request on a new connection."""
    with Line(port) as line:
        line.send(body, content_type=content_type, path=path)
        return line.receive()


def check_schema(name: str, content: bytes) -> None:
    """Validate a JSON body against a schema of the OpenAPI document."""
    components = openapi.document()["components"]
    schema = {"$ref": f"#/components/schemas/{name}", "components": components}
    jsonschema_rs.validator_for(schema).validate(json.loads(content))


def check_error(
    status: int,
    headers: Any,
    body: Any,
    expected_status: int,
    message: str | None = None,
    *,
    kind: str = "invalid_request_error",
    code: str | None = None,
    param: str | None = None,
) -> None:
    """Check the common error shape; None accepts any message."""
    assert status == expected_status, body
    assert headers["content-type"] == "application/json"
    assert headers["x-request-id"].startswith("req_")
    assert headers["access-control-allow-origin"] == "*"
    assert set(body) == {"error"}
    error = body["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["type"], error["code"], error["param"]) == (kind, code, param), error
    if message is None:
        assert isinstance(error["message"], str)
        assert error["message"]
    else:
        assert error["message"] == message
