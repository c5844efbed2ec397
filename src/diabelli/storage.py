"""Result pictures in a local directory, behind signed links that expire.

A key is `<UTC hour>/img-<24 letters and digits>.<format>`. One directory per hour keeps directories
small and the cleanup cheap. The query of a link is `st=<start>&se=<end>&sig=<signature>`, in Unix
seconds. The signature is HMAC-SHA256 over the key and both times. `st` is informative: comparing it
would reject valid links after a clock was set back.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import string
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

from diabelli.errors import (
    InvalidSignature,
    LinkExpired,
    PictureNotFound,
    StoreFull,
    StoreUnavailable,
)
from diabelli.pictures import Format
from diabelli.private_files import ensure_private_dir, sync_dir, write_atomically, write_new
from diabelli.shared_size import SharedSize

_KEY = re.compile(r"[0-9]{10}/img-[A-Za-z0-9]{24}\.(png|webp|jpeg)", re.ASCII)
_HOUR = re.compile(r"[0-9]{10}", re.ASCII)
_TIME = re.compile(r"[0-9]{1,12}", re.ASCII)
_ALPHABET = string.ascii_letters + string.digits
_GRACE_S = 60
"""Seconds that a picture is kept after its link expires, for downloads that began in time."""

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


class LocalStorage:
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
        self._secret = secret
        self._lifetime_s = lifetime_s
        self._limit_bytes = limit_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._size = SharedSize(self._root / _SIZE_FILE, self.size)
        self._reserved_bytes = 0
        # (modification time in nanoseconds, bytes) of directories that no longer change, by name.
        self._settled: dict[str, tuple[int, int]] = {}

    @property
    def limit_bytes(self) -> int | None:
        """Maximum size of all pictures; None for no limit."""
        return self._limit_bytes

    def reserve(self, size: int) -> None:
        """Reserve room for pictures before they are made; pair it with `release`.

        Args:
            size: Upper bound of their size in bytes.

        Raises:
            StoreFull: The pictures may not fit.
            StoreUnavailable: The storage cannot be read.
        """
        if self._limit_bytes is None:
            return
        with self._lock:
            self._check_room(size, reserved=self._reserved_bytes)
            self._reserved_bytes += size

    def release(self, size: int) -> None:
        """Release room that `reserve` reserved."""
        if self._limit_bytes is not None:
            with self._lock:
                self._reserved_bytes -= size

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
        hour = time.strftime("%Y%m%d%H", time.gmtime(now))
        name = "".join(secrets.choice(_ALPHABET) for _ in range(24))
        key = f"{hour}/img-{name}.{output_format}"
        if self._limit_bytes is not None:
            with self._lock:
                self._check_room(len(picture), add=True)
        try:
            self._make_hour(hour)
            write_atomically(self._root / key, picture, now)
        except OSError as cause:
            raise StoreUnavailable(f"the picture cannot be kept: {cause.strerror}") from cause
        return key

    def signed_query(self, key: str, start: int | None = None) -> str:
        """Return the query of a link that is valid for the storage's lifetime.

        Args:
            key: Key of the picture.
            start: Start of the lifetime in Unix seconds; None for now. The same start gives the
                same query.
        """
        start = int(self._clock()) if start is None else start
        end = start + self._lifetime_s
        return urlencode(
            {"st": start, "se": end, "sig": self._signature(key, str(start), str(end))}
        )

    def get(self, key: str, query: Mapping[str, str]) -> bytes:
        """Return a picture for its link.

        Args:
            key: Key of the picture.
            query: Values `st`, `se` and `sig` of the link.

        Raises:
            InvalidSignature: This server did not sign the link, or it was changed.
            LinkExpired: The link has expired.
            PictureNotFound: There is no such picture.
            StoreUnavailable: The picture cannot be read.
        """
        self.check_link(key, query)
        return self.read(key)

    def open(self, key: str) -> StoredPicture:
        """Return a picture without a link, to be read in slices; otherwise as `read`."""
        try:
            return StoredPicture(self._root / key)
        except FileNotFoundError as cause:
            raise PictureNotFound(f"no picture is stored under {key!r}") from cause
        except OSError as cause:
            raise StoreUnavailable(f"the picture cannot be read: {cause.strerror}") from cause

    def read(self, key: str) -> bytes:
        """Return a picture without a link.

        Raises:
            PictureNotFound: There is no such picture.
            StoreUnavailable: The picture cannot be read.
        """
        try:
            return (self._root / key).read_bytes()
        except FileNotFoundError as cause:
            raise PictureNotFound(f"no picture is stored under {key!r}") from cause
        except OSError as cause:
            raise StoreUnavailable(f"the picture cannot be read: {cause.strerror}") from cause

    def check_link(self, key: str, query: Mapping[str, str]) -> int:
        """Verify a link.

        Returns:
            Whole seconds until it expires, rounded down; caches may keep the picture as long.

        Raises:
            InvalidSignature: This server did not sign the link, or it was changed.
            LinkExpired: The link has expired.
            PictureNotFound: The key has another form.
        """
        if not _KEY.fullmatch(key):
            raise PictureNotFound(f"no picture is stored under {key!r}")
        start, end = query.get("st", ""), query.get("se", "")
        if not (_TIME.fullmatch(start) and _TIME.fullmatch(end)):
            raise InvalidSignature(
                "the link is not signed: it must carry st, se and sig as it was given"
            )
        # As bytes, because compare_digest rejects a str with characters beyond ASCII.
        given = query.get("sig", "").encode("utf-8", "surrogatepass")
        if not hmac.compare_digest(given, self._signature(key, start, end).encode()):
            raise InvalidSignature(
                "the link's signature does not fit: it must be used as it was given"
            )
        remaining_s = int(end) - self._clock()
        if remaining_s <= 0:
            raise LinkExpired(f"the link was valid until {_utc(int(end))}")
        return int(remaining_s)

    def check(self) -> None:
        """Raise `StoreUnavailable` if no file can be written."""
        draft = self._root / f".check-{secrets.token_hex(8)}"
        try:
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
        if self._limit_bytes is not None:
            with self._lock:
                self._size.forget()
        return deleted

    def _check_room(self, size: int, *, reserved: int = 0, add: bool = False) -> None:
        """Raise `StoreFull` unless that many more bytes fit; the caller holds the lock.

        Args:
            size: Bytes of new pictures.
            reserved: Bytes that this process has promised to others.
            add: Whether the pictures are stored now.
        """
        if self._limit_bytes is None:
            return
        try:
            fits = self._size.fits(size, self._limit_bytes, reserved=reserved, add=add)
        except OSError as cause:
            raise StoreUnavailable(f"the picture cannot be kept: {cause.strerror}") from cause
        if not fits:
            raise StoreFull(
                "the storage of result pictures is full: pictures are removed when their links "
                "expire; retry later, or use response_format=b64_json without an Idempotency-Key"
            )

    def _make_hour(self, hour: str) -> None:
        with suppress(FileExistsError):
            (self._root / hour).mkdir(mode=0o700)
            sync_dir(self._root)

    def _signature(self, key: str, start: str, end: str) -> str:
        return hmac.new(self._secret, f"{key}\n{start}\n{end}".encode(), hashlib.sha256).hexdigest()

    def _clean(self, folder: Path, now: float) -> int:
        # A picture is written in a moment, so the writer of an old draft is dead.
        deleted = sum(_delete_if_older(path, now - _GRACE_S) for path in folder.glob(".*"))
        oldest = now - self._lifetime_s - _GRACE_S
        # An hour's directory may receive pictures until the hour ends.
        first_hour = time.strftime("%Y%m%d%H", time.gmtime(oldest))
        if folder.name <= first_hour:
            deleted += sum(_delete_if_older(path, oldest) for path in folder.iterdir())
        if folder.name < first_hour and not any(folder.iterdir()):
            folder.rmdir()
        return deleted

    def _hours(self) -> list[Path]:
        return [path for path in sorted(self._root.iterdir()) if _HOUR.fullmatch(path.name)]


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


def _utc(moment: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(moment))
