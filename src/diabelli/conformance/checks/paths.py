"""Unknown paths and methods."""

from __future__ import annotations

from diabelli.conformance import replies
from diabelli.conformance.check import Basis, Check
from diabelli.conformance.target import Target


def _unknown(target: Target) -> str:
    path = target.path.replace("/variations", "/no-such-endpoint")
    found = replies.error(target.request("POST", path, b"{}", target.headers()), 404)
    return f"404 {found['message']}"


def _method(target: Target) -> str:
    headers = target.headers({"Content-Type": ""})
    found = replies.error(target.request("GET", target.path, headers=headers), 405)
    return f"405 {found['message']}"


CHECKS = (
    Check(
        id="paths.unknown",
        basis=Basis.observed,
        says="An unknown path gets 404 and an error object.",
        run=_unknown,
    ),
    Check(
        id="paths.method",
        basis=Basis.observed,
        says="GET on the endpoint gets 405 and an error object.",
        run=_method,
    ),
)
