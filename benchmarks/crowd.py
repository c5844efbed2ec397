"""Clients of the load test: valid ones, and all kinds of faulty ones."""

from __future__ import annotations

import asyncio
import base64
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from catalogue import Case
from diabelli.api.variations.form import MAX_IDLE_TIMES
from evidence import Evidence
from wires import Answer, Wire, connected, form

HUGE = 30 * 1024 * 1024
"""Bytes of a body beyond the limit."""
STEP = 64 * 1024
"""Bytes sent at once."""
ERROR = {"message", "type", "param", "code"}
"""Keys of an error object."""
STALL_S = 4
"""Idle time-out of bodies, for the server under test."""
CALM_S = (0.05, 0.5)
"""Pause of a client after a 503, in seconds: shorter than Retry-After, to keep up the load."""


@dataclass(slots=True)
class Seen:
    """Counts and latencies of all clients.

    Attributes:
        outcomes: counts by kind of client and status, or "left".
        faults: counts by description.
        good_s, refused_s: latencies of successes and of 503 answers, in seconds.
        images: number of pictures received.
        acknowledged: ids of the successful requests.
        evidence: keeps the files of wrong answers.
    """

    evidence: Evidence
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    good_s: list[float] = field(default_factory=list)
    refused_s: list[float] = field(default_factory=list)
    images: int = 0
    acknowledged: list[str] = field(default_factory=list)

    def take(self, kind: str, answer: Answer, seconds: float, expected: set[int]) -> None:
        """Record an answer; a status other than the expected ones and 503 is a fault."""
        self.outcomes[kind, str(answer.status)] += 1
        if answer.status == 503:
            self.refused_s.append(seconds)
            if "retry-after" not in answer.headers:
                self.faults[f"{kind}: 503 without Retry-After"] += 1
        elif answer.status not in expected:
            self.faults[f"{kind}: {answer.status} {answer.body[:150]!r}"] += 1
        if answer.status != 200 and set(answer.json()["error"]) != ERROR:
            self.faults[f"{kind}: an error of another shape: {answer.body[:150]!r}"] += 1


async def good(port: int, case: Case, seen: Seen, kind: str = "good") -> None:
    """Send the case, fetch its links, and compare everything with the expected answer."""
    async with connected(port) as wire:
        started = time.monotonic()
        if kind == "slow":
            answer = await dribble(wire, case.body())
        else:
            answer = await wire.ask(case.body())
        seen.take(kind, answer, time.monotonic() - started, {200})
        if answer.status != 200:
            await asyncio.sleep(random.uniform(*CALM_S))
            return
        seen.good_s.append(time.monotonic() - started)
        seen.acknowledged.append(answer.headers["x-request-id"])
        pictures = await pictures_of(wire, answer)
        seen.images += len(pictures)
        fault = case.fault_of(answer, pictures)
        if fault:
            how = seen.evidence.keep(case, answer, pictures)
            seen.faults[f"{kind}: {fault}: {how}"] += 1


async def pictures_of(wire: Wire, answer: Answer) -> list[bytes]:
    """Return the pictures of a reply; fetch them if it has links."""
    pictures = []
    for one in answer.json()["data"]:
        if "url" in one:
            fetched = await wire.fetch(one["url"])
            if fetched.status != 200:
                raise ValueError(f"a link answers {fetched.status}")
            pictures.append(fetched.body)
        else:
            pictures.append(base64.b64decode(one["b64_json"]))
    return pictures


async def dribble(wire: Wire, body: bytes) -> Answer:
    """Send a form in a dozen pieces within a second or two, or until it is answered."""
    answering = asyncio.create_task(wire.answer())
    await wire.head(len(body))
    step = len(body) // 12 + 1
    for start in range(0, len(body), step):
        if answering.done():
            break
        await wire.send(body[start : start + step])
        await asyncio.sleep(random.uniform(0.05, 0.2))
    return await answering


async def slow(port: int, case: Case, seen: Seen) -> None:
    """Send a valid request over a slow connection."""
    await good(port, case, seen, "slow")


async def bad(port: int, case: Case, seen: Seen) -> None:
    """Send one of several invalid requests; each gets 400."""
    body = case.body()
    broken = random.choice(
        [
            form({"n": "11"}, body),
            form({"nonsense": "1"}, body),
            form({"model": "dall-e-9"}, body),
            form({"size": "256x256"}, b"\x89PNG\r\n\x1a\n" + body),
            body.replace(b"IDAT", b"IDAT\0", 1),
            body.replace(b'name="image"', b'name="picture"'),
            body[: len(body) // 2],
        ]
    )
    async with connected(port) as wire:
        started = time.monotonic()
        answer = await wire.ask(broken)
        seen.take("bad", answer, time.monotonic() - started, {400})


async def huge(port: int, case: Case, seen: Seen) -> None:
    """Send a body beyond the limit, with a Content-Length or chunked.

    A chunked one may be timed out as well, but only after the time that a whole body has.
    """
    announced = random.random() < 0.5
    async with connected(port) as wire:
        started = time.monotonic()
        await wire.head(HUGE if announced else None)
        sending = asyncio.create_task(_pour(wire, chunked=not announced))
        try:
            answer = await wire.answer()
        finally:
            sending.cancel()
            await asyncio.wait({sending})
        took = time.monotonic() - started
        late = not announced and took >= MAX_IDLE_TIMES * STALL_S
        seen.take("huge", answer, took, {413, 408} if late else {413})


async def _pour(wire: Wire, *, chunked: bool) -> None:
    """Send a form of `HUGE` bytes, or until the server disconnects."""
    piece = bytes(STEP)
    start = form({}, b"")[:-20]
    await wire.send(b"%x\r\n%b\r\n" % (len(start), start) if chunked else start)
    for _ in range(HUGE // STEP):
        if wire.is_closed:
            return
        await wire.send(b"%x\r\n%b\r\n" % (STEP, piece) if chunked else piece)


async def aborted(port: int, case: Case, seen: Seen) -> None:
    """Disconnect during the upload, or while the pictures are in progress."""
    body = case.body()
    async with connected(port) as wire:
        await wire.head(len(body))
        await wire.send(body[: len(body) // 2] if random.random() < 0.5 else body)
        await asyncio.sleep(random.uniform(0, 0.5))
    seen.outcomes["aborted", "left"] += 1


async def stalled(port: int, case: Case, seen: Seen) -> None:
    """Send half of a form, then stall."""
    body = case.body()
    async with connected(port) as wire:
        started = time.monotonic()
        await wire.head(len(body))
        await wire.send(body[: len(body) // 2])
        answer = await wire.answer()
        seen.take("stalled", answer, time.monotonic() - started, {408})


Client = Callable[[int, Case, Seen], Awaitable[None]]
MIX: dict[Client, int] = {good: 60, bad: 12, slow: 10, aborted: 10, huge: 4, stalled: 4}
"""Share of each kind of client, in percent."""


async def drive(port: int, cases: list[Case], clients: int, seconds: float, seen: Seen) -> None:
    """Run `clients` concurrent clients for `seconds`; each is replaced when it ends."""
    end = time.monotonic() + seconds
    kinds, weights = list(MIX), list(MIX.values())

    async def run_clients() -> None:
        while time.monotonic() < end:
            (client,) = random.choices(kinds, weights)
            try:
                await client(port, random.choice(cases), seen)
            except (OSError, EOFError, TimeoutError, ValueError) as fault:
                seen.faults[f"{client.__name__}: no answer: {fault!r}"[:200]] += 1

    await asyncio.gather(*(run_clients() for _ in range(clients)))
