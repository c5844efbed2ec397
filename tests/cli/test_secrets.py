"""Secrets do not reach the log, the output, the data directory or the metrics."""

from __future__ import annotations

import base64
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-c", "from diabelli.cli import main; main()"]
SETTING = "sk-proj-of-the-settings-4711"
WRONG = "sk-proj-not-of-this-server-0815"
CHOSEN = "a-key-for-idempotency-1234"
SOURCE = (files("diabelli") / "sample.png").read_bytes()


def environment(**given: str) -> dict[str, str]:
    """Return the environment of a command with only these settings."""
    kept = {name: value for name, value in os.environ.items() if "DIABELLI" not in name}
    settings = {f"DIABELLI_{name.upper()}": value for name, value in given.items()}
    return {**kept, **settings, "COLUMNS": "200"}


@pytest.fixture
def issued(tmp_path: Path) -> str:
    """An admin key in the ledger, as printed once by its command."""
    words = ["keys", "create", "--name", "web", "--admin", "--new-ledger"]
    made = subprocess.run(
        [*COMMAND, *words], cwd=tmp_path, env=environment(), capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    return next(word for word in made.stdout.split() if word.startswith("sk-dbl-"))


@pytest.fixture
def process(tmp_path: Path, issued: str) -> Iterator[subprocess.Popen[str]]:
    """A server with maximum logging."""
    started = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0"],
        cwd=tmp_path,
        env=environment(api_keys=SETTING, log_level="debug"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield started
    started.kill()
    started.communicate()


def basic(user: str, password: str) -> str:
    """Return the value of a Basic Authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def drive(url: str, issued: str) -> list[str]:
    """Send requests with secrets in every possible place; return further secrets."""
    base = url.removesuffix("/v1/images/variations")
    answers = []
    for key in (SETTING, WRONG, issued):
        for authorization in (f"Bearer {key}", basic("", key), basic(key, ""), key, f"Key {key}"):
            headers = {"Authorization": authorization, "Idempotency-Key": CHOSEN}
            answers.append(httpx.get(f"{base}/v1/models?api_key={key}", headers=headers))
            answers.append(httpx.post(f"{url}?key={key}", headers={**headers, "api-key": key}))
    headers = {"Authorization": f"Bearer {issued}", "Idempotency-Key": CHOSEN}
    form = {"image": SOURCE, "size": (None, "256x256")}
    for _ in range(2):
        reply = httpx.post(url, files=form, headers=headers, timeout=60)
        assert reply.status_code == 200
    link = httpx.URL(reply.json()["data"][0]["url"])
    assert httpx.get(link).status_code == 200
    assert {answer.status_code for answer in answers} == {200, 400, 401}
    metrics = httpx.get(f"{base}/metrics", headers=headers)
    assert metrics.status_code == 200
    assert not [word for word in (SETTING, WRONG, issued, CHOSEN) if word in metrics.text]
    return [link.params["sig"]]


@pytest.mark.timeout(300)
def test_secrets_stay_secret(process: subprocess.Popen[str], issued: str, tmp_path: Path) -> None:
    """No key in any form, no client value and no signature occurs in the outputs.

    The data directory, private to its owner, contains none of them either.
    """
    assert process.stderr is not None
    seen = ""
    while "curl" not in seen:
        line = process.stderr.readline()
        assert line, seen
        seen += line
    signed = drive(shlex.split(seen.splitlines()[-1])[1], issued)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    kept = {path: path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()}
    assert (seen + out + err).count("request.answered") > 30
    for path in (tmp_path / "data" / "secret", tmp_path / "data" / "ledger.sqlite3"):
        assert path in kept
        assert path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    for secret in [*hidden(SETTING), *hidden(WRONG), *hidden(issued), CHOSEN, *signed]:
        assert secret not in seen + out + err
        for path, content in kept.items():
            assert secret.encode() not in content, path


def hidden(key: str) -> list[str]:
    """Return a key and its transmitted forms."""
    forms = [basic("", key), basic(key, "")]
    return [key, *(form.removeprefix("Basic ") for form in forms)]


@pytest.mark.parametrize(
    "given",
    [
        {"ledger": "postgresql://me:pass-word-99@127.0.0.1:1/ledger"},
        {"ledger": "postgresql://me:pass-word-99@[/ledger"},
        {"limits_url": "gopher://me:pass-word-99@127.0.0.1:1/0"},
        {"api_keys": "pass-word-99", "host": "300.1.1.1"},
        {"api_key": "pass-word-99"},
    ],
    ids=str,
)
def test_a_fault_does_not_show_a_secret(tmp_path: Path, given: dict[str, str]) -> None:
    """Errors of settings do not contain passwords and keys."""
    ended = subprocess.run(
        [*COMMAND, "serve", "--port", "0"],
        cwd=tmp_path,
        env=environment(**given),
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert ended.returncode in (2, 3), ended.stderr
    assert "pass-word-99" not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
