"""Blocks at the HTTP edge: end-users are refused before any work, pictures once they are read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from anyio import to_thread

from diabelli.api.draft import Draft
from diabelli.ledger.blocklist_cache import Blocklist
from diabelli.pictures import Image


class BlocklistGate:
    """Lets through what no operator blocked."""

    def __init__(self, blocklist: Blocklist) -> None:
        self._blocklist = blocklist

    async def check_user(self, draft: Draft) -> None:
        """Raise `UserBlocked` where the end-user that the request names is refused."""
        if draft.user is None:
            return
        check = partial(self._blocklist.check_user, draft.user, key=draft.key)
        if self._blocklist.is_fresh:
            check()
        else:
            await to_thread.run_sync(check)

    def source_check(self, draft: Draft) -> Callable[[Image], None]:
        """What looks at the decoded source: notes it in the draft, then refuses it if need be.

        It raises `PictureBlocked`.
        """

        def look(source: Image) -> None:
            draft.look(source)
            self._blocklist.check_picture(draft.sha256, source)

        return look
