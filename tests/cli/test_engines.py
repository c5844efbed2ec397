"""`diabelli engines`: installed engines, and what the missing ones need."""

import sys
from types import SimpleNamespace

import pytest

from diabelli import engines
from diabelli.cli.pull import how_to_pull
from diabelli.errors import HubUnavailable, MissingExtra


class Missing:
    """An engine whose dependencies are not installed."""

    def __init__(self) -> None:
        raise MissingExtra(extra="dreams", purpose="the engine 'dreams'")


def test_engines_are_listed(run):
    """Each with its version, whether it is trained, and a sentence."""
    ended = run("engines")
    assert ended.code == 0
    assert "patch" in ended.out
    assert "Shifts the source." in ended.out


def test_a_missing_extra_is_named(run, monkeypatch):
    """The list is complete, and names the extra to install."""
    monkeypatch.setitem(sys.modules, "dreams", SimpleNamespace(Engine=Missing))
    monkeypatch.setitem(engines.ENGINES, "dreams", "dreams:Engine")
    assert "pip install 'diabelli[dreams]'" in run("engines").out


def test_the_engine_that_fits_this_machine_best_is_first(run, monkeypatch):
    """With the reason and the command."""
    monkeypatch.setenv("DIABELLI_DEVICE", "cpu")
    monkeypatch.setenv("DIABELLI_VRAM_BUDGET_GB", "7")
    ended = run("engines")
    first = ended.out.splitlines()[1].strip()
    assert first.startswith("sd15-lcm ")
    assert "sd15-lcm fits this machine best: its 6 steps are few enough" in ended.out
    assert f"5.5 GB of 7.0 GB on cpu. To download it, run {how_to_pull()}." in ended.out


@pytest.mark.parametrize(
    ("place", "installed", "commands"),
    [
        ("checkout", False, "`make trained`"),
        ("elsewhere", True, "`diabelli pull`"),
        ("elsewhere", False, "`pip install 'diabelli[diffusion]'`, then `diabelli pull`"),
    ],
)
def test_the_command_for_a_trained_engine_works_as_it_is_named(
    monkeypatch, tmp_path, place, installed, commands
):
    """After `make run` no command is on the path; a small installation lacks the extra."""
    module = sys.modules["diabelli.cli.pull"]
    checkout = tmp_path / "checkout"
    (checkout / ".venv").mkdir(parents=True)
    (checkout / "Makefile").touch()
    monkeypatch.setattr(module, "__file__", str(checkout / "src" / "diabelli" / "cli" / "pull.py"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / place / ".venv"))
    monkeypatch.setattr(module, "find_spec", lambda _: installed or None)
    assert how_to_pull() == commands


def test_an_engine_that_is_on_this_machine_is_not_downloaded_again(run, monkeypatch):
    """The list has the setting that selects it."""
    monkeypatch.setenv("DIABELLI_DEVICE", "cpu")
    monkeypatch.setattr("diabelli.engines.diffusion.availability.check", lambda _: None)
    ended = run("engines")
    assert 'It is on this machine: `engine = "sd15-lcm"` in the settings selects it.' in ended.out


def test_a_small_machine_gets_no_proposal(run, monkeypatch):
    """The list has the reason instead."""
    monkeypatch.setenv("DIABELLI_DEVICE", "cpu")
    monkeypatch.setenv("DIABELLI_VRAM_BUDGET_GB", "2")
    assert "this machine is too small for a trained engine" in run("engines").out


def test_only_trained_engines_are_tried(run, tmp_path):
    """The message names the list."""
    (tmp_path / "a.png").touch()
    ended = run("engines", "try", "patch", str(tmp_path / "a.png"))
    assert ended.code == 2
    assert "'patch' is no trained engine" in ended.err


def test_a_missing_picture_is_not_tried(run, tmp_path):
    """The message has its name."""
    ended = run("engines", "try", "sd15-lcm", str(tmp_path / "absent.png"))
    assert ended.code == 2
    assert "absent.png" in ended.err


def test_a_pull_says_that_an_engine_is_too_large(run, monkeypatch):
    """Before it asks the hub; the weights may be for another machine."""
    monkeypatch.setenv("DIABELLI_DEVICE", "cpu")
    monkeypatch.setenv("DIABELLI_VRAM_BUDGET_GB", "3")

    def unreachable(_preset):
        raise HubUnavailable("no network")

    monkeypatch.setattr("diabelli.engines.diffusion.download.missing_bytes", unreachable)
    ended = run("pull", "sd15-lcm")
    assert ended.code == 3
    assert "sd15-lcm needs 5.5 GB: it is too large to run on this machine" in ended.err
    assert "no network" in ended.err
