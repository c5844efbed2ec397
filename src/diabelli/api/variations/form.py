"""Reads a multipart/form-data body as it arrives: bounded in size and time, nothing on disk.

Only the name of the picture's part is known here; `params` interprets the fields.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO

from python_multipart.multipart import parse_options_header
from starlette.requests import Request
from starlette.types import Message

from diabelli.api.contract import PICTURE
from diabelli.api.errors.exceptions import (
    BodyStalled,
    BodyTooLarge,
    MalformedForm,
    UnsupportedEncoding,
    WrongContentType,
)
from diabelli.errors import Cancelled

MAX_PARTS = 64
"""Parts of a form; more than four times the number of fields. A client that sends one part per byte
(a raw Buffer in openai-node) gets its error after the first of them."""
MAX_TEXT_BYTES = 16 * 1024
"""Bytes of a text field; bounds the memory of a form."""
MAX_HEADERS = 16
"""Headers of a part; clients send two or three."""
MAX_HEADERS_BYTES = 16 * 1024
"""Bytes; all headers of a part together, several times those of any real client."""
MAX_OPTIONS = 32
"""Semicolons in the Content-Disposition of a part; clients send two or three."""
MAX_PADDING = 1024
"""Bytes of spaces and tabs after a boundary."""
MAX_IDLE_TIMES = 10
"""The whole body must arrive within this multiple of the idle time-out."""
MIN_BYTES_PER_S = 1024
"""Least rate of a body, after a first idle time-out. A form without a picture has about 1 KB, and
4 MB at this rate would take longer than the whole body may."""
TURNS_OF_A_READ = 2
"""Turns of the event loop in which it reads a socket and passes the data on."""
_FOLD = re.compile(rb"\r\n[ \t]+")
_TOKEN = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Form:
    """The content of a form, as far as it was read.

    Attributes:
        picture: bytes of the part named `image`, cut one byte past the limit. None if there is no
            such part, or only one without a file name that is empty or `null`.
        fields: value of every other part by name, cut one byte past `MAX_TEXT_BYTES`.
        repeated: names that more than one part has; `fields` has the last value.
        complete: False if there were more than `MAX_PARTS` parts and the rest was not read.
    """

    picture: bytes | None
    fields: Mapping[str, str]
    repeated: frozenset[str]
    complete: bool


def boundary_of(request: Request) -> bytes:
    """Return the boundary in the Content-Type.

    Raises:
        UnsupportedEncoding: if the body is compressed.
        WrongContentType: if it is not multipart/form-data.
        MalformedForm: if the boundary is missing or too long.
    """
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.strip().lower() not in ("", "identity"):
        raise UnsupportedEncoding(encoding)
    content_type = request.headers.get("content-type", "")
    kind, options = parse_options_header(content_type)
    if kind.lower() != b"multipart/form-data":
        raise WrongContentType(content_type)
    boundary = options.get(b"boundary", b"")
    if not 0 < len(boundary) <= 256:
        raise MalformedForm(
            f"Invalid Content-Type header ({content_type[:100]}), expected a boundary of 1 to 256 "
            "bytes. (HINT: let your HTTP library set this header by itself)"
        )
    return boundary


def check_content_length(request: Request, *, limit: int) -> None:
    """Raise `BodyTooLarge` if the Content-Length exceeds `limit` bytes."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise BodyTooLarge(limit=limit, read=int(declared[:20]))


async def read_form(
    request: Request, boundary: bytes, *, limit: int, picture_limit: int, idle_timeout_s: float
) -> Form:
    """Read the body as a form.

    Args:
        request: its body has not been read.
        boundary: separates the parts.
        limit: bytes of the body.
        picture_limit: bytes of the picture; one more is kept, so that it can be refused later.
        idle_timeout_s: see `read_body`.

    Raises:
        MalformedForm: if the body is not a well-formed form.
        BodyTooLarge, BodyStalled, Cancelled: see `read_body`.
    """
    reader = FormReader(boundary, picture_limit=picture_limit)
    try:
        await read_body(request, reader.feed, limit=limit, idle_timeout_s=idle_timeout_s)
    except TooManyParts:
        return reader.form(complete=False)
    reader.finish()
    return reader.form(complete=True)


