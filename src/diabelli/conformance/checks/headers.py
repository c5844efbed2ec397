"""Headers of responses, and the preflight of browsers."""

from __future__ import annotations

from diabelli.conformance.check import Basis, Check, expect
from diabelli.conformance.checks.errors import refusal
from diabelli.conformance.target import Target
from diabelli.conformance.wire import Reply

_ORIGIN = "https://shop.example"


def _header(reply: Reply, name: str) -> str:
    value = reply.headers.get(name, "")
    expect(value, f"no {name}")
    return value


def _request_id(target: Target) -> str:
    first, second = (_header(one, "x-request-id") for one in (target.in_base64, target.by_url))
    expect(first != second, f"two responses have the same x-request-id {first}")
    return first


def _request_id_of_error(target: Target) -> str:
    return _header(refusal(target), "x-request-id")


def _processing_ms(target: Target) -> str:
    value = _header(target.in_base64, "openai-processing-ms")
    expect(value.isdecimal(), f"openai-processing-ms {value!r}")
    return value


def _version(target: Target) -> str:
    value = _header(target.in_base64, "openai-version")
    expect(value == "2020-10-01", value)
    return value


def _cors(target: Target) -> str:
    for reply in (target.in_base64, refusal(target)):
        value = _header(reply, "access-control-allow-origin")
        expect(value == "*", value)
    return "access-control-allow-origin: *"


def _preflight(target: Target) -> str:
    asked = {
        "Origin": _ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    reply = target.request("OPTIONS", target.path, headers=asked)
    expect(200 <= reply.status < 300, f"status {reply.status}")
    expect(_header(reply, "access-control-allow-origin") in ("*", _ORIGIN), "another origin")
    methods = _header(reply, "access-control-allow-methods")
    allowed = [word.strip() for word in methods.split(",")]
    expect("POST" in allowed or "*" in allowed, f"access-control-allow-methods {methods}")
    return f"{reply.status}, {methods}"


CHECKS = (
    Check(
        id="headers.request-id",
        basis=Basis.observed,
        says="Each response has its own `x-request-id`; clients show it.",
        run=_request_id,
    ),
    Check(
        id="headers.request-id.error",
        basis=Basis.observed,
        says="An error has an `x-request-id`.",
        run=_request_id_of_error,
    ),
    Check(
        id="headers.processing-ms",
        basis=Basis.observed,
        says="`openai-processing-ms` is a number of milliseconds.",
        run=_processing_ms,
    ),
    Check(
        id="headers.version",
        basis=Basis.observed,
        says="`openai-version` is 2020-10-01.",
        run=_version,
    ),
    Check(
        id="headers.cors",
        basis=Basis.observed,
        says="Responses and errors allow every origin.",
        run=_cors,
    ),
    Check(
        id="headers.preflight",
        basis=Basis.observed,
        says="A browser's preflight for a POST with a key is answered.",
        run=_preflight,
    ),
)
