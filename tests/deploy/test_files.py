"""The files of deploy/ agree with each other and with the defaults of the settings."""

from __future__ import annotations

import configparser
import getpass
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from deploy.proxies import DEPLOY, program, written
from diabelli.cli import app
from diabelli.settings import Settings
from diabelli.settings.reading import load_settings

PROXIES = ("nginx.conf", "nginx-prefix.conf", "Caddyfile")
DEFAULTS = Settings(data_dir=Path("nowhere"))


def test_every_file_is_explained() -> None:
    """The page for operators names each."""
    page = (DEPLOY.parent / "docs" / "operations.md").read_text("utf-8")
    for path in DEPLOY.iterdir():
        assert f"deploy/{path.name}" in page, path.name


def unit() -> configparser.SectionProxy:
    """What the unit says of its service; of repeated lines the last."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(DEPLOY / "diabelli.service")
    return parser["Service"]


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """It finds nothing to complain of, and the sandbox tight."""
    analyze = program("systemd-analyze")
    text = written(
        "diabelli.service",
        {
            "/opt/diabelli/bin/diabelli": str(Path(sys.executable).parent / "diabelli"),
            "User=diabelli": f"User={getpass.getuser()}",
            "Group=diabelli\n": "",
        },
    )
    (tmp_path / "diabelli.service").write_text(text)
    path = str(tmp_path / "diabelli.service")
    verified = subprocess.run([analyze, "verify", path], capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    judged = subprocess.run(
        [analyze, "security", "--offline=yes", "--threshold=30", path], capture_output=True
    )
    assert judged.returncode == 0, judged.stdout


def test_the_unit_starts_the_command_as_it_is() -> None:
    """Its command and options exist."""
    _, name, *words = unit()["ExecStart"].split()
    options = [
        option for parameter in get_command(app).commands[name].params for option in parameter.opts
    ]
    assert {word for word in words if word.startswith("-")} <= set(options)


def test_the_unit_waits_for_the_last_requests() -> None:
    """It kills nothing that `stop_grace_s` still allows."""
    assert int(unit()["TimeoutStopSec"]) > DEFAULTS.stop_grace_s + 10


def test_the_settings_are_good_and_fit_the_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Data lies where the unit lets it be written."""
    monkeypatch.chdir("/")
    settings = load_settings({}, DEPLOY / "diabelli.toml")
    assert settings.data_dir == Path("/var/lib") / unit()["StateDirectory"]
    assert "--config /etc/diabelli/diabelli.toml" in unit()["ExecStart"]


@pytest.mark.parametrize("name", PROXIES)
def test_proxies_are_patient(name: str) -> None:
    """They wait longer than any request may take."""
    text = (DEPLOY / name).read_text("utf-8")
    (seconds,) = re.findall(r"(?:proxy_read_timeout|response_header_timeout) (\d+)s", text)
    assert int(seconds) > DEFAULTS.deadline_s + DEFAULTS.body_timeout_s


@pytest.mark.parametrize("name", PROXIES)
def test_proxies_refuse_in_the_servers_words(name: str) -> None:
    """What they answer for a server that is away is what it would answer itself."""
    from diabelli.api.errors.responses import SORRY

    (body,) = re.findall(r"""['`](\{"error.*\})['`]""", (DEPLOY / name).read_text("utf-8"))
    error = json.loads(body)["error"]
    assert error == {"code": None, "message": SORRY, "param": None, "type": "server_error"}
