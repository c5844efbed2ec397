"""How much a key and an end-user may ask for, where nothing else was said for the key."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, SecretStr

STORES = ("redis://", "rediss://", "unix://")


def _memory_ledger_or_redis(url: SecretStr) -> SecretStr:
    value = url.get_secret_value()
    if value not in ("memory", "ledger") and not value.startswith(STORES):
        raise ValueError(f"this is `memory`, `ledger`, or a URL that begins {', '.join(STORES)}")
    return url


class LimitSettings(BaseModel):
    """Limits"""

    images_per_minute: int | None = Field(
        None,
        ge=1,
        description="How many images each key may have made in a minute, unless it was made with "
        "a limit of its own; whoever needs no key counts as one key together.",
    )
    images_per_day: int | None = Field(
        None, ge=1, description="How many images each key may have made in 24 hours, likewise."
    )
    concurrent_images: int | None = Field(
        None, ge=1, description="How many images each key may have in the making, likewise."
    )
    user_images_per_minute: int | None = Field(
        None,
        ge=1,
        description="How many images each end-user of a key may have made in a minute; an end-user "
        "is what the field `user` names.",
    )
    user_images_per_day: int | None = Field(
        None, ge=1, description="How many images each end-user may have made in 24 hours."
    )
    user_concurrent_images: int | None = Field(
        None, ge=1, description="How many images each end-user may have in the making."
    )
    limits_url: Annotated[SecretStr, AfterValidator(_memory_ledger_or_redis)] | None = Field(
        None,
        description="Where the limits are counted: `memory`, `ledger`, or Redis as "
        "`redis://:PASSWORD@HOST:PORT`; without it in memory, or in the ledger where several "
        "`workers` serve.",
    )
