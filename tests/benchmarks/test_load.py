"""A few seconds of the load benchmark, as a test."""

from __future__ import annotations

from pathlib import Path

import pytest

import load

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("workers", [1, 2])
def test_a_crowd_of_all_kinds_meets_no_fault(tmp_path: Path, workers: int) -> None:
    """Forty clients at once, good and bad, slow and gone, each get what is theirs or a refusal."""
    seen = load.run("roll", workers=workers, clients=40, seconds=4, folder=tmp_path, cases=8)
    assert not seen.faults
    assert len(seen.good_s) > 10
