"""Imports httpx, the HTTP client of the extra `client`."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from diabelli.errors import MissingExtra

if TYPE_CHECKING:
    import httpx

    Response = httpx.Response


def load() -> ModuleType:
    """Return httpx.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import httpx
    except ImportError as cause:
        raise MissingExtra(extra="client", purpose="the client of a server") from cause
    return httpx
