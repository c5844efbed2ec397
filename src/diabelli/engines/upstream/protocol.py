"""The interface of the protocols of upstreams."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from diabelli.engines.sizing import working_size
from diabelli.engines.upstream.options import UpstreamOptions

if TYPE_CHECKING:
    from diabelli.engines.upstream.transport import Transport

LOW_SEED_BITS = 2**31 - 1
"""Mask of the seed's bits that fit servers with signed 32-bit seeds."""
NO_WORDS = " "
"""Prompt without words: stable-diffusion.cpp refuses an empty text, others ignore the space."""

Report = Callable[[int, float, bytes | None], Awaitable[None]]
"""Receives index of the seed, fraction 0..1, and an encoded preview or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """Properties of a protocol with the options of one engine.

    Attributes:
        seed: whether the upstream receives the seed.
        strength: how the upstream receives the strength.
        batch: whether one call makes the pictures of all seeds.
        stops: whether cancelling `UpstreamProtocol.make` frees the upstream. Otherwise a
            cancelled call keeps its slot until the upstream has answered.
        side: usual working side in pixels.
        concurrency: usual number of simultaneous calls.
        repeatable: whether the same seed gives the same picture.
    """

    seed: Literal["sent", "ignored"]
    strength: Literal["sent", "wording", "ignored"]
    batch: bool = False
    stops: bool = False
    side: int = 512
    concurrency: int = 1
    repeatable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamModel:
    """A model of an upstream.

    Attributes:
        id: its name.
        shutdown_date: day of its end as the upstream states it; None if there is none.
        repeatable: what the upstream states about seeds; None if it states nothing.
    """

    id: str
    shutdown_date: str | None = None
    repeatable: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The work of one call.

    Attributes:
        source: PNG, three channels of 8 bits, without metadata.
        height, width: of the source, in pixels: the working size.
        seeds: one for each picture, 0..2^63-1.
        strength: above 0, up to 1.
        deadline: event-loop time at which the work ends, in seconds.
        user: hash of the end-user; None if the request names none.
        previews: whether progress and previews are displayed.
        on_progress: receives the progress.
    """

    source: bytes = field(repr=False)
    height: int
    width: int
    seeds: tuple[int, ...]
    strength: float
    deadline: float
    user: str | None
    previews: bool
    on_progress: Report = field(repr=False)

    async def report(self, fraction: float, preview: bytes | None = None, index: int = 0) -> None:
        """Report the completed fraction 0..1 of the picture of `seeds[index]`."""
        await self.on_progress(index, fraction, preview)


class UpstreamProtocol(ABC):
    """Makes pictures with one upstream; used from the event loop only.

    Attributes:
        traits: constant properties.
    """

    traits: Traits

    def __init__(self, options: UpstreamOptions, transport: Transport) -> None:
        """Check the options; do no input or output.

        Raises:
            InvalidSettings: An option is missing or does not fit this protocol.
        """
        self.options = options
        self.transport = transport

    @property
    def side(self) -> int:
        """Working side of a square picture, in pixels."""
        return self.options.side or self.traits.side

    def working_size(self, height: int, width: int) -> tuple[int, int]:
        """Return the height and width that the upstream is given for a picture of this aspect.

        The area is about that of the working square; sides are multiples of 64.
        """
        return working_size(self.side, height, width, multiple=64)

    @abstractmethod
    async def check(self) -> None:
        """Return if the upstream is reachable and accepts the key; takes at most two seconds.

        Raises:
            UpstreamUnavailable: It does not respond.
            UpstreamRefused: It rejects the key, or lacks a part that the options name, as far as
                the protocol shows that.
        """

    @abstractmethod
    async def list_models(self) -> list[UpstreamModel]:
        """Return the models that the upstream reports; raises as `check`."""

    @abstractmethod
    async def make(self, task: Task) -> list[bytes]:
        """Return one encoded picture for each seed, in order; fewer if the upstream made fewer.

        A cancellation stops the upstream's work as far as the protocol allows.

        Raises:
            ContentPolicyViolation: The upstream rejects the picture's content.
            UpstreamUnavailable: The upstream does not respond or is busy.
            UpstreamRefused: The operator's key, model or account is not accepted.
            EngineFailed: The upstream answers anything else.
        """
