"""The field `stream`, if the server declares it."""

from __future__ import annotations

import json
from typing import Any

from diabelli.conformance import replies
from diabelli.conformance.check import Basis, Check, Failed, expect
from diabelli.conformance.target import Target
from diabelli.conformance.wire import Reply


def _events(reply: Reply) -> list[dict[str, Any]]:
    """Return the JSON of each server-sent event; comments are skipped."""
    expect(reply.status == 200, replies.excerpt(reply))
    kind = reply.headers.get("content-type", "none")
    expect(kind.partition(";")[0] == "text/event-stream", f"content-type {kind}")
    found = []
    for block in reply.body.decode().replace("\r\n", "\n").split("\n\n"):
        data = [line[5:].strip() for line in block.split("\n") if line.startswith("data:")]
        if data and data != ["[DONE]"]:
            try:
                found.append(json.loads("\n".join(data)))
            except ValueError as cause:
                raise Failed(f"an event is no JSON: {data}") from cause
    expect(found and all(isinstance(event, dict) for event in found), "no events with JSON")
    return found


def _streamed(target: Target) -> list[dict[str, Any]]:
    target.extension("stream")
    return _events(target.vary({"stream": "true", "n": "2"}))


def _completed(target: Target) -> str:
    events = _streamed(target)
    done = [event for event in events if str(event.get("type", "")).endswith(".completed")]
    indices = sorted(event.get("index", -1) for event in done)
    expect(indices == [0, 1], f"`completed` events for {indices}")
    return f"{len(events)} events, one `completed` for each variation"


def _done(target: Target) -> str:
    last = _streamed(target)[-1]
    expect(str(last.get("type", "")).endswith(".done"), f"the last event is {last.get('type')!r}")
    count = len(last.get("data") or ())
    expect(count == 2 and type(last.get("created")) is int, f"`data` has {count} items")
    return "`created` and 2 items"


def _refused(target: Target) -> str:
    target.extension("stream")
    found = replies.error(target.vary({"stream": "true", "n": "11"}), 400)
    return f"400 {found['message']}"


CHECKS = (
    Check(
        id="streaming.completed",
        basis=Basis.declared,
        says="A stream has one `completed` event for each variation.",
        run=_completed,
    ),
    Check(
        id="streaming.done",
        basis=Basis.declared,
        says="The last event is the plain reply.",
        run=_done,
    ),
    Check(
        id="streaming.refused",
        basis=Basis.declared,
        says="A request that is refused before the stream begins gets a plain error.",
        run=_refused,
    ),
)
