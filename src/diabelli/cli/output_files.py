"""The files that `diabelli vary` writes: their names, and the rules for existing files."""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from diabelli import pictures
from diabelli.cli.file_names import NameTemplate
from diabelli.cli.sources import Source
from diabelli.errors import InvalidParameter

if TYPE_CHECKING:
    from diabelli.variation import Variation

_REMEDY = "--overwrite replaces existing files, --skip-existing keeps them"
_SHOWN = 3
"""Maximum number of file names in an error message."""


class OutputFiles:
    """Names and writes the output files of one command.

    A source of the command is never replaced, an existing file only with `overwrite`. Files are
    written whole: a failed write leaves no file.
    """

    def __init__(
        self,
        *,
        sources: Sequence[Source],
        folder: Path,
        names: NameTemplate,
        suffix: pictures.Format,
        quality: int | None,
        overwrite: bool,
        skip_existing: bool,
    ) -> None:
        self._sources = sources
        self._identities = {one for each in sources if (one := _identity(each.path))}
        self._folder = folder
        self._names = names
        self._suffix = suffix
        self._quality = quality
        self._overwrite = overwrite
        self._skip_existing = skip_existing

    def variation(self, source: Source, *, seed: int | None, index: int) -> Path:
        """Return the path of one variation."""
        name = self._names.name(source.stem, seed=seed, index=index)
        return self._folder / source.below / f"{name}.{self._suffix}"

    def sheet(self, source: Source) -> Path:
        """Return the path of the contact sheet of a source."""
        return self._folder / source.below / f"{source.stem}-sheet.{self._suffix}"

    def check(self, *, n: int, seed: int | None, sheet: bool) -> None:
        """Check all paths that are known before the first picture is made.

        Raises:
            InvalidParameter: Two sources have the same name or would share files, a path is a
                source, a file exists without `overwrite` or `skip_existing`, or the folder cannot
                be used.
        """
        if self._overwrite and self._skip_existing:
            raise InvalidParameter("--overwrite and --skip-existing exclude each other")
        if self._folder.exists() and not (
            self._folder.is_dir() and os.access(self._folder, os.W_OK | os.X_OK)
        ):
            raise InvalidParameter(f"--out {self._folder} is not a folder that can be written to")
        counts = Counter((source.below, source.stem) for source in self._sources)
        if repeated := [stem for (_, stem), count in counts.items() if count > 1]:
            raise InvalidParameter(
                f"several pictures are called {', '.join(repeated)}: vary them into different "
                "folders"
            )
        # Random seeds differ, but files that exist may be those of any source.
        may_share = seed is not None or not self._names.has_seed or self._skip_existing
        folders = {below for below, _ in counts}
        if may_share and not self._names.has_stem and len(counts) > len(folders):
            raise InvalidParameter(
                f"--name has no {{stem}}, so {len(self._sources)} pictures would share files: "
                "add it to the template"
            )
        targets = [target for source in self._sources for target in self._known(source, n, seed)]
        if sheet:
            targets += [self.sheet(source) for source in self._sources]
        if endangered := [target for target in targets if self._is_source(target)]:
            raise InvalidParameter(
                f"{_listed(endangered)} would replace a source of this command: choose another "
                "--out or --seed"
            )
        if self._overwrite or self._skip_existing:
            return
        if existing := [target for target in targets if os.path.lexists(target)]:
            verb = "exists" if len(existing) == 1 else "exist"
            raise InvalidParameter(f"{_listed(existing)} {verb} already: {_REMEDY}")

    def existing(self, source: Source, *, n: int, seed: int | None) -> list[Path]:
        """Return the variations of a source that exist and are kept, with `skip_existing`.

        With a seed these are only those of that seed.
        """
        if not self._skip_existing:
            return []
        if seed is not None or not self._names.has_seed:
            return [target for target in self._known(source, n, seed) if target.exists()]
        name = re.compile(rf"{self._names.pattern(source.stem)}\.{self._suffix}")
        folder = self._folder / source.below
        if not folder.is_dir():
            return []
        found = [path for path in folder.iterdir() if name.fullmatch(path.name)]
        return sorted(path for path in found if not self._is_source(path))

    def missing(self, source: Source, *, n: int, done: Sequence[Path]) -> list[int]:
        """Return the indexes of the variations that `done` lacks, of `n` with random seeds."""
        if self._names.has_seed:
            return list(range(n - len(done)))
        paths = [self.variation(source, seed=None, index=index) for index in range(n)]
        return [index for index, path in enumerate(paths) if path not in done]

    def write(
        self,
        source: Source,
        picture: bytes,
        made: Mapping[int, Variation],
        done: Sequence[Path],
        *,
        sheet: bool,
    ) -> Iterator[tuple[Path, Variation | None]]:
        """Write the variations of a source and its sheet.

        Yields:
            Each path that was written, with its variation; None for the sheet.

        Args:
            source: The source.
            picture: Its content, for the sheet.
            made: The new variations by their index, 0 for the first.
            done: Variations that exist, for the sheet.
            sheet: Whether to write a contact sheet.
        """
        (self._folder / source.below).mkdir(parents=True, exist_ok=True)
        new = {
            self.variation(source, seed=each.seed, index=index): each
            for index, each in made.items()
        }
        for target, each in new.items():
            if self._write(target, each.encode(self._suffix, self._quality)):
                yield target, each
        if sheet:
            earlier = [pictures.to_image(path) for path in done if path not in new]
            images = [pictures.to_image(picture), *earlier, *(each.image for each in made.values())]
            content = pictures.encode(
                pictures.contact_sheet(images), self._suffix, quality=self._quality
            )
            if self._write(self.sheet(source), content):
                yield self.sheet(source), None

    def _known(self, source: Source, n: int, seed: int | None) -> list[Path]:
        """Return the paths of the variations, as far as the options determine them."""
        count = max(n, 1)
        if not self._names.has_seed:
            return [self.variation(source, seed=None, index=index) for index in range(count)]
        if seed is None or seed < 0:
            return []
        from diabelli.synthesis.core.rng import derive_seeds

        seeds = derive_seeds(seed, count)
        return [self.variation(source, seed=each, index=index) for index, each in enumerate(seeds)]

    def _is_source(self, path: Path) -> bool:
        return _identity(path) in self._identities

    def _write(self, target: Path, content: bytes) -> bool:
        """Write a file whole; return False if it exists and is kept.

        Raises:
            OSError: The file exists and may not be replaced, or it cannot be written.
        """
        if self._is_source(target):
            raise FileExistsError(errno.EEXIST, "is a source of this command", str(target))
        if self._skip_existing and os.path.lexists(target):
            return False
        draft = target.with_name(f".diabelli-{secrets.token_hex(8)}.part")
        try:
            draft.write_bytes(content)
            if self._overwrite:
                draft.replace(target)
            else:
                _publish(draft, target)
        except OSError as cause:
            raise OSError(cause.errno, cause.strerror, str(target)) from cause
        finally:
            draft.unlink(missing_ok=True)
        return True


def _publish(draft: Path, target: Path) -> None:
    """Rename `draft` to `target`; raise FileExistsError if `target` exists."""
    try:
        os.link(draft, target)
    except FileExistsError as cause:
        raise FileExistsError(errno.EEXIST, f"exists already: {_REMEDY}", str(target)) from cause
    except OSError:
        # Some file systems have no hard links; there, a check and a rename must do.
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, f"exists already: {_REMEDY}", str(target)) from None
        draft.rename(target)


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what identifies a file under all its names, or None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _listed(paths: Sequence[Path]) -> str:
    shown = ", ".join(map(str, paths[:_SHOWN]))
    return shown + (f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else "")
