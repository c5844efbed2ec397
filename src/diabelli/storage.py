"""Keeps result pictures in a local folder, behind signed links that expire.

A key is "<UTC hour>/img-<24 letters and digits>.<format>": a folder for each hour keeps folders
small and the sweep cheap. A link's query is "st=<from>&se=<until>&sig=<signature>", in Unix
seconds; the signature is HMAC-SHA256 over the key and both times, so none of them can be altered.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import string
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

from diabelli.errors import InvalidSignature, LinkExpired, PictureNotFound, StoreUnavailable
from diabelli.pictures import Format

_KEY = re.compile(r"[0-9]{10}/img-[A-Za-z0-9]{24}\.(png|webp|jpeg)", re.ASCII)
_HOUR = re.compile(r"[0-9]{10}", re.ASCII)
_TIME = re.compile(r"[0-9]{1,12}", re.ASCII)
_ALPHABET = string.ascii_letters + string.digits
_GRACE_S = 60  # a download that began in time may still be running
_SECRET_BYTES = 32


class LocalStorage:
    """Pictures in `root`, one folder for each hour; several processes may share it."""

    def __init__(
        self,
        root: Path,
        secret: bytes,
        lifetime_s: int = 3600,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Make `root` where it is missing, readable by its owner alone.

        Raises `StoreUnavailable` where that is not possible.
        """
        self._root = ensure_private_dir(root)
        self._secret = secret
        self._lifetime_s = lifetime_s
        self._clock = clock

    def put(self, picture: bytes, output_format: Format) -> str:
        """Keep the picture and return its key; it is there as a whole or not at all.

        Raises `StoreUnavailable` where it cannot be written.
        """
        now = self._clock()
        hour = time.strftime("%Y%m%d%H", time.gmtime(now))
        name = "".join(secrets.choice(_ALPHABET) for _ in range(24))
        key = f"{hour}/img-{name}.{output_format}"
        try:
            (self._root / hour).mkdir(mode=0o700, exist_ok=True)
            _write_atomically(self._root / key, picture, now)
        except OSError as cause:
            raise StoreUnavailable(f"the picture cannot be kept: {cause.strerror}") from cause
        return key

    def signed_query(self, key: str, start: int | None = None) -> str:
        """The query that opens the link to `key` for the storage's lifetime.

        start: when that begins, in Unix seconds; None means now. The same start, the same query.
        """
        start = int(self._clock()) if start is None else start
        end = start + self._lifetime_s
        return urlencode(
            {"st": start, "se": end, "sig": self._signature(key, str(start), str(end))}
        )

    def get(self, key: str, query: Mapping[str, str]) -> bytes:
        """The picture under `key`, for the values `st`, `se` and `sig` of its link.

        Raises `LinkRefused` for a link that `sign` never made, `LinkExpired` for one whose time is
        over, `PictureNotFound` where there is no such picture (any more), and `StoreUnavailable`
        where it cannot be read.
        """
        self._check_link(key, query)
        return self.read(key)

    def read(self, key: str) -> bytes:
        """The picture that `put` kept under `key`, without a link.

        Raises `PictureNotFound` where there is none (any more), and `StoreUnavailable` where it
        cannot be read.
        """
        try:
            return (self._root / key).read_bytes()
        except FileNotFoundError as cause:
            raise PictureNotFound(f"no picture is kept under {key!r}") from cause
        except OSError as cause:
            raise StoreUnavailable(f"the picture cannot be read: {cause.strerror}") from cause

    def _check_link(self, key: str, query: Mapping[str, str]) -> None:
        if not _KEY.fullmatch(key):
            raise PictureNotFound(f"no picture is kept under {key!r}")
        start, end = query.get("st", ""), query.get("se", "")
        if not (_TIME.fullmatch(start) and _TIME.fullmatch(end)):
            raise InvalidSignature(
                "the link is not signed: it must carry st, se and sig as it was given"
            )
        # Compared as bytes, because a str with other than ASCII makes compare_digest fail.
        given = query.get("sig", "").encode("utf-8", "surrogatepass")
        if not hmac.compare_digest(given, self._signature(key, start, end).encode()):
            raise InvalidSignature(
                "the link's signature does not fit: it must be used as it was given"
            )
        if self._clock() >= int(end):
            raise LinkExpired(f"the link was valid until {_utc(int(end))}")

    def _signature(self, key: str, start: str, end: str) -> str:
        return hmac.new(self._secret, f"{key}\n{start}\n{end}".encode(), hashlib.sha256).hexdigest()

    def check(self) -> None:
        """Raise `StoreUnavailable` where a picture could not be kept."""
        draft = self._root / f".check-{secrets.token_hex(8)}"
        try:
            try:
                _write(draft, b"works")
            finally:
                draft.unlink(missing_ok=True)
        except OSError as cause:
            raise StoreUnavailable(f"pictures cannot be kept: {cause.strerror}") from cause

    def size(self) -> int:
        """The bytes of everything that is kept; looks at every file.

        Raises `StoreUnavailable` where it cannot look.
        """
        try:
            return sum(_size_of(folder) for folder in self._hours())
        except OSError as cause:
            raise StoreUnavailable(f"the pictures cannot be seen: {cause.strerror}") from cause

    def delete_expired(self) -> int:
        """Remove what no link opens any more, and what was never finished; tell how many files."""
        now, removed = self._clock(), 0
        for folder in self._hours():
            # Another process may be sweeping it away.
            with suppress(FileNotFoundError):
                removed += self._sweep(folder, now)
        return removed

    def _sweep(self, folder: Path, now: float) -> int:
        # Whoever wrote these is dead: a picture is written in a moment.
        removed = sum(_remove_if_older(path, now - _GRACE_S) for path in folder.glob(".*"))
        oldest = now - self._lifetime_s - _GRACE_S
        # An hour's folder may take pictures until the hour is over.
        first_hour_kept = time.strftime("%Y%m%d%H", time.gmtime(oldest))
        if folder.name <= first_hour_kept:
            removed += sum(_remove_if_older(path, oldest) for path in folder.iterdir())
        if folder.name < first_hour_kept and not any(folder.iterdir()):
            folder.rmdir()
        return removed

    def _hours(self) -> list[Path]:
        return [path for path in sorted(self._root.iterdir()) if _HOUR.fullmatch(path.name)]


