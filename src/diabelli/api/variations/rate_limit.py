"""Limits of API keys and end-users at the HTTP edge."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from anyio import CancelScope, to_thread

from diabelli.api.context import RequestContext, VariationRequest
from diabelli.api.errors.quota import ratelimit_headers
from diabelli.ledger.keys import Caller, Limits
from diabelli.quota.quota import Bucket, Quota
from diabelli.settings import Settings


class RateLimiter:
    """Admits requests whose images are within the limits of their key and end-user."""

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
        self, context: RequestContext, caller: Caller, params: VariationRequest, *, replay: bool
    ) -> AsyncIterator[None]:
        """Reserve the request's images for the context, and charge them if it succeeds.

        If the context raises, only the variations that a stream has sent are charged. The response
        gets the headers of the limits.

        Args:
            context: the request.
            caller: owner of the limits.
            params: number of images, and the end-user.
            replay: whether the images were made before. Then only the limit of concurrent images
                applies, and nothing is charged.

        Raises:
            QuotaExceeded: if a limit has no room.
            QuotaUnavailable: if the limits cannot be counted.
        """
        buckets = self._buckets(caller, params.user, replay=replay)
        if not buckets:
            yield
            return
        # Not abandoned on cancellation, so that every reservation is released.
        with CancelScope(shield=True):
            reservation = await to_thread.run_sync(self._quota.reserve, buckets, params.spec.n)
        headers = ratelimit_headers(reservation.statuses)
        context.response_headers.update(headers)
        made = 0
        try:
            yield
            made = 0 if replay else reservation.images
        except BaseException:
            made = context.images_sent
            # They would not be true of an answer that costs nothing.
            for name in headers:
                context.response_headers.pop(name, None)
            raise
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(self._quota.commit, reservation, made)

    def _buckets(self, caller: Caller, user: str | None, *, replay: bool) -> Sequence[Bucket]:
        key = Bucket(
            name=caller.bucket, subject="key", limits=caller.limits.with_defaults(self._key)
        )
        buckets = [key]
        if user:
            # The client chooses `user`; the name of a bucket must be short and plain.
            hashed = hashlib.sha256(user.encode("utf-8", "surrogatepass")).hexdigest()[:32]
            name = f"{caller.bucket}/{hashed}"
            buckets.append(Bucket(name=name, subject="user", limits=self._user))
        if replay:
            buckets = [
                replace(bucket, limits=_concurrent_only(bucket.limits)) for bucket in buckets
            ]
        return [bucket for bucket in buckets if bucket.limited]


def _concurrent_only(limits: Limits) -> Limits:
    return Limits(concurrent_images=limits.concurrent_images)
