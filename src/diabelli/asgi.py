"""The application for any ASGI server: `uvicorn --factory diabelli.asgi:create`.

The settings come from the environment and `diabelli.toml`, the address from the ASGI server.
"""

from __future__ import annotations

from contextlib import ExitStack

from starlette.types import ASGIApp

from diabelli.bootstrap import build_app, components, requires_api_keys
from diabelli.errors import InvalidSettings
from diabelli.kernel_cache import configure_kernel_cache
from diabelli.settings.loading import load_settings


def create() -> ASGIApp:
    """Return the application, ready to serve; its components are closed at the lifespan's end.

    Raises:
        InvalidSettings: if settings are invalid, or do not say whether keys are required. The
            address that the server listens on is unknown here.
        DiabelliError: if a component cannot be opened.
    """
    settings = load_settings({})
    configure_kernel_cache([settings.data_dir / "kernels"])
    if not requires_api_keys(settings) and settings.auth != "no-auth":
        raise InvalidSettings(
            "the address is unknown, so the server needs an API key: make one with `diabelli keys "
            "create`, set api_keys, or set auth to `no-auth`"
        )
    with ExitStack() as stack:
        parts = stack.enter_context(components(settings))
        parts.service.warm_up()
        return build_app(settings, parts, on_shutdown=stack.pop_all().close)
