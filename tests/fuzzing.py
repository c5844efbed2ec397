"""How hard the fuzz tests try: FUZZ=100 lets them try a hundred times as often, each time anew."""

from __future__ import annotations

import os
from datetime import timedelta

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("FUZZ", "1"))
LONGEST = timedelta(seconds=2)
"""Whatever takes longer hangs."""


def tries(quick: int) -> settings:
    """Hypothesis's settings for a test that tries `quick` times in an ordinary run."""
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
