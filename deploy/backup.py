"""Copies the data directory of a running or stopped server.

    python3 backup.py /var/lib/diabelli /var/backups/diabelli/2026-01-31

Needs Python 3.11 and nothing else. Run it as the server's user or as root. The copy is a data
directory: to restore it, stop the server and move it to the place of the old one.
A ledger in PostgreSQL is not included; use pg_dump.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path


def main(words: list[str]) -> None:
    """Back up the first folder to the second one, which must not exist yet."""
    if len(words) != 2:
        sys.exit("usage: backup.py DATA_DIR NEW_FOLDER")
    data, into = map(Path, words)
    if not (data / "secret").is_file():
        sys.exit(f"{data} is not a data directory of Diabelli: it has no file named secret")
    if into.exists():
        sys.exit(f"{into} exists already: name a new folder for each backup")
    os.umask(0o077)
    draft = into.with_name(f".{into.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    copy(data, draft)
    draft.rename(into)


def copy(data: Path, into: Path) -> None:
    """Copy the ledger first: pictures are stored before their entries, so none is missing."""
    shutil.copy2(data / "secret", into)
    if (data / "ledger.sqlite3").is_file():
        copy_ledger(data / "ledger.sqlite3", into / "ledger.sqlite3")
    for picture in data.glob("pictures/*/img-*"):
        copy_picture(picture, into / picture.relative_to(data))


def copy_ledger(ledger: Path, copied: Path) -> None:
    """Copy a consistent snapshot, including the WAL file."""
    with closing(sqlite3.connect(ledger)) as source, closing(sqlite3.connect(copied)) as target:
        source.backup(target)


def copy_picture(picture: Path, copied: Path) -> None:
    """Copy a picture, unless it expired in the meantime."""
    copied.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copy2(picture, copied)
    except FileNotFoundError:
        copied.unlink(missing_ok=True)


if __name__ == "__main__":
    main(sys.argv[1:])
