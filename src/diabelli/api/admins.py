"""Who may look at what concerns everybody: admin keys, and whoever asks a server at home."""

from __future__ import annotations

from starlette.requests import Request

from diabelli.api.auth import Authenticator
from diabelli.api.errors.exceptions import AdminRequired
from diabelli.settings import Settings, is_loopback


class Admins:
    """Tells admins from others."""

    def __init__(self, keys: Authenticator, settings: Settings) -> None:
        self._keys = keys
        # A server that is meant for everybody may be reached by an address it knows nothing of.
        self._is_local = settings.auth == "keys" and is_loopback(settings.host)

    async def check(self, request: Request) -> None:
        """Raise `NotAnAdmin`, or what a missing or wrong key raises, for everybody else."""
        caller = await self._keys.authenticate(request.headers.get("authorization"))
        is_at_home = self._is_local and caller.id is None
        if not (caller.admin or is_at_home):
            raise AdminRequired
