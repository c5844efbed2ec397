"""The settings in docs/upstream.md are valid."""

from __future__ import annotations

import re
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from diabelli.engines.upstream.manager import UpstreamManager
from engines.upstream.bridging import upstream_engine

DOCS = Path(__file__).parents[3] / "docs" / "upstream.md"
BLOCKS = [tomllib.loads(text) for text in re.findall(r"```toml\n(.*?)```", DOCS.read_text(), re.S)]
ENTRIES = {
    name: entry
    for block in BLOCKS
    for name, entry in block.get("engines", {}).items()
    if entry.get("kind") == "upstream"
}


@pytest.mark.parametrize("name", ENTRIES)
def test_entries_make_engines(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each entry makes an engine, without a connection."""
    entry: dict[str, Any] = dict(ENTRIES[name])
    if key := entry.get("auth", {}).get("key_env"):
        monkeypatch.setenv(key, "a-key")
    with closing(UpstreamManager()) as manager:
        engine = upstream_engine(manager, entry.pop("base_url"), name=name, **entry)
    assert engine.info.name == name
