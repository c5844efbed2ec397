"""`diabelli usage`: sums of the ledger as table, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from diabelli.bootstrap import open_ledger
from diabelli.ledger.database import Database
from diabelli.settings import Settings
from ledger.requests import refusal, success

COLUMNS = ["images", "requests", "errors", "seconds", "p50", "ms", "p95", "ms"]


@pytest.fixture
def database(run, tmp_path: Path) -> Iterator[Database]:
    """The ledger that the command uses by default."""
    with closing(open_ledger(Settings(data_dir=tmp_path / "data"))) as opened:
        yield opened


def test_usage_is_drawn_as_a_table_with_bars(run, database: Database) -> None:
    """The most images have the longest bar, and the last line is the sum."""
    success(database, time=time.time(), user="much", n=8, engine_ms=4000, total_ms=5000)
    success(database, time=time.time(), user="little", n=4, engine_ms=1000, total_ms=1500)
    refusal(database, time=time.time(), user="little")
    lines = run("usage", "--by", "user").out.splitlines()
    heads, much, little, total = lines
    assert heads.split() == ["user", *COLUMNS]
    assert much.count("█") == 2 * little.count("█") == 24
    assert much.replace("█", "").split() == ["much", "8", "1", "0", "4.0", "5000", "5000"]
    assert little.replace("█", "").split() == ["little", "4", "2", "1", "1.0", "1500", "1500"]
    assert total.split() == ["all", "12", "3", "1", "5.0"]


def test_a_narrow_terminal_shows_every_number(run, database: Database, monkeypatch) -> None:
    """Bars give way first, then names go on in the next line."""
    monkeypatch.setenv("COLUMNS", "80")
    for number in range(2):
        user = f"{number}" * 64
        success(database, time=time.time(), user=user, n=9, engine_ms=987_654_321, total_ms=123_456)
    first = run("usage", "--by", "user").out.splitlines()[1]
    assert first.replace("█", "").split()[1:] == ["9", "1", "0", "987654.3", "123456", "123456"]


def test_usage_is_written_as_json(run, database: Database) -> None:
    """One object a line, with null for a missing name."""
    success(database, time=time.time(), n=2, engine_ms=250, total_ms=300)
    assert json.loads(run("usage", "--by", "user", "--json").out) == [
        {
            "name": None,
            "requests": 1,
            "images": 2,
            "errors": 0,
            "seconds": 0.25,
            "p50_ms": 300,
            "p95_ms": 300,
        }
    ]


def test_usage_is_written_as_csv(run, database: Database) -> None:
    """With a header; names are quoted if necessary."""
    success(database, time=time.time(), user='a "name", with a comma')
    (row,) = csv.DictReader(io.StringIO(run("usage", "--by", "user", "--csv").out))
    assert row["name"] == 'a "name", with a comma'
    assert (row["images"], row["errors"]) == ("1", "0")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", " =", "\uff1d"])
@pytest.mark.parametrize("suspicious", [False, True])
def test_csv_contains_no_formulas(run, database: Database, start: str, suspicious: bool) -> None:
    """A spreadsheet shows a client's text and does not evaluate it."""
    user = f'{start}HYPERLINK("http://x")'
    for key in ("a", "b", "c"):
        success(database, time=time.time(), user=user, key=key)
    command = ["usage", "--suspicious"] if suspicious else ["usage", "--by", "user"]
    (row,) = csv.DictReader(io.StringIO(run(*command, "--csv").out))
    assert row["user" if suspicious else "name"] == f"'{user}"
    assert row["requests"] == "3"


@pytest.mark.parametrize(
    ("since", "images"), [("30m", 1), ("3h", 2), ("2d", 3), ("2w", 4), ("2020-01-01", 5)]
)
def test_periods_have_units(run, database: Database, since: str, images: int) -> None:
    """Minutes, hours, days, weeks, or a date."""
    for age_s in (60, 2 * 3600, 86400, 8 * 86400, 30 * 86400):
        success(database, time=time.time() - age_s)
    (line,) = json.loads(run("usage", "--by", "model", "--since", since, "--json").out)
    assert line["images"] == images


@pytest.mark.parametrize("since", ["", "7", "7y", "-7d", "yesterday", "2026-13-01"])
def test_an_invalid_period_is_refused(run, since: str) -> None:
    """The message has the accepted forms."""
    ended = run("usage", f"--since={since}")
    assert ended.code == 2
    assert "7d" in ended.err


def test_two_forms_at_once_are_refused(run) -> None:
    """`--json` and `--csv` exclude each other."""
    assert run("usage", "--json", "--csv").code == 2


def test_an_empty_ledger_has_an_empty_table(run, database: Database) -> None:
    """Without requests the sums are 0."""
    ended = run("usage")
    assert ended.code == 0
    assert ended.out.split() == ["day", *COLUMNS]


def test_names_do_not_control_the_terminal(run, database: Database) -> None:
    """Client texts are shown unchanged, except control characters."""
    success(database, time=time.time(), user="[red]x[/red]\x1b]0;y\x07")
    out = run("usage", "--by", "user").out
    assert "[red]x[/red]\N{REPLACEMENT CHARACTER}]0;y" in out
    assert "\x1b" not in out


def test_another_data_directory_can_be_named(run, tmp_path: Path) -> None:
    """The option is that of the server."""
    with closing(open_ledger(Settings(data_dir=tmp_path / "other"))) as database:
        success(database, time=time.time())
    lines = json.loads(run("usage", "--data-dir", tmp_path / "other", "--json").out)
    assert [line["images"] for line in lines] == [1]
