"""The list of models, if the server has one."""

from __future__ import annotations

from typing import Any

from diabelli.conformance import replies
from diabelli.conformance.check import Basis, Check, Skipped, expect
from diabelli.conformance.target import Target

_TYPES = {"id": str, "object": str, "created": int, "owned_by": str}


def _list(target: Target) -> list[dict[str, Any]]:
    reply = target.get("/models")
    if reply.status == 404:
        raise Skipped("the server has no /models")
    body = replies.success(reply)
    data = body.get("data")
    expect(body.get("object") == "list" and isinstance(data, list), replies.excerpt(reply))
    return data if isinstance(data, list) else []


def _check_model(model: object) -> None:
    for name, kind in _TYPES.items():
        value = model.get(name) if isinstance(model, dict) else None
        expect(type(value) is kind, f"`{name}` of a model is {value!r}")


def _listed(target: Target) -> str:
    models = _list(target)
    for model in models:
        _check_model(model)
    names = [model["id"] for model in models]
    expect("dall-e-2" in names, f"no dall-e-2 among {', '.join(names)}")
    return ", ".join(names)


def _retrieved(target: Target) -> str:
    _list(target)
    _check_model(replies.success(target.get("/models/dall-e-2")))
    return "200"


def _unknown(target: Target) -> str:
    _list(target)
    found = replies.error(target.get("/models/no-such-model"), 404)
    expect(found["code"] == "model_not_found", f"`code` is {found['code']!r}")
    return f"404 {found['message']}"


CHECKS = (
    Check(
        id="models.list",
        basis=Basis.published,
        says="`GET /models` lists `dall-e-2`, in the published shape.",
        run=_listed,
    ),
    Check(
        id="models.retrieve",
        basis=Basis.published,
        says="`GET /models/dall-e-2` returns the model.",
        run=_retrieved,
    ),
    Check(
        id="models.unknown",
        basis=Basis.observed,
        says="An unknown model gets 404, code `model_not_found`.",
        run=_unknown,
    ),
)
