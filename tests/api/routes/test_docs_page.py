"""docs/api.md stays true: it names every field and error, and its examples run."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from api.wire import Server, picture
from diabelli.api import openapi

TEXT = (Path(__file__).parents[3] / "docs" / "api.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The code in that language."""
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("name", openapi.FORM["properties"])
def test_every_field_has_its_line(name: str) -> None:
    """Each field of the form has a line in one of the tables."""
    assert f"\n| `{name}` |" in TEXT


@pytest.mark.parametrize("status", openapi.ERRORS)
def test_every_error_has_its_line(status: int) -> None:
    """Each status that the server answers with is explained."""
    assert re.search(rf"\n\|[ 0-9,]*\b{status}\b[ 0-9,]*\|", TEXT)


@pytest.mark.parametrize("command", blocks("sh"))
def test_commands_run(server: Server, tmp_path: Path, command: str) -> None:
    """Each command prints a reply."""
    (tmp_path / "picture.png").write_bytes(picture())
    done = subprocess.run(
        ["bash", "-c", command.replace("http://127.0.0.1:8000", server.url)],
        cwd=tmp_path,
        env={**os.environ, "OPENAI_API_KEY": "any"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert '"url"' in done.stdout


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_python_runs(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The examples in Python, one after the other, print URLs, a seed and what is streamed."""
    monkeypatch.chdir(tmp_path)
    Path("picture.png").write_bytes(picture())
    exec("".join(blocks("python")).replace("http://127.0.0.1:8000", server.url), {})
    first, second, seed, *streamed = capsys.readouterr().out.split()
    assert first.startswith(server.url)
    assert second.startswith(server.url)
    assert seed == "7"
    assert sorted(streamed[::3]) == ["0", "1"]
    assert all(url.startswith(server.url) for url in streamed[2::3])
