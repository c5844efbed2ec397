"""Responses of exceptions: OpenAI's error object, by the table in `errors/responses.py`."""

from __future__ import annotations

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from diabelli import errors
from diabelli.api.context import context_of
from diabelli.api.errors import exceptions
from diabelli.api.errors.responses import body, code_of, spec_for, translate_thread_shortage

_log = logging.getLogger("diabelli.api")


def to_response(request: Request, exception: Exception) -> Response:
    """Return the response of an exception, by its row in `TABLE`. Faults are logged."""
    headers = exception.headers or {} if isinstance(exception, HTTPException) else {}
    exception = translate_http_exception(request, translate_thread_shortage(exception))
    spec = spec_for(exception)
    context = context_of(request)
    context.error = code_of(exception)
    _log_fault(context.id, exception, spec.status)
    param = exception.param if isinstance(exception, errors.DiabelliError) else None
    return Response(
        body(message=spec.message(exception), kind=spec.type, param=param, code=spec.code),
        spec.status,
        {
            **headers,
            **spec.headers,
            **spec.own_headers(exception),
            **retry_advice(request, spec.status),
        },
        media_type="application/json",
    )


def _log_fault(request_id: str, exception: Exception, status: int) -> None:
    """Log a fault of the server; with a trace unless the exception itself names the cause."""
    # Overload is no fault.
    if status < 500 or isinstance(exception, exceptions.Overloaded):
        return
    if status == 503:
        extra = {"request_id": request_id, "reason": str(exception) or type(exception).__name__}
        _log.error("request.failed", extra=extra)
    else:
        _log.error("request.failed", exc_info=exception, extra={"request_id": request_id})


async def handle(request: Request, exception: Exception) -> Response:
    """Return `to_response` as a coroutine, the form of Starlette's exception handlers."""
    return to_response(request, exception)


def translate_http_exception(request: Request, exception: Exception) -> Exception:
    """Return Starlette's `HTTPException` as one of ours; other exceptions unchanged."""
    if not isinstance(exception, HTTPException):
        return exception
    method, path = request.method, request.url.path
    if exception.status_code == 404:
        return exceptions.RouteNotFound(method=method, path=path)
    if exception.status_code == 405:
        return exceptions.MethodNotAllowed(method=method, path=path)
    return errors.ClientError(str(exception.detail))


def retry_advice(request: Request, status: int) -> dict[str, str]:
    """Return the header that stops retries of openai-node 4.

    That client retries a form with an empty body under the old Content-Length. It would hang until
    its own time-out instead of reporting the error.
    """
    sends_empty_retries = request.headers.get("user-agent", "").startswith("OpenAI/JS 4.")
    return {"x-should-retry": "false"} if sends_empty_retries and status >= 429 else {}
