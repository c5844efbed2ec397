"""The messages of one call from a server to a replica, and their form on the way.

The request travels with the version of Diabelli in front, so that a replica of another version can
refuse it before it decodes the rest.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import TypeAlias, cast

from diabelli.errors import DiabelliError
from diabelli.variation import EngineInfo, Image, Variation, VariationSpec


@dataclass(frozen=True, slots=True)
class Step:
    """Progress of one variation.

    Attributes:
        index: of the variation, 0..n-1.
        stage: name of the current step.
        fraction: completed fraction of the work on this variation, 0..1.
        preview: a small image of the variation so far; None if there is none.
    """

    index: int
    stage: str
    fraction: float
    preview: Image | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A finished variation."""

    index: int
    variation: Variation


@dataclass(frozen=True, slots=True)
class Failed:
    """The end of a call that failed in the engine."""

    fault: DiabelliError


@dataclass(frozen=True, slots=True)
class OtherVersion:
    """The end of a call that a replica of another version refused; `version` is its own."""

    version: str


Message: TypeAlias = Step | Made | Failed | OtherVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaInfo:
    """Description of a replica.

    Attributes:
        version: of Diabelli.
        digest: of the application's configuration.
        engine: description of its engine.
    """

    version: str
    digest: str
    engine: EngineInfo


def encode_request(source: Image, spec: VariationSpec) -> bytes:
    """Return a request in its form on the way."""
    return pickle.dumps((source, spec), protocol=5)


def decode_request(request: bytes) -> tuple[Image, VariationSpec]:
    """Return the source and the spec of a request of the same version.

    Only the processes of one cluster call this: its token has authenticated the sender.
    """
    return cast("tuple[Image, VariationSpec]", pickle.loads(request))  # noqa: S301


def encode_message(message: Message) -> bytes | str:
    """Return a message in its form on the way; a refusal can be read by every version."""
    if isinstance(message, OtherVersion):
        return message.version
    return pickle.dumps(message, protocol=5)


def decode_message(content: bytes | str) -> Message:
    """Return the message of `encode_message`."""
    if isinstance(content, str):
        return OtherVersion(content)
    return cast(Message, pickle.loads(content))  # noqa: S301
