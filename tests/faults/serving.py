"""`diabelli serve` as a separate process, with tiny engines and real files."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from api.wire import PATH, picture

TESTS = Path(__file__).parents[1]
SOURCE = picture()
PATIENCE_S = 60
"""Seconds that a wait may take: two loaded cores are slow, and a short wait costs nothing more."""


class Process:
    """A server, started in `folder`; its data is in `folder/data`, its gate is `folder`."""

    def __init__(self, folder: Path, *words: str, under: tuple[str, ...] = (), **env: str) -> None:
        self.folder = folder
        self.lines: list[str] = []
        self._process = subprocess.Popen(
            [*under, sys.executable, str(TESTS / "faults" / "program.py"), "serve", *words],
            cwd=folder,
            env=environment(folder) | env,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def url(self) -> str:
        """Its base URL; blocks until it is printed."""
        return until(self._announced, 2 * PATIENCE_S)

    def ask(self, model: str = "shift", timeout: float = 30, **fields: Any) -> httpx.Response:
        """Request one small variation; `headers` are added."""
        headers = fields.pop("headers", {})
        data = {"model": model, "size": "256x256", **{name: str(v) for name, v in fields.items()}}
        return httpx.post(
            self.url + PATH, data=data, files={"image": SOURCE}, headers=headers, timeout=timeout
        )

    def knock(self) -> httpx.Response:
        """Return 400 if the server admits requests, 503 if not; starts no work."""
        form = {"image": (None, b""), "nonsense": (None, b"")}
        return httpx.post(self.url + PATH, files=form, timeout=30)

    def entered(self, seed: int) -> list[Path]:
        """Return the pieces of the request with that seed which reached the gate."""
        return list(self.folder.glob(f"entered-{seed}-*"))

    def open_gate(self) -> None:
        """Open the gate."""
        (self.folder / "open").touch()

    def send_signal(self, number: int) -> None:
        """Send a signal to the process."""
        self._process.send_signal(number)

    def wait(self, timeout: float = 20) -> int:
        """Return its exit code, after its end and all of its output."""
        code = self._process.wait(timeout)
        self._reader.join(5)
        return code

    def kill(self) -> None:
        """Kill it with SIGKILL if it still runs."""
        self._process.send_signal(signal.SIGKILL)
        self.wait()
        self._process.stderr.close()

    def _announced(self) -> str | None:
        found = re.search(r"serves on (\S+) ", "".join(self.lines))
        if found is None and self._process.poll() is not None:
            raise AssertionError("the server ended: " + "".join(self.lines))
        return found and found[1]

    def _read(self) -> None:
        for line in self._process.stderr:
            self.lines.append(line)


def environment(folder: Path) -> dict[str, str]:
    """Return the environment without settings of Diabelli, and with the tests importable."""
    kept = {name: value for name, value in os.environ.items() if "DIABELLI" not in name}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(TESTS), kept.get("PYTHONPATH")])),
        "GATE": str(folder),
        "COLUMNS": "200",
        "DIABELLI_ENGINE": "shift",
        "DIABELLI_MODELS": '{"shift": "shift", "gate": "gate", "broken": "broken"}',
        "DIABELLI_PORT": "0",
        "DIABELLI_THREADS": "2",
    }


def until(look: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:
    """Return the first truthy result of `look`; fail at the time-out."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
    return found


def aside(work: Callable[[], Any]) -> Callable[[], Any]:
    """Run `work` in a thread; return a function that waits for its result."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append((work(), None))
        except Exception as failure:
            outcome.append((None, failure))

    thread = threading.Thread(target=run)
    thread.start()

    def result() -> Any:
        thread.join(60)
        value, failure = outcome[0]
        if failure is not None:
            raise failure
        return value

    return result
