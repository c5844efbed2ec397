"""Imports the libraries of the extra `c2pa`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from diabelli.errors import MissingExtra


def c2pa() -> Any:
    """Return the module c2pa; the first call loads 23 MB of native code.

    Raises:
        MissingExtra: it is not installed.
    """
    return _imported("c2pa")


def cryptography(name: str) -> Any:
    """Return a module of cryptography, such as `x509`.

    Raises:
        MissingExtra: it is not installed.
    """
    return _imported(f"cryptography.{name}")


def _imported(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as cause:
        raise MissingExtra(extra="c2pa", purpose="support for content credentials") from cause
