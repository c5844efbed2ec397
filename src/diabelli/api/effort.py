"""How long a request waited for a thread and was worked on, whatever came of it."""

from __future__ import annotations

from time import perf_counter

from diabelli.timing import Stage, StageCallback


class Effort:
    """The clock of one request's work, from when it is handed in until it is over.

    It is told from any thread, and may be asked at any moment.

    Attributes:
        engine_version: of the engine that it was handed to.
    """

    def __init__(self, engine_version: str) -> None:
        self.engine_version = engine_version
        self._asked = perf_counter()
        self._taken: float | None = None
        self._ended: float | None = None

    def timing(self, timed: StageCallback) -> StageCallback:
        """`timed`, for a service that is to tell when a thread takes the request up."""

        def tell(stage: Stage, seconds: float) -> None:
            # A thread may take it up in the very moment in which it is given up.
            if stage == "queued" and self._ended is None:
                self._taken = perf_counter()
            timed(stage, seconds)

        return tell

    def end(self) -> None:
        """It is over: made, failed, or given up."""
        self._ended = perf_counter()

    @property
    def queued_ms(self) -> float:
        """Until a thread took it up; where none did, all of the time."""
        return 1000 * ((self._taken or self._until) - self._asked)

    @property
    def engine_ms(self) -> float | None:
        """From then on; None where no thread took it up."""
        return None if self._taken is None else 1000 * (self._until - self._taken)

    @property
    def _until(self) -> float:
        return self._ended or perf_counter()
