"""The comparison of runtimes on a CPU, with tiny networks."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "runtimes.py"


def rows(*words: str) -> dict[str, list[str]]:
    """Return the cells of each row of the table."""
    command = [sys.executable, SCRIPT, "--tiny", "--repeat", "1", *words]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    lines = [line.split("|")[1:-1] for line in ended.stdout.splitlines() if line.startswith("| ")]
    return {name.strip(): [cell.strip() for cell in cells] for name, *cells in lines}


@pytest.mark.timeout(300)
def test_a_runtime_without_its_packages_has_a_reason():
    """The others have figures; a data type of half the width changes the picture a little."""
    names = ("PyTorch float32", "PyTorch bfloat16", "OpenVINO float16 files")
    found = rows("--only", *names)
    single, half, other = (found[name] for name in names)
    for cells in (single, half):
        assert all(re.fullmatch(r"\d+(\.\d+)?", cell) for cell in cells), cells
    assert single[1] == single[3] == "1.00"
    assert float(single[-1]) == 0
    assert 0 < float(half[-1]) < 10
    if find_spec("openvino") is None:
        assert other[0] == "ModuleNotFoundError: No module named 'openvino'"


@pytest.mark.timeout(300)
def test_a_runtime_that_takes_too_long_has_a_reason():
    """Its process is ended at the limit."""
    cells = rows("--only", "PyTorch bfloat16", "--limit", "0.1")["PyTorch bfloat16"]
    assert cells[0] == "not within 0.1 s"
