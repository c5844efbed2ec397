"""Result pictures in a local directory."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from diabelli.errors import PictureNotFound, StoreUnavailable
from diabelli.pictures import Format
from diabelli.private_files import ensure_private_dir, sync_dir, write_atomically, write_new
from diabelli.shared_size import SharedSize
from diabelli.storage.keys import hour_of, is_hour, new_key
from diabelli.storage.links import LinkSigner
from diabelli.storage.room import Room
from diabelli.storage.storage import GRACE_S, Storage

_SIZE_FILE = ".size"
"""Name of the file by which processes share the size."""

_SETTLED_S = 2.0
"""Age from which a directory's modification time is conclusive; file systems count in ticks."""


class StoredPicture:
    """A picture in a file that stays open, so that it can be read after its deletion."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._size = os.fstat(self._file.fileno()).st_size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        start, stop, _ = part.indices(self._size)
        return os.pread(self._file.fileno(), stop - start, start)

    def __del__(self) -> None:
        # Its holders are dataclasses without a close method.
        if hasattr(self, "_file"):
            self._file.close()


class LocalStorage(Storage):
    """Pictures below a root directory; threads and processes may share it.

    Args:
        root: Directory of the pictures, created with mode 0700 if it is missing.
        secret: Key of the signatures.
        lifetime_s: Lifetime of links in seconds.
        clock: Unix time in seconds.
        limit_bytes: Maximum size of all pictures; None for no limit. It may be exceeded by the
            pictures that are being written during a measurement.

    Raises:
        StoreUnavailable: The directory cannot be created or written.
    """

    def __init__(
        self,
        root: Path,
        secret: bytes,
        lifetime_s: int = 3600,
        clock: Callable[[], float] = time.time,
        *,
        limit_bytes: int | None = None,
    ) -> None:
        self._root = ensure_private_dir(root)
        self._lifetime_s = lifetime_s
        self._clock = clock
        self._size = SharedSize(self._root / _SIZE_FILE, self.size)
        # (modification time in nanoseconds, bytes) of directories that no longer change, by name.
        self._settled: dict[str, tuple[int, int]] = {}
        super().__init__(LinkSigner(secret, lifetime_s, clock), Room(self._size, limit_bytes))

    def put(self, picture: bytes, output_format: Format) -> str:
        """Store a picture, as a whole or not at all.

        The picture survives a power failure from then on.

        Returns:
            Its key.

        Raises:
            StoreFull: The picture does not fit.
            StoreUnavailable: The picture cannot be written.
        """
        now = self._clock()
        key = new_key(output_format, now)
        self._room.add(len(picture))
        try:
            self._make_hour(hour_of(now))
            write_atomically(self._root / key, picture, now)
        except OSError as cause:
            raise StoreUnavailable(f"the picture cannot be kept: {cause.strerror}") from cause
        return key

    def delete(self, key: str, size: int) -> None:  # noqa: ARG002
        """Delete a picture whose link was not sent; see `Storage.delete`."""
        try:
            (self._root / key).unlink(missing_ok=True)
            if self.limit_bytes is not None:
                self._size.forget()
        except OSError as cause:
            raise StoreUnavailable(f"the picture cannot be deleted: {cause.strerror}") from cause

    def open(self, key: str) -> StoredPicture:
        """Return a picture without a link, to be read in slices.

        Raises:
            PictureNotFound: There is no such picture.
            StoreUnavailable: The picture cannot be read.
        """
        try:
            return StoredPicture(self._root / key)
        except FileNotFoundError as cause:
            raise PictureNotFound(f"no picture is stored under {key!r}") from cause
        except OSError as cause:
            raise StoreUnavailable(f"the picture cannot be read: {cause.strerror}") from cause

    def check(self) -> None:
        """Raise `StoreUnavailable` if no picture can be written, or if their size cannot."""
        hour = self._root / hour_of(self._clock())
        folder = hour if os.path.lexists(hour) else self._root
        draft = folder / f".check-{secrets.token_hex(8)}"
        try:
            with suppress(FileNotFoundError):
                os.close(os.open(self._root / _SIZE_FILE, os.O_RDWR | os.O_CLOEXEC))
            try:
                write_new(draft, b"works")
            finally:
                draft.unlink(missing_ok=True)
        except OSError as cause:
            raise StoreUnavailable(f"pictures cannot be kept: {cause.strerror}") from cause

    def size(self) -> int:
        """Return the bytes of all files; reads the metadata of each recent file.

        Raises:
            StoreUnavailable: A directory cannot be read.
        """
        try:
            settled, total = dict[str, tuple[int, int]](), 0
            for folder in self._hours():
                # Another process may be deleting it.
                with suppress(FileNotFoundError):
                    modified = folder.stat().st_mtime_ns
                    known = self._settled.get(folder.name)
                    size = known[1] if known and known[0] == modified else _size_of(folder)
                    total += size
                    if time.time() - modified / 1e9 > _SETTLED_S:
                        settled[folder.name] = modified, size
            self._settled = settled
            return total
        except OSError as cause:
            raise StoreUnavailable(f"the pictures cannot be read: {cause.strerror}") from cause

    def delete_expired(self) -> int:
        """Delete pictures whose links have expired, and abandoned drafts.

        Returns:
            Number of deleted files.
        """
        now, deleted = self._clock(), 0
        for folder in self._hours():
            # Another process may be deleting it.
            with suppress(FileNotFoundError):
                deleted += self._clean(folder, now)
        if self.limit_bytes is not None:
            self._size.forget()
        return deleted

    def _make_hour(self, hour: str) -> None:
        with suppress(FileExistsError):
            (self._root / hour).mkdir(mode=0o700)
            sync_dir(self._root)

    def _clean(self, folder: Path, now: float) -> int:
        # A picture is written in a moment, so the writer of an old draft is dead.
        deleted = sum(_delete_if_older(path, now - GRACE_S) for path in folder.glob(".*"))
        oldest = now - self._lifetime_s - GRACE_S
        # An hour's directory may receive pictures until the hour ends.
        first_hour = hour_of(oldest)
        if folder.name <= first_hour:
            deleted += sum(_delete_if_older(path, oldest) for path in folder.iterdir())
        if folder.name < first_hour and not any(folder.iterdir()):
            folder.rmdir()
        return deleted

    def _hours(self) -> list[Path]:
        return [path for path in sorted(self._root.iterdir()) if is_hour(path.name)]


def _delete_if_older(path: Path, time_s: float) -> bool:
    """Delete a file if it is older than a Unix time; return whether this process did so."""
    try:
        if path.stat().st_mtime > time_s:
            return False
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def _size_of(folder: Path) -> int:
    """Return the bytes of a directory's files; other processes may delete them meanwhile."""
    size = 0
    with suppress(FileNotFoundError):
        for path in folder.iterdir():
            with suppress(FileNotFoundError):
                size += path.stat().st_size
    return size
