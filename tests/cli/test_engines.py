"""`diabelli engines`: installed engines, and what the missing ones need."""

import sys
from types import SimpleNamespace

from diabelli import engines
from diabelli.errors import MissingExtra


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
