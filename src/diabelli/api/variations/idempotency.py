"""`Idempotency-Key`: a repeated request gets the response of the first one.

The ledger has what the response is made of, and the storage its pictures.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field

from anyio import CancelScope, CapacityLimiter, to_thread

from diabelli.api.contract import MAX_KEY
from diabelli.api.errors.exceptions import IdempotencyKeyReused, Overloaded
from diabelli.api.variations.form import Form
from diabelli.errors import InvalidParameter, LedgerUnavailable, PictureNotFound
from diabelli.ledger.idempotency_store import LEASE_S, Claim, ClaimStatus, IdempotencyStore, id_of
from diabelli.storage import Storage
from diabelli.variation import EncodedVariation

HEADER = "idempotency-key"
REPLAYED = {"idempotent-replayed": "true"}
POLL_INTERVAL_S = 0.2
"""Seconds between two reads of the ledger while another process works on the request."""
MAX_WAITERS = 8
"""Requests of this process that wait under one key; a client's retries are fewer."""
MAX_LEDGER_THREADS = 8
"""Threads that use the ledger at the same time, so that other work finds free ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    """The content of a response, apart from the request.

    Attributes:
        created: Unix seconds.
        made: the variations; all of them are stored.
    """

    created: int
    made: tuple[EncodedVariation, ...]


class IdempotentRequest:
    """One request under its key, or without one, in which case nothing is stored.

    Attributes:
        replay: the first response; None if this is the first request.
        must_store: whether the pictures must be stored, so that the response can be repeated.
        is_published: whether the response is final, whether or not the client reads it.
    """

    def __init__(
        self,
        store: IdempotencyStore,
        claim: Claim | None,
        replay: StoredResponse | None,
        flight: _Flight | None = None,
    ) -> None:
        self._store, self._claim, self._flight = store, claim, flight
        self.replay = replay
        self.must_store = claim is not None
        self.is_published = False

    def save(self, created: int, made: Sequence[EncodedVariation]) -> None:
        """Store the response; it must not be sent before this returns. Blocks.

        Raises:
            LedgerUnavailable: if it cannot be stored.
        """
        if self._claim is not None:
            self._store.save(self._claim, _serialise(created, made))

    def publish(self) -> None:
        """Let the waiting requests of this process read the stored response; it is final."""
        self.is_published = True
        if self._flight is not None:
            self._flight.end()


@dataclass(eq=False)
class _Flight:
    """A request under way in this process, for which others under the same key wait."""

    request: str
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    waiters: int = 0

    def end(self) -> None:
        self.ended.set()


class Idempotency:
    """The Idempotency-Keys of all callers; to be used from the event loop."""

    def __init__(self, store: IdempotencyStore, storage: Storage) -> None:
        self._store = store
        self._storage = storage
        self._flights: dict[str, _Flight] = {}
        self._threads = CapacityLimiter(MAX_LEDGER_THREADS)

    @asynccontextmanager
    async def guard(self, key: str, caller: str, form: Form) -> AsyncIterator[IdempotentRequest]:
        """Hold the key for the context; release it if the context raises before a response.

        Waits while the same request is under way.

        Args:
            key: the header's value; "" for none.
            caller: owner of the key.
            form: the request.

        Raises:
            InvalidParameter: if the key is too long.
            IdempotencyKeyReused: if the key belongs to another request.
            Overloaded: if too many requests wait under the key.
            LedgerUnavailable: if the ledger cannot be used.
        """
        if not key:
            yield IdempotentRequest(self._store, None, None)
            return
        if len(key) > MAX_KEY:
            raise InvalidParameter(
                f"the Idempotency-Key has {len(key)} characters; up to {MAX_KEY} are accepted"
            )
        claim = await to_thread.run_sync(_claim_of, caller, key, form, limiter=self._threads)
        await self._wait_for_flight(claim)
        flight = self._flights[claim.id] = _Flight(claim.request)
        try:
            replay = await self._first_response(claim)
            if replay is not None:
                self._end(claim, flight)
                yield IdempotentRequest(self._store, None, replay)
                return
            request = IdempotentRequest(self._store, claim, None, flight)
            async with self._held(claim, request):
                yield request
        finally:
            self._end(claim, flight)

    def _end(self, claim: Claim, flight: _Flight) -> None:
        flight.end()
        if self._flights.get(claim.id) is flight:
            del self._flights[claim.id]

    async def _wait_for_flight(self, claim: Claim) -> None:
        """Wait until no request of this process is under way under the key."""
        while (flight := self._flights.get(claim.id)) is not None and not flight.ended.is_set():
            if flight.request != claim.request:
                raise IdempotencyKeyReused
            if flight.waiters >= MAX_WAITERS:
                raise Overloaded(
                    f"{flight.waiters} requests wait under this Idempotency-Key, which is the limit"
                )
            flight.waiters += 1
            try:
                await flight.ended.wait()
            finally:
                flight.waiters -= 1

    async def _first_response(self, claim: Claim) -> StoredResponse | None:
        """Return the stored response; None once the claim is ours."""
        while True:
            # Not abandoned on cancellation, so that no claim is left behind.
            with CancelScope(shield=True):
                found = await to_thread.run_sync(self._find, claim, limiter=self._threads)
            if found is ClaimStatus.OURS:
                return None
            if found is ClaimStatus.OTHER:
                raise IdempotencyKeyReused
            if isinstance(found, StoredResponse):
                return found
            busy = True
            while busy:
                await asyncio.sleep(POLL_INTERVAL_S)
                busy = await to_thread.run_sync(self._store.is_busy, claim, limiter=self._threads)

    def _find(self, claim: Claim) -> ClaimStatus | StoredResponse:
        found = self._store.claim(claim)
        if isinstance(found, ClaimStatus):
            return found
        try:
            return self._load(found)
        except PictureNotFound:
            # The storage was emptied: the response has to be made again.
            self._store.drop(claim)
            return ClaimStatus.BUSY

    def _load(self, text: str) -> StoredResponse:
        stored = json.loads(text)
        made = (
            EncodedVariation(
                **one | {"moves": tuple(one["moves"])},
                picture=self._storage.open(one["key"]),
            )
            for one in stored["made"]
        )
        return StoredResponse(created=stored["created"], made=tuple(made))

    @asynccontextmanager
    async def _held(self, claim: Claim, request: IdempotentRequest) -> AsyncIterator[None]:
        """Renew the claim during the context; release it if the context raises before a response.

        A client that leaves while it reads a response gets the same one with the next request.
        """
        renewing = asyncio.create_task(self._renew(claim))
        try:
            yield
        except BaseException:
            if not request.is_published:
                # If this fails as well, the claim expires.
                with suppress(LedgerUnavailable), CancelScope(shield=True):
                    await to_thread.run_sync(self._store.release, claim, limiter=self._threads)
            raise
        finally:
            renewing.cancel()

    async def _renew(self, claim: Claim) -> None:
        while True:
            await asyncio.sleep(LEASE_S / 3)
            with suppress(LedgerUnavailable):
                await to_thread.run_sync(self._store.renew, claim, limiter=self._threads)


def _claim_of(caller: str, key: str, form: Form) -> Claim:
    """Return the claim of a form; its boundary and the order of its parts do not matter."""
    texts = {name: text for name, text in form.fields.items() if text not in ("", "null")}
    picture = hashlib.sha256(form.picture or b"").hexdigest()
    content = json.dumps([picture, texts], sort_keys=True)
    return Claim(
        id=id_of(caller, key),
        request=hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest(),
        holder=secrets.token_hex(8),
    )


def _serialise(created: int, made: Sequence[EncodedVariation]) -> str:
    pictures = [
        {name: value for name, value in asdict(one).items() if name != "picture"} for one in made
    ]
    return json.dumps({"created": created, "made": pictures})
