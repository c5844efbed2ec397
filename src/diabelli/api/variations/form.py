"""multipart/form-data, read as it arrives: every part bounded, nothing on disk.

Knows which part is the picture, by its name alone; what the fields mean is `fields`' business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, MultipartState, parse_options_header
from starlette.requests import Request

from diabelli.api.errors.exceptions import MalformedForm, WrongContentType
from diabelli.api.variations import body

PICTURE = "image"
MAX_PARTS = 64
"""More than four times the fields there are. A client that sends one part per byte (a raw Buffer
given to OpenAI's package for node) gets its answer from the first of them."""
MAX_TEXT_BYTES = 16 * 1024
MAX_HEADERS = 16
MAX_HEADER_BYTES = 8 * 1024


@dataclass(frozen=True, slots=True)
class Form:
    """What a form said, as far as it was read.

    Attributes:
        picture: the bytes of the part named `image`, cut one byte past the limit; None if there is
            no such part, or only one without a file name that is empty or says `null`.
        texts: the value of every other part by name, cut one byte past `MAX_TEXT_BYTES`.
        repeated: the names that more than one part has; their last value is the one above.
        complete: False if there were more than `MAX_PARTS` parts and the rest was not read.
    """

    picture: bytes | None
    fields: Mapping[str, str]
    repeated: frozenset[str]
    complete: bool


def boundary_of(request: Request) -> bytes:
    """The boundary that the Content-Type announces.

    Raises `WrongContentType` or, where it announces none or one that is too long, `BrokenForm`.
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


async def read_form(
    request: Request, boundary: bytes, *, limit: int, picture_limit: int, patience_s: float
) -> Form:
    """Read the body as a form; see `body.read` for `limit`, `patience_s` and what they raise.

    Raises `BrokenForm` where the body is not well-formed. Keeps at most `picture_limit` + 1 bytes
    of the picture: a longer one is refused later, in its turn.
    """
    reader = FormReader(boundary, picture_limit=picture_limit)
    try:
        await body.read_body(request, reader.feed, limit=limit, idle_timeout_s=patience_s)
    except TooManyParts:
        return reader.form(complete=False)
    reader.finish()
    return reader.form(complete=True)


class TooManyParts(Exception):
    """The form has more than `MAX_PARTS` parts."""


@dataclass(slots=True)
class Part:
    """One part while it arrives; `room` is how many more bytes of it are kept."""

    name: str
    has_filename: bool
    remaining: int
    # It gives its bytes away without copying them.
    data: BytesIO = field(default_factory=BytesIO)


class FormReader:
    """Collects parts while python-multipart's streaming parser finds them."""

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
        """Parse the next piece; raises `BrokenForm` or `TooManyParts`."""
        try:
            self._parser.write(piece)
        except FormParserError as cause:
            raise MalformedForm(f"The multipart form cannot be read: {cause}") from cause

    def finish(self) -> None:
        """Raise `BrokenForm` if the form did not come to its end; an empty body is a form."""
        if self._parser.state not in (MultipartState.START, MultipartState.END):
            raise MalformedForm(
                "The multipart form cannot be read: its closing boundary is missing"
            )

    def form(self, *, complete: bool) -> Form:
        """What was collected so far."""
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