def ensure_private_dir(path: Path) -> Path:
    """`path` as a folder, made for its owner alone where it is missing.

    Raises `StoreUnavailable` where it cannot be made or written to.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as cause:
        raise StoreUnavailable(f"the folder {path} cannot be made: {cause.strerror}") from cause
    if not os.access(path, os.W_OK | os.X_OK):
        raise StoreUnavailable(f"the folder {path} cannot be written to")
    return path


def load_or_create_secret(folder: Path) -> bytes:
    """The secret that links are signed with, made on the first call; 32 bytes, for the owner alone.

    Processes that make it at the same moment agree on one.
    Raises `StoreUnavailable` where it can be neither made nor read.
    """
    path = ensure_private_dir(folder) / "secret"
    try:
        if not path.exists():
            _make_secret(path)
        secret = path.read_bytes()
    except OSError as cause:
        raise StoreUnavailable(f"the secret {path} is not usable: {cause.strerror}") from cause
    if len(secret) != _SECRET_BYTES:
        raise StoreUnavailable(
            f"the secret {path} has {len(secret)} bytes instead of {_SECRET_BYTES}; "
            "remove it to have a new one made"
        )
    return secret


def _make_secret(path: Path) -> None:
    draft = path.with_name(f".secret-{secrets.token_hex(8)}")
    try:
        _write(draft, secrets.token_bytes(_SECRET_BYTES))
        # A link, unlike a rename, leaves alone what another process put there first.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)


def _write_atomically(path: Path, content: bytes, modified: float) -> None:
    draft = path.with_name(f".{path.name}.part")
    try:
        _write(draft, content)
        os.utime(draft, (modified, modified))
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    """Write a new file, for its owner alone, through to the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _remove_if_older(path: Path, moment: float) -> bool:
    """Whether the file was older and has been removed; another process may be quicker."""
    try:
        if path.stat().st_mtime > moment:
            return False
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def _size_of(folder: Path) -> int:
    """The bytes of its files; another process may remove any of them meanwhile, or the folder."""
    size = 0
    with suppress(FileNotFoundError):
        for path in folder.iterdir():
            with suppress(FileNotFoundError):
                size += path.stat().st_size
    return size


def _utc(moment: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(moment))
