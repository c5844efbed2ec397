"""`diabelli vary` signs with the certificate of the settings."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from api.wire import picture
from cli.conftest import Run
from diabelli.credentials.reader import State, read

FAST = ("vary", "a.png", "--engine", "shift", "--size", "16", "--seed", "7")
CERTIFICATE, KEY, ROOT = (f"credentials-{name}.pem" for name in ("certificate", "key", "root"))
SETTINGS = f'credentials_certificate = "{CERTIFICATE}"\ncredentials_key = "{KEY}"\n'
SOURCE = picture()


@pytest.fixture(autouse=True)
def _certificate(run: Run, tmp_path: Path) -> None:
    """A test certificate and a source in the working directory."""
    assert run("credentials", "init").code == 0
    (tmp_path / "a.png").write_bytes(SOURCE)


def sources_of(path: Path) -> tuple[str, ...]:
    """Return the sources in the credentials of a file; assert that these are intact."""
    found = read(path.read_bytes(), roots=(path.parent / ROOT).read_bytes())
    assert found is not None
    assert (found.state, found.recipe["seed"]) == (State.trusted, "7")
    return found.sources


@pytest.mark.parametrize("records_source", [True, False])
def test_the_certificate_of_the_settings_file_signs(
    run: Run, tmp_path: Path, records_source: bool
) -> None:
    """`./diabelli.toml` is read for an engine without settings too."""
    named = f"credentials_source = {str(records_source).lower()}"
    (tmp_path / "diabelli.toml").write_text(SETTINGS + named)
    ended = run(*FAST, "--format", "webp")
    assert (ended.code, ended.out) == (0, "a-7.webp\n"), ended.err
    digest = f"urn:sha256:{hashlib.sha256(SOURCE).hexdigest()}"
    assert sources_of(tmp_path / "a-7.webp") == ((digest,) if records_source else ())


def test_the_certificate_of_the_environment_signs(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a settings file; nothing is signed without both."""
    assert run(*FAST).code == 0
    assert read((tmp_path / "a-7.png").read_bytes()) is None
    monkeypatch.setenv("DIABELLI_CREDENTIALS_CERTIFICATE", CERTIFICATE)
    monkeypatch.setenv("DIABELLI_CREDENTIALS_KEY", KEY)
    assert run(*FAST, "--overwrite").code == 0
    assert sources_of(tmp_path / "a-7.png") == ()


def test_a_certificate_that_cannot_sign_is_refused(run: Run, tmp_path: Path) -> None:
    """With the exit code of invalid settings, and without a file."""
    (tmp_path / "diabelli.toml").write_text(SETTINGS)
    (tmp_path / KEY).write_text("no key")
    ended = run(*FAST)
    assert ended.code == 2
    assert "credentials" in ended.err
    assert not list(tmp_path.glob("a-*"))
