"""The header `Idempotency-Key`, if the server declares it."""

from __future__ import annotations

import secrets

from diabelli.conformance import form, replies, sources
from diabelli.conformance.check import Basis, Check, expect
from diabelli.conformance.target import SMALL, Target
from diabelli.conformance.wire import Reply

_HEADER = "Idempotency-Key"


def _send(target: Target, key: str, n: str = "1") -> Reply:
    target.require_header(_HEADER)
    return target.post(form.build(sources.plain(), {**SMALL, "n": n}), {_HEADER: key})


def _replay(target: Target) -> str:
    key = secrets.token_hex(16)
    first, again = _send(target, key), _send(target, key)
    expect(replies.success(first) == replies.success(again), "the second reply differs")
    return "the same reply"


def _conflict(target: Target) -> str:
    key = secrets.token_hex(16)
    replies.success(_send(target, key))
    found = replies.error(_send(target, key, n="2"), 409)
    return f"409 {found['message']}"


def _independent(target: Target) -> str:
    first, other = (replies.pictures_of(_send(target, secrets.token_hex(16))) for _ in range(2))
    expect(first != other, "requests with different keys have the same picture")
    return "different pictures"


CHECKS = (
    Check(
        id="idempotency.replay",
        basis=Basis.declared,
        says="The same request with the same key gets the stored reply.",
        run=_replay,
    ),
    Check(
        id="idempotency.conflict",
        basis=Basis.declared,
        says="Another request with a used key gets 409.",
        run=_conflict,
    ),
    Check(
        id="idempotency.scope",
        basis=Basis.declared,
        says="Requests with different keys are independent.",
        run=_independent,
    ),
)
