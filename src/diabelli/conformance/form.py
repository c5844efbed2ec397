"""Multipart forms as bytes, with control over every header."""

from __future__ import annotations

from collections.abc import Mapping

BOUNDARY = "conformance-boundary"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"
_PNG_TYPE = "Content-Type: image/png\r\n"


def part(name: str, value: bytes | str, *, head: str = "", filename: str | None = None) -> bytes:
    """Return one part of a form; `head` is added to its headers unchanged."""
    value = value.encode() if isinstance(value, str) else value
    file = f'; filename="{filename}"' if filename is not None else ""
    disposition = f'Content-Disposition: form-data; name="{name}"{file}'
    return f"--{BOUNDARY}\r\n{disposition}\r\n{head}\r\n".encode() + value + b"\r\n"


def close(*parts: bytes) -> bytes:
    """Return the parts as a body."""
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def file(image: bytes) -> bytes:
    """Return the part of a picture as curl sends it."""
    return part("image", image, filename="picture.png", head=_PNG_TYPE)


def build(image: bytes | None, fields: Mapping[str, str] | None = None) -> bytes:
    """Return a body with the fields and, unless it is None, the picture."""
    texts = [part(name, value) for name, value in (fields or {}).items()]
    return close(*texts, *([] if image is None else [file(image)]))
