"""What `/openapi.json` says: FastAPI derives the replies from the models here, the form is by hand.

The form is by hand because FastAPI reads none of it: `multipart` does, under its own limits.
The models are not used to build replies; the tests hold every reply against them.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from diabelli.api.variations import params
from diabelli.api.variations.idempotency import MAX_KEY
from diabelli.variation import MAX_N, MAX_SEED, STRENGTHS

DESCRIPTION = (
    "Variations of a picture, under the interface of OpenAI's `POST /v1/images/variations`. "
    "Point the base URL of any client of that endpoint at this server."
)


class Image(BaseModel):
    """One variation: exactly one of `url` and `b64_json`."""

    url: str | None = Field(None, description="Serves the picture for 60 minutes.")
    b64_json: str | None = Field(None, description="The picture, base64-encoded.")
    seed: int | None = Field(None, description="Makes this picture again. Extended reply only.")


class TokenDetails(BaseModel):
    """What tokens were for."""

    image_tokens: int
    text_tokens: int


class Usage(BaseModel):
    """What a request counts in tokens, by the settings' rule for its model."""

    input_tokens: int
    input_tokens_details: TokenDetails
    output_tokens: int
    output_tokens_details: TokenDetails
    total_tokens: int


class ImagesResponse(BaseModel):
    """`created` and `data`; the rest only in the extended reply, for a request beyond OpenAI's."""

    created: int = Field(description="Unix seconds.")
    data: list[Image]
    background: Literal["transparent", "opaque"] | None = None
    output_format: Literal["png", "webp", "jpeg"] | None = None
    size: Literal["1024x1024", "1024x1536", "1536x1024"] | None = None
    usage: Usage | None = Field(None, description="Only for models that the settings meter.")


class Error(BaseModel):
    """What went wrong. All four keys are always there."""

    message: str
    type: str = Field(examples=["invalid_request_error", "server_error"])
    param: str | None
    code: str | None


class ErrorResponse(BaseModel):
    """The one shape of every error."""

    error: Error


class Model(BaseModel):
    """A name that `model` may have."""

    id: str
    object: Literal["model"]
    created: int = Field(description="Unix seconds.")
    owned_by: str


class ModelList(BaseModel):
    """Every name that `model` may have."""

    object: Literal["list"]
    data: list[Model]


class NamedUsage(BaseModel):
    """What one key or end-user used, a number for each step."""

    name: str | None
    requests: list[int]
    images: list[int]
    errors: list[int]
    seconds: list[float]


class UsageData(BaseModel):
    """What was used over time; each list has a number for each step."""

    step: Literal["day", "hour"]
    by: Literal["key", "user"]
    times: list[int] = Field(description="When each step began, in Unix seconds.")
    requests: list[int]
    images: list[int]
    errors: list[int]
    seconds: list[float] = Field(description="How long engines worked.")
    queued_p50_ms: list[float | None] = Field(description="Half of the successes waited less.")
    queued_p95_ms: list[float | None] = Field(description="95 of 100 of them waited less.")
    store_peak_bytes: list[int | None] = Field(
        description="The most that all result pictures took, where it was measured."
    )
    names: list[NamedUsage] = Field(description="Those with the most images, the most first.")
    store_bytes: int = Field(description="What all result pictures take now.")


FORM = {
    "type": "object",
    "required": ["image"],
    "additionalProperties": False,
    "properties": {
        "image": {
            "type": "string",
            "format": "binary",
            "description": "The source: a square PNG of less than 4 MB. A server set to "
            '`inputs = "any"` also takes JPEG, WebP, AVIF, GIF and pictures that are not square.',
        },
        "model": {
            "type": ["string", "null"],
            "default": params.DEFAULT_MODEL,
            "description": "One of `GET /v1/models`.",
        },
        "n": {
            "type": ["integer", "null"],
            "minimum": 1,
            "maximum": MAX_N,
            "default": 1,
            "description": "How many variations.",
        },
        "response_format": {
            "type": ["string", "null"],
            "enum": [*params.RESPONSE_FORMATS, None],
            "default": "url",
            "description": "As links that work for 60 minutes, or inside the reply.",
        },
        "size": {
            "type": ["string", "null"],
            "enum": [*params.SIZES, None],
            "default": "1024x1024",
            "description": "Width x height of each variation.",
        },
        "user": {
            "type": "string",
            "description": "Your name for the end-user, which the ledger remembers.",
        },
        "strength": {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": 1},
                {"type": "string", "enum": list(STRENGTHS)},
            ],
            "default": 0.5,
            "description": "Extension. How far from the source: 0 gives it back, 1 keeps only its "
            "material.",
        },
        "seed": {
            "type": "integer",
            "minimum": 0,
            "maximum": MAX_SEED,
            "description": "Extension. The first variation's seed; the same seed makes the same "
            "picture. Drawn by the server if unset.",
        },
        "output_format": {
            "type": "string",
            "enum": ["png", "webp", "jpeg"],
            "default": "png",
            "description": "Extension. The format of the variations.",
        },
        "output_compression": {
            "type": "integer",
            "minimum": 0,
            "maximum": 100,
            "description": "Extension. The quality of WebP and JPEG.",
        },
        "stream": {
            "type": "boolean",
            "default": False,
            "description": "Extension. Answer with server-sent events: progress and previews, each "
            "variation as soon as it is made, and last everything that the plain reply has.",
        },
        "fit": {
            "type": "string",
            "enum": ["crop", "pad"],
            "default": "crop",
            "description": "Extension. How a source that is not square is made square, where the "
            "server takes it.",
        },
    },
}

