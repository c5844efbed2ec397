"""Result pictures in a bucket, shared by servers on any number of machines."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from diabelli.errors import LedgerUnavailable, PictureNotFound
from diabelli.object_store import object_store_errors, presigned_url
from diabelli.pictures import Format
from diabelli.storage.keys import MEDIA_TYPES, is_key, new_key
from diabelli.storage.links import LinkSigner
from diabelli.storage.room import Room, SizeCount
from diabelli.storage.storage import GRACE_S, Storage

if TYPE_CHECKING:
    from diabelli.object_store import ObjectStore

_PROBE = "check"
"""Key of the object that `check` writes; it is no picture, so that nothing counts or deletes it."""
_PAGE = 1000
"""Objects of one request that lists or deletes, the maximum of S3."""


class SharedCount(SizeCount, Protocol):
    """A count of bytes that all servers of a bucket share."""

    def total(self) -> int:
        """Return the bytes of all pictures."""

    def subtract(self, size: int) -> None:
        """Remove bytes that were added but not stored."""

    def replace(self, before: int, measured: int) -> None:
        """Replace the count by a measurement; later additions stay added.

        Args:
            before: The count before the measurement.
            measured: Bytes of all pictures.
        """


class BucketStorage(Storage):
    """Pictures in a bucket, below its prefix; other objects are left alone.

    Args:
        store: The opened bucket.
        secret: Key of the signatures of links.
        lifetime_s: Lifetime of links in seconds.
        clock: Unix time in seconds. Ages are those of the bucket's clock.
        count: Bytes of all pictures.
        limit_bytes: Maximum size of all pictures; None for no limit.
        presigned: Whether links lead to the bucket instead of the server.
        deletes: Whether expired pictures are deleted; otherwise a rule of the bucket does so.
        keeps_attributes: Whether objects can have a media type; folders cannot.
    """

    def __init__(
        self,
        store: ObjectStore,
        secret: bytes,
        lifetime_s: int = 3600,
        clock: Callable[[], float] = time.time,
        *,
        count: SharedCount,
        limit_bytes: int | None = None,
        presigned: bool = False,
        deletes: bool = True,
        keeps_attributes: bool = True,
    ) -> None:
        super().__init__(LinkSigner(secret, lifetime_s, clock), Room(count, limit_bytes))
        self._store = store
        self._lifetime_s = lifetime_s
        self._clock = clock
        self._count = count
        self._presigned = presigned
        self._deletes = deletes
        self._keeps_attributes = keeps_attributes

    def put(self, picture: bytes, output_format: Format) -> str:
        """Store a picture, as a whole or not at all; see `Storage.put`."""
        key = new_key(output_format, self._clock())
        self._room.add(len(picture))
        try:
            with object_store_errors("the picture cannot be kept", missing_passes=False):
                self._store.put(
                    key,
                    picture,
                    attributes=self._attributes(output_format),
                    use_multipart=False,
                )
        except BaseException:
            self._subtract(len(picture))
            raise
        return key

    def delete(self, key: str, size: int) -> None:
        """Delete a picture whose link was not sent; see `Storage.delete`.

        Where a rule of the bucket deletes pictures, the server may not be allowed to; it is left.
        """
        if self._deletes:
            with object_store_errors("the picture cannot be deleted", missing_passes=False):
                self._store.delete(key)
            self._subtract(size)

    def _subtract(self, size: int) -> None:
        """Uncount a picture that is not stored, which the next measurement would do as well."""
        if self.limit_bytes is not None:
            with suppress(LedgerUnavailable):
                self._count.subtract(size)

    def open(self, key: str) -> bytes:
        """Return a picture without a link; see `Storage.open`."""
        try:
            with object_store_errors("the picture cannot be read"):
                # As a whole, because a slow client would hold a connection to the bucket.
                return bytes(self._store.get(key).bytes())
        except FileNotFoundError as cause:
            raise PictureNotFound(f"no picture is stored under {key!r}") from cause

    def direct_url(self, key: str, start: int | None = None) -> str | None:
        """Return the bucket's own URL of a picture if links are presigned."""
        if not self._presigned:
            return None
        now = self._clock()
        remaining_s = (now if start is None else start) + self._lifetime_s - now
        return presigned_url(self._store, key, max(1, int(remaining_s)))

    def check(self) -> None:
        """Raise `StoreUnavailable` if no object can be written."""
        with object_store_errors("pictures cannot be kept", missing_passes=False):
            self._store.put(_PROBE, b"works", use_multipart=False)

    def size(self) -> int:
        """Return the bytes of all pictures as counted; makes no request to the bucket."""
        return self._count.total()

    def delete_expired(self) -> int:
        """Delete pictures whose links have expired, and measure the others.

        One server does so at a time. It lists all pictures, in one request per thousand.

        Returns:
            Number of deleted pictures.
        """
        before, size, deleted = self._count.total(), 0, 0
        oldest = self._clock() - self._lifetime_s - GRACE_S
        with object_store_errors("the pictures cannot be read", missing_passes=False):
            for page in self._store.list(chunk_size=_PAGE):
                pictures = [each for each in page if is_key(each["path"])]
                expired = [
                    each["path"]
                    for each in pictures
                    if self._deletes and each["last_modified"].timestamp() <= oldest
                ]
                if expired:
                    self._store.delete(expired)
                gone = set(expired)
                size += sum(each["size"] for each in pictures if each["path"] not in gone)
                deleted += len(expired)
        self._count.replace(before, size)
        return deleted

    def _attributes(self, output_format: Format) -> dict[str, str] | None:
        if not self._keeps_attributes:
            return None
        return {"Content-Type": MEDIA_TYPES[output_format], "Content-Disposition": "inline"}
