"""Deprecated path of `diabelli.asgi`, kept for commands that name it."""

from __future__ import annotations

import warnings
from importlib import import_module

from starlette.types import ASGIApp


def create() -> ASGIApp:
    """Return `diabelli.asgi.create()`."""
    warnings.warn(
        "diabelli.api.asgi:create is now diabelli.asgi:create", DeprecationWarning, stacklevel=2
    )
    # Imported here by name, because `diabelli.asgi` is above this package.
    app: ASGIApp = import_module("diabelli.asgi").create()
    return app
