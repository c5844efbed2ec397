"""Variations of a picture.

The names below are imported when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diabelli.client import ApiError, AsyncClient, Client, ConnectionFailed
    from diabelli.credentials.signer import CredentialSigner
    from diabelli.errors import (
        Cancelled,
        ClientError,
        ContentPolicyViolation,
        CredentialsFailed,
        DiabelliError,
        EngineFailed,
        InvalidParameter,
        InvalidPicture,
        InvalidSettings,
        InvalidWeights,
        LicenceNotAccepted,
        MemoryUnavailable,
        MissingExtra,
        OperatorError,
        OutOfMemory,
        PictureTooLarge,
        TooManyPixels,
        UnknownEngine,
        WeightsMissing,
    )
    from diabelli.library import vary
    from diabelli.variation import Progress, Variation, VariationList

from diabelli.version import __version__ as __version__

__all__ = [
    "ApiError",
    "AsyncClient",
    "Cancelled",
    "Client",
    "ClientError",
    "ConnectionFailed",
    "ContentPolicyViolation",
    "CredentialSigner",
    "CredentialsFailed",
    "DiabelliError",
    "EngineFailed",
    "InvalidParameter",
    "InvalidPicture",
    "InvalidSettings",
    "InvalidWeights",
    "LicenceNotAccepted",
    "MemoryUnavailable",
    "MissingExtra",
    "OperatorError",
    "OutOfMemory",
    "PictureTooLarge",
    "Progress",
    "TooManyPixels",
    "UnknownEngine",
    "Variation",
    "VariationList",
    "WeightsMissing",
    "vary",
]

_HOMES = {
    "ApiError": "diabelli.client",
    "AsyncClient": "diabelli.client",
    "Cancelled": "diabelli.errors",
    "Client": "diabelli.client",
    "ClientError": "diabelli.errors",
    "ConnectionFailed": "diabelli.client",
    "ContentPolicyViolation": "diabelli.errors",
    "CredentialSigner": "diabelli.credentials.signer",
    "CredentialsFailed": "diabelli.errors",
    "DiabelliError": "diabelli.errors",
    "EngineFailed": "diabelli.errors",
    "InvalidParameter": "diabelli.errors",
    "InvalidPicture": "diabelli.errors",
    "InvalidSettings": "diabelli.errors",
    "InvalidWeights": "diabelli.errors",
    "LicenceNotAccepted": "diabelli.errors",
    "MemoryUnavailable": "diabelli.errors",
    "MissingExtra": "diabelli.errors",
    "OperatorError": "diabelli.errors",
    "OutOfMemory": "diabelli.errors",
    "PictureTooLarge": "diabelli.errors",
    "Progress": "diabelli.variation",
    "TooManyPixels": "diabelli.errors",
    "UnknownEngine": "diabelli.errors",
    "Variation": "diabelli.variation",
    "VariationList": "diabelli.variation",
    "WeightsMissing": "diabelli.errors",
    "vary": "diabelli.library",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
