"""Another implementation runs in a separate process."""

import sys

import numpy as np
import pytest

from against import Other

SCRIPT = """
import numpy as np
print("printed text is ignored")

def vary(source, n, strength, seed, size):
    return [np.full((size, size, 3), source[0, 0, 0] + seed + k, np.uint8) for k in range(n)]
"""


def test_each_call_returns_a_result(tmp_path):
    """Images and CPU seconds are returned, even if the script prints."""
    script = tmp_path / "other.py"
    script.write_text(SCRIPT)
    source = np.full((8, 8, 3), 100, np.uint8)
    with Other(script, sys.executable) as other:
        for seed in (1, 5):
            answer = other.vary(source, n=2, strength=0.5, seed=seed, size=4)
            assert [image[0, 0, 0] for image in answer.images] == [100 + seed, 101 + seed]
            assert answer.cpu_s >= 0


def test_a_failed_script_is_reported(tmp_path):
    """A script that fails ends the run with a message, not with a hang."""
    script = tmp_path / "other.py"
    script.write_text("def vary(source, n, strength, seed, size): raise SystemExit(1)")
    with Other(script, sys.executable) as other, pytest.raises(RuntimeError, match="without an"):
        other.vary(np.zeros((8, 8, 3), np.uint8), n=1, strength=0.5, seed=1, size=8)
