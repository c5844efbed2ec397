"""Replicas learn that a call was cancelled, before or after they ask."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

import pytest

from diabelli.cluster import cancelled_calls
from diabelli.cluster.cancelled_calls import CancelledCalls


def run(work: Callable[[CancelledCalls], Coroutine[None, None, None]]) -> None:
    """Run the work on an event loop."""

    async def started() -> None:
        await work(CancelledCalls())

    asyncio.run(started())


def test_a_call_that_is_cancelled_before_the_question() -> None:
    """It may be cancelled before it reaches a replica."""

    async def work(calls: CancelledCalls) -> None:
        await calls.add("a")
        assert await calls.includes("a")

    run(work)


def test_a_call_that_is_cancelled_after_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer does not wait; a question that was given up does not spoil the next one."""
    monkeypatch.setattr(cancelled_calls, "ANSWER_S", 0.1)

    async def work(calls: CancelledCalls) -> None:
        given_up = asyncio.create_task(calls.includes("a"))
        await asyncio.sleep(0.05)
        monkeypatch.setattr(cancelled_calls, "ANSWER_S", 5)
        question = asyncio.create_task(calls.includes("a"))
        assert not await given_up
        await calls.add("a")
        assert await asyncio.wait_for(question, 1)
        assert not calls._questions

    run(work)


def test_a_question_is_answered_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cancellation of another call does not answer it."""
    monkeypatch.setattr(cancelled_calls, "ANSWER_S", 0.05)

    async def work(calls: CancelledCalls) -> None:
        await calls.add("b")
        assert not await calls.includes("a")
        assert not calls._questions

    run(work)


def test_the_list_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest names are dropped."""
    monkeypatch.setattr(cancelled_calls, "MAX_CALLS", 2)

    async def work(calls: CancelledCalls) -> None:
        for call in "abc":
            await calls.add(call)
        assert list(calls._cancelled) == ["b", "c"]

    run(work)
