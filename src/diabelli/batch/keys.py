"""Lists the keys of a source's pictures, as a stream."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

from diabelli.batch.stores import open_source
from diabelli.errors import InvalidParameter, StoreUnavailable
from diabelli.object_store import local_folder, object_store_errors
from diabelli.picture_suffixes import SUFFIXES

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CHUNK = 1000
"""Keys of one answer of a bucket; S3 lists no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyList:
    """The keys of a source's pictures: relative paths with slashes.

    Attributes:
        source: URL of a folder or a bucket.
        without: key of a folder whose pictures are left out, such as the output; None for none.
        limit: maximum number of keys; None for all.
    """

    source: str
    without: str | None = None
    limit: int | None = None

    def __iter__(self) -> Iterator[str]:
        """Yield the keys in the order of the listing: by name in folders, as stored in buckets.

        Raises:
            StoreUnavailable: the source cannot be listed.
        """
        folder = local_folder(self.source)
        listed = _list_bucket(self.source) if folder is None else _list_folder(folder, "")
        return islice(filter(self._is_picture, listed), self.limit)

    def count(self) -> int:
        """Return the number of keys; lists the source."""
        return sum(1 for _ in self)

    def _is_picture(self, key: str) -> bool:
        if PurePosixPath(key).suffix.lower() not in SUFFIXES:
            return False
        return self.without is None or not key.startswith(f"{self.without}/")


def key_below(source: str, out: str) -> str | None:
    """Return the key of the output in the source; None if it is not below it.

    Args:
        source: URL of `url_of`.
        out: the same.

    Raises:
        InvalidParameter: both are the same.
    """
    if source == out:
        raise InvalidParameter("--out is the source: name another folder, or one below it")
    if not out.startswith(f"{source}/"):
        return None
    folder, below = local_folder(source), local_folder(out)
    if folder is None or below is None:
        return out.removeprefix(f"{source}/")
    return below.relative_to(folder).as_posix()


def _list_bucket(url: str) -> Iterator[str]:
    store = open_source(url)
    with object_store_errors(f"{url} cannot be listed", missing_passes=False):
        for chunk in store.list(chunk_size=_CHUNK):
            yield from (found["path"] for found in chunk)


def _list_folder(folder: Path, below: str) -> Iterator[str]:
    """Yield the files below a folder; links to folders are not followed.

    obstore's own listing ends at the first name that is not UTF-8 or has a control character. Here
    such a name becomes a key with escapes, which no file has, so that the picture gets a row.
    """
    try:
        with os.scandir(folder / below) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as cause:
        raise StoreUnavailable(f"{folder / below} cannot be listed: {cause.strerror}") from cause
    for entry in entries:
        name = _CONTROL.sub(_escape, entry.name).encode("utf-8", "backslashreplace").decode()
        key = f"{below}/{name}" if below else name
        if entry.is_dir(follow_symlinks=False):
            yield from _list_folder(folder, key)
        elif entry.is_file():
            yield key


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
