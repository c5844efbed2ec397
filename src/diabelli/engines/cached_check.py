"""A readiness check whose result is cached."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from diabelli.errors import DiabelliError


class CachedCheck:
    """Repeats a check once its last result is too old; until then it returns or raises the same."""

    def __init__(
        self, check: Callable[[], object], ttl_s: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Create it without a result.

        Args:
            check: raises a `DiabelliError` if something is not ready.
            ttl_s: seconds for which a result counts.
            now: clock in seconds.
        """
        self._check, self._ttl_s, self._now = check, ttl_s, now
        self._checked_at = -math.inf
        self._fault: DiabelliError | None = None

    def __call__(self) -> None:
        """Return if all is ready.

        Raises:
            DiabelliError: as the check has raised it.
        """
        if self._now() - self._checked_at >= self._ttl_s:
            try:
                self._check()
                self._fault = None
            except DiabelliError as fault:
                self._fault = fault
            self._checked_at = self._now()
        if self._fault is not None:
            raise self._fault
