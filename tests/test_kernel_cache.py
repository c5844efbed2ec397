"""The place for compiled kernels, where the package's own folder is closed."""

import os
import stat
from pathlib import Path

import pytest

from diabelli import kernel_cache
from diabelli.kernel_cache import configure_kernel_cache


@pytest.fixture
def _closed(monkeypatch, tmp_path):
    """A package whose folder cannot be written to."""
    # Deleting what is not there makes monkeypatch restore that, whatever the test sets.
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setattr(kernel_cache, "_SYNTHESIS", tmp_path / "missing")


@pytest.mark.usefixtures("_closed")
def test_the_first_place_that_works_is_taken(tmp_path):
    """It is made for this user alone, because what lies there is run."""
    (tmp_path / "file").write_text("in the way")
    configure_kernel_cache([tmp_path / "file" / "a", tmp_path / "b" / "kernels"])
    assert os.environ["NUMBA_CACHE_DIR"] == str(tmp_path / "b" / "kernels")
    assert stat.S_IMODE((tmp_path / "b" / "kernels").stat().st_mode) == 0o700


@pytest.mark.usefixtures("_closed")
def test_without_any_place_a_fresh_one_is_made():
    """The command works all the same."""
    configure_kernel_cache([])
    assert Path(os.environ["NUMBA_CACHE_DIR"]).is_dir()


@pytest.mark.usefixtures("_closed")
def test_the_operator_s_own_place_is_left_alone(monkeypatch, tmp_path):
    """A variable that is set stays as it is."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/elsewhere")
    configure_kernel_cache([tmp_path])
    assert os.environ["NUMBA_CACHE_DIR"] == "/elsewhere"
