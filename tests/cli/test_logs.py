"""Log lines: the event and its fields; of libraries, only warnings."""

import json
import logging
from pathlib import Path

import pytest

from diabelli.cli.logs import JsonFormatter, TextFormatter, configure


@pytest.fixture(autouse=True)
def _restore_logging():
    """Logging is configured for the whole process, so a test restores it."""
    root, ours = logging.getLogger(), logging.getLogger("diabelli")
    before = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:], root.level, ours.level = before


def record(message: str = "request.answered", **fields: object) -> logging.LogRecord:
    """Return an event of Diabelli with these fields."""
    standard = {
        "name": "diabelli.api",
        "levelname": "INFO",
        "msg": message,
        "created": 1800000000.25,
    }
    return logging.makeLogRecord({**standard, **fields})


def traced(text: str) -> logging.LogRecord:
    """Return an event with the traceback of an exception with that `text`."""
    try:
        raise ValueError(text)
    except ValueError as cause:
        return record("failed", exc_info=(ValueError, cause, cause.__traceback__), n=1)


def test_fields_follow_the_event():
    """All fields of an event are on its line, after its time in UTC."""
    line = TextFormatter().format(record(status=200, request="POST /v1", _of_a_library=1))
    assert line == (
        '2027-01-15T08:00:00.250Z INFO diabelli.api request.answered status=200 request="POST /v1"'
    )


def test_json_has_the_same_fields():
    """Each event is one object, in which numbers are numbers."""
    fields = json.loads(JsonFormatter().format(record(status=200, seeds=[1, 2], path=Path("x"))))
    assert fields == {
        "time": "2027-01-15T08:00:00.250Z",
        "level": "INFO",
        "logger": "diabelli.api",
        "event": "request.answered",
        "status": 200,
        "seeds": [1, 2],
        "path": "x",
    }


def test_a_traceback_follows_its_line():
    """A traceback is logged completely, indented; in JSON it is a value."""
    assert "failed n=1\n    Traceback" in TextFormatter().format(traced("deep"))
    assert "deep" in json.loads(JsonFormatter().format(traced("deep")))["trace"]


HOSTILE = [
    "a\n2027-01-15T08:00:00.250Z INFO diabelli.api request.answered status=200",
    "a\r\nb",
    "a\x1b[2Jb",
    "a\u2028b\x85c",
    "a status=500",
    'a" status="500',
    "\x00\x7f",
    "",
]


@pytest.mark.parametrize("form", [TextFormatter(), JsonFormatter()])
@pytest.mark.parametrize("text", HOSTILE)
def test_no_value_starts_a_new_line(form, text):
    """Client values stay within their field and cannot control a terminal."""
    line = form.format(record(request=text))
    assert is_one_line(line)
    assert is_one_line(form.format(record(text)))
    first, *rest = form.format(traced(text)).split("\n")
    assert "failed" in first
    assert all(is_one_line(line) and line.startswith("    ") for line in rest)


def is_one_line(text: str) -> bool:
    """Return whether the text is one line by every usual definition of a line end."""
    return text.isascii() and text.isprintable()


def test_a_field_cannot_be_forged():
    """A value with blanks or quotes is one value."""
    assert TextFormatter().format(record(user='a" status=500')).endswith(r'user="a\" status=500"')


def test_libraries_are_quiet():
    """Below warnings, only events of Diabelli are logged."""
    configure("info")
    assert logging.getLogger("diabelli.api").isEnabledFor(logging.INFO)
    assert not logging.getLogger("uvicorn").isEnabledFor(logging.INFO)
