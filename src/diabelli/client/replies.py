"""Replies of the server: the variations of a reply, and the events of a stream."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from diabelli.client import notebook
from diabelli.client.errors import ApiError, ConnectionFailed, from_object

MAX_BYTES = 256 << 20
"""Bytes of a response, or of one event of a stream, at most.

Ten PNGs of 1024x1024 in base64 have up to 60 MB.
"""


@dataclass(frozen=True, slots=True)
class MadeVariation:
    """A variation in a reply; IPython and Jupyter display its picture, if it is not only a link.

    Attributes:
        index: position in the reply, 0 for the first.
        url: link to the picture, or None.
        picture: encoded picture, or None; `Client.download` fetches it from the link.
        seed: reproduces the variation; None for a request with OpenAI's fields only.
        moves: names of the changes that the engine made.
    """

    index: int
    url: str | None = None
    picture: bytes | None = field(default=None, repr=False)
    seed: int | None = None
    moves: tuple[str, ...] = ()

    @property
    def link(self) -> str:
        """The link to the picture; raises ValueError if there is none."""
        if self.url is None:
            raise ValueError("the variation has neither a picture nor a link")
        return self.url

    def save(self, path: str | Path) -> None:
        """Write the picture to a file; raises ValueError if it is only a link."""
        if self.picture is None:
            raise ValueError("this variation is a link: download it, or ask for b64_json")
        Path(path).write_bytes(self.picture)

    def _repr_png_(self) -> bytes | None:
        """Return the picture as PNG; None for a link, which is displayed as text."""
        return None if self.picture is None else notebook.to_png(self.picture)


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply to a request; IPython and Jupyter display its pictures as a contact sheet.

    Attributes:
        created: Unix seconds.
        variations: in the order of their indexes.
        background, output_format, size: of the extended reply, or None.
    """

    created: int
    variations: tuple[MadeVariation, ...]
    background: str | None = None
    output_format: str | None = None
    size: str | None = None

    def _repr_png_(self) -> bytes | None:
        """Return the encoded contact sheet; None for links, which are displayed as text."""
        made = [one.picture for one in self.variations if one.picture is not None]
        return notebook.contact_sheet(made) if made else None


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """Progress of a variation; `share` is the completed fraction, 0..1."""

    index: int
    share: float


@dataclass(frozen=True, slots=True)
class PartialImage:
    """Progress of a variation with a preview, encoded as `output_format`.

    IPython and Jupyter display the preview.
    """

    index: int
    share: float
    picture: bytes = field(repr=False)
    output_format: str

    def _repr_png_(self) -> bytes:
        """Return the preview as PNG."""
        return notebook.to_png(self.picture)


@dataclass(frozen=True, slots=True)
class Completed:
    """A finished variation."""

    variation: MadeVariation


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a stream, with the whole reply."""

    reply: Reply


Event: TypeAlias = ProgressEvent | PartialImage | Completed | Done


class Body:
    """The content of a response, collected up to `MAX_BYTES`."""

    def __init__(self, status: int) -> None:
        self._status, self._content = status, bytearray()

    def add(self, chunk: bytes) -> None:
        """Append a chunk; raise `ApiError` if there are too many bytes."""
        self._content += chunk
        _check_size(self._content, status=self._status)

    def content(self) -> bytes:
        """Return all bytes."""
        return bytes(self._content)


def _check_size(content: bytearray, *, status: int) -> None:
    if len(content) > MAX_BYTES:
        raise ApiError(
            f"The response has more than the {MAX_BYTES} bytes that are accepted.", status=status
        )


@contextmanager
def understood() -> Iterator[None]:
    """Raise `ApiError` if a successful response is not one of this API."""
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError) as cause:
        raise ApiError(
            "The response is not one of this API: check the base URL.", status=200
        ) from cause


def parse_models(content: bytes) -> list[str]:
    """Return the names of the list of models."""
    with understood():
        return [model["id"] for model in json.loads(content)["data"]]


def parse_reply(content: bytes) -> Reply:
    """Return the reply of its JSON text."""
    with understood():
        return _reply(json.loads(content))


def _reply(content: dict[str, Any]) -> Reply:
    return Reply(
        created=content["created"],
        variations=tuple(_variation(index, item) for index, item in enumerate(content["data"])),
        background=content.get("background"),
        output_format=content.get("output_format"),
        size=content.get("size"),
    )


class EventParser:
    """Parses server-sent events from chunks of any length."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._ended = False

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Yield the events that a chunk completes.

        Raises:
            ApiError: the stream ends with an error, or is not one of this API.
        """
        # Searched once: an event of 60 MB arrives in a thousand chunks.
        start = max(0, len(self._buffer) - 1)
        self._buffer += chunk
        while (end := self._buffer.find(b"\n\n", start)) >= 0:
            frame, start = bytes(self._buffer[:end]), 0
            del self._buffer[: end + 2]
            for line in frame.split(b"\n"):
                if line.startswith(b"data: "):
                    with understood():
                        event = _event(json.loads(line.removeprefix(b"data: ")))
                    self._ended = self._ended or isinstance(event, Done)
                    yield event
        _check_size(self._buffer, status=200)

    def close(self) -> None:
        """Raise `ConnectionFailed` if the last event is missing."""
        if not self._ended:
            raise ConnectionFailed("The connection ended before the variations were ready.")


def _event(content: dict[str, Any]) -> Event:
    kind = str(content["type"]).rpartition(".")[2]
    if kind == "error":
        raise from_object(content["error"], status=200, request_id=None)
    if kind == "done":
        return Done(_reply(content))
    if kind == "completed":
        return Completed(_variation(content["index"], content))
    if kind == "partial_image":
        picture = base64.b64decode(content["b64_json"])
        return PartialImage(content["index"], content["share"], picture, content["output_format"])
    return ProgressEvent(content["index"], content["share"])


def _variation(index: int, item: dict[str, Any]) -> MadeVariation:
    encoded = item.get("b64_json")
    return MadeVariation(
        index=index,
        url=item.get("url"),
        picture=None if encoded is None else base64.b64decode(encoded),
        seed=item.get("seed"),
        moves=tuple(item.get("moves") or ()),
    )
