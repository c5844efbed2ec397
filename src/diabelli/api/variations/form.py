"""Reads a multipart/form-data body as it arrives: bounded in size and time, nothing on disk.

Only the name of the picture's part is known here; `params` interprets the fields.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, MultipartState, parse_options_header
from starlette.requests import Request

from diabelli.api.contract import PICTURE
from diabelli.api.errors.exceptions import (
    BodyStalled,
    BodyTooLarge,
    MalformedForm,
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
MAX_HEADER_BYTES = 8 * 1024
"""Bytes of a part's header, as h11 allows for a request's."""
MAX_IDLE_TIMES = 10
"""The whole body must arrive within this multiple of the idle time-out."""
MIN_BYTES_PER_S = 1024
"""Least rate of a body, after a first idle time-out. A form without a picture has about 1 KB, and
4 MB at this rate would take longer than the whole body may."""


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
        WrongContentType: if it is not multipart/form-data.
        MalformedForm: if the boundary is missing or too long.
    """
    content_type = request.headers.get("content-type", "")
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data":
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
    while more:
        now = loop.time()
        due = start + min(
            idle_timeout_s + received / MIN_BYTES_PER_S, MAX_IDLE_TIMES * idle_timeout_s
        )
        chunk, more = await _chunk(request, min(idle_timeout_s, due - now))
        received += len(chunk)
        if received > limit:
            raise BodyTooLarge(limit=limit, read=received)
        if chunk:
            on_chunk(chunk)


async def _chunk(request: Request, timeout_s: float) -> tuple[bytes, bool]:
    """Return the next chunk, and whether more follow."""
    try:
        async with asyncio.timeout(timeout_s):
            message = await request.receive()
    except TimeoutError as cause:
        raise BodyStalled(
            "Timed out waiting for the request body: send all of what Content-Length announces."
        ) from cause
    if message["type"] == "http.disconnect":
        raise Cancelled("the client disconnected before its request was complete")
    return message.get("body", b""), message.get("more_body", False)


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
    """Collects the parts that python-multipart's streaming parser finds."""

    def __init__(self, boundary: bytes, *, picture_limit: int) -> None:
        self._picture_limit = picture_limit
        self._parts: list[Part] = []
        self._header_name, self._header_value = bytearray(), bytearray()
        self._disposition = b""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": self._take_header_name,
                "on_header_value": self._take_header_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._open_part,
                "on_part_data": self._take_data,
            },
            max_header_count=MAX_HEADERS,
            max_header_size=MAX_HEADER_BYTES,
        )

    def feed(self, piece: bytes) -> None:
        """Parse the next chunk; raises `MalformedForm` or `TooManyParts`."""
        try:
            self._parser.write(piece)
        except FormParserError as cause:
            raise MalformedForm(f"The multipart form cannot be read: {cause}") from cause

    def finish(self) -> None:
        """Raise `MalformedForm` if the form has no end; an empty body is a form."""
        if self._parser.state not in (MultipartState.START, MultipartState.END):
            raise MalformedForm(
                "The multipart form cannot be read: its closing boundary is missing"
            )

    def form(self, *, complete: bool) -> Form:
        """Return the form as far as it was read."""
        pictures = [part for part in self._parts if part.name == PICTURE and not _unset(part)]
        texts = [part for part in self._parts if part.name != PICTURE]
        names = Counter(part.name for part in self._parts)
        return Form(
            picture=pictures[-1].data.getvalue() if pictures else None,
            fields={part.name: part.data.getvalue().decode(errors="replace") for part in texts},
            repeated=frozenset(name for name, times in names.items() if times > 1),
            complete=complete,
        )

    def _begin_part(self) -> None:
        if len(self._parts) == MAX_PARTS:
            raise TooManyParts
        self._disposition = b""

    def _take_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _take_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _end_header(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = bytes(self._header_value)
        self._header_name, self._header_value = bytearray(), bytearray()

    def _open_part(self) -> None:
        _, options = parse_options_header(self._disposition)
        if b"name" not in options:
            raise MalformedForm("The multipart form cannot be read: one of its parts has no name")
        name = options[b"name"].decode(errors="replace")
        room = self._picture_limit if name == PICTURE else MAX_TEXT_BYTES
        self._parts.append(Part(name, bool(options.get(b"filename")), room + 1))

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        part = self._parts[-1]
        end = min(end, start + part.remaining)
        part.remaining -= end - start
        part.data.write(memoryview(data)[start:end])


def _unset(part: Part) -> bool:
    return not part.has_filename and part.data.getvalue() in (b"", b"null")
