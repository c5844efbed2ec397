"""Timing of the stages of a request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias

Stage: TypeAlias = Literal["queued", "decode", "prepare", "engine", "encode", "store"]
"""`queued`, `decode` and `prepare` occur once per request, the others once per variation."""

StageCallback: TypeAlias = Callable[[Stage, float], None]
"""Receives a completed stage and its duration in seconds, from any thread."""


@contextmanager
def measure_stage(stage: Stage, on_stage: StageCallback) -> Iterator[None]:
    """Report the duration of the block to `on_stage`, unless the block raises."""
    started = time.monotonic()
    yield
    on_stage(stage, time.monotonic() - started)
