"""Fuzzed requests to a real server: each gets a timely response, and none a 5xx."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import CHECKS, load_all_checks

from api.form_reading import PICTURE_LIMIT, memory_growth, outcome, read
from api.wire import BOUNDARY, Server, form, part, picture
from diabelli.api.errors.exceptions import MalformedForm, WrongContentType
from diabelli.api.variations.form import MAX_PARTS, MAX_TEXT_BYTES, Form
from fuzzing import TIMES, tries

pytestmark = pytest.mark.slow

load_all_checks()
HELD = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)
MODES = schemathesis.GenerationMode
OPERATIONS = (
    ("POST", "/v1/images/variations", MODES.POSITIVE),
    ("POST", "/v1/images/variations", MODES.NEGATIVE),
    ("GET", "/v1/models", MODES.POSITIVE),
    ("GET", "/v1/models/{model}", MODES.POSITIVE),
    ("GET", "/results/{hour}/{name}", MODES.POSITIVE),
    ("GET", "/results/{hour}/{name}", MODES.NEGATIVE),
    ("GET", "/usage/data", MODES.POSITIVE),
    ("GET", "/usage/data", MODES.NEGATIVE),
    ("GET", "/health/live", MODES.POSITIVE),
    ("GET", "/health/ready", MODES.POSITIVE),
    ("GET", "/metrics", MODES.POSITIVE),
)
"""Operations with their modes; a path with a free text and no field has no negative examples."""

TOKEN = st.text("abcdefghijklmnopqrstuvwxyz-_[]0123456789", min_size=1, max_size=20)
VALUE = st.one_of(
    st.binary(max_size=300), st.sampled_from([b"", b"null", picture(8), bytes(70_000)])
)


@pytest.fixture(scope="session")
def document(server: Server) -> schemathesis.BaseSchema:
    """Return the server's OpenAPI document."""
    return schemathesis.openapi.from_url(f"{server.url}/openapi.json")


def test_every_documented_operation_is_tried(document: schemathesis.BaseSchema) -> None:
    """New operations of the document must be fuzzed as well."""
    found = {(one.ok().method.upper(), one.ok().path) for one in document.get_all_operations()}
    assert found == {(method, path) for method, path, _ in OPERATIONS}


@pytest.mark.parametrize(("method", "path", "mode"), OPERATIONS)
def test_responses_are_documented(
    document: schemathesis.BaseSchema, method: str, path: str, mode: schemathesis.GenerationMode
) -> None:
    """Valid and invalid requests get a documented response, never a 5xx."""
    operation = document[path][method]

    @tries(25)
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        case.call_and_validate(checks=HELD, timeout=20)

    ask()


@st.composite
def forms(draw: st.DrawFn) -> tuple[dict[str, tuple[bool, bytes]], bytes]:
    """Generate a well-formed form: its parts (name, is a file, value) and its bytes."""
    parts = draw(
        st.dictionaries(TOKEN | st.just("image"), st.tuples(st.booleans(), VALUE), max_size=8)
    )
    marked = BOUNDARY.encode()
    clean = {name: (file, value.replace(marked, b"")) for name, (file, value) in parts.items()}
    return clean, form(
        *(
            part(name, value, filename="a b.png" if file else None)
            for name, (file, value) in clean.items()
        )
    )


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """Generate a damaged form, or other bytes."""
    _, body = draw(forms())
    data = bytearray(body)
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        piece = draw(
            st.sampled_from([b"", b"\r\n", b"\r", b"--", b'"', b":", BOUNDARY.encode(), b"\0"])
            | st.binary(max_size=8)
            | st.just(bytes(data[start:end]) * 2)
        )
        data[start:end] = piece
    return bytes(data)


@tries(60)
@given(made=forms(), step=st.integers(1, 5000))
def test_a_form_does_not_depend_on_its_pieces(
    made: tuple[dict[str, tuple[bool, bytes]], bytes], step: int
) -> None:
    """Each value equals the sent one, cut at its limit, for any piece boundaries."""
    parts, body = made
    found = read(body, max(step, len(body) // 200))
    texts = {name: value for name, (_, value) in parts.items() if name != "image"}
    assert found.fields == {
        name: value[: MAX_TEXT_BYTES + 1].decode(errors="replace") for name, value in texts.items()
    }
    file, value = parts.get("image", (False, b""))
    unset = not file and value in (b"", b"null")
    assert found.picture == (None if unset else value[: PICTURE_LIMIT + 1])
    assert (found.repeated, found.complete) == (frozenset(), True)


@tries(150)
@given(body=broken(), step=st.integers(1, 500))
def test_a_broken_form_is_no_server_error(body: bytes, step: int) -> None:
    """Any bytes give a bounded form or a refusal, and the same one if sent in one piece."""
    found = outcome(body, max(step, len(body) // 200))
    # What stands before the first boundary may be skipped; how much of it hangs on the pieces.
    if not body.startswith((b"\r", b"\n")):
        assert found == outcome(body, len(body) or 1)
    if isinstance(found, Form):
        assert len(found.fields) <= MAX_PARTS
        assert all(len(text.encode()) <= 3 * (MAX_TEXT_BYTES + 1) for text in found.fields.values())
        assert len(found.picture or b"") <= PICTURE_LIMIT + 1


@tries(100)
@given(
    content_type=st.one_of(
        st.text(st.characters(max_codepoint=255), max_size=300),
        st.builds("multipart/form-data; boundary={}".format, st.text(max_size=80)),
        st.builds('multipart/form-data; {}="{}"'.format, TOKEN, TOKEN),
    ).filter(lambda text: all(ord(character) < 256 for character in text))
)
def test_any_content_type_is_parsed_or_refused(content_type: str) -> None:
    """Any Content-Type gives a boundary or a refusal."""
    with suppress(WrongContentType, MalformedForm):
        read(b"--x--\r\n", 100, content_type)


def test_broken_forms_leak_no_memory() -> None:
    """Memory is the same after many forms as after a few, in a process without other work."""
    body = form(part("image", picture(64), filename="a"), *[part("n", "1")] * 20)
    with ProcessPoolExecutor(1, get_context("spawn")) as executor:
        assert executor.submit(memory_growth, body, few=50, many=250 * TIMES).result() < 100_000
