"""Callbacks of one request."""

from __future__ import annotations

from diabelli.timing import Stage
from diabelli.variation import EncodedVariation, Image, Progress


class Observer:
    """Receives the events of one request; every method is a no-op to be overridden.

    Methods are called from any thread. An exception that a method raises cancels the request and
    is raised to the caller unchanged.
    """

    def on_source(self, source: Image) -> None:
        """Receive the whole decoded source, once, before it is fitted to the spec."""

    def on_progress(self, progress: Progress) -> None:
        """Receive the progress of one variation, between two steps of the work."""

    def on_variation(self, index: int, made: EncodedVariation) -> None:
        """Receive a variation as soon as it is encoded; `index` is 0..n-1."""

    def on_stage(self, stage: Stage, seconds: float) -> None:
        """Receive the duration of a completed stage, in seconds."""
