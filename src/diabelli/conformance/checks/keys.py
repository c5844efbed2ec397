"""API keys: missing, wrong, and as HTTP Basic."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import partial

from diabelli.conformance import form, replies, sources
from diabelli.conformance.check import Basis, Check, Skipped, expect
from diabelli.conformance.target import SMALL, Target
from diabelli.conformance.wire import Reply

_WRONG = "sk-conformance-0123456789-wrong9900"
_MISSING = (
    "You didn't provide an API key. You need to provide your API key in an Authorization header "
    "using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank "
    "username) if you're accessing the API from your browser and are prompted for a username and "
    "password."
)


def _send(target: Target, authorization: str) -> Reply:
    if target.key is None:
        raise Skipped("no key was given")
    body = form.build(sources.plain(), SMALL)
    return target.post(body, {"Authorization": authorization})


def _refused(authorization: str, target: Target) -> str:
    found = replies.error(_send(target, authorization), 401)
    return f"401 {found['message']}"


def _missing_worded(target: Target) -> str:
    found = replies.error(_send(target, ""), 401)
    expect(found["message"] == _MISSING, found["message"])
    expect(found["code"] is None, f"`code` is {found['code']!r}")
    return "OpenAI's message"


def _masked(target: Target) -> str:
    found = replies.error(_send(target, f"Bearer {_WRONG}"), 401)
    expect(found["code"] == "invalid_api_key", f"`code` is {found['code']!r}")
    message = found["message"]
    expect(_WRONG not in message, f"the message has the whole key: {message}")
    expect(_WRONG[-4:] in message, f"the message does not have the key's end: {message}")
    return str(message)


def _basic(target: Target) -> str:
    secret = base64.b64encode(f":{target.key}".encode()).decode()
    replies.items(_send(target, f"Basic {secret}"), 1)
    return "200"


def _check(id: str, basis: Basis, says: str, run: Callable[[Target], str]) -> Check:  # noqa: A002
    return Check(id=f"keys.{id}", basis=basis, says=says, run=run)


CHECKS = (
    _check("missing", Basis.published, "A request without a key gets 401.", partial(_refused, "")),
    _check(
        "wrong",
        Basis.published,
        "A request with a wrong key gets 401.",
        partial(_refused, f"Bearer {_WRONG}"),
    ),
    _check(
        "missing.message",
        Basis.observed,
        "The message describes how to send a key.",
        _missing_worded,
    ),
    _check(
        "wrong.masked",
        Basis.observed,
        "The code is `invalid_api_key`, and the message has the key's last four characters only.",
        _masked,
    ),
    _check("basic", Basis.observed, "The password of HTTP Basic may be the key.", _basic),
)