ERRORS = {
    400: "The request cannot be carried out as it stands.",
    401: "No API key, or a wrong one. Only a server that was given keys asks for one.",
    403: "The end-user is blocked; or the link was not signed here, or its time is over.",
    404: "There is nothing under this URL.",
    408: "The body stopped arriving.",
    409: "The `Idempotency-Key` belongs to another request.",
    413: "The body is larger than the server accepts.",
    429: "More images than the key or the end-user may have made; `Retry-After` says when to ask "
    "again.",
    500: "A fault of the server.",
    503: "As many pictures in flight as the server admits; `Retry-After` says when to ask again.",
}
PICTURE = {"type": "string", "format": "binary"}
KEYED: dict[str, Any] = {"security": [{}, {"bearer": []}, {"basic": []}]}
SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic", "description": "The key is the password."},
}

FORM_REFERENCE = {"$ref": "#/components/schemas/VariationForm"}

EVENT = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "event": {"type": "string", "description": "What kind of event it is."},
        "data": {"type": "string", "description": "A JSON object."},
    },
}
"""One event of the answer to `stream=true`."""

CREATE: dict[str, Any] = {
    **KEYED,
    "operationId": "createImageVariation",
    "summary": "Make variations of a picture",
    "description": "An empty field, or the word `null`, means unset.",
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "maxLength": MAX_KEY},
            "description": "The same request under the same key has one answer for 60 minutes.",
        }
    ],
    "requestBody": {
        "required": True,
        "content": {"multipart/form-data": {"schema": FORM_REFERENCE}},
    },
    "responses": {"200": {"content": {"text/event-stream": {"itemSchema": EVENT}}}},
}
LIST_MODELS: dict[str, Any] = {
    **KEYED,
    "operationId": "listModels",
    "summary": "List the models",
    "description": "Each is a name that the field `model` may have.",
}
RETRIEVE_MODEL: dict[str, Any] = {
    **KEYED,
    "operationId": "retrieveModel",
    "summary": "Describe one model",
    "description": "",
    "parameters": [{"name": "model", "in": "path", "required": True, "schema": {"type": "string"}}],
}
READ_USAGE: dict[str, Any] = {
    **KEYED,
    "operationId": "readUsage",
    "summary": "What was used over time",
    "description": "For admin keys, and for whoever asks a server on a loopback address that has "
    "no keys.",
    "parameters": [
        {"name": name, "in": "query", "required": False, "schema": kind}
        for name, kind in {
            "days": {"type": "integer", "minimum": 1, "maximum": 366, "default": 30},
            "step": {"type": "string", "enum": ["day", "hour"], "default": "day"},
            "by": {"type": "string", "enum": ["key", "user"], "default": "key"},
        }.items()
    ],
}
READ_RESULT: dict[str, Any] = {
    "operationId": "readResult",
    "summary": "The picture behind a `url` of a reply",
    "description": "Use the URL as it was given: its query is a signature with an end.",
    "parameters": [
        {"name": "hour", "in": "path", "required": True, "schema": {"type": "string"}},
        {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}},
        *(
            {"name": name, "in": "query", "required": True, "schema": {"type": "string"}}
            for name in ("st", "se", "sig")
        ),
    ],
    "responses": {
        "200": {
            "content": {f"image/{kind}": {"schema": PICTURE} for kind in ("png", "webp", "jpeg")}
        }
    },
}


def responses(*statuses: int, reply: type[BaseModel] | None = None) -> dict[int | str, Any]:
    """FastAPI's `responses`: the reply's model, and the error shape for each of the statuses."""
    errors: dict[int | str, Any] = {
        status: {"model": ErrorResponse, "description": ERRORS[status]} for status in statuses
    }
    return errors | ({} if reply is None else {200: {"model": reply}})


def add_custom_schemas(document: dict[str, Any]) -> None:
    """Add to the document what FastAPI does not know, or would turn into floats on its way."""
    document["components"]["schemas"]["VariationForm"] = FORM
    document["components"]["securitySchemes"] = SECURITY_SCHEMES
