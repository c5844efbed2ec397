"""Files and directories with access for their owner only, written atomically and durably."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

from diabelli.errors import StoreUnavailable

_SECRET_BYTES = 32
"""Length of the secret; the block size that HMAC-SHA256 needs for full strength."""


def ensure_private_dir(path: Path) -> Path:
    """Create a directory with mode 0700 unless it exists.

    Returns:
        The path.

    Raises:
        StoreUnavailable: The directory cannot be created or written.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as cause:
        raise StoreUnavailable(f"the folder {path} cannot be made: {cause.strerror}") from cause
    if not os.access(path, os.W_OK | os.X_OK):
        raise StoreUnavailable(f"the folder {path} cannot be written to")
    return path


def load_or_create_secret(folder: Path) -> bytes:
    """Return the secret that signs links, 32 bytes; the first call creates it with mode 0600.

    Processes that create it concurrently agree on one.

    Raises:
        StoreUnavailable: The secret can be neither created nor read.
    """
    path = ensure_private_dir(folder) / "secret"
    try:
        if not path.exists():
            _create_secret(path)
        # To read a pipe would wait without end, and a device may have no end.
        if not path.is_file():
            raise StoreUnavailable(f"the secret {path} is not a file; remove it to have one made")
        secret = path.read_bytes()
    except OSError as cause:
        raise StoreUnavailable(f"the secret {path} is not usable: {cause.strerror}") from cause
    if len(secret) != _SECRET_BYTES:
        raise StoreUnavailable(
            f"the secret {path} has {len(secret)} bytes instead of {_SECRET_BYTES}; "
            "remove it to have a new one made"
        )
    return secret


def write_atomically(path: Path, content: bytes, modified: float) -> None:
    """Write a file with mode 0600, sync it, and rename it to its name.

    Afterwards the file survives a power failure. After an exception, no part of it is left.

    Args:
        path: Path of the file.
        content: Its bytes.
        modified: Its modification time in Unix seconds.

    Raises:
        OSError: The file cannot be written, for example on a full disk.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        write_new(draft, content)
        os.utime(draft, (modified, modified))
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_dir(path.parent)


def write_new(path: Path, content: bytes) -> None:
    """Create a file with mode 0600 and sync its content to disk; raises OSError if it exists."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_dir(path: Path) -> None:
    """Sync a directory to disk, so that its new and renamed files survive a power failure."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems cannot sync directories.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)


def _create_secret(path: Path) -> None:
    draft = path.with_name(f".secret-{secrets.token_hex(8)}")
    try:
        write_new(draft, secrets.token_bytes(_SECRET_BYTES))
        # Unlike a rename, a link fails if another process has created the file.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
    sync_dir(path.parent)
