"""Evidence of wrong answers: their files, and how these differ from the expected ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from catalogue import Case
from wires import Answer


class Evidence:
    """A folder with one folder for each wrong answer.

    Args:
        folder: created at the first wrong answer.
        cases: all cases of the run, to find the one that an answer belongs to.
    """

    def __init__(self, folder: Path, cases: Sequence[Case]) -> None:
        self.folder = folder
        self._cases = cases
        self._kept = 0

    def keep(self, case: Case, answer: Answer, pictures: Sequence[bytes]) -> str:
        """Write expected and received pictures, headers and seed; return how they differ."""
        self._kept += 1
        folder = self.folder / f"{self._kept}-seed-{case.seed}"
        folder.mkdir(parents=True)
        (folder / "headers.json").write_text(json.dumps(answer.headers, indent=1))
        (folder / "request").write_bytes(case.body())
        found = []
        for index, picture in enumerate(pictures):
            (folder / f"{index}-got.png").write_bytes(picture)
            if index < len(case.expected) and picture != case.expected[index]:
                (folder / f"{index}-expected.png").write_bytes(case.expected[index])
                found.append(self._difference(case, picture, case.expected[index]))
        (folder / "differences").write_text("".join(f"{line}\n" for line in found))
        return ", ".join(sorted(set(found)))

    def _difference(self, case: Case, got: bytes, expected: bytes) -> str:
        """Return how a picture differs; name the seed of the case that it belongs to, if any."""
        found = difference(got, expected)
        if not found.startswith("other pixels"):
            return found
        for other in self._cases:
            if other is not case and any(_equal(got, picture) for picture in other.expected):
                return f"the pixels of seed {other.seed}"
        return found


def difference(got: bytes, expected: bytes) -> str:
    """Return how a received PNG differs from the expected one."""
    try:
        received = _pixels(got)
    except (OSError, SyntaxError, ValueError) as fault:
        return f"cannot be decoded: {fault}"
    wanted = _pixels(expected)
    if received.shape != wanted.shape:
        return f"{received.shape} instead of {wanted.shape}"
    wrong = (received != wanted).any(axis=2)
    if not wrong.any():
        kinds = [
            kind
            for (kind, body), (_, other) in zip(_chunks(got), _chunks(expected), strict=False)
            if body != other
        ]
        return f"equal pixels, other bytes in {' '.join(kinds) or 'the order of the chunks'}"
    for shift in range(1, wanted.shape[1]):
        if np.array_equal(received, np.roll(wanted, shift, axis=1)):
            return f"the pixels of another seed: rolled by {shift} columns more"
    rows, columns = np.nonzero(wrong)
    return (
        f"other pixels: {wrong.sum()} of {wrong.size}, rows {rows.min()} to {rows.max()}, "
        f"columns {columns.min()} to {columns.max()}"
    )


def _equal(got: bytes, other: bytes) -> bool:
    return np.array_equal(_pixels(got), _pixels(other))


def _pixels(picture: bytes) -> np.ndarray:
    with Image.open(BytesIO(picture)) as opened:
        return np.asarray(opened.convert("RGBA"))


def _chunks(png: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield type and body of each chunk."""
    at = 8
    while at + 12 <= len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        yield png[at + 4 : at + 8].decode("latin-1"), png[at + 8 : at + 8 + length]
        at += 12 + length
