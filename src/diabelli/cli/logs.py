"""Log formatters and configuration: one line for each event, followed by its fields.

Events may contain text of clients. To prevent forged lines and terminal control codes, control
characters are written as escapes, and every line of a trace is indented.
"""

from __future__ import annotations

import json
import logging
import re
import time
from typing import Literal

from diabelli.cli.terminal import json_text

Form = Literal["text", "json"]

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}
_PLAIN = re.compile(r"[!#-<>-~]+")
"""Values that need no quotes: printable ASCII without blanks, quotes and `=`."""


def fields_of(record: logging.LogRecord) -> dict[str, object]:
    """Return the extra fields of a record, without the private ones that Ray adds to each."""
    return {
        name: value
        for name, value in vars(record).items()
        if name not in _STANDARD and not name.startswith("_")
    }


class TextFormatter(logging.Formatter):
    """Formats time, level, logger, event, and the fields as `name=value`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of one event, and the lines of its trace."""
        fields = [f"{name}={quoted(value)}" for name, value in fields_of(record).items()]
        event = escaped(record.getMessage())
        line = " ".join([utc(record.created), record.levelname, record.name, event, *fields])
        return "\n    ".join([line, *self._trace(record)])

    def _trace(self, record: logging.LogRecord) -> list[str]:
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        return [escaped(line) for line in trace.splitlines()]


class JsonFormatter(logging.Formatter):
    """Formats one JSON object per line; a trace is one of its values."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of one event."""
        entry = {
            "time": utc(record.created),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
            **fields_of(record),
        }
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return json_text(entry, default=str)


_FORMS: dict[Form, type[logging.Formatter]] = {"text": TextFormatter, "json": JsonFormatter}


def quoted(value: object) -> str:
    """Return the value unchanged, or as a JSON string if it has characters beyond `_PLAIN`."""
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text).replace("\x7f", "\\u007f")


def escaped(text: str) -> str:
    """Return the text in one line of printable ASCII."""
    return json.dumps(text)[1:-1].replace('\\"', '"').replace("\x7f", "\\u007f")


def utc(moment: float) -> str:
    """Return Unix seconds as ISO 8601, to the millisecond."""
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
    return f"{whole}.{int(moment * 1000) % 1000:03d}Z"


def configure(level: str, form: Form = "text") -> None:
    """Log to stderr: events of diabelli from `level` up, of libraries from warnings up."""
    handler = logging.StreamHandler()
    handler.setFormatter(_FORMS[form]())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("diabelli").setLevel(level.upper())


def format_warnings() -> None:
    """Print warnings of a command that configures no log with their fields, on stderr."""
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(TextFormatter())
