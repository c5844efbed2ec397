"""Folders of small pictures, and engines that child processes find as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_jobs import install_engines, write_picture


@pytest.fixture(autouse=True)
def engines(tmp_path_factory, monkeypatch):
    """The engines `shift` and `deadly`, which child processes find as well."""
    install_engines(tmp_path_factory.mktemp("site"), monkeypatch)


@pytest.fixture
def photos(tmp_path) -> Path:
    """Three pictures in two folders, with other files."""
    folder = tmp_path / "photos"
    for seed, name in enumerate(("cat/1.png", "cat/2.png", "dog/1.png")):
        write_picture(folder / name, seed=seed)
    (folder / "notes.txt").write_text("no picture")
    return folder
