"""Limits at the HTTP edge: which count for a request, and in which headers they are told."""

from __future__ import annotations

import hashlib
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from anyio import CancelScope, to_thread
from starlette.requests import Request

from diabelli.api.variations.params import VariationRequest
from diabelli.errors import QuotaExceeded
from diabelli.ledger.keys import Caller, Limits
from diabelli.quota.quota import Bucket, LimitStatus, Quota
from diabelli.settings import Settings

PERIODS = {"minute": "1min", "day": "1day", "once": "at once"}
"""How OpenAI writes the time that a limit is for; the last is ours."""


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
        headers.update(ratelimit_headers(taken.standings))
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


def ratelimit_headers(standings: Sequence[LimitStatus]) -> dict[str, str]:
    """The headers of the limit over time that leaves least; none where there is no such limit."""
    over_time = [standing for standing in standings if standing.per != "once"]
    if not over_time:
        return {}
    least = min(over_time, key=lambda standing: (standing.remaining, -standing.reset_s))
    return _ratelimit(least.limit, least.remaining, least.reset_s)


def refusal_headers(refused: QuotaExceeded) -> Mapping[str, str]:
    """When to ask again, and the limit that was in the way."""
    remaining = max(0, refused.limit - refused.used)
    retry = (
        {"x-should-retry": "false"}
        if refused.wait_s is None
        else {"retry-after": str(math.ceil(refused.wait_s) or 1)}
    )
    return {**retry, **_ratelimit(refused.limit, remaining, refused.reset_s)}


def refusal_message(refused: QuotaExceeded) -> str:
    """The refusal in OpenAI's words."""
    what = "concurrent images" if refused.per == "once" else f"images per {refused.per}"
    whose = "this API key" if refused.subject == "key" else "this end-user"
    period = PERIODS[refused.per]
    advice = (
        f"Please ask for {refused.limit} images or fewer."
        if refused.wait_s is None
        else f"Please try again in {duration(refused.wait_s)}."
    )
    return (
        f"Rate limit exceeded for {what} on {whose}. Limit: {refused.limit}/{period}. "
        f"Current: {refused.used + refused.asked}/{period}. {advice}"
    )


def duration(seconds: float) -> str:
    """A time as OpenAI's headers have it, in whole seconds: `1s`, `6m0s`, `23h59m59s`."""
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{head}{rest}s"


def _ratelimit(limit: int, remaining: int, reset_s: float) -> dict[str, str]:
    return {
        "x-ratelimit-limit-images": str(limit),
        "x-ratelimit-remaining-images": str(remaining),
        "x-ratelimit-reset-images": duration(reset_s),
    }
