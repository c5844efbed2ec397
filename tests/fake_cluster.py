"""A cluster in this process: real replicas, reached without Ray; calls can be made to fail."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from diabelli.cluster.messages import (
    Message,
    ReplicaInfo,
    decode_message,
    encode_request,
)
from diabelli.cluster.replica import EngineReplica
from diabelli.errors import ClusterUnavailable
from diabelli.variation import Image, VariationSpec

VERSION = "1.2.3"


class FakeCluster:
    """Calls a replica through the same encoding as Ray.

    `before` is called with the number of the call and of its message, before each message.
    """

    connect_s = 10.0

    def __init__(self, replica: EngineReplica | None, version: str = VERSION) -> None:
        self.replica = replica
        self.version = version
        self.calls = 0
        self.closed = 0
        self.before: Callable[[int, int], None] = lambda call, message: None

    async def check(self, engine: str) -> None:
        self._require()

    async def describe(self, engine: str) -> ReplicaInfo:
        return self._require().describe()

    async def make(
        self, engine: str, source: Image, spec: VariationSpec
    ) -> AsyncGenerator[Message, None]:
        self.calls += 1
        call, number = self.calls, 0
        stream = self._require().make(self.version, encode_request(source, spec))
        async with aclosing(stream) as contents:
            self.before(call, number)
            async for content in contents:
                number += 1
                self.before(call, number)
                yield decode_message(content)

    async def close(self) -> None:
        self.closed += 1

    def _require(self) -> EngineReplica:
        if self.replica is None:
            raise ClusterUnavailable("nothing is deployed")
        return self.replica
