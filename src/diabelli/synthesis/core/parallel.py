"""Spreading work over threads, whoever has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class ParallelMap(Protocol):
    """Runs pieces of work that do not depend on each other, in any order and any threads."""

    def __call__(self, pieces: Sequence[Callable[[], T]], /) -> list[T]:
        """What the pieces return, in their order; the first failure is raised."""


def run_sequentially(pieces: Sequence[Callable[[], T]]) -> list[T]:
    """The `Spread` of a single thread."""
    return [piece() for piece in pieces]
