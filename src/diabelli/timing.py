"""How long the stages of a request take, for whoever wants to know."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias

Stage: TypeAlias = Literal["queued", "decode", "prepare", "engine", "encode", "store"]
"""`queued`, `decode` and `prepare` come once a request, the others once a variation."""

StageCallback: TypeAlias = Callable[[Stage, float], None]
"""Told of a stage that is over and its seconds, from any thread."""


def untimed(stage: Stage, seconds: float) -> None:
    """The `Timed` of someone who does not want to know."""


@contextmanager
def measure_stage(stage: Stage, timed: StageCallback) -> Iterator[None]:
    """Tell how long the block took, unless it raises."""
    started = time.monotonic()
    yield
    timed(stage, time.monotonic() - started)
