"""Tables of the commands in narrow terminals."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from diabelli.bootstrap import open_ledger
from diabelli.ledger.keys import IssuedKeys, Limits
from diabelli.settings import Settings
from ledger.requests import success


@pytest.fixture
def key_id(run, tmp_path: Path) -> str:
    """The id of a key in the ledger that the command uses by default."""
    with closing(open_ledger(Settings(data_dir=tmp_path / "data"))) as database:
        keys = IssuedKeys(database)
        keys.create("site-of-some-length", Limits(images_per_minute=60))
        return keys.list()[0].id


def test_a_narrow_table_is_a_list_of_lines(run, monkeypatch, key_id: str) -> None:
    """Nothing is cut; at 80 columns the same is a table."""
    monkeypatch.setenv("COLUMNS", "24")
    lines = run("keys", "list").out.splitlines()
    assert lines[:4] == [
        "name: site-of-some-length",
        f"id: {key_id}",
        lines[2],
        "limits: 60 a minute",
    ]
    monkeypatch.setenv("COLUMNS", "80")
    (head, row) = run("keys", "list").out.splitlines()
    assert head.split() == ["name", "id", "key", "limits", "made"]
    assert key_id in row


@pytest.mark.parametrize("words", [("engines",), ("usage",), ("block", "list"), ("keys", "list")])
def test_no_word_is_cut_at_24_columns(
    run, monkeypatch, key_id: str, words: tuple[str, ...]
) -> None:
    """Rich cuts words by an ellipsis."""
    run("block", "user", "visitor-with-a-long-name", "--note", "unwanted")
    monkeypatch.setenv("COLUMNS", "24")
    ended = run(*words)
    assert (ended.code, "\N{HORIZONTAL ELLIPSIS}" in ended.out) == (0, False)


def test_the_totals_of_usage_are_the_last_lines(run, monkeypatch, tmp_path: Path) -> None:
    """The footer of the table is a block of lines; bars are left out."""
    monkeypatch.setenv("COLUMNS", "24")
    with closing(open_ledger(Settings(data_dir=tmp_path / "data"))) as database:
        for user in ("much", "little"):
            success(database, time=time.time(), user=user, n=4, engine_ms=1000, total_ms=1500)
    blocks = run("usage", "--by", "user").out.split("\n\n")
    assert [block.split("\n")[:2] for block in blocks] == [
        ["user: little", "images: 4"],
        ["user: much", "images: 4"],
        ["user: all", "images: 8"],
    ]
