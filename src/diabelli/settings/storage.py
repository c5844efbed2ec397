"""Settings of stored data and of quotas."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from diabelli.net import split_url
from diabelli.object_store import SCHEMES, is_object_store_url

_LEDGER_URLS = ("sqlite:///", "postgresql://")
_REDIS_URLS = ("redis://", "rediss://", "unix://")


def _check_ledger(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(_LEDGER_URLS):
        raise ValueError(f"a ledger's URL starts with {' or '.join(_LEDGER_URLS)}")
    return url


def _check_storage(url: str) -> str:
    if not is_object_store_url(url):
        raise ValueError(f"a bucket's URL starts with {', '.join(SCHEMES)}")
    if split_url(url) is None:
        raise ValueError("the bucket's name is malformed")
    return url


def _check_quota_store(url: SecretStr) -> SecretStr:
    value = url.get_secret_value()
    if value not in ("memory", "ledger") and not value.startswith(_REDIS_URLS):
        raise ValueError(
            f"expected `memory`, `ledger`, or a URL that starts with {' or '.join(_REDIS_URLS)}"
        )
    return url


class LimitSettings(BaseModel):
    """Limits"""

    images_per_minute: int | None = Field(
        None,
        ge=1,
        description="Images per key and minute, for keys without their own limit; all requests "
        "without a key share one limit.",
    )
    images_per_day: int | None = Field(
        None, ge=1, description="Images per key and 24 hours, for keys without their own limit."
    )
    concurrent_images: int | None = Field(
        None, ge=1, description="Images per key in progress, for keys without their own limit."
    )
    user_images_per_minute: int | None = Field(
        None,
        ge=1,
        description="Images per end-user of a key and minute; the field `user` names the end-user.",
    )
    user_images_per_day: int | None = Field(
        None, ge=1, description="Images per end-user and 24 hours."
    )
    user_concurrent_images: int | None = Field(
        None, ge=1, description="Images per end-user in progress."
    )
    limits_url: Annotated[SecretStr, AfterValidator(_check_quota_store)] | None = Field(
        None,
        description="Store of the counters: `memory`, `ledger`, or Redis as "
        "`redis://:PASSWORD@HOST:PORT`; unset uses memory, or the ledger if there are several "
        "`workers`.",
    )


def _in_home(path: Path) -> Path:
    """Return a path in which `~` is the home folder; a folder of that name would be a trap."""
    try:
        return path.expanduser()
    except RuntimeError as cause:
        raise ValueError(f"{path} begins with a home folder that does not exist") from cause


class StorageSettings(BaseModel):
    """Stored data"""

    data_dir: Annotated[Path, AfterValidator(_in_home)] = Field(
        Path("data"),
        description="The folder for result pictures and for the secret that signs their links; "
        "created at the first start, readable only by its owner.",
    )
    lifetime_s: int = Field(
        3600,
        ge=1,
        description="Lifetime of a result picture and its link, in seconds.",
    )
    storage: Annotated[str, AfterValidator(_check_storage)] | None = Field(
        None,
        description="URL of the bucket for result pictures, `s3://BUCKET/PREFIX`, `gs://...` or "
        "`az://...`, or for trials a folder as `file:///PATH`; credentials come from the "
        "environment; unset uses `pictures` in `data_dir`.",
    )
    storage_links: Literal["signed", "presigned"] = Field(
        "signed",
        description="Links to pictures in a bucket: `signed` leads to this server, which checks "
        "them and passes the picture on; `presigned` leads to the bucket itself.",
    )
    storage_expiry: Literal["delete", "lifecycle"] = Field(
        "delete",
        description="Expiry of pictures in a bucket: `delete` deletes them when their links have "
        "expired; `lifecycle` leaves that to a rule of the bucket, see `diabelli storage check`.",
    )
    signing_secret: SecretStr | None = Field(
        None,
        min_length=32,
        description="Secret that signs links, the same on all servers of an address, of 32 "
        "characters or more; unset uses the file `secret` in `data_dir`.",
    )
    shared_address: bool = Field(
        False,
        description="Whether servers on several machines answer at this server's address; it then "
        "refuses to start with state that only one machine has.",
    )
    store_limit_gb: float = Field(
        20.0,
        gt=0,
        description="Size limit of the stored result pictures, in GB of 10^9 bytes; beyond it, "
        "requests that store pictures are refused with 503.",
    )
    ledger: Annotated[SecretStr, AfterValidator(_check_ledger)] | None = Field(
        None,
        description="URL of the ledger's database, `sqlite:///PATH` or "
        "`postgresql://USER:PASSWORD@HOST/NAME`; unset uses `ledger.sqlite3` in `data_dir`.",
    )
    retention_days: int = Field(
        90,
        ge=1,
        description="Days after which the ledger deletes the entry of a request.",
    )
