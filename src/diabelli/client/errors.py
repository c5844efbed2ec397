"""Exceptions of the client.

DiabelliError
└── ApiError                the server answered with an error
    └── ConnectionFailed    no answer arrived
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from diabelli.errors import DiabelliError


class ApiError(DiabelliError):
    """An error response of the server.

    Attributes:
        status: HTTP status; 0 if no answer arrived, 200 for an error inside of a stream.
        error_code: `code` of OpenAI's error object, or None.
        type: `type` of OpenAI's error object, or None.
        request_id: id of the request in the server's log, or None.
    """

    code = "api_error"
    default_message = "The server answered with an error."

    def __init__(
        self,
        message: str | None = None,
        *,
        status: int = 0,
        error_code: str | None = None,
        type: str | None = None,  # noqa: A002
        param: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, param=param)
        self.status = status
        self.error_code = error_code
        self.type = type
        self.request_id = request_id


class ConnectionFailed(ApiError):
    """The server could not be reached, or the connection ended early."""

    code = "connection_failed"
    default_message = "The server could not be reached."


def broken_off(cause: Exception) -> ConnectionFailed:
    """Return the exception of a connection that ended after the response had begun."""
    return ConnectionFailed(f"The connection ended before the response was complete: {cause}")


def error_of(status: int, content: bytes, headers: Mapping[str, str]) -> ApiError:
    """Return the exception of an error response."""
    try:
        found = json.loads(content)["error"]
    except (ValueError, TypeError, KeyError):
        found = {}
    return from_object(found, status=status, request_id=headers.get("x-request-id"))


def from_object(error: Any, *, status: int, request_id: str | None) -> ApiError:
    """Return the exception of OpenAI's error object."""
    fields = error if isinstance(error, dict) else {}
    return ApiError(
        fields.get("message") or f"The server answered with status {status}.",
        status=status,
        error_code=fields.get("code"),
        type=fields.get("type"),
        param=fields.get("param"),
        request_id=request_id,
    )
