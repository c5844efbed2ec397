"""What the HTTP edge refuses by itself, before the service is asked, in OpenAI's words.

    CallerError
    ├── NotAnAdmin                        who may look?
    ├── MissingKey, WrongKey              who is asking?
    ├── UnknownUrl, WrongMethod           for what?
    ├── WrongContentType, BrokenForm      is it a form?
    ├── BodyTooLarge, BodyStalled         does it arrive?
    ├── KeyReused                         an Idempotency-Key that belongs to another request
    ├── UnknownModel                      a model name that the settings do not map
    ├── UnknownModelPage                  the same, asked for by its own URL
    └── InvalidPicture
        └── NotAnOpenAIPicture            what OpenAI says of every picture that it cannot use
    InvalidParameter
    └── OutsideSchema                     a field that the published schema does not allow
    OperatorError
    └── Overloaded                        as many pictures in flight as the settings admit
        ├── TookTooLong                   the request was not done when its time was over
        └── Stopping                      the server is about to stop

Their HTTP statuses stand in `errors.TABLE`.
"""

from __future__ import annotations

import re

from diabelli.errors import ClientError, InvalidParameter, InvalidPicture, OperatorError


class MissingApiKey(ClientError):
    """The request carries no API key and this server asks for one."""

    code = "missing_api_key"

    def __init__(self) -> None:
        super().__init__(
            "You didn't provide an API key. You need to provide your API key in an Authorization "
            "header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password "
            "field (with blank username) if you're accessing the API from your browser and are "
            "prompted for a username and password."
        )


class InvalidApiKey(ClientError):
    """The API key is none of those that this server accepts; the message shows it masked."""

    code = "invalid_api_key"

    def __init__(self, key: str) -> None:
        super().__init__(f"Incorrect API key provided: {masked(key)}.")


class AdminRequired(ClientError):
    """Only an admin key may look at this."""

    code = "not_an_admin"

    def __init__(self) -> None:
        super().__init__(
            "This can be read with an admin key only: make one with `diabelli keys create --admin`."
        )


class RouteNotFound(ClientError):
    """No route has this path."""

    code = "unknown_url"

    def __init__(self, *, method: str, path: str) -> None:
        super().__init__(f"Invalid URL ({method} {path})")


class MethodNotAllowed(ClientError):
    """The path exists, but not for this method."""

    code = "wrong_method"

    def __init__(self, *, method: str, path: str) -> None:
        super().__init__(
            f"Not allowed to {method} on {path}. "
            "(HINT: Perhaps you meant to use a different HTTP method?)"
        )


class WrongContentType(ClientError):
    """The body is not said to be multipart/form-data."""

    code = "wrong_content_type"

    def __init__(self, content_type: str) -> None:
        super().__init__(
            f"Invalid Content-Type header ({content_type}), expected multipart/form-data. "
            "(HINT: If you're using curl, you can pass -H 'Content-Type: multipart/form-data')"
        )


class MalformedForm(ClientError):
    """The body is not well-formed multipart/form-data."""

    code = "broken_form"


class BodyTooLarge(ClientError):
    """The body has more bytes than the settings accept."""

    code = "body_too_large"

    def __init__(self, *, limit: int, read: int) -> None:
        super().__init__(f"Maximum content size limit ({limit}) exceeded ({read} bytes read)")


class BodyStalled(ClientError):
    """The client stopped sending its body."""

    code = "body_stalled"


class IdempotencyKeyReused(ClientError):
    """The Idempotency-Key was used for another request."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key was used within the last 60 minutes for a request with other "
            "fields or another image; repeat that request as it was, or choose another key."
        )


class UnknownModel(ClientError):
    """No model goes by that name."""

    code = "unknown_model"

    def __init__(self, model: str) -> None:
        super().__init__(f"The model '{model}' does not exist.", param="model")


class ModelNotFound(ClientError):
    """No model goes by the name at the end of that URL."""

    code = "unknown_model_page"

    def __init__(self, model: str) -> None:
        super().__init__(f"The model '{model}' does not exist or you do not have access to it.")


class UnsupportedImage(InvalidPicture):
    """The source is not a picture that OpenAI's endpoint accepts."""

    code = "not_an_openai_picture"

    def __init__(self) -> None:
        super().__init__("Uploaded image must be a PNG and less than 4 MB.")


class SchemaViolation(InvalidParameter):
    """A field is missing, unknown, or has a value that the published schema does not allow."""

    code = "outside_schema"


class Overloaded(OperatorError):
    """As many pictures are in flight as this server admits."""

    code = "overloaded"

    def __init__(self, message: str | None = None, *, retry_after_s: int = 2) -> None:
        """retry_after_s: when to ask again, in seconds."""
        super().__init__(message)
        self.retry_after_s = retry_after_s


class DeadlineExceeded(Overloaded):
    """The request was not done when its time was over."""

    code = "took_too_long"


class ShuttingDown(Overloaded):
    """The server is about to stop, and takes no more requests."""

    code = "stopping"


def masked(key: str) -> str:
    """The key with only its public prefix and its last four characters left.

    A key of fewer than eight characters is hidden wholly: four of them would be most of it.
    """
    prefix = re.match(r"(sk-([a-z]+-)?)?", key)
    shown = prefix.group() if prefix else ""
    return f"{shown}****{key[-4:]}" if len(key) >= 8 else "****"
