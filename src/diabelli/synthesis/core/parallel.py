"""Parallel execution of independent pieces of work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class ParallelMap(Protocol):
    """Runs independent callables in any order and on any threads."""

    def __call__(self, pieces: Sequence[Callable[[], T]], /) -> list[T]:
        """Run the pieces.

        Args:
            pieces: callables without arguments.

        Returns:
            Their results, in the order of `pieces`.

        Raises:
            Exception: the first exception that a piece raised.
        """


def run_sequentially(pieces: Sequence[Callable[[], T]]) -> list[T]:
    """Run the pieces one after the other on the calling thread."""
    return [piece() for piece in pieces]
