"""A trained engine on a replica of a cluster batches as in a server."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from diabelli.cluster.messages import Made, decode_message, encode_request
from diabelli.cluster.replica import EngineReplica
from diabelli.variation import Image, Variation
from engines.making import square
from oracles.sources import face, landscape

pytestmark = pytest.mark.slow


def test_calls_of_several_servers_share_a_batch(tiny, engine_of, bench):
    """While one call is computed, others wait and are then computed together."""
    engine = engine_of(tiny("sd-image-variations"), batch=8)
    replica = EngineReplica(engine, threads=1, version="1", digest="d")
    bench.batches.clear()
    opened = threading.Event()
    bench.before = lambda: opened.wait(20)

    async def call(source: Image, n: int) -> list[Variation]:
        contents = replica.make("1", encode_request(source, square(32, n=n)))
        messages = [decode_message(content) async for content in contents]
        return [message.variation for message in messages if isinstance(message, Made)]

    async def calls() -> list[list[Variation]]:
        first = asyncio.create_task(call(face(64), 1))
        deadline = time.monotonic() + 20
        while not bench.batches and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        later = [asyncio.create_task(call(source(64), 2)) for source in (face, landscape)]
        while waiting() < 4 and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        opened.set()
        return await asyncio.gather(first, *later)

    def waiting() -> int:
        return sum(len(items) for items in engine._batcher._waiting.values())

    found = asyncio.run(calls())
    replica._service.close()
    assert bench.batches == [1, 4]
    assert [len(each) for each in found] == [1, 2, 2]
