"""Order of validation: the first fault of a request is the one that is reported."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import pairwise

from diabelli.conformance import form, replies, sources
from diabelli.conformance.check import Basis, Check, expect
from diabelli.conformance.target import SMALL, Target

_FAULTS: dict[str, Mapping[str, str]] = {
    "unknown-field": {"surprise": "1"},
    "model": {"model": "no-such-model"},
    "n": {"n": "11"},
    "size": {"size": "1024x1536"},
    "response_format": {"response_format": "x"},
}
"""Fields of each fault, in the order of validation."""
_MISSING, _PICTURE = "image-missing", "image"
ORDER = (_MISSING, *_FAULTS, _PICTURE)


def _message(target: Target, *faults: str) -> str:
    fields = dict(SMALL)
    for name in faults:
        fields |= _FAULTS.get(name, {})
    image: bytes | None = b"no picture" if _PICTURE in faults else sources.plain()
    body = form.build(None if _MISSING in faults else image, fields)
    return str(replies.error(target.post(body), 400)["message"])


def _first(first: str, second: str, target: Target) -> str:
    alone, other = _message(target, first), _message(target, second)
    expect(alone != other, f"both faults have the message {alone!r}")
    both = _message(target, first, second)
    expect(both == alone, f"{both!r} instead of {alone!r}")
    return both


CHECKS = tuple(
    Check(
        id=f"order.{first}-{second}",
        basis=Basis.observed,
        says=f"A request with both faults is refused for `{first}` before `{second}`.",
        run=partial(_first, first, second),
    )
    for first, second in pairwise(ORDER)
)
