"""One conformance check, its basis and its result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diabelli.conformance.target import Target


class Basis(StrEnum):
    """Source of a requirement."""

    published = "published"
    """OpenAI's reference and OpenAPI description, or a standard that they name."""
    observed = "observed"
    """Behaviour of the retired service and of real clients, recorded on the wire."""
    declared = "declared"
    """An extension that the server's own `/openapi.json` declares."""


class Outcome(StrEnum):
    """Result of a check."""

    passed = "passed"
    failed = "failed"
    skipped = "skipped"


class Failed(Exception):
    """The server does not meet the requirement; the message is the finding."""


class Skipped(Exception):
    """The check does not apply; the message is the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One requirement.

    Attributes:
        id: stable name, `topic.detail`.
        basis: source of the requirement.
        says: the requirement, in one sentence.
        run: returns the finding; raises `Failed` or `Skipped`.
    """

    id: str
    basis: Basis
    says: str
    run: Callable[[Target], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Result of one check.

    Attributes:
        check: the check.
        outcome: passed, failed or skipped.
        seen: the finding, or the reason why the check was skipped.
        seconds: duration.
    """

    check: Check
    outcome: Outcome
    seen: str
    seconds: float


def expect(condition: object, seen: str) -> None:
    """Raise `Failed` with the finding unless the condition is true."""
    if not condition:
        raise Failed(seen)
