"""The effort of the fuzz tests: FUZZ=100 multiplies their examples, with new ones each time."""

from __future__ import annotations

import os
from datetime import timedelta

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("FUZZ", "1"))
LONGEST = timedelta(seconds=2)
"""Time limit of one example; a longer one counts as a hang."""


def tries(quick: int) -> settings:
    """Return settings of Hypothesis for a test with `quick` examples in an ordinary run."""
    return settings(
        max_examples=quick * TIMES,
        deadline=LONGEST,
        # An ordinary run tries the same each time: it is to find what a change broke.
        derandomize=TIMES == 1,
        database=None,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,
        ],
    )
