"""Maps exceptions to statuses and bodies in OpenAI's error format, by one table.

The nearest class in the exception's MRO decides. The message of an exception without a row is
logged and never sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from diabelli import errors
from diabelli.api.errors import exceptions, quota

E = TypeVar("E", bound=BaseException)

SORRY = "The server had an error while processing your request. Sorry about that!"
RETRY_AFTER_S = 2
"""Seconds; short enough for a busy database or disk, which is the usual cause."""
STORE_FULL_RETRY_S = 60
"""Seconds; pictures expire within the hour, and space is freed every few minutes."""
OPERATOR_RETRY_S = 60
"""Seconds; the operator has to act first."""
_NO_THREAD = "can't start new thread"
"""Message of the RuntimeError that `threading` raises when the system refuses a thread."""
RETRY = {"retry-after": str(RETRY_AFTER_S)}


def exception_message(exception: errors.DiabelliError) -> str:
    """Return the exception's own message."""
    return exception.message


def generic_message(_: BaseException) -> str:
    """Return the message of every internal fault, which discloses nothing."""
    return SORRY


def not_square(exception: errors.NotSquare) -> str:
    """Return OpenAI's message for a source that is not square."""
    return (
        "Invalid input image - expected an image with equal width and height, "
        f"got {exception.width}x{exception.height} instead."
    )


def no_headers(_: BaseException) -> Mapping[str, str]:
    """Return no headers."""
    return {}


def retry_after_header(
    exception: exceptions.Overloaded | errors.UpstreamUnavailable | errors.ClusterUnavailable,
) -> Mapping[str, str]:
    """Return `retry-after`, which OpenAI's clients obey."""
    return {"retry-after": str(exception.retry_after_s)}


@dataclass(frozen=True, slots=True)
class ErrorSpec:
    """Response of one class of exceptions.

    Attributes:
        status: HTTP status.
        type, code: fields of OpenAI's error object.
        message: returns the message for an exception; by default its own.
        headers: fixed headers of the response.
        own_headers: returns the headers that depend on the exception.
    """

    status: int
    type: str = "invalid_request_error"
    code: str | None = None
    message: Callable[[Any], str] = exception_message
    headers: Mapping[str, str] = field(default_factory=dict)
    own_headers: Callable[[Any], Mapping[str, str]] = no_headers


FAULT = ErrorSpec(500, "server_error", message=generic_message)
UNAVAILABLE = ErrorSpec(503, "server_error", message=generic_message, headers=RETRY)
OPERATOR_NEEDED = ErrorSpec(
    503,
    "server_error",
    message=generic_message,
    headers={"retry-after": str(OPERATOR_RETRY_S)},
)

TABLE: dict[type[BaseException], ErrorSpec] = {
    errors.ClientError: ErrorSpec(400),
    errors.InvalidParameter: ErrorSpec(400, code="invalid_value"),
    errors.InvalidPicture: ErrorSpec(400, code="invalid_image_format"),
    errors.NotSquare: ErrorSpec(400, message=not_square),
    errors.ContentPolicyViolation: ErrorSpec(400, code="content_policy_violation"),
    errors.UserBlocked: ErrorSpec(403, code="user_blocked"),
    errors.InvalidSignature: ErrorSpec(403),
    errors.LinkExpired: ErrorSpec(403),
    errors.PictureNotFound: ErrorSpec(404),
    errors.QuotaExceeded: ErrorSpec(
        429,
        "requests",
        code="rate_limit_exceeded",
        message=quota.refusal_message,
        own_headers=quota.refusal_headers,
    ),
    errors.OperatorError: FAULT,
    errors.MemoryUnavailable: UNAVAILABLE,
    errors.StoreUnavailable: UNAVAILABLE,
    errors.StoreFull: ErrorSpec(
        503, "server_error", code="store_full", headers={"retry-after": str(STORE_FULL_RETRY_S)}
    ),
    errors.UpstreamUnavailable: ErrorSpec(
        503, "server_error", message=generic_message, own_headers=retry_after_header
    ),
    errors.UpstreamRefused: OPERATOR_NEEDED,
    errors.ClusterUnavailable: ErrorSpec(
        503, "server_error", message=generic_message, own_headers=retry_after_header
    ),
    errors.ClusterRefused: OPERATOR_NEEDED,
    errors.VersionMismatch: OPERATOR_NEEDED,
    errors.LedgerUnavailable: UNAVAILABLE,
    errors.QuotaUnavailable: UNAVAILABLE,
    # Other requests hold the memory; it is free again when they have ended.
    MemoryError: UNAVAILABLE,
    errors.EngineFailed: FAULT,
    # The client is gone; 499 is the status that web servers log in this case.
    errors.Cancelled: ErrorSpec(499),
    exceptions.MissingApiKey: ErrorSpec(
        401, headers={"www-authenticate": 'Basic realm="Diabelli"'}
    ),
    exceptions.InvalidApiKey: ErrorSpec(401, code="invalid_api_key"),
    exceptions.AdminRequired: ErrorSpec(403),
    exceptions.CrossOriginRefused: ErrorSpec(403),
    exceptions.RouteNotFound: ErrorSpec(404),
    exceptions.MethodNotAllowed: ErrorSpec(405),
    exceptions.UnsupportedEncoding: ErrorSpec(415, headers={"accept-encoding": "identity"}),
    exceptions.BodyTooLarge: ErrorSpec(413, "server_error"),
    # A client that stalls once stalls again, so a retry would only repeat the wait.
    exceptions.BodyStalled: ErrorSpec(408, headers={"x-should-retry": "false"}),
    exceptions.SchemaViolation: ErrorSpec(400),
    # OpenAI's clients retry a 409 by default, which cannot help here.
    exceptions.IdempotencyKeyReused: ErrorSpec(
        409, code="idempotency_key_reused", headers={"x-should-retry": "false"}
    ),
    exceptions.UnknownModel: ErrorSpec(400, code="invalid_value"),
    exceptions.ModelNotFound: ErrorSpec(404, code="model_not_found"),
    exceptions.Overloaded: ErrorSpec(
        503, "server_error", message=generic_message, own_headers=retry_after_header
    ),
    exceptions.ShuttingDown: ErrorSpec(
        503,
        "server_error",
        message=generic_message,
        headers={"connection": "close"},
        own_headers=retry_after_header,
    ),
}


def spec_for(exception: BaseException) -> ErrorSpec:
    """Return the row of the nearest class in the exception's MRO, or `FAULT`."""
    return next((TABLE[cls] for cls in type(exception).__mro__ if cls in TABLE), FAULT)


def code_of(exception: BaseException) -> str:
    """Return the exception's code for logs and metrics; `unforeseen` for foreign exceptions."""
    return exception.code if isinstance(exception, errors.DiabelliError) else "unforeseen"


def body(*, message: str, kind: str, param: str | None, code: str | None) -> bytes:
    """Return the error object as JSON, with the key order and indent of the retired service."""
    error = {"code": code, "message": message, "param": param, "type": kind}
    return json.dumps({"error": error}, indent=2).encode()


def translate_thread_shortage(exception: E) -> E | errors.MemoryUnavailable:
    """Return Python's error for a thread that cannot be started as one of ours."""
    if isinstance(exception, RuntimeError) and str(exception) == _NO_THREAD:
        return errors.MemoryUnavailable("too little memory is free to start a thread")
    return exception
