"""Windows and holds in Redis, which servers on several machines share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diabelli.errors import InvalidSettings, MissingExtra
from diabelli.quota.store import QuotaBackend

if TYPE_CHECKING:
    from redis import Redis

_PREFIX = "diabelli"
_PATIENCE_S = 2
"""How long an answer of Redis is waited for."""

# A bucket is a sorted set of holds, "<hold>:<images>", by when they lapse. Redis runs a script as a
# whole, and its own clock is the same for every server.
_TAKE = """
local now = redis.call('TIME')
local lapses = now[1] + now[2] / 1000000 + tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', lapses - ARGV[3])
redis.call('ZADD', KEYS[1], lapses, ARGV[1] .. ':' .. ARGV[2])
redis.call('EXPIRE', KEYS[1], math.ceil(ARGV[3]))
local held = 0
for _, hold in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    held = held + tonumber(string.match(hold, ':(%d+)$'))
end
return held
"""
_GIVE_BACK = """
for _, hold in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    if string.match(hold, '^(%x+):') == ARGV[1] then
        redis.call('ZREM', KEYS[1], hold)
    end
end
"""


class RedisReservations:
    """As `Holds` has it; a hold lapses after `lapse_s`, should its process die."""

    def __init__(self, redis: Redis, lapse_s: float) -> None:
        self._take = redis.register_script(_TAKE)
        self._give_back = redis.register_script(_GIVE_BACK)
        self._lapse_s = lapse_s

    def reserve(self, bucket: str, hold: str, images: int) -> int:
        """As `Holds` has it."""
        return int(self._take([_name(bucket)], [hold, images, self._lapse_s]))

    def release(self, bucket: str, hold: str) -> None:
        """As `Holds` has it."""
        self._give_back([_name(bucket)], [hold])


def in_redis(url: str, lapse_s: float) -> QuotaBackend:
    """A store for every server that names the same Redis; it is not connected to yet.

    Raises `InvalidSettings` for a URL that Redis does not understand, and `MissingExtra`.
    """
    try:
        from limits.storage.redis import RedisStorage
        from redis import ConnectionPool, Redis, RedisError
    except ModuleNotFoundError as cause:
        raise MissingExtra(extra="redis", purpose="counting limits in Redis") from cause
    try:
        pool = ConnectionPool.from_url(
            url, socket_timeout=_PATIENCE_S, socket_connect_timeout=_PATIENCE_S
        )
    except ValueError as cause:
        raise InvalidSettings("limits_url cannot be read as a URL of Redis") from cause
    return QuotaBackend(
        windows=RedisStorage("redis://", connection_pool=pool, key_prefix=_PREFIX),
        reservations=RedisReservations(Redis(connection_pool=pool), lapse_s),
        backend_errors=(RedisError,),
    )


def _name(bucket: str) -> str:
    return f"{_PREFIX}:holds:{bucket}"
