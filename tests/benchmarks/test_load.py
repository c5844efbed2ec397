"""The load benchmark for a few seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

import load

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("workers", [1, 2])
def test_mixed_clients_get_no_server_error(tmp_path: Path, workers: int) -> None:
    """Forty valid, invalid, slow and disconnecting clients get a result or a refusal."""
    seen = load.run(
        "roll",
        workers=workers,
        clients=40,
        seconds=4,
        folder=tmp_path,
        evidence=tmp_path / "evidence",
        cases=8,
    )
    assert not seen.faults
    assert len(seen.good_s) > 10
