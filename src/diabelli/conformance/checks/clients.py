"""Forms of real clients, byte for byte, as they were captured on the wire."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial

from diabelli.conformance import form, replies, sources
from diabelli.conformance.check import Basis, Check
from diabelli.conformance.form import part
from diabelli.conformance.target import SMALL, Target

_OCTETS = "Content-Type: application/octet-stream\r\n"
_TEXT = "Content-Type: text/plain\r\n"
_RAW_BYTES = 50_000
"""Bytes of a raw Buffer of openai-node; it sends each as one part."""


def _texts() -> list[bytes]:
    return [part(name, value) for name, value in SMALL.items()]


def _image(filename: str | None, head: str) -> bytes:
    return part("image", sources.plain(), filename=filename, head=head)


def _reordered() -> bytes:
    head = (
        f"--{form.BOUNDARY}\r\ncontent-type: image/jpeg\r\n"
        "CONTENT-DISPOSITION: form-data; filename=x.jpg; name=image\r\n\r\n"
    )
    last = f"\r\n--{form.BOUNDARY}--".encode()
    return b"".join(_texts()) + head.encode() + sources.plain() + last


def _folded() -> bytes:
    file = form.file(sources.plain()).replace(b"; filename", b";\r\n filename", 1)
    return form.close(*_texts(), file)


def _padded() -> bytes:
    line = f"--{form.BOUNDARY}".encode()
    return form.build(sources.plain(), SMALL).replace(line + b"\r\n", line + b" \t\r\n")


FORMS: dict[str, tuple[Basis, str, Callable[[], bytes]]] = {
    "curl": (
        Basis.published,
        "curl: the file first, with its name and type",
        lambda: form.close(form.file(sources.plain()), *_texts(), part("user", "user-1234")),
    ),
    "python.path": (
        Basis.published,
        "openai-python with a path: fields first",
        lambda: form.close(*_texts(), form.file(sources.plain())),
    ),
    "python.bytes": (
        Basis.published,
        "openai-python with bytes: the name `upload`, application/octet-stream",
        lambda: form.close(*_texts(), part("n", "1"), _image("upload", _OCTETS)),
    ),
    "python.nameless": (
        Basis.observed,
        "openai-python with a nameless file: neither filename nor Content-Type",
        lambda: form.close(*_texts(), _image(None, "")),
    ),
    "python.0-28": (
        Basis.published,
        "openai-python 0.28: the name `image` without an extension",
        lambda: form.close(*_texts(), _image("image", _OCTETS)),
    ),
    "node.stream": (
        Basis.observed,
        "openai-node with a stream: the file first, and the word `null` for null",
        lambda: form.close(_image("a.png", _OCTETS), *_texts(), part("n", "null")),
    ),
    "node.to-file": (
        Basis.published,
        "openai-node with toFile: the name `unknown_file`",
        lambda: form.close(_image("unknown_file", _OCTETS), *_texts()),
    ),
    "go": (
        Basis.observed,
        "go-openai: empty texts for unset fields",
        lambda: form.close(form.file(sources.plain()), part("n", "1"), *_texts(), part("user", "")),
    ),
    "rust": (
        Basis.published,
        "async-openai: no Content-Type on the file",
        lambda: form.close(*_texts(), _image("a.png", "")),
    ),
    "java": (
        Basis.observed,
        "openai-java: a Content-Type on every part, no filename",
        lambda: form.close(
            _image(None, _OCTETS), *(part(k, v, head=_TEXT) for k, v in SMALL.items())
        ),
    ),
    "mislabelled": (
        Basis.observed,
        "a PNG with the name and type of a JPEG, and headers in another order",
        _reordered,
    ),
    "folded": (Basis.observed, "a folded header, as RFC 2046 allows", _folded),
    "padded": (Basis.observed, "blanks after a boundary, as RFC 2046 allows", _padded),
    "preamble": (
        Basis.observed,
        "text before the first boundary and after the last, as RFC 2046 allows",
        lambda: b"A preamble.\r\n" + form.build(sources.plain(), SMALL) + b"An epilogue.",
    ),
}
"""By the name that follows `clients.`: basis, description, and the body."""


def _accepted(name: str, target: Target) -> str:
    reply = target.post(FORMS[name][2]())
    replies.png_of(replies.pictures_of(reply, 1)[0], 256)
    return "200"


def _raw_buffer(target: Target) -> str:
    data = os.urandom(_RAW_BYTES)
    body = form.close(*(part(f"image[{at}]", str(byte)) for at, byte in enumerate(data)))
    return f"400 {replies.error(target.post(body), 400)['message']}"


CHECKS = (
    *(
        Check(
            id=f"clients.{name}",
            basis=basis,
            says=f"A form is accepted: {description}.",
            run=partial(_accepted, name),
        )
        for name, (basis, description, _) in FORMS.items()
    ),
    Check(
        id="clients.node.buffer",
        basis=Basis.observed,
        says="A raw Buffer of openai-node, one part a byte, gets 400.",
        run=_raw_buffer,
    ),
)
