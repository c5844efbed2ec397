"""Quota stores in Redis, shared by servers on several machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diabelli.errors import InvalidSettings, MissingExtra
from diabelli.quota.store import QuotaBackend
from diabelli.quota.window import Window

if TYPE_CHECKING:
    from redis import Redis

_PREFIX = "diabelli"
_TIMEOUT_S = 2
"""Timeout of one Redis command, in seconds; far above a round trip, below a client's patience."""

# Redis executes a script atomically, with its own clock, which is the same for all servers.

# KEYS[1]: hash of window index to images. ARGV: window length in seconds, images to add.
# Returns the previous count, the current count, and the seconds until the window ends.
_COUNT = """
local length = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local index = math.floor(now / length)
local function field(i) return string.format('%d', i) end
if ARGV[2] ~= '0' then
    for _, known in ipairs(redis.call('HKEYS', KEYS[1])) do
        if tonumber(known) < index - 1 then
            redis.call('HDEL', KEYS[1], known)
        end
    end
    redis.call('HINCRBY', KEYS[1], field(index), ARGV[2])
    redis.call('EXPIRE', KEYS[1], 2 * length)
end
local before = redis.call('HGET', KEYS[1], field(index - 1)) or '0'
local current = redis.call('HGET', KEYS[1], field(index)) or '0'
return {before, current, string.format('%.6f', (index + 1) * length - now)}
"""

# KEYS[1]: sorted set of "ID:IMAGES" by expiry. ARGV: id, images, TTL in seconds.
# Returns the images that are reserved.
_RESERVE = """
local now = redis.call('TIME')
local expiry = now[1] + now[2] / 1000000 + tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', expiry - ARGV[3])
redis.call('ZADD', KEYS[1], expiry, ARGV[1] .. ':' .. ARGV[2])
redis.call('EXPIRE', KEYS[1], math.ceil(ARGV[3]))
local reserved = 0
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    reserved = reserved + tonumber(string.match(member, ':(%d+)$'))
end
return reserved
"""

# KEYS[1]: as above. ARGV: id.
_RELEASE = """
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    if string.match(member, '^(%x+):') == ARGV[1] then
        redis.call('ZREM', KEYS[1], member)
    end
end
"""


class RedisWindows:
    """`WindowStore` in Redis: a hash per counter."""

    def __init__(self, redis: Redis) -> None:
        self._count = redis.register_script(_COUNT)

    def read(self, counter: str, length_s: int) -> Window:
        """Return the previous and the current count of a counter."""
        before, current, remaining_s = self._count([_window_key(counter)], [length_s, 0])
        return Window(
            length_s=length_s,
            before=int(before),
            current=int(current),
            remaining_s=float(remaining_s),
        )

    def add(self, counter: str, length_s: int, images: int) -> None:
        """Add images to the current window of a counter."""
        self._count([_window_key(counter)], [length_s, images])


class RedisReservations:
    """`ReservationStore` in Redis: a sorted set per bucket.

    Args:
        redis: Client; it connects on the first command.
        ttl_s: Seconds until an unreleased reservation expires.
    """

    def __init__(self, redis: Redis, ttl_s: float) -> None:
        self._reserve = redis.register_script(_RESERVE)
        self._release = redis.register_script(_RELEASE)
        self._ttl_s = ttl_s

    def reserve(self, bucket: str, reservation: str, images: int) -> int:
        """Reserve images and return all that are reserved in the bucket, these included."""
        return int(self._reserve([_reservation_key(bucket)], [reservation, images, self._ttl_s]))

    def release(self, bucket: str, reservation: str) -> None:
        """Remove a reservation. No-op if it has expired."""
        self._release([_reservation_key(bucket)], [reservation])


def in_redis(url: str, ttl_s: float) -> QuotaBackend:
    """Return a backend for every server that uses the same Redis; connects on first use.

    Args:
        url: `redis://`, `rediss://` or `unix://` URL.
        ttl_s: Seconds until an unreleased reservation expires.

    Raises:
        InvalidSettings: `url` is not a Redis URL.
        MissingExtra: The `redis` package is not installed.
    """
    try:
        from redis import ConnectionPool, Redis, RedisError
    except ModuleNotFoundError as cause:
        raise MissingExtra(extra="redis", purpose="counting limits in Redis") from cause
    try:
        pool = ConnectionPool.from_url(
            url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S
        )
    except ValueError as cause:
        raise InvalidSettings("limits_url cannot be read as a URL of Redis") from cause
    redis = Redis(connection_pool=pool)
    return QuotaBackend(
        windows=RedisWindows(redis),
        reservations=RedisReservations(redis, ttl_s),
        backend_errors=(RedisError,),
    )


def _window_key(counter: str) -> str:
    return f"{_PREFIX}:windows:{counter}"


def _reservation_key(bucket: str) -> str:
    return f"{_PREFIX}:holds:{bucket}"
