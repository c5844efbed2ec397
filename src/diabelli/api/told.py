"""What the log line of a request says of it, beyond what every request has."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from diabelli.api.effort import Effort
from diabelli.api.variations.params import VariationRequest
from diabelli.ledger.keys import Caller
from diabelli.variation import VariationBatch


def tell_caller(request: Request, caller: Caller) -> None:
    """Name the key, which is not to be seen itself."""
    if caller.id is not None:
        _told(request).update(key=caller.id, key_name=caller.name)


def tell_wanted(request: Request, wanted: VariationRequest) -> None:
    """What is asked for, and for whom."""
    spec = wanted.spec
    _told(request).update(
        model=wanted.model, engine=wanted.engine, n=spec.n, size=f"{spec.width}x{spec.height}"
    )
    if wanted.user is not None:
        _told(request).update(user=wanted.user)


def tell_created(request: Request, created: VariationBatch, effort: Effort | None) -> None:
    """What was made, and what took its time."""
    _told(request).update(
        seeds=[one.seed for one in created.variations],
        queued_ms=round(effort.queued_ms if effort else 0),
        engine_ms=round((effort.engine_ms if effort else 0) or 0),
    )


def _told(request: Request) -> dict[str, Any]:
    told: dict[str, Any] = request.state.told
    return told
