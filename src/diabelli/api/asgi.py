"""For ASGI servers other than our own: `uvicorn --factory diabelli.api.asgi:create`.

The settings come from the environment and `diabelli.toml`; where to listen is the server's matter.
"""

from __future__ import annotations

from contextlib import ExitStack

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from diabelli.api.app import create_app
from diabelli.bootstrap import components, requires_api_keys
from diabelli.errors import InvalidSettings
from diabelli.settings.loading import load_settings


def create() -> ASGIApp:
    """The application with all its parts, ready to serve; they are closed as the server stops.

    Raises `InvalidSettings`, also where nothing is said of keys: this application cannot know
    who reaches the address that the server listens on. Otherwise as `assembled` does.
    """
    settings = load_settings({})
    if not requires_api_keys(settings) and settings.auth != "no-auth":
        raise InvalidSettings(
            "whoever reaches the server could use it: make a key with `diabelli keys create`, set "
            "api_keys, or set auth to `no-auth` if that is meant"
        )
    stack = ExitStack()
    parts = stack.enter_context(components(settings))
    parts.service.warm_up()
    return Closing(create_app(settings, parts), stack)


class Closing:
    """An application that closes its parts when its server has stopped."""

    def __init__(self, app: ASGIApp, parts: ExitStack) -> None:
        self._app, self._parts = app, parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer, and hear when it is over."""

        async def told(message: Message) -> None:
            if message["type"] == "lifespan.shutdown.complete":
                self._parts.close()
            await send(message)

        await self._app(scope, receive, told if scope["type"] == "lifespan" else send)
