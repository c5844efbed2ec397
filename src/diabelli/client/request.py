"""Requests of the client: the form of a variation request, and the address of the server."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, TypeAlias, TypedDict

from diabelli.errors import InvalidPicture

Source: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO
"""A path, encoded bytes, or a file opened for reading bytes."""


class Options(TypedDict, total=False):
    """Fields of a request, with the names of the API; an absent field has the server's default.

    Attributes:
        n: number of variations, 1..10.
        size: "256x256", "512x512" or "1024x1024".
        strength: 0..1, or "subtle", "medium", "strong".
        seed: 0..2^63-1.
        output_format: format of the variations.
        output_compression: quality of WebP and JPEG, 0..100.
        fit: how a picture of another aspect ratio becomes a square.
        model: a name of `models`.
        response_format: whether the reply has links or pictures.
        user: identifies the end-user.
    """

    n: int | None
    size: str | None
    strength: float | str | None
    seed: int | None
    output_format: Literal["png", "webp", "jpeg"] | None
    output_compression: int | None
    fit: Literal["crop", "pad"] | None
    model: str | None
    response_format: Literal["url", "b64_json"] | None
    user: str | None


VARIATIONS = "images/variations"
MODELS = "models"
_MAX_SOURCE_BYTES = 128 << 20
"""Largest source; a file may be endless."""
_PART_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Request:
    """A request for variations.

    Attributes:
        picture: encoded bytes of the source.
        fields: text fields of the form.
        headers: headers of this request.
    """

    picture: bytes
    fields: Mapping[str, str]
    headers: Mapping[str, str]

    @property
    def files(self) -> dict[str, tuple[str, bytes]]:
        """The file fields of the form."""
        return {"image": ("source", self.picture)}


def build(source: Source, options: Options, *, stream: bool) -> Request:
    """Return the request.

    Args:
        source: the picture.
        options: form fields; None means unset.
        stream: whether the reply is a stream of events.

    Raises:
        InvalidPicture: the source has another type, or is a file of more than 128 MiB.
        OSError: a path cannot be read.
    """
    fields = {name: _text(value) for name, value in options.items() if value is not None}
    if stream:
        fields["stream"] = "true"
    # With this key, the server makes the pictures of a repeated request only once.
    headers = {"idempotency-key": secrets.token_hex(16)}
    return Request(_read(source), fields, headers)


def base_url(url: str) -> str:
    """Return the URL below which the endpoints are; `/v1` is appended unless it is there."""
    trimmed = url.rstrip("/")
    return f"{trimmed}/" if trimmed.endswith("/v1") else f"{trimmed}/v1/"


def auth_headers(api_key: str | None) -> dict[str, str]:
    """Return the headers of every request to the API."""
    return {} if api_key is None else {"authorization": f"Bearer {api_key}"}


def http_options(
    url: str, base: str, auth: Mapping[str, str], request: Request | None
) -> dict[str, Any]:
    """Return httpx's options of a request. The key is sent to the API only, not to other links.

    Args:
        url: of the request.
        base: URL below which the endpoints are.
        auth: headers with the key.
        request: the form, or None for a request without a body.
    """
    headers = dict(auth) if url.startswith(base) else {}
    if request is None:
        return {"headers": headers}
    return {
        "headers": headers | dict(request.headers),
        "data": dict(request.fields),
        "files": request.files,
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _read(source: Source) -> bytes:
    if isinstance(source, str | os.PathLike):
        with open(source, "rb") as file:
            return _read_file(file)
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    if hasattr(source, "read"):
        return _read_file(source)
    raise _refused(source)


def _read_file(file: BinaryIO) -> bytes:
    content = bytearray()
    while part := file.read(_PART_BYTES):
        if not isinstance(part, bytes):
            raise _refused(file)
        content += part
        if len(content) > _MAX_SOURCE_BYTES:
            raise InvalidPicture(
                f"the source has more than {_MAX_SOURCE_BYTES >> 20} MiB: send a smaller picture"
            )
    return bytes(content)


def _refused(source: object) -> InvalidPicture:
    return InvalidPicture(
        f"a source of type {type(source).__name__} is not accepted: a path, bytes, or a file "
        "opened in mode 'rb'"
    )