async def read_body(
    request: Request, on_chunk: Callable[[bytes], None], *, limit: int, idle_timeout_s: float
) -> None:
    """Pass every chunk of the body to `on_chunk`; keep none of them.

    Args:
        request: its body has not been read.
        on_chunk: receives the chunks.
        limit: bytes of the body.
        idle_timeout_s: longest pause between two chunks. After that time, the body must also have
            arrived at `MIN_BYTES_PER_S` on average.

    Raises:
        BodyTooLarge: at the first byte past the limit.
        BodyStalled: if the body stops or is too slow.
        Cancelled: if the client disconnects.
    """
    loop = asyncio.get_running_loop()
    start = loop.time()
    received, more = 0, True
    end = start + MAX_IDLE_TIMES * idle_timeout_s
    while more:
        now = loop.time()
        if now > end:
            raise BodyStalled
        due = min(end, start + idle_timeout_s + received / MIN_BYTES_PER_S)
        chunk, more = await _chunk(request, min(idle_timeout_s, due - now))
        received += len(chunk)
        if received > limit:
            raise BodyTooLarge(limit=limit, read=received)
        if chunk:
            on_chunk(chunk)


async def _chunk(request: Request, timeout_s: float) -> tuple[bytes, bool]:
    """Return the next chunk, and whether more follow."""
    try:
        message = await _receive(request, timeout_s)
    except TimeoutError as cause:
        raise BodyStalled from cause
    if message["type"] == "http.disconnect":
        raise Cancelled("the client disconnected before its request was complete")
    return message.get("body", b""), message.get("more_body", False)


async def _receive(request: Request, timeout_s: float) -> Message:
    """Return the next message; raises `TimeoutError` if none has arrived in time."""
    try:
        async with asyncio.timeout(timeout_s):
            return await request.receive()
    except TimeoutError:
        # A busy event loop may reach the time-out before it reads data that has arrived in time.
        for _ in range(TURNS_OF_A_READ):
            await asyncio.sleep(0)
        async with asyncio.timeout(0):
            return await request.receive()


class TooManyParts(Exception):
    """The form has more than `MAX_PARTS` parts."""


@dataclass(slots=True)
class Part:
    """One part while it arrives; up to `remaining` more bytes of it are kept."""

    name: str
    has_filename: bool
    remaining: int
    # `getvalue` does not copy the bytes.
    data: BytesIO = field(default_factory=BytesIO)


