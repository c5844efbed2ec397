"""Evaluates, reserves and charges the images of requests."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from diabelli.errors import QuotaExceeded, QuotaUnavailable
from diabelli.ledger.keys import Limits
from diabelli.quota.store import QuotaBackend

CONCURRENT_WAIT_S = 1.0
"""Seconds to wait before a retry at the concurrency limit; the actual wait is unknown."""

RatePeriod = Literal["minute", "day"]
Period = Literal[RatePeriod, "concurrent"]
Subject = Literal["key", "user"]

PERIOD_S: dict[RatePeriod, int] = {"minute": 60, "day": 86_400}
"""Window length of each rate limit, in seconds."""

_log = logging.getLogger("diabelli.quota")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """The caller whose images are counted together.

    Attributes:
        name: Unique name.
        subject: Kind of caller.
        limits: Its limits; 0 and None mean unlimited.
    """

    name: str
    subject: Subject
    limits: Limits

    @property
    def limited(self) -> bool:
        """Whether any limit is set."""
        return bool(self.rates or self.limits.concurrent_images)

    @property
    def rates(self) -> dict[RatePeriod, int]:
        """Rate limits that are set: images by period."""
        limits: dict[RatePeriod, int | None] = {
            "minute": self.limits.images_per_minute,
            "day": self.limits.images_per_day,
        }
        return {per: limit for per, limit in limits.items() if limit}

    def counter(self, per: RatePeriod) -> str:
        """Return the name of its counter for a period."""
        return f"{self.name}/{per}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitStatus:
    """State of one limit for one request.

    Attributes:
        subject: Kind of caller that the limit is for.
        per: Period of the limit.
        limit: Allowed images.
        used: Images that count already, without the request's own.
        asked: Images of the request.
        wait_s: Seconds until the request fits; None if it never does.
        reset_s: Seconds until no images count, without further requests.
    """

    subject: Subject
    per: Period
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
        """Images left under the limit after this request."""
        return max(0, self.limit - self.used - (self.asked if self.fits else 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """The reserved images of a request.

    Attributes:
        id: Unique hexadecimal id.
        images: Reserved images.
        buckets: Buckets that hold them.
        statuses: State of each limit of these buckets.
    """

    id: str
    images: int
    buckets: tuple[Bucket, ...]
    statuses: tuple[LimitStatus, ...]


class Quota:
    """The limits of all callers; thread-safe.

    Args:
        backend: Stores, which other processes may share.
    """

    def __init__(self, backend: QuotaBackend) -> None:
        self._windows = backend.windows
        self._reservations = backend.reservations
        self._backend_errors = backend.backend_errors

    def reserve(self, buckets: Sequence[Bucket], images: int) -> Reservation:
        """Reserve images in each bucket that has a limit.

        Args:
            buckets: Buckets of the request's caller.
            images: Images of the request.

        Raises:
            QuotaExceeded: A limit has no room; it is the one with the longest wait. Nothing stays
                reserved.
            QuotaUnavailable: A store is unavailable.
        """
        limited = tuple(bucket for bucket in buckets if bucket.limited)
        reservation_id = secrets.token_hex(8)
        try:
            with self._translated():
                statuses = tuple(
                    status
                    for bucket in limited
                    for status in self._evaluate(bucket, reservation_id, images)
                )
            _raise_if_exceeded(statuses)
        except BaseException:
            self._release(limited, reservation_id)
            raise
        return Reservation(id=reservation_id, images=images, buckets=limited, statuses=statuses)

    def commit(self, reservation: Reservation, made: int) -> None:
        """Charge the images that were made and release the reservation.

        A store failure is only logged, because the images are made and promised to the client.

        Args:
            reservation: Result of `reserve`.
            made: Images that were made, at most `reservation.images`.
        """
        try:
            with self._translated():
                for bucket in reservation.buckets if made else ():
                    for per in bucket.rates:
                        self._windows.add(bucket.counter(per), PERIOD_S[per], made)
        except QuotaUnavailable as error:
            _log.warning("quota.not_charged", extra={"reason": error.message})
        self._release(reservation.buckets, reservation.id)

    def _evaluate(self, bucket: Bucket, reservation_id: str, images: int) -> Iterator[LimitStatus]:
        others = self._reservations.reserve(bucket.name, reservation_id, images) - images
        if limit := bucket.limits.concurrent_images:
            yield LimitStatus(
                subject=bucket.subject,
                per="concurrent",
                limit=limit,
                used=others,
                asked=images,
                wait_s=CONCURRENT_WAIT_S if images <= limit else None,
                reset_s=CONCURRENT_WAIT_S,
            )
            # The excess is reserved for a moment by requests that are being refused themselves.
            others = min(others, limit)
        for per, limit in bucket.rates.items():
            window = self._windows.read(bucket.counter(per), PERIOD_S[per]).with_added(others)
            yield LimitStatus(
                subject=bucket.subject,
                per=per,
                limit=limit,
                used=window.used,
                asked=images,
                wait_s=window.wait_s(images, limit),
                reset_s=window.with_added(images).wait_s(limit, limit) or 0.0,
            )

    def _release(self, buckets: Sequence[Bucket], reservation_id: str) -> None:
        try:
            with self._translated():
                for bucket in buckets:
                    self._reservations.release(bucket.name, reservation_id)
        except QuotaUnavailable as error:
            _log.warning("quota.not_released", extra={"reason": error.message})

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self._backend_errors as cause:
            raise QuotaUnavailable(f"the limits cannot be counted: {cause}") from cause


def _raise_if_exceeded(statuses: Sequence[LimitStatus]) -> None:
    exceeded = [status for status in statuses if not status.fits]
    if not exceeded:
        return
    worst = max(exceeded, key=lambda one: float("inf") if one.wait_s is None else one.wait_s)
    raise QuotaExceeded(
        subject=worst.subject,
        per=worst.per,
        limit=worst.limit,
        used=worst.used,
        asked=worst.asked,
        wait_s=worst.wait_s,
        reset_s=worst.reset_s,
    )
