"""Judges, holds and charges what requests ask for."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, cast

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.storage.base import SlidingWindowCounterSupport
from limits.strategies import SlidingWindowCounterRateLimiter

from diabelli.errors import QuotaExceeded, QuotaUnavailable
from diabelli.ledger.keys import Limits
from diabelli.quota.store import QuotaBackend
from diabelli.quota.window import Window

CONCURRENT_WAIT_S = 1.0
"""When to ask again where too many images are being made: nobody knows when one will be ready."""

Subject = Literal["key", "user"]
Per = Literal["minute", "day", "once"]

_log = logging.getLogger("diabelli.quota")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Whose images are counted together.

    Attributes:
        name: tells it from every other.
        subject: what kind of caller it stands for.
        limits: 0 and None are no limit.
    """

    name: str
    subject: Subject
    limits: Limits

    @property
    def limited(self) -> bool:
        """Whether it has any limit."""
        return bool(self.rates or self.limits.concurrent_images)

    @property
    def rates(self) -> tuple[tuple[Per, RateLimitItem], ...]:
        """Its limits over time."""
        minute, day = self.limits.images_per_minute, self.limits.images_per_day
        return (
            *(
                (("minute", RateLimitItemPerMinute(minute, namespace="diabelli")),)
                if minute
                else ()
            ),
            *((("day", RateLimitItemPerDay(day, namespace="diabelli")),) if day else ()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitStatus:
    """Where a request stands under one limit.

    Attributes:
        subject, per, limit: which limit it is.
        used: images that count already, without the request's own.
        asked: the request's own.
        wait_s: how long until the request fits; None: never.
        reset_s: how long until nothing counts any more, if nothing else is asked for.
    """

    subject: Subject
    per: Per
    limit: int
    used: int
    asked: int
    wait_s: float | None
    reset_s: float

    @property
    def fits(self) -> bool:
        """Whether the request is within the limit."""
        return self.used + self.asked <= self.limit

    @property
    def remaining(self) -> int:
        """What is left of the limit after this request."""
        return max(0, self.limit - self.used - (self.asked if self.fits else 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What a request holds, and where it stands."""

    hold: str
    images: int
    buckets: tuple[Bucket, ...]
    standings: tuple[LimitStatus, ...]


class Quota:
    """The limits of all callers; threads may share it, and processes may share its store."""

    def __init__(self, store: QuotaBackend) -> None:
        self._windows = cast(SlidingWindowCounterSupport, store.windows)
        self._limiter = SlidingWindowCounterRateLimiter(store.windows)
        self._holds = store.reservations
        self._faults = store.backend_errors

    def reserve(self, buckets: Sequence[Bucket], images: int) -> Reservation:
        """Hold the images in each bucket that has a limit.

        Raises `QuotaExceeded` for the limit that will take longest to have room, holding nothing,
        and `QuotaUnavailable` where the store cannot be used.
        """
        limited = tuple(bucket for bucket in buckets if bucket.limited)
        hold = secrets.token_hex(8)
        try:
            with self._translated():
                standings = tuple(
                    standing for one in limited for standing in self._evaluate(one, hold, images)
                )
            _refuse_excess(standings)
        except BaseException:
            self._release(limited, hold)
            raise
        return Reservation(hold=hold, images=images, buckets=limited, standings=standings)

    def commit(self, taken: Reservation, made: int) -> None:
        """Count `made` images, no more than were held, as made, and end the hold.

        A store that fails now is told in the log alone: the images are made, and their maker has
        been promised them.
        """
        try:
            with self._translated():
                for bucket in taken.buckets if made else ():
                    for _, item in bucket.rates:
                        self._limiter.hit(item, bucket.name, cost=made)
        except QuotaUnavailable as fault:
            _log.warning("quota.not_charged", extra={"reason": fault.message})
        self._release(taken.buckets, taken.hold)

    def _evaluate(self, bucket: Bucket, hold: str, images: int) -> Iterator[LimitStatus]:
        others = self._holds.reserve(bucket.name, hold, images) - images
        if limit := bucket.limits.concurrent_images:
            yield LimitStatus(
                subject=bucket.subject,
                per="once",
                limit=limit,
                used=others,
                asked=images,
                wait_s=CONCURRENT_WAIT_S if images <= limit else None,
                reset_s=CONCURRENT_WAIT_S,
            )
            # More than this is held for a moment by requests that are being refused themselves.
            others = min(others, limit)
        for per, item in bucket.rates:
            window = self._window(bucket, item).with_added(others)
            yield LimitStatus(
                subject=bucket.subject,
                per=per,
                limit=item.amount,
                used=window.used,
                asked=images,
                wait_s=window.wait_s(images, item.amount),
                reset_s=window.with_added(images).wait_s(item.amount, item.amount) or 0.0,
            )

    def _window(self, bucket: Bucket, item: RateLimitItem) -> Window:
        length = item.get_expiry()
        before, before_left, current, current_left = self._windows.get_sliding_window(
            item.key_for(bucket.name), length
        )
        # The package tells when the current count will be forgotten, a window after its end.
        left = before_left if before else current_left - length if current else length
        return Window(
            length_s=length, before=before, current=current, remaining_s=min(max(left, 0.0), length)
        )

    def _release(self, buckets: Sequence[Bucket], hold: str) -> None:
        try:
            with self._translated():
                for bucket in buckets:
                    self._holds.release(bucket.name, hold)
        except QuotaUnavailable as fault:
            _log.warning("quota.not_given_back", extra={"reason": fault.message})

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self._faults as cause:
            raise QuotaUnavailable(f"the limits cannot be counted: {cause}") from cause


def _refuse_excess(standings: Sequence[LimitStatus]) -> None:
    over = [standing for standing in standings if not standing.fits]
    if not over:
        return
    worst = max(over, key=lambda one: float("inf") if one.wait_s is None else one.wait_s)
    raise QuotaExceeded(
        subject=worst.subject,
        per=worst.per,
        limit=worst.limit,
        used=worst.used,
        asked=worst.asked,
        wait_s=worst.wait_s,
        reset_s=worst.reset_s,
    )