class FormReader:
    """Incremental multipart parser after RFC 2046.

    It accepts a preamble, padding after a boundary, folded headers and an epilogue. Its result does
    not depend on how the body is cut into pieces.
    """

    def __init__(self, boundary: bytes, *, picture_limit: int) -> None:
        self._picture_limit = picture_limit
        self._parts: list[Part] = []
        self._boundary = boundary
        self._delimiter = b"\r\n--" + boundary
        # The first boundary may begin the body; the line end before it is then only implied.
        self._buffer = bytearray(b"\r\n")
        self._is_empty = True
        self._part: Part | None = None
        self._step: Callable[[], bool] | None = self._read_data

    def feed(self, piece: bytes) -> None:
        """Parse the next piece; raises `MalformedForm` or `TooManyParts`."""
        self._is_empty = self._is_empty and not piece
        self._buffer += piece
        while self._step is not None and self._step():
            pass
        if self._step is None:
            self._buffer.clear()

    def finish(self) -> None:
        """Raise `MalformedForm` if the form is incomplete; an empty body is an empty form."""
        if self._step is None or self._is_empty:
            return
        if self._part is None and not self._parts and self._step == self._read_data:
            raise MalformedForm(
                f"The multipart form cannot be read: the boundary {self._boundary[:100]!r} of the "
                "Content-Type header does not occur in the body. (HINT: let your HTTP library set "
                "this header by itself)"
            )
        raise MalformedForm("The multipart form cannot be read: its closing boundary is missing")

    def form(self, *, complete: bool) -> Form:
        """Return the data collected so far."""
        pictures = [part for part in self._parts if part.name == PICTURE and not _unset(part)]
        texts = [part for part in self._parts if part.name != PICTURE]
        names = Counter(part.name for part in self._parts)
        return Form(
            picture=pictures[-1].data.getvalue() if pictures else None,
            fields={part.name: part.data.getvalue().decode(errors="replace") for part in texts},
            repeated=frozenset(name for name, times in names.items() if times > 1),
            complete=complete,
        )

    def _read_data(self) -> bool:
        """Take the data before the next delimiter; return whether it was found."""
        end = self._buffer.find(self._delimiter)
        if end < 0:
            # The tail may be the beginning of a delimiter.
            self._take(len(self._buffer) - len(self._delimiter) + 1)
            return False
        self._take(end)
        self._step = self._read_delimiter
        return True

    def _read_delimiter(self) -> bool:
        """Decide on the bytes after a delimiter: the next part, the end of the form, or data."""
        start = len(self._delimiter)
        line = self._buffer[start : start + MAX_PADDING + 2]
        rest = line.lstrip(b" \t")
        if line.startswith(b"--"):
            self._step = None
        elif rest.startswith(b"\r\n"):
            del self._buffer[: start + len(line) - len(rest) + 2]
            if len(self._parts) == MAX_PARTS:
                raise TooManyParts
            self._step = self._read_headers
        elif len(rest) < 2 and len(line) < MAX_PADDING + 2:
            return False
        else:
            self._take(start)
            self._step = self._read_data
        return True

    def _read_headers(self) -> bool:
        """Open a part once its headers are complete."""
        if self._buffer.startswith(b"\r\n"):
            end, length = 0, 2
        else:
            end = self._buffer.find(b"\r\n\r\n")
            length = end + 4
        if end > MAX_HEADERS_BYTES or (end < 0 and len(self._buffer) > MAX_HEADERS_BYTES):
            raise MalformedForm(
                "The multipart form cannot be read: the headers of one of its parts are longer "
                f"than {MAX_HEADERS_BYTES} bytes"
            )
        if end < 0:
            return False
        self._part = self._open_part(bytes(self._buffer[:end]))
        self._parts.append(self._part)
        del self._buffer[:length]
        self._step = self._read_data
        return True

    def _open_part(self, headers: bytes) -> Part:
        disposition = _disposition(headers)
        # Its parser takes time in the square of their number, on the event loop.
        if disposition.count(b";") > MAX_OPTIONS:
            raise MalformedForm(
                "The multipart form cannot be read: the Content-Disposition of one of its parts "
                f"has more than {MAX_OPTIONS} semicolons"
            )
        options = parse_options_header(disposition)[1]
        if b"name" not in options:
            raise MalformedForm("The multipart form cannot be read: one of its parts has no name")
        name = options[b"name"].decode(errors="replace")
        limit = self._picture_limit if name == PICTURE else MAX_TEXT_BYTES
        return Part(name, bool(options.get(b"filename")), limit + 1)

    def _take(self, length: int) -> None:
        """Move that many bytes from the buffer to the open part, if any."""
        if length <= 0:
            return
        if self._part is not None:
            taken = min(length, self._part.remaining)
            self._part.remaining -= taken
            self._part.data.write(self._buffer[:taken])
        del self._buffer[:length]


def _disposition(headers: bytes) -> bytes:
    """Return the value of Content-Disposition, "" if there is none; unfolds lines."""
    lines = _FOLD.sub(b" ", headers).split(b"\r\n") if headers else []
    if len(lines) > MAX_HEADERS:
        raise MalformedForm(
            "The multipart form cannot be read: one of its parts has more than "
            f"{MAX_HEADERS} headers"
        )
    found = b""
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not _TOKEN.fullmatch(name):
            raise MalformedForm(
                f"The multipart form cannot be read: {line[:100]!r} is no header of a part"
            )
        if name.lower() == b"content-disposition":
            found = value.strip()
    return found


def _unset(part: Part) -> bool:
    return not part.has_filename and part.data.getvalue() in (b"", b"null")
