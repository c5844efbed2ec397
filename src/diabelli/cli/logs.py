"""Logging, configured once: one line for each event, with its fields behind it.

What a client made up may be part of an event, so no text can begin a line of its own or steer a
terminal: unusual characters are written as escapes, and every line of a trace is indented.
"""

from __future__ import annotations

import json
import logging
import re
import time
from typing import Literal

Form = Literal["text", "json"]

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}
_PLAIN = re.compile(r"[!#-<>-~]+")
"""What stands in a line of text without quotes: printable ASCII but blanks, quotes and `=`."""


def fields_of(record: logging.LogRecord) -> dict[str, object]:
    """What the event carries."""
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


class TextFormatter(logging.Formatter):
    """Time, level, logger, event, and what the event carries, as `name=value`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of one event, and the lines of its trace."""
        fields = [f"{name}={quoted(value)}" for name, value in fields_of(record).items()]
        event = escaped(record.getMessage())
        line = " ".join([utc(record.created), record.levelname, record.name, event, *fields])
        return "\n    ".join([line, *self._trace(record)])

    def _trace(self, record: logging.LogRecord) -> list[str]:
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        return [escaped(line) for line in trace.splitlines()]


class JsonFormatter(logging.Formatter):
    """The same as one JSON object a line; a trace is one of its values."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of one event."""
        told = {
            "time": utc(record.created),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
            **fields_of(record),
        }
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, default=str)


_FORMS: dict[Form, type[logging.Formatter]] = {"text": TextFormatter, "json": JsonFormatter}


def quoted(value: object) -> str:
    """The value in one word: as it is, or as a JSON string where it has anything unusual in it."""
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text).replace("\x7f", "\\u007f")


def escaped(text: str) -> str:
    """The text in one line of printable ASCII."""
    return json.dumps(text)[1:-1].replace('\\"', '"').replace("\x7f", "\\u007f")


def utc(moment: float) -> str:
    """Unix seconds as ISO 8601, to the millisecond."""
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
    return f"{whole}.{int(moment * 1000) % 1000:03d}Z"


def configure(level: str, form: Form = "text") -> None:
    """Log to stderr what is at least as important as `level`; of libraries, warnings and worse."""
    handler = logging.StreamHandler()
    handler.setFormatter(_FORMS[form]())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("diabelli").setLevel(level.upper())
