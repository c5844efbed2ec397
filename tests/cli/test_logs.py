"""Log lines: the event and its fields, and nothing of libraries that is not a warning."""

import logging

import pytest

from diabelli.cli.logs import Fields, configure


@pytest.fixture(autouse=True)
def _logging_as_it_was():
    """Configuring logging is for a process; a test gives it back."""
    root, ours = logging.getLogger(), logging.getLogger("diabelli")
    before = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:], root.level, ours.level = before


def test_fields_follow_the_event():
    """Whatever an event carries is on its line."""
    record = logging.makeLogRecord(
        {"name": "diabelli.api", "levelname": "INFO", "msg": "request.answered", "status": 200}
    )
    assert Fields().format(record).endswith("INFO diabelli.api request.answered status=200")


def test_a_trace_follows_its_line():
    """An unforeseen exception is logged whole."""
    try:
        raise ValueError("deep")
    except ValueError as cause:
        info = (ValueError, cause, cause.__traceback__)
    text = Fields().format(logging.makeLogRecord({"msg": "failed", "exc_info": info, "n": 1}))
    assert "failed n=1\nTraceback" in text


def test_libraries_are_quiet():
    """Only our own events are told below a warning."""
    configure("info")
    assert logging.getLogger("diabelli.api").isEnabledFor(logging.INFO)
    assert not logging.getLogger("uvicorn").isEnabledFor(logging.INFO)
