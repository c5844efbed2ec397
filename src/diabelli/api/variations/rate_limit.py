"""Limits at the HTTP edge: which count for a request, and in which headers they are told."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from anyio import CancelScope, to_thread
from starlette.requests import Request

from diabelli.api.errors.quota import ratelimit_headers
from diabelli.api.variations.params import VariationRequest
from diabelli.ledger.keys import Caller, Limits
from diabelli.quota.quota import Bucket, Quota
from diabelli.settings import Settings


class RateLimiter:
    """Lets requests through whose images are within the limits of their key and end-user."""

    def __init__(self, settings: Settings, quota: Quota) -> None:
        self._quota = quota
        self._key = Limits(
            images_per_minute=settings.images_per_minute,
            images_per_day=settings.images_per_day,
            concurrent_images=settings.concurrent_images,
        )
        self._user = Limits(
            images_per_minute=settings.user_images_per_minute,
            images_per_day=settings.user_images_per_day,
            concurrent_images=settings.user_concurrent_images,
        )

    @asynccontextmanager
    async def reserve(
        self, request: Request, caller: Caller, wanted: VariationRequest
    ) -> AsyncIterator[None]:
        """Hold the request's images; they are charged if the context ends well.

        If it does not, only the variations that a stream has told of already are charged.
        The answer gets the headers that tell where the caller stands.
        Raises `QuotaExceeded` and `QuotaUnavailable`.
        """
        buckets = self._buckets(caller, wanted.user)
        if not buckets:
            yield
            return
        headers: dict[str, str] = request.state.headers
        taken = await to_thread.run_sync(self._quota.reserve, buckets, wanted.spec.n)
        headers.update(ratelimit_headers(taken.statuses))
        made = 0
        try:
            yield
            made = taken.images
        except BaseException:
            made = request.state.stream.finished
            # What was told would not be true of an answer that costs nothing.
            headers.clear()
            raise
        finally:
            # A request that is cancelled gives its place back all the same.
            with CancelScope(shield=True):
                await to_thread.run_sync(self._quota.commit, taken, made)

    def _buckets(self, caller: Caller, user: str | None) -> Sequence[Bucket]:
        key = Bucket(
            name=caller.bucket, subject="key", limits=caller.limits.with_defaults(self._key)
        )
        buckets = [key]
        if user:
            # What `user` holds is the client's; a name of a bucket is short and harmless.
            hashed = hashlib.sha256(user.encode("utf-8", "surrogatepass")).hexdigest()[:32]
            name = f"{caller.bucket}/{hashed}"
            buckets.append(Bucket(name=name, subject="user", limits=self._user))
        return [bucket for bucket in buckets if bucket.limited]
