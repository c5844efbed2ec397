"""Every exception as an HTTP answer in OpenAI's shape: one table, looked up along the class tree.

The text of an exception that is not in the table never leaves the process.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from diabelli import errors
from diabelli.api.errors import exceptions
from diabelli.api.variations import rate_limit

logger = logging.getLogger("diabelli.api")

SORRY = "The server had an error while processing your request. Sorry about that!"
RETRY_AFTER_S = 2
RETRY = {"retry-after": str(RETRY_AFTER_S)}


def exception_message(exception: errors.DiabelliError) -> str:
    """What the exception says itself."""
    return exception.message


def generic_message(_: BaseException) -> str:
    """What is said of every fault of the server: nothing of the fault."""
    return SORRY


def not_square(exception: errors.NotSquare) -> str:
    """OpenAI's words for it."""
    return (
        "Invalid input image - expected an image with equal width and height, "
        f"got {exception.width}x{exception.height} instead."
    )


def no_headers(_: BaseException) -> Mapping[str, str]:
    """Nothing beyond the row's own."""
    return {}


def retry_after_header(exception: exceptions.Overloaded) -> Mapping[str, str]:
    """The header that OpenAI's clients obey."""
    return {"retry-after": str(exception.retry_after_s)}


@dataclass(frozen=True, slots=True)
class ErrorSpec:
    """How one class of exceptions is answered.

    Attributes:
        status: the HTTP status.
        type, code: as OpenAI's error object has them.
        words: the message, made from the exception; by default its own.
        headers: sent with the answer.
        own_headers: those that depend on the exception.
    """

    status: int
    type: str = "invalid_request_error"
    code: str | None = None
    words: Callable[[Any], str] = exception_message
    headers: Mapping[str, str] = field(default_factory=dict)
    own_headers: Callable[[Any], Mapping[str, str]] = no_headers


FAULT = ErrorSpec(500, "server_error", words=generic_message)

TABLE: dict[type[BaseException], ErrorSpec] = {
    errors.ClientError: ErrorSpec(400),
    errors.InvalidParameter: ErrorSpec(400, code="invalid_value"),
    errors.InvalidPicture: ErrorSpec(400, code="invalid_image_format"),
    errors.NotSquare: ErrorSpec(400, words=not_square),
    errors.ContentPolicyViolation: ErrorSpec(400, code="content_policy_violation"),
    errors.UserBlocked: ErrorSpec(403, code="user_blocked"),
    errors.InvalidSignature: ErrorSpec(403),
    errors.LinkExpired: ErrorSpec(403),
    errors.PictureNotFound: ErrorSpec(404),
    errors.QuotaExceeded: ErrorSpec(
        429,
        "requests",
        code="rate_limit_exceeded",
        words=rate_limit.refusal_message,
        own_headers=rate_limit.refusal_headers,
    ),
    errors.OperatorError: FAULT,
    errors.StoreUnavailable: ErrorSpec(503, "server_error", words=generic_message, headers=RETRY),
    errors.LedgerUnavailable: ErrorSpec(503, "server_error", words=generic_message, headers=RETRY),
    errors.QuotaUnavailable: ErrorSpec(503, "server_error", words=generic_message, headers=RETRY),
    errors.EngineFailed: FAULT,
    # Nobody is left to read this one; the number is the one that web servers log for it.
    errors.Cancelled: ErrorSpec(499),
    exceptions.MissingApiKey: ErrorSpec(
        401, headers={"www-authenticate": 'Basic realm="Diabelli"'}
    ),
    exceptions.InvalidApiKey: ErrorSpec(401, code="invalid_api_key"),
    exceptions.AdminRequired: ErrorSpec(403),
    exceptions.RouteNotFound: ErrorSpec(404),
    exceptions.MethodNotAllowed: ErrorSpec(405),
    exceptions.BodyTooLarge: ErrorSpec(413, "server_error"),
    # A client that stalls once stalls again: its retry would only cost both sides the wait.
    exceptions.BodyStalled: ErrorSpec(408, headers={"x-should-retry": "false"}),
    exceptions.SchemaViolation: ErrorSpec(400),
    # OpenAI's clients repeat a 409 by themselves, which would not help here.
    exceptions.IdempotencyKeyReused: ErrorSpec(
        409, code="idempotency_key_reused", headers={"x-should-retry": "false"}
    ),
    exceptions.UnknownModel: ErrorSpec(400, code="invalid_value"),
    exceptions.ModelNotFound: ErrorSpec(404, code="model_not_found"),
    exceptions.Overloaded: ErrorSpec(
        503, "server_error", words=generic_message, own_headers=retry_after_header
    ),
    exceptions.ShuttingDown: ErrorSpec(
        503,
        "server_error",
        words=generic_message,
        headers={"connection": "close"},
        own_headers=retry_after_header,
    ),
}


def spec_for(exception: BaseException) -> ErrorSpec:
    """The row of the nearest class in the exception's tree; `FAULT` where there is none."""
    return next((TABLE[cls] for cls in type(exception).__mro__ if cls in TABLE), FAULT)


def code_of(exception: BaseException) -> str:
    """Its code for the log and the metrics; one word for all that nobody foresaw."""
    return exception.code if isinstance(exception, errors.DiabelliError) else "unforeseen"


def body(*, message: str, kind: str, param: str | None, code: str | None) -> bytes:
    """The error object as JSON, indented and ordered as the retired service wrote it."""
    error = {"code": code, "message": message, "param": param, "type": kind}
    return json.dumps({"error": error}, indent=2).encode()


def to_response(request: Request, exception: Exception) -> Response:
    """The exception as a response, as its row has it; a fault of the server is logged."""
    headers = exception.headers or {} if isinstance(exception, HTTPException) else {}
    exception = translate_http_exception(request, exception)
    row = spec_for(exception)
    request.state.told["error"] = code_of(exception)
    # Being full is no fault, and its traces would bury those that are.
    if row.status >= 500 and not isinstance(exception, exceptions.Overloaded):
        extra = {"request_id": request.state.request_id}
        logger.error("request.failed", exc_info=exception, extra=extra)
    param = exception.param if isinstance(exception, errors.DiabelliError) else None
    return Response(
        body(message=row.words(exception), kind=row.type, param=param, code=row.code),
        row.status,
        {
            **headers,
            **row.headers,
            **row.own_headers(exception),
            **retry_advice(request, row.status),
        },
        media_type="application/json",
    )


async def handle(request: Request, exception: Exception) -> Response:
    """`answer` in the form that the application registers."""
    return to_response(request, exception)


def translate_http_exception(request: Request, exception: Exception) -> Exception:
    """The framework's own refusals as ours; every other exception unchanged."""
    if not isinstance(exception, HTTPException):
        return exception
    method, path = request.method, request.url.path
    if exception.status_code == 404:
        return exceptions.RouteNotFound(method=method, path=path)
    if exception.status_code == 405:
        return exceptions.MethodNotAllowed(method=method, path=path)
    return errors.ClientError(str(exception.detail))


def retry_advice(request: Request, status: int) -> dict[str, str]:
    """The header that stops a client whose retry cannot work.

    Version 4 of OpenAI's package for node repeats a form with an empty body under the old
    Content-Length and waits for an answer until its own time-out: its user is told at once.
    """
    forgets_the_body = request.headers.get("user-agent", "").startswith("OpenAI/JS 4.")
    return {"x-should-retry": "false"} if forgets_the_body and status >= 429 else {}
