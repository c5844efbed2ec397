"""Copies the data directory of a server, whether it runs or not.

    python3 backup.py /var/lib/diabelli /var/backups/diabelli/2026-01-31

Needs Python 3.11 and nothing else. Run it as the server's user or as root. The copy is a data
directory itself: to restore it, stop the server and put it where the other one was.
A ledger in PostgreSQL is not in there; that is pg_dump's business.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path


def main(words: list[str]) -> None:
    """Back up from the first folder to the second one, which must not exist yet."""
    if len(words) != 2:
        sys.exit("usage: backup.py DATA_DIR NEW_FOLDER")
    data, into = map(Path, words)
    if not (data / "secret").is_file():
        sys.exit(f"{data} is no data directory of Diabelli: there is no secret in it")
    if into.exists():
        sys.exit(f"{into} exists already: give each backup a folder of its own")
    os.umask(0o077)
    draft = into.with_name(f".{into.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    copy(data, draft)
    draft.rename(into)


def copy(data: Path, into: Path) -> None:
    """The ledger first: the pictures of which it tells were there before it told of them."""
    shutil.copy2(data / "secret", into)
    if (data / "ledger.sqlite3").is_file():
        copy_ledger(data / "ledger.sqlite3", into / "ledger.sqlite3")
    for picture in data.glob("pictures/*/img-*"):
        copy_picture(picture, into / picture.relative_to(data))


def copy_ledger(ledger: Path, copied: Path) -> None:
    """As it is at one moment, with what still lies in the file beside it."""
    with closing(sqlite3.connect(ledger)) as source, closing(sqlite3.connect(copied)) as target:
        source.backup(target)


def copy_picture(picture: Path, copied: Path) -> None:
    """Unless its time was over meanwhile."""
    copied.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copy2(picture, copied)
    except FileNotFoundError:
        copied.unlink(missing_ok=True)


if __name__ == "__main__":
    main(sys.argv[1:])
