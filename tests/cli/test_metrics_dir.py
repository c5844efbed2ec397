"""The shared metrics directory of several processes."""

import os
import stat
from pathlib import Path

import pytest

from diabelli.cli import metrics_dir


@pytest.fixture(autouse=True)
def _no_folder_is_set(monkeypatch):
    """Restore the environment after the test."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR")


@pytest.mark.parametrize("in_memory", [True, False])
def test_a_start_counts_from_zero(tmp_path, monkeypatch, in_memory):
    """Old files are removed; the directory is private, and in memory if possible."""
    memory = tmp_path / "memory"
    if in_memory:
        memory.mkdir()
    monkeypatch.setattr(metrics_dir, "MEMORY", memory if in_memory else tmp_path / "missing")
    data = tmp_path / "data"
    metrics_dir.enable_shared_metrics(data)
    folder = Path(os.environ.pop("PROMETHEUS_MULTIPROC_DIR"))
    (folder / "counter_1.db").write_bytes(b"old")
    metrics_dir.enable_shared_metrics(data)
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(folder)
    assert folder.parent == memory if in_memory else folder == data / "metrics"
    assert list(folder.iterdir()) == []
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_operators_directory_is_unchanged(monkeypatch, tmp_path):
    """Other programs may use it as well."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    (tmp_path / "counter_1.db").write_bytes(b"old")
    metrics_dir.enable_shared_metrics(tmp_path / "other")
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(tmp_path)
    assert (tmp_path / "counter_1.db").exists()
