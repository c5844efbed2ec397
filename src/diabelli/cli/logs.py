"""Logging, configured once: one line for each event, with its fields behind it."""

from __future__ import annotations

import logging

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


class Fields(logging.Formatter):
    """Time, level, logger, event, and whatever the event carries, as `name=value`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802, logging's name
        """The line of one event."""
        fields = [
            f"{name}={value}" for name, value in vars(record).items() if name not in _STANDARD
        ]
        return " ".join([super().formatMessage(record), *fields])


def configure(level: str) -> None:
    """Log to stderr what is at least as important as `level`; of libraries, warnings and worse."""
    handler = logging.StreamHandler()
    handler.setFormatter(Fields())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("diabelli").setLevel(level.upper())
