"""Exceptions that the HTTP API raises itself, with OpenAI's messages.

    ClientError
    ├── AdminRequired                     the key has no admin rights
    ├── CrossOriginRefused                a foreign web page uses a server without keys
    ├── MissingApiKey, InvalidApiKey      authentication
    ├── RouteNotFound, MethodNotAllowed   routing
    ├── WrongContentType, MalformedForm   the body is no multipart form
    ├── UnsupportedEncoding               the body is compressed
    ├── BodyTooLarge, BodyStalled         the body exceeds a limit of size or time
    ├── IdempotencyKeyReused              the Idempotency-Key belongs to another request
    ├── UnknownModel                      the settings do not map this model name
    ├── ModelNotFound                     the same for `GET /v1/models/{model}`
    └── InvalidPicture
        └── UnsupportedImage              OpenAI's message for every unusable picture
    InvalidParameter
    └── SchemaViolation                   the published schema does not allow this field
    OperatorError
    └── Overloaded                        the queue is full
        ├── DeadlineExceeded              the request exceeded its deadline
        └── ShuttingDown                  the server is stopping

`responses.TABLE` has their HTTP statuses.
"""

from __future__ import annotations

import re

from diabelli.errors import ClientError, InvalidParameter, InvalidPicture, OperatorError


class MissingApiKey(ClientError):
    """The request has no API key, and this server requires one."""

    code = "missing_api_key"
    default_message = (
        "You didn't provide an API key. You need to provide your API key in an Authorization "
        "header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password "
        "field (with blank username) if you're accessing the API from your browser and are "
        "prompted for a username and password."
    )


class InvalidApiKey(ClientError):
    """The server does not accept this API key; the message shows it masked."""

    code = "invalid_api_key"

    def __init__(self, key: str) -> None:
        super().__init__(f"Incorrect API key provided: {mask(key)}.")


class AdminRequired(ClientError):
    """This endpoint requires an admin key."""

    code = "not_an_admin"
    default_message = (
        "This endpoint requires an admin key. Make one with `diabelli keys create --admin`."
    )


class CrossOriginRefused(ClientError):
    """A web page of another site uses a server without keys."""

    code = "cross_origin"

    def __init__(self, header: str) -> None:
        super().__init__(
            f"The header {header} names a web page of another site, and this server has no keys. "
            "Make a key with `diabelli keys create`, or add the page's origin "
            "to the setting `allowed_origins`."
        )


class RouteNotFound(ClientError):
    """No route has this path."""

    code = "unknown_url"

    def __init__(self, *, method: str, path: str) -> None:
        super().__init__(f"Invalid URL ({method} {path})")


class MethodNotAllowed(ClientError):
    """The path does not accept this method."""

    code = "wrong_method"

    def __init__(self, *, method: str, path: str) -> None:
        super().__init__(
            f"Not allowed to {method} on {path}. "
            "(HINT: Perhaps you meant to use a different HTTP method?)"
        )


class WrongContentType(ClientError):
    """The Content-Type is not multipart/form-data."""

    code = "wrong_content_type"

    def __init__(self, content_type: str) -> None:
        super().__init__(
            f"Invalid Content-Type header ({content_type}), expected multipart/form-data. "
            "(HINT: If you're using curl, you can pass -H 'Content-Type: multipart/form-data')"
        )


class MalformedForm(ClientError):
    """The body is not well-formed multipart/form-data."""

    code = "broken_form"


class UnsupportedEncoding(ClientError):
    """The body is compressed."""

    code = "unsupported_encoding"

    def __init__(self, encoding: str) -> None:
        super().__init__(
            f"Invalid Content-Encoding header ({encoding[:100]}), expected none: send the form "
            "uncompressed."
        )


class BodyTooLarge(ClientError):
    """The body has more bytes than the settings allow."""

    code = "body_too_large"

    def __init__(self, *, limit: int, read: int) -> None:
        super().__init__(f"Maximum content size limit ({limit}) exceeded ({read} bytes read)")


class BodyStalled(ClientError):
    """The body did not arrive in time."""

    code = "body_stalled"
    default_message = (
        "The request body did not arrive in time: send as many bytes as Content-Length says."
    )


class IdempotencyKeyReused(ClientError):
    """The Idempotency-Key belongs to another request."""

    code = "idempotency_key_reused"
    default_message = (
        "This Idempotency-Key was used within the last 60 minutes for a request with other "
        "fields or another image; repeat that request as it was, or choose another key."
    )


class UnknownModel(ClientError):
    """No model has that name."""

    code = "unknown_model"

    def __init__(self, model: str) -> None:
        super().__init__(f"The model '{model}' does not exist.", param="model")


class ModelNotFound(ClientError):
    """The path names an unknown model."""

    code = "unknown_model_page"

    def __init__(self, model: str) -> None:
        super().__init__(f"The model '{model}' does not exist or you do not have access to it.")


class UnsupportedImage(InvalidPicture):
    """OpenAI's endpoint does not accept this source."""

    code = "not_an_openai_picture"
    default_message = "Uploaded image must be a PNG and less than 4 MB."


class SchemaViolation(InvalidParameter):
    """A field is missing, unknown, or has a value that the published schema does not allow."""

    code = "outside_schema"


class Overloaded(OperatorError):
    """The queue of this server is full.

    Attributes:
        retry_after_s: seconds until a retry may work.
    """

    code = "overloaded"
    default_message = "The queue of this server is full."

    def __init__(self, message: str | None = None, *, retry_after_s: int = 2) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class DeadlineExceeded(Overloaded):
    """The request exceeded its deadline."""

    code = "took_too_long"
    default_message = "The request exceeded its deadline."


class ShuttingDown(Overloaded):
    """The server is stopping and accepts no new requests."""

    code = "stopping"
    default_message = "The server is stopping and accepts no new requests."


def mask(key: str) -> str:
    """Return the key with only its public prefix and its last four characters.

    Keys of fewer than eight characters are hidden completely: four would be most of them.
    """
    prefix = re.match(r"(sk-([a-z]+-)?)?", key)
    shown = prefix.group() if prefix else ""
    return f"{shown}****{key[-4:]}" if len(key) >= 8 else "****"
