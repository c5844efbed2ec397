"""The folder in which processes count together."""

import os
import stat

import pytest

from diabelli.cli.metrics_dir import enable_shared_metrics


@pytest.fixture(autouse=True)
def _no_folder_is_set(monkeypatch):
    """What the code sets is taken back after the test."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR")


def test_a_start_counts_from_zero(tmp_path):
    """What an earlier start left is removed, and the folder is its owner's alone."""
    folder = tmp_path / "data" / "metrics"
    enable_shared_metrics(folder)
    (folder / "counter_1.db").write_bytes(b"old")
    del os.environ["PROMETHEUS_MULTIPROC_DIR"]
    enable_shared_metrics(folder)
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(folder)
    assert list(folder.iterdir()) == []
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_operators_own_folder_is_left_alone(monkeypatch, tmp_path):
    """It may be shared with processes that are not of this start."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    (tmp_path / "counter_1.db").write_bytes(b"old")
    enable_shared_metrics(tmp_path / "other")
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(tmp_path)
    assert (tmp_path / "counter_1.db").exists()
