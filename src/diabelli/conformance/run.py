"""Runs checks against a target."""

from __future__ import annotations

import fnmatch
import time
from collections.abc import Iterator, Sequence

from diabelli.conformance.check import Check, Failed, Outcome, Result, Skipped
from diabelli.conformance.checks import CHECKS
from diabelli.conformance.target import Target
from diabelli.conformance.wire import WireError
from diabelli.errors import InvalidParameter


def select(patterns: Sequence[str]) -> tuple[Check, ...]:
    """Return the checks whose id, topic or basis matches one of the patterns; all without any.

    Args:
        patterns: ids, topics (`errors`), bases (`published`), or shell patterns of ids (`png.*`).

    Raises:
        InvalidParameter: a pattern matches no check.
    """
    if not patterns:
        return CHECKS
    for pattern in patterns:
        if not any(_matches(check, pattern) for check in CHECKS):
            topics = ", ".join(dict.fromkeys(_topic(check) for check in CHECKS))
            raise InvalidParameter(f"no check is called {pattern!r}; topics: {topics}")
    return tuple(c for c in CHECKS if any(_matches(c, pattern) for pattern in patterns))


def _topic(check: Check) -> str:
    return check.id.partition(".")[0]


def _matches(check: Check, pattern: str) -> bool:
    return pattern in (check.basis.value, _topic(check)) or fnmatch.fnmatch(check.id, pattern)


def run(target: Target, checks: Sequence[Check]) -> Iterator[Result]:
    """Yield the result of each check, in order.

    Raises:
        WireError: the server cannot be reached at all.
    """
    target.connect().close()
    for check in checks:
        yield _run_one(target, check)


def _run_one(target: Target, check: Check) -> Result:
    started = time.monotonic()
    try:
        outcome, seen = Outcome.passed, check.run(target)
    except Skipped as reason:
        outcome, seen = Outcome.skipped, str(reason)
    except (Failed, WireError) as fault:
        outcome, seen = Outcome.failed, str(fault)
    return Result(check=check, outcome=outcome, seen=seen, seconds=time.monotonic() - started)
