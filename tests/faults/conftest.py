"""Processes for fault injection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faults.serving import Process

Start = Callable[..., Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts `diabelli serve` in an empty directory, with settings in the environment."""
    started: list[Process] = []

    def begin(*words: str, under: tuple[str, ...] = (), **settings: object) -> Process:
        environment = {f"DIABELLI_{name.upper()}": str(value) for name, value in settings.items()}
        started.append(Process(tmp_path, *words, under=under, **environment))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        print("".join(process.lines))
