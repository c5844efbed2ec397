"""The engines of a blind comparison: revisions of this repository, scripts, finished results."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from against import Other
from diabelli import pictures
from diabelli.variation import Image

HERE = Path(__file__).resolve().parent
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
OURS = HERE / "against_ours.py"
"""The script that runs this engine; its package comes from the revision's `src`."""

Result: TypeAlias = tuple[Image, list[str]]
"""A result (h, w, 3 or 4) uint8, and the names of the moves that made it."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture of a round and how it is varied.

    Attributes:
        stem: the file's name without its suffix.
        source: (side, side, 3 or 4) uint8.
        strength: 0..1.
        seed: of the variation.
        side: of the variation, in pixels.
    """

    stem: str
    source: Image
    strength: float
    seed: int
    side: int


class Engine(Protocol):
    """Gives one result for a picture."""

    @property
    def name(self) -> str:
        """The name in the key and in the tables."""

    def result(self, picture: Picture) -> Result | None:
        """Return a result; None where the engine has none of this picture."""

    def close(self) -> None:
        """End the engine's process, if it has one."""


class Script:
    """An implementation in a process, as `against.py` describes it."""

    def __init__(
        self, name: str, script: Path, python: str, source_folder: Path | None = None
    ) -> None:
        """Keep the arguments; the process starts at the first picture.

        Args:
            name: of the engine.
            script: the file with `vary`.
            python: the interpreter with its dependencies.
            source_folder: searched for packages before the installed ones.
        """
        self.name = name
        self._script, self._python, self._source_folder = script, python, source_folder
        self._other: Other | None = None

    def result(self, picture: Picture) -> Result | None:
        """Return the first image that the script gives."""
        if self._other is None:
            self._other = Other(self._script, self._python, self._source_folder)
        answer = self._other.vary(
            pictures.flatten_on_white(picture.source),
            n=1,
            strength=picture.strength,
            seed=picture.seed,
            size=picture.side,
        )
        return answer.images[0], answer.moves[0]

    def close(self) -> None:
        """End the process."""
        if self._other is not None:
            self._other.close()


def ours(name: str, revision: str, trees: Path | None) -> Script:
    """Return this engine at a revision of git; "." is the working tree.

    Args:
        name: of the engine.
        revision: anything that names a commit.
        trees: the folder to check revisions out to, by their hashes. A revision that is there
            already is used again, with its compiled kernels. None for a temporary folder.

    Raises:
        ValueError: git has no such revision.
    """
    root = HERE.parent if revision == "." else check_out(revision, trees)
    return Script(name, OURS, sys.executable, root / "src")


def check_out(revision: str, trees: Path | None) -> Path:
    """Return the root of a detached worktree at a revision."""
    commit = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").strip()
    if trees is None:
        trees = Path(tempfile.gettempdir()) / "diabelli-revisions"
    tree = trees.resolve() / commit
    if not (tree / "src").is_dir():
        _git("worktree", "prune")
        _git("worktree", "add", "--detach", "--force", str(tree), commit)
    return tree


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(HERE.parent), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ValueError(f"git {' '.join(arguments)} failed: {done.stderr.strip() or 'not found'}")
    return done.stdout


class Published:
    """Finished results in a folder.

    The results of `cat.jpg` are the pictures called `cat`, those that begin with `cat_`, `cat-` or
    `cat.`, and those in a subfolder `cat`. A picture `cat_2.jpg` has the results that its longer
    name fits. Where there are several, the variation's seed draws one.
    """

    def __init__(self, name: str, folder: Path, stems: Iterable[str]) -> None:
        """Match the files of the folder to pictures.

        Args:
            name: of the engine.
            folder: is searched with its subfolders.
            stems: of all pictures of the round.

        Raises:
            ValueError: the folder is missing.
        """
        if not folder.is_dir():
            raise ValueError(f"{folder} is not a folder of results")
        self.name = name
        longest_first = sorted(stems, key=len, reverse=True)
        self._found: dict[str, list[Path]] = {}
        for path in sorted(folder.rglob("*")):
            names = (path.stem, *path.relative_to(folder).parts[:-1])
            fitting = [stem for stem in longest_first if _fits(stem, names)]
            if is_picture(path) and fitting:
                self._found.setdefault(fitting[0], []).append(path)

    def result(self, picture: Picture) -> Result | None:
        """Return one of the results of a picture; None where there is none."""
        if picture.stem not in self._found:
            return None
        path = random.Random(picture.seed).choice(self._found[picture.stem])
        return pictures.to_image(path), []

    def close(self) -> None:
        """Do nothing."""


def _fits(stem: str, names: tuple[str, ...]) -> bool:
    """Return whether a file's stem, or a folder above it, names the picture `stem`."""
    return stem in names or names[0].startswith(tuple(stem + mark for mark in "_-."))


def is_picture(path: Path) -> bool:
    """Return whether a path is a file with the suffix of a picture."""
    return path.is_file() and path.suffix.lower() in SUFFIXES
