"""API keys in the ledger: shown once, stored as a hash, active until revoked."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from diabelli.errors import InvalidParameter
from diabelli.ledger.database import Database
from diabelli.ledger.keys import IssuedKeys, Limits, digest
from diabelli.ledger.tables import KEYS


@pytest.fixture
def keys(database: Database) -> IssuedKeys:
    """The keys of an empty ledger."""
    return IssuedKeys(database, clock=lambda: 1000.0)


def test_a_key_names_its_caller(keys: IssuedKeys) -> None:
    """A key returns its id, name and own limits; nothing else does."""
    key = keys.create("web", Limits(images_per_minute=60), admin=True)
    caller = keys.caller_of(key)
    assert caller is not None
    assert (caller.name, caller.admin, caller.bucket) == ("web", True, caller.id)
    assert caller.limits == Limits(images_per_minute=60)
    for other in (key[:-1], key + "x", key.upper(), "", "web", digest(key), "\ud800"):
        assert keys.caller_of(other) is None


def test_keys_are_long_and_differ(keys: IssuedKeys) -> None:
    """Each has 43 random letters and digits after the prefix."""
    made = {keys.create(f"key {index}", Limits()) for index in range(20)}
    assert len(made) == 20
    assert all(re.fullmatch("sk-dbl-[A-Za-z0-9]{43}", key) for key in made)


def test_only_a_hash_and_a_prefix_are_stored(keys: IssuedKeys, database: Database) -> None:
    """No stored value authenticates."""
    key = keys.create("web", Limits())
    with database.read_transaction() as connection:
        row = connection.execute(select(KEYS)).one()
    assert key not in str(row)
    assert row.prefix == key[:11]
    assert keys.caller_of(row.hash) is None


def test_a_revoked_key_is_rejected(keys: IssuedKeys) -> None:
    """It stays in the list with its time, and its name is free again."""
    key = keys.create("web", Limits())
    assert (keys.any_exist(), keys.any_active()) == (True, True)
    keys.revoke("web")
    assert keys.caller_of(key) is None
    assert (keys.any_exist(), keys.any_active()) == (True, False)
    keys.create("web", Limits())
    assert sorted(issued.revoked or 0 for issued in keys.list()) == [0, 1000]


def test_a_rotated_key_is_replaced(keys: IssuedKeys) -> None:
    """The new key has the id and the limits of the old one, which is rejected."""
    old = keys.create("web", Limits(images_per_day=5))
    before = keys.caller_of(old)
    new = keys.rotate("web")
    assert keys.caller_of(old) is None
    assert keys.caller_of(new) == before
    assert [issued.prefix for issued in keys.list()] == [new[:11]]


def test_a_key_can_be_selected_by_its_id(keys: IssuedKeys) -> None:
    """The id that the ledger shows suffices to revoke it."""
    caller = keys.caller_of(keys.create("web", Limits()))
    assert caller is not None
    keys.revoke(str(caller.id))
    assert not keys.any_active()


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "two\nlines"])
def test_a_name_must_be_printable(keys: IssuedKeys, name: str) -> None:
    """A name that does not fit a line is refused."""
    with pytest.raises(InvalidParameter, match="1 to 64 characters"):
        keys.create(name, Limits())


def test_names_are_unique(keys: IssuedKeys) -> None:
    """A second active key of one name is refused, as is a change to an unknown name."""
    keys.create("web", Limits())
    with pytest.raises(InvalidParameter, match="there is a key named 'web'"):
        keys.create("web", Limits())
    with pytest.raises(InvalidParameter, match="no active key is named 'bew'"):
        keys.revoke("bew")
    with pytest.raises(InvalidParameter, match="no active key is named 'bew'"):
        keys.rotate("bew")


def test_a_name_cannot_be_the_id_of_a_key(keys: IssuedKeys) -> None:
    """Neither an issued id, nor another one of that form, nor the id of the settings' keys."""
    caller = keys.caller_of(keys.create("web", Limits()))
    assert caller is not None
    for name in (str(caller.id), "key_0123456789ab", "settings"):
        with pytest.raises(InvalidParameter, match="form of a key's id"):
            keys.create(name, Limits())
    keys.create("key_of the shop", Limits())


def test_an_id_takes_precedence_over_a_name(keys: IssuedKeys, database: Database) -> None:
    """In a ledger with a key that is named like another one's id, the id's key is revoked."""
    first, second = keys.create("web", Limits()), keys.create("shop", Limits())
    caller = keys.caller_of(first)
    assert caller is not None
    with database.write_transaction() as connection:
        connection.execute(update(KEYS).where(KEYS.c.name == "shop").values(name=caller.id))
    keys.revoke(str(caller.id))
    assert keys.caller_of(first) is None
    assert keys.caller_of(second) is not None


def test_missing_limits_are_the_defaults() -> None:
    """0 means unlimited and overrides the default."""
    own = Limits(images_per_minute=5, images_per_day=0)
    default = Limits(images_per_minute=1, images_per_day=2, concurrent_images=3)
    assert own.with_defaults(default) == Limits(
        images_per_minute=5, images_per_day=0, concurrent_images=3
    )
