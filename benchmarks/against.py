"""Runs another implementation in a separate process, with a separate interpreter.

The other implementation is a Python file that defines one function:

    def vary(source, n, strength, seed, size):
        '''source: (h, h, 3) uint8; returns n images (size, size, 3) uint8'''

It may also return a pair: the images, and for each a list of the names of its moves.

Run as a program, this file is that process. It needs nothing but NumPy.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from runpy import run_path
from types import TracebackType
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

ONE_THREAD = {
    f"{library}_NUM_THREADS": "1" for library in ("MKL", "NUMBA", "OMP", "OPENBLAS", "VECLIB")
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Result of the other implementation.

    Attributes:
        images: n of (size, size, 3) uint8.
        cpu_s: CPU seconds that they took.
        moves: for each image the names of the moves that made it; empty if it names none.
    """

    images: list[NDArray[np.uint8]]
    cpu_s: float
    moves: list[list[str]]


class Other:
    """The other implementation in its process."""

    def __init__(self, script: Path, python: str, source_folder: Path | None = None) -> None:
        """Start the process.

        Args:
            script: the file with `vary`.
            python: the interpreter with its dependencies.
            source_folder: searched for packages before the installed ones.
        """
        path = {} if source_folder is None else {"PYTHONPATH": str(source_folder)}
        self._process = subprocess.Popen(
            [python, __file__, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | ONE_THREAD | path,
        )

    def __enter__(self) -> Other:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def vary(
        self, source: NDArray[np.uint8], *, n: int, strength: float, seed: int, size: int
    ) -> Answer:
        """Return the variations of the other implementation.

        Args:
            source: (side, side, 3) uint8.
            n: number of variations.
            strength: 0..1.
            seed: of the first variation.
            size: of the variations, in pixels a side.

        Raises:
            RuntimeError: the process has ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"n": n, "strength": strength, "seed": seed, "size": size}
        _send(self._process.stdin, request, [source])
        received = _receive(self._process.stdout)
        if received is None:
            raise RuntimeError("the other implementation ended without an answer; see its output")
        message, images = received
        return Answer(images, message["cpu_s"], message["moves"])


def _send(stream: IO[bytes], message: dict[str, Any], images: Sequence[NDArray[np.uint8]]) -> None:
    """Write a line of JSON, with the number of bytes of the images, and the images."""
    packed = BytesIO()
    np.savez(packed, *images)
    message = message | {"bytes": packed.tell()}
    stream.write(json.dumps(message).encode() + b"\n" + packed.getvalue())
    stream.flush()


def _receive(stream: IO[bytes]) -> tuple[dict[str, Any], list[NDArray[np.uint8]]] | None:
    """Read a message of `_send`; return None if the other side has closed the pipe."""
    line = stream.readline()
    if not line:
        return None
    message: dict[str, Any] = json.loads(line)
    with np.load(BytesIO(stream.read(message.pop("bytes")))) as packed:
        return message, [packed[f"arr_{index}"] for index in range(len(packed.files))]


def main() -> None:
    """Answer requests from standard input until it ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the script prints must not get between the answers
    vary = run_path(sys.argv[1])["vary"]
    while (received := _receive(sys.stdin.buffer)) is not None:
        request, (source,) = received
        started = time.process_time()
        made = vary(source, **request)
        images, moves = made if isinstance(made, tuple) else (made, [[] for _ in made])
        message = {"cpu_s": time.process_time() - started, "moves": moves}
        _send(answers, message, images)


if __name__ == "__main__":
    main()
