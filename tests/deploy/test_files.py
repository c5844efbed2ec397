"""The files of deploy/ are consistent with each other and with the default settings."""

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
from diabelli.settings.loading import load_settings

PROXIES = ("nginx.conf", "nginx-prefix.conf", "nginx-edges.conf", "Caddyfile")
DEFAULTS = Settings(data_dir=Path("nowhere"))


def test_every_file_is_documented() -> None:
    """docs/operations.md names each file."""
    page = (DEPLOY.parent / "docs" / "operations.md").read_text("utf-8")
    for path in DEPLOY.iterdir():
        assert f"deploy/{path.name}" in page, path.name


def unit() -> configparser.SectionProxy:
    """Return the unit's service section; the last of repeated lines."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(DEPLOY / "diabelli.service")
    return parser["Service"]


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    """systemd-analyze reports no error, and an exposure of at most 3."""
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


def test_the_unit_uses_existing_options() -> None:
    """Its command and options exist."""
    _, name, *words = unit()["ExecStart"].split()
    options = [
        option for parameter in get_command(app).commands[name].params for option in parameter.opts
    ]
    assert {word for word in words if word.startswith("-")} <= set(options)


def test_the_unit_waits_for_the_last_requests() -> None:
    """TimeoutStopSec is longer than `stop_grace_s`."""
    assert int(unit()["TimeoutStopSec"]) > DEFAULTS.stop_grace_s + 10


def test_the_settings_are_valid_and_fit_the_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The data directory is the unit's state directory."""
    monkeypatch.chdir("/")
    settings = load_settings({}, DEPLOY / "diabelli.toml")
    assert settings.data_dir == Path("/var/lib") / unit()["StateDirectory"]
    assert "--config /etc/diabelli/diabelli.toml" in unit()["ExecStart"]


@pytest.mark.parametrize("name", PROXIES)
def test_proxy_timeouts_exceed_the_deadline(name: str) -> None:
    """Their time-outs are longer than any request may take."""
    text = (DEPLOY / name).read_text("utf-8")
    (seconds,) = re.findall(r"(?:proxy_read_timeout|response_header_timeout) (\d+)s", text)
    assert int(seconds) > DEFAULTS.deadline_s + DEFAULTS.body_timeout_s


@pytest.mark.parametrize("name", PROXIES)
def test_proxies_send_the_servers_error(name: str) -> None:
    """Their error for an unreachable server equals the server's own 503."""
    from diabelli.api.errors.responses import SORRY

    (body,) = re.findall(r"""['`](\{"error.*\})['`]""", (DEPLOY / name).read_text("utf-8"))
    error = json.loads(body)["error"]
    assert error == {"code": None, "message": SORRY, "param": None, "type": "server_error"}
