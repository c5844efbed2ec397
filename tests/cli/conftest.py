"""The command line, with a tiny engine in place of the embedded one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from diabelli import cli, engines


@dataclass(frozen=True)
class Ended:
    """Result of a command: exit code and output."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(monkeypatch, capsys, tmp_path) -> Run:
    """Runs the command with these arguments in an empty directory."""
    monkeypatch.setitem(engines.ENGINES, "shift", "shift_engine:ShiftEngine")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def command(*words: object) -> Ended:
        monkeypatch.setattr("sys.argv", ["diabelli", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)

    return command
