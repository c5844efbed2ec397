"""Output for terminals: escaped texts, and results beside progress bars."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from api.wire import picture
from diabelli.cli.terminal import printable
from faults.serving import environment


def test_texts_do_not_control_the_terminal() -> None:
    """Control characters and markup are escaped."""
    assert printable("\x1b[31m[red]\udcff") == "\ufffd[31m\\[red]\ufffd"


def test_results_stay_on_stdout_beside_the_bars_of_another_terminal(tmp_path: Path) -> None:
    """Rich redirects stdout to the bars' terminal; this is right if both are the same."""
    (tmp_path / "a.png").write_bytes(picture())
    words = ("vary", "a.png", "--engine", "shift", "--size", "16", "--json")
    (shown, out), (bars, err) = pty.openpty(), pty.openpty()
    command = [sys.executable, "-m", "faults.program", *words]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment(tmp_path), stdout=out, stderr=err
    )
    os.close(err)
    with suppress(OSError):
        while os.read(bars, 4096):
            pass
    assert process.wait(60) == 0
    os.set_blocking(shown, False)
    # The end of a colour, which Numba's optional colorama prints at exit, is invisible.
    line = os.read(shown, 4096).decode().replace("\x1b[0m", "")
    assert json.loads(line)["source"] == "a.png"
    for each in (shown, out, bars):
        os.close(each)
