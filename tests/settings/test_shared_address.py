"""`shared_address` and buckets: state of one machine is refused in words."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from diabelli.settings import Settings

COMPLETE = {
    "shared_address": True,
    "storage": "s3://bucket/prefix",
    "ledger": "postgresql://user:password@host/name",
    "signing_secret": "s" * 32,
}


def test_complete_settings_are_accepted() -> None:
    """Limits are counted in the ledger unless Redis is named."""
    assert Settings(**COMPLETE).shared_address
    assert Settings(**COMPLETE, limits_url="redis://host").shared_address


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"storage": None}, "storage names no bucket"),
        ({"ledger": None}, "ledger is not in PostgreSQL"),
        ({"ledger": "sqlite:///ledger"}, "ledger is not in PostgreSQL"),
        ({"limits_url": "memory"}, "limits_url is `memory`"),
        ({"signing_secret": None}, "signing_secret is unset"),
    ],
)
def test_state_of_one_machine_is_refused(changed: dict[str, object], reason: str) -> None:
    """The message names the setting, and its effect."""
    with pytest.raises(ValidationError, match=reason):
        Settings(**COMPLETE | changed)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"storage": "bucket"}, "URL starts with s3://"),
        ({"storage_links": "presigned"}, "storage names no bucket"),
        ({"storage_expiry": "lifecycle"}, "storage names no bucket"),
        ({"storage": "file:///a", "storage_links": "presigned"}, "a folder cannot sign"),
        ({"signing_secret": "short"}, "at least 32"),
    ],
)
def test_contradictions_of_a_bucket_are_refused(given: dict[str, object], reason: str) -> None:
    """At the start, before a request."""
    with pytest.raises(ValidationError, match=reason):
        Settings(**given)
