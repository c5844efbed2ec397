"""The interface of storages, and their common part: links and room."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from diabelli.pictures import Format
from diabelli.storage.links import LinkSigner
from diabelli.storage.room import Room
from diabelli.variation import PictureBytes

GRACE_S = 60
"""Seconds that a picture is kept after its link expires, for downloads that began in time."""


class Storage(ABC):
    """Pictures under random keys; threads and processes may share them.

    Args:
        signer: Signs the links.
        room: Holds the size limit.
    """

    def __init__(self, signer: LinkSigner, room: Room) -> None:
        self._signer = signer
        self._room = room

    @property
    def limit_bytes(self) -> int | None:
        """Maximum size of all pictures; None for no limit."""
        return self._room.limit_bytes

    def reserve(self, size: int) -> None:
        """Reserve room for pictures before they are made; pair it with `release`.

        Args:
            size: Upper bound of their size in bytes.

        Raises:
            StoreFull: The pictures may not fit.
            StoreUnavailable: The storage cannot be read.
        """
        self._room.reserve(size)

    def release(self, size: int) -> None:
        """Release room that `reserve` reserved."""
        self._room.release(size)

    def signed_query(self, key: str, start: int | None = None) -> str:
        """Return the query of a link; see `LinkSigner.query`."""
        return self._signer.query(key, start)

    def check_link(self, key: str, query: Mapping[str, str]) -> int:
        """Verify a link; see `LinkSigner.check`."""
        return self._signer.check(key, query)

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
        picture = self.open(key)
        return picture[: len(picture)]

    def direct_url(self, key: str, start: int | None = None) -> str | None:  # noqa: ARG002
        """Return a URL that leads past this server; None if links lead to it. May block.

        Args:
            key: Key of the picture.
            start: Start of the lifetime in Unix seconds; None for now.

        Raises:
            StoreUnavailable: The URL cannot be signed.
        """
        return None

    @abstractmethod
    def put(self, picture: bytes, output_format: Format) -> str:
        """Store a picture durably, as a whole or not at all.

        Returns:
            Its key.

        Raises:
            StoreFull: The picture does not fit.
            StoreUnavailable: The picture cannot be written.
        """

    @abstractmethod
    def delete(self, key: str, size: int) -> None:
        """Delete a picture whose link was not sent; no-op if it is missing.

        Args:
            key: of the picture.
            size: its bytes.

        Raises:
            StoreUnavailable: The picture cannot be deleted.
        """

    @abstractmethod
    def open(self, key: str) -> PictureBytes:
        """Return a picture without a link; it stays readable after its deletion.

        Raises:
            PictureNotFound: There is no such picture.
            StoreUnavailable: The picture cannot be read.
        """

    @abstractmethod
    def check(self) -> None:
        """Raise `StoreUnavailable` if nothing can be written."""

    @abstractmethod
    def size(self) -> int:
        """Return the bytes of all pictures.

        Raises:
            StoreUnavailable: The storage cannot be read.
            LedgerUnavailable: The ledger has the count and cannot be read.
        """

    @abstractmethod
    def delete_expired(self) -> int:
        """Delete pictures whose links have expired, and abandoned drafts.

        Returns:
            Number of deleted files.
        """
