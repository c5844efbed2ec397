"""`Idempotency-Key`: a request that is repeated under its key gets the answer of the first time.

The ledger keeps what the answer is made of, the storage its pictures; the reply is built anew.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

from diabelli.api.errors.exceptions import IdempotencyKeyReused
from diabelli.api.variations.cancellation import RequestCancellation
from diabelli.api.variations.form import Form
from diabelli.bootstrap import Components
from diabelli.errors import InvalidParameter, LedgerUnavailable, PictureNotFound
from diabelli.ledger.idempotency_store import LEASE_S, Claim, ClaimStatus, IdempotencyStore, id_of
from diabelli.variation import EncodedVariation

HEADER = "idempotency-key"
REPLAYED = {"idempotent-replayed": "true"}
MAX_KEY = 255
POLL_INTERVAL_S = 0.2
_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    """What a reply is made of, apart from the request.

    Attributes:
        created: Unix seconds.
        made: the variations; all of them are in the storage.
    """

    created: int
    made: tuple[EncodedVariation, ...]


class IdempotentRequest:
    """One request under its key, or under none, in which case nothing is kept.

    Attributes:
        earlier: what was answered the first time; None where this is the first time.
        keeps: whether the pictures must be kept so that the answer can be given again.
    """

    def __init__(
        self, answers: IdempotencyStore, claim: Claim | None, earlier: StoredResponse | None
    ) -> None:
        self._answers, self._claim = answers, claim
        self.earlier = earlier
        self.keeps = claim is not None

    @property
    def created(self) -> int | None:
        """When what was answered before was made, in Unix seconds."""
        return None if self.earlier is None else self.earlier.created

    def save(self, created: int, made: Sequence[EncodedVariation]) -> None:
        """Let the answer stand for repetitions; it must not be told before. Blocks.

        Raises `LedgerUnavailable`.
        """
        if self._claim is not None:
            self._answers.save(self._claim, _serialise(created, made))


class Idempotency:
    """The keys that clients choose for their requests."""

    def __init__(self, parts: Components, lifetime_s: int) -> None:
        """lifetime_s: how long pictures are kept."""
        self._answers = IdempotencyStore(parts.database, lifetime_s)
        self._storage = parts.storage
        self._threads = CapacityLimiter(_AT_ONCE)

    @asynccontextmanager
    async def guard(
        self, request: Request, caller: str, form: Form, attention: RequestCancellation
    ) -> AsyncIterator[IdempotentRequest]:
        """The request under its key, which is free again after a failure.

        caller: what stands for the API key, whose own the keys are.
        Waits while the same request is under way elsewhere.
        Raises `InvalidParameter` for a key that is too long, `KeyReused`, `LedgerUnavailable`, and
        whatever `attention` raises meanwhile.
        """
        key = request.headers.get(HEADER, "").strip()
        if not key:
            yield IdempotentRequest(self._answers, None, None)
            return
        if len(key) > MAX_KEY:
            raise InvalidParameter(
                f"the Idempotency-Key has {len(key)} characters; up to {MAX_KEY} are accepted"
            )
        claim = await to_thread.run_sync(_claim_of, caller, key, form, limiter=self._threads)
        earlier = await self._earlier(claim, attention)
        if earlier is not None:
            yield IdempotentRequest(self._answers, None, earlier)
            return
        async with self._held(claim):
            yield IdempotentRequest(self._answers, claim, None)

    async def _earlier(self, claim: Claim, attention: RequestCancellation) -> StoredResponse | None:
        """What was answered before; None once the claim is ours."""
        while True:
            found = await to_thread.run_sync(self._look, claim, limiter=self._threads)
            if found is ClaimStatus.OURS:
                return None
            if found is ClaimStatus.OTHER:
                raise IdempotencyKeyReused
            if isinstance(found, StoredResponse):
                return found
            await asyncio.sleep(POLL_INTERVAL_S)
            attention.heed()

    def _look(self, claim: Claim) -> ClaimStatus | StoredResponse:
        found = self._answers.claim(claim)
        if isinstance(found, ClaimStatus):
            return found
        try:
            return self._load(found)
        except PictureNotFound:
            # Somebody emptied the storage: the answer can be had by making it anew.
            self._answers.drop(claim)
            return ClaimStatus.BUSY

    def _load(self, text: str) -> StoredResponse:
        told = json.loads(text)
        made = (
            EncodedVariation(**one, picture=self._storage.read(one["key"])) for one in told["made"]
        )
        return StoredResponse(created=told["created"], made=tuple(made))

    @asynccontextmanager
    async def _held(self, claim: Claim) -> AsyncIterator[None]:
        """Renew the claim for as long as the context lasts, and release it if that fails."""
        renewing = asyncio.create_task(self._renew(claim))
        try:
            yield
        except BaseException:
            # Where this fails as well, the claim lapses by itself.
            with suppress(LedgerUnavailable):
                await to_thread.run_sync(self._answers.release, claim, limiter=self._threads)
            raise
        finally:
            renewing.cancel()

    async def _renew(self, claim: Claim) -> None:
        while True:
            await asyncio.sleep(LEASE_S / 3)
            with suppress(LedgerUnavailable):
                await to_thread.run_sync(self._answers.renew, claim, limiter=self._threads)


def _claim_of(caller: str, key: str, form: Form) -> Claim:
    """The claim of that form: its boundary and the order of its parts do not matter."""
    texts = {name: text for name, text in form.fields.items() if text not in ("", "null")}
    picture = hashlib.sha256(form.picture or b"").hexdigest()
    asked = json.dumps([picture, texts], sort_keys=True)
    return Claim(
        id=id_of(caller, key),
        request=hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest(),
        holder=secrets.token_hex(8),
    )


def _serialise(created: int, made: Sequence[EncodedVariation]) -> str:
    pictures = [
        {name: value for name, value in asdict(one).items() if name != "picture"} for one in made
    ]
    return json.dumps({"created": created, "made": pictures})
