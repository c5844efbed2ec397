"""Variations of a picture.

The names below are imported when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diabelli.errors import DiabelliError
    from diabelli.library import vary
    from diabelli.variation import Progress, Variation

__version__ = "0.1.0"

__all__ = ["DiabelliError", "Progress", "Variation", "vary"]

_HOMES = {
    "DiabelliError": "diabelli.errors",
    "Progress": "diabelli.variation",
    "Variation": "diabelli.variation",
    "vary": "diabelli.library",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
