"""The sources of `diabelli vary`: files, the pictures of folders, and standard input."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from diabelli.errors import InvalidParameter
from diabelli.picture_suffixes import SUFFIXES

STREAM = Path("-")
"""The name of standard input and standard output."""


@dataclass(frozen=True, slots=True)
class Source:
    """One source.

    Attributes:
        path: the file; `-` is standard input.
        below: the folder of its variations, relative to the output folder.
    """

    path: Path
    below: Path = Path()

    @property
    def stem(self) -> str:
        """The first part of the names of its variations."""
        return "stdin" if self.path == STREAM else self.path.stem

    @property
    def label(self) -> str:
        """The name in messages."""
        return "standard input" if self.path == STREAM else str(self.path)

    def read(self) -> bytes:
        """Return the content, up to the limit of a source; raises OSError."""
        from diabelli.pictures.source_file import read_source

        if self.path == STREAM:
            return read_source(sys.stdin.buffer)
        if self.path.is_dir():
            reason = "Is a directory; --recursive varies the pictures below it"
            raise IsADirectoryError(errno.EISDIR, reason, str(self.path))
        return read_source(self.path)


def find_sources(paths: Sequence[Path], *, recursive: bool, output: Path) -> list[Source]:
    """Return the sources of the command's arguments.

    Args:
        paths: files, folders and `-`.
        recursive: whether the pictures below a folder are sources.
        output: the output folder; its pictures are no sources if it is below a folder of `paths`.

    Raises:
        InvalidParameter: `-` is repeated, or a folder has no picture.
    """
    if paths.count(STREAM) > 1:
        raise InvalidParameter("standard input (-) can be read only once")
    sources: list[Source] = []
    for path in paths:
        if not (recursive and path.is_dir()):
            sources.append(Source(path))
            continue
        found = [Source(file, file.parent.relative_to(path)) for file in _pictures(path, output)]
        if not found:
            raise InvalidParameter(f"no picture is below {path}: {', '.join(sorted(SUFFIXES))}")
        sources += found
    return sources


def _pictures(folder: Path, output: Path) -> Iterator[Path]:
    """Yield the pictures below a folder in the order of their names, but none of the output."""
    made = output.resolve()
    inside = made != folder.resolve() and made.is_relative_to(folder.resolve())
    for file in sorted(folder.rglob("*")):
        if file.suffix.lower() not in SUFFIXES or not file.is_file():
            continue
        if not (inside and file.resolve().is_relative_to(made)):
            yield file
