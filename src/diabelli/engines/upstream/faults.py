"""Maps error replies of upstreams to exceptions, by one table of statuses and codes.

The text of an upstream is logged, masked and bounded. It is never part of an exception's message.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diabelli.errors import (
    ContentPolicyViolation,
    DiabelliError,
    EngineFailed,
    UpstreamRefused,
    UpstreamUnavailable,
)

CONTENT_CODES = frozenset(
    {
        "content_filter",
        "content_policy_violation",
        "image_generation_user_error",
        "moderation_blocked",
        "safety_violation",
    }
)
"""Values of `code` or `type` by which an upstream rejects the content of a picture or prompt."""
ACCOUNT_CODES = frozenset(
    {
        "billing_hard_limit_reached",
        "billing_not_active",
        "insufficient_quota",
        "invalid_api_key",
        "model_not_found",
        "organization_must_be_verified",
    }
)
"""Values of `code` that only the operator can resolve, with any status."""
DEFAULT_RETRY_S = 30
"""Seconds until a repetition where the upstream names none."""
MAX_RETRY_S = 300
"""Largest `Retry-After` that is passed on, in seconds."""


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """The parts of an error reply.

    Attributes:
        codes: values of `code` and `type`.
        param: field at fault; "" if none is named.
        text: message for the log, unmasked.
    """

    codes: frozenset[str]
    param: str
    text: str


def parse_error(body: bytes) -> ErrorReply:
    """Return the parts of a reply.

    Known shapes are `{"error": {...}}`, `{"error": "text"}`, `{"detail": ...}`, and plain text.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return ErrorReply(frozenset(), "", body[:2000].decode("utf-8", "replace"))
    error = found.get("error")
    fields: dict[str, Any] = error if isinstance(error, dict) else {}
    codes = frozenset(
        value for key in ("code", "type") if isinstance(value := fields.get(key), str)
    )
    param = fields.get("param")
    shown = error if error is not None else found.get("detail", found)
    return ErrorReply(codes, param if isinstance(param, str) else "", str(shown)[:2000])


def exception_for(
    status: int, headers: Mapping[str, str], error: ErrorReply, engine: str
) -> DiabelliError:
    """Return the exception for an error reply.

    Args:
        status: HTTP status, from 300.
        headers: of the reply, names in lower case.
        error: its parts.
        engine: name of the engine.
    """
    if error.codes & CONTENT_CODES:
        return ContentPolicyViolation()
    named = f"the upstream of the engine {engine!r}"
    if error.codes & ACCOUNT_CODES or error.param == "model" or status in (401, 402, 403, 404):
        return UpstreamRefused(
            f"{named} answers {status}: check its key, its model and its account; the log has its "
            "message"
        )
    if status < 400:
        return UpstreamRefused(f"{named} redirects ({status}): set `base_url` to its new address")
    if status in (429, 502, 503, 504):
        wait_s = retry_after(headers)
        return UpstreamUnavailable(
            f"{named} answers {status}",
            retry_after_s=wait_s or DEFAULT_RETRY_S,
            reason="busy" if wait_s and status in (429, 503) else "other",
        )
    return EngineFailed(f"{named} answers {status}; the log has its message")


def retry_after(headers: Mapping[str, str]) -> int | None:
    """Return `Retry-After` in seconds, 1..300; None if it is missing or a date."""
    given = headers.get("retry-after", "").partition(".")[0].strip()
    if not (given.isascii() and given.isdigit()):
        return None
    return min(max(int(given[:9]), 1), MAX_RETRY_S)
