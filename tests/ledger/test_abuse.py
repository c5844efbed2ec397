"""Suspicious end-users: the counts and their thresholds."""

from itertools import count
from pathlib import Path

import numpy as np
import pytest

from diabelli.errors import ContentPolicyViolation, PictureBlocked, UserBlocked
from diabelli.ledger.abuse import (
    MANY_ALIKE,
    MANY_KEYS,
    MANY_REFUSALS,
    largest_cluster,
    suspects,
)
from diabelli.ledger.entries import Entries, Entry
from diabelli.pictures.pdq import MAX_MATCH_DISTANCE

RANDOM = np.random.default_rng(7)
NOW = 1_000_000.0


def random_hash() -> str:
    return RANDOM.bytes(32).hex()


def near(digits: str, bits: int) -> str:
    """Return the hash with that many of its lowest bits inverted."""
    return f"{int(digits, 16) ^ (2**bits - 1):064x}"


@pytest.fixture
def record(database):
    """Returns a function that records a request and returns its id; ids count up."""
    entries, ids = Entries(database), count()

    def record(user: str | None, **attributes: object) -> str:
        request_id = f"req_{next(ids):04}"
        values = {"time": NOW, "status": 200, "total_ms": 1.0, **attributes}
        entries.record(Entry(request_id=request_id, user=user, **values))
        return request_id

    return record


def found(database, since: float = 0) -> dict[str, tuple[str, ...]]:
    """Return the reasons by end-user."""
    return {one.user: one.reasons for one in suspects(database, since=since)}


def test_many_keys_are_suspicious(database, record):
    """One key fewer is not; a repeated key counts once."""
    for number in range(MANY_KEYS):
        record("many", key=f"key_{number}")
        record("one", key="key_1")
    for number in range(MANY_KEYS - 1):
        record("few", key=f"key_{number}")
    assert found(database) == {"many": (f"{MANY_KEYS} different keys",)}


@pytest.mark.parametrize("kind", [ContentPolicyViolation, PictureBlocked, UserBlocked])
def test_refusals_are_suspicious(database, record, kind):
    """Refusals as blocked or unsafe count, invalid requests do not."""
    for _ in range(MANY_REFUSALS):
        record("refused", status=400, error=kind.code)
        record("clumsy", status=400, error="outside_schema")
    record("once", status=400, error=kind.code)
    assert found(database) == {"refused": (f"{MANY_REFUSALS} refusals",)}


def test_near_identical_uploads_are_suspicious(database, record):
    """Different similar files count; one repeated file, different pictures and no hash do not."""
    first = random_hash()
    for number in range(MANY_ALIKE):
        record("probing", sha256=f"{number:064}", pdq=near(first, 3 * number))
        record("again", sha256="0" * 64, pdq=first)
        record("different", sha256=f"{number:064}", pdq=random_hash())
        record("featureless", sha256=f"{number:064}")
    (suspect,) = suspects(database, since=0)
    assert suspect.user == "probing"
    assert suspect.alike == MANY_ALIKE
    assert suspect.reasons == (f"{MANY_ALIKE} near-identical uploads",)
    assert suspect.source is not None


def test_the_source_is_in_the_largest_cluster(database, record):
    """A block of it also blocks the similar files."""
    first = random_hash()
    alike = [
        record("probing", sha256=f"{number:064}", pdq=near(first, 3 * number))
        for number in range(MANY_ALIKE)
    ]
    for number in range(20):
        record("probing", sha256=f"1{number:063}", pdq=random_hash())
    (suspect,) = suspects(database, since=0)
    assert suspect.source in alike


def test_the_worst_come_first(database, record):
    """Order: number of reasons, then refusals."""
    for number in range(MANY_REFUSALS):
        record("both", key=f"key_{number}", status=400, error=PictureBlocked.code)
    for _ in range(MANY_REFUSALS + 2):
        record("refused", status=400, error=PictureBlocked.code)
    for number in range(MANY_KEYS):
        record("keys", key=f"key_{number}")
    assert [one.user for one in suspects(database, since=0)] == ["both", "refused", "keys"]


def test_older_requests_do_not_count(database, record):
    """Requests without an end-user do not count either."""
    for number in range(10):
        record("past", key=f"key_{number}", time=NOW - 1, status=403, error=UserBlocked.code)
        record(None, key=f"key_{number}", status=400, error=PictureBlocked.code)
    assert found(database, since=NOW) == {}
    assert set(found(database, since=NOW - 1)) == {"past"}


def test_a_cluster_has_one_centre():
    """It is found among many hashes; a chain of small steps is no cluster."""
    middle = random_hash()
    others = [random_hash() for _ in range(600)]
    assert largest_cluster([*others, middle, near(middle, 31), near(middle, 20)]) == (3, 600)
    assert largest_cluster([near(middle, 32), middle]) == (1, 0)
    assert largest_cluster([middle]) == (1, 0)


def test_the_thresholds_are_documented():
    """Each has a row in the table."""
    page = (Path(__file__).parents[2] / "docs" / "abuse.md").read_text("utf-8")
    assert f"| different keys | {MANY_KEYS} |" in page
    assert f"| refusals | {MANY_REFUSALS} |" in page
    within = f"different files within {MAX_MATCH_DISTANCE} bits"
    assert f"| near-identical uploads | {MANY_ALIKE} | {within}" in page
