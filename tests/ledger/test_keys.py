"""API keys in the ledger: shown once, kept as a hash, good until revoked."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from diabelli.errors import InvalidParameter
from diabelli.ledger.database import Database
from diabelli.ledger.keys import IssuedKeys, Limits, digest
from diabelli.ledger.tables import KEYS


@pytest.fixture
def keys(database: Database) -> IssuedKeys:
    """The keys in it."""
    return IssuedKeys(database, clock=lambda: 1000.0)


def test_a_key_names_its_caller(keys: IssuedKeys) -> None:
    """Its id, its name and its own limits come back for the key, and for nothing else."""
    key = keys.create("web", Limits(images_per_minute=60), admin=True)
    caller = keys.caller_of(key)
    assert caller is not None
    assert (caller.name, caller.admin, caller.bucket) == ("web", True, caller.id)
    assert caller.limits == Limits(images_per_minute=60)
    for other in (key[:-1], key + "x", key.upper(), "", "web", digest(key), "\ud800"):
        assert keys.caller_of(other) is None


def test_keys_are_long_and_differ(keys: IssuedKeys) -> None:
    """Each has 43 letters and digits of its own behind the mark."""
    made = {keys.create(f"key {index}", Limits()) for index in range(20)}
    assert len(made) == 20
    assert all(re.fullmatch("sk-dbl-[A-Za-z0-9]{43}", key) for key in made)


def test_only_a_hash_and_a_beginning_are_kept(keys: IssuedKeys, database: Database) -> None:
    """What lies in the ledger opens nothing."""
    key = keys.create("web", Limits())
    with database.read_transaction() as connection:
        row = connection.execute(select(KEYS)).one()
    assert key not in str(row)
    assert row.prefix == key[:11]
    assert keys.caller_of(row.hash) is None


def test_a_revoked_key_opens_nothing(keys: IssuedKeys) -> None:
    """It stays in the list with the time, and its name is free again."""
    key = keys.create("web", Limits())
    assert (keys.any_exist(), keys.any_active()) == (True, True)
    keys.revoke("web")
    assert keys.caller_of(key) is None
    assert (keys.any_exist(), keys.any_active()) == (True, False)
    keys.create("web", Limits())
    assert sorted(issued.revoked or 0 for issued in keys.list()) == [0, 1000]


def test_a_rotated_key_is_replaced(keys: IssuedKeys) -> None:
    """The new one has the old one's id and limits; the old one opens nothing."""
    old = keys.create("web", Limits(images_per_day=5))
    before = keys.caller_of(old)
    new = keys.rotate("web")
    assert keys.caller_of(old) is None
    assert keys.caller_of(new) == before
    assert [issued.prefix for issued in keys.list()] == [new[:11]]


def test_a_key_is_named_by_its_id_too(keys: IssuedKeys) -> None:
    """The id that usage shows is enough to revoke it."""
    caller = keys.caller_of(keys.create("web", Limits()))
    assert caller is not None
    keys.revoke(str(caller.id))
    assert not keys.any_active()


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "two\nlines"])
def test_a_name_is_for_people(keys: IssuedKeys, name: str) -> None:
    """One that cannot be shown in a line is refused."""
    with pytest.raises(InvalidParameter, match="1 to 64 characters"):
        keys.create(name, Limits())


def test_names_tell_keys_apart(keys: IssuedKeys) -> None:
    """A second good key of one name is refused; so is a change to a name that is not there."""
    keys.create("web", Limits())
    with pytest.raises(InvalidParameter, match="there is a key named 'web'"):
        keys.create("web", Limits())
    with pytest.raises(InvalidParameter, match="no key that is good is named 'bew'"):
        keys.revoke("bew")
    with pytest.raises(InvalidParameter, match="no key that is good is named 'bew'"):
        keys.rotate("bew")


def test_limits_left_open_are_the_default() -> None:
    """0 is a limit of its own: none, whatever the default."""
    own = Limits(images_per_minute=5, images_per_day=0)
    default = Limits(images_per_minute=1, images_per_day=2, concurrent_images=3)
    assert own.with_defaults(default) == Limits(
        images_per_minute=5, images_per_day=0, concurrent_images=3
    )
