"""Refuses blocked end-users before any work, and blocked pictures once they are decoded."""

from __future__ import annotations

from functools import partial

from anyio import to_thread

from diabelli.api.context import RequestContext
from diabelli.ledger.blocklist_cache import Blocklist
from diabelli.pictures import Image
from diabelli.pictures.pdq import pdq


class BlocklistGate:
    """Checks requests against the blocklist."""

    def __init__(self, blocklist: Blocklist) -> None:
        self._blocklist = blocklist

    async def check_user(self, context: RequestContext) -> None:
        """Raise `UserBlocked` if the request's end-user is blocked."""
        if context.user is None or context.caller is None:
            return
        check = partial(self._blocklist.check_user, context.user, key=context.caller.id)
        if self._blocklist.is_fresh:
            check()
        else:
            await to_thread.run_sync(check)

    def check_source(self, context: RequestContext, source: Image) -> None:
        """Note the perceptual hash of the decoded source; raise `PictureBlocked` if blocked."""
        context.source_pdq = pdq(source)
        self._blocklist.check_picture(context.source_sha256, source)
