"""Blocked end-users and pictures, and the server's cache of them."""

import numpy as np
import pytest
from PIL import Image as Pillow

from diabelli.errors import InvalidParameter, LedgerUnavailable, PictureBlocked, UserBlocked
from diabelli.ledger.blocklist_cache import CACHE_TTL_S, Blocklist
from diabelli.ledger.blocks import Blocks, sha256_of
from diabelli.ledger.database import Database, sqlite_url
from diabelli.ledger.entries import MAX_TEXT_LENGTH, Entries, Entry
from diabelli.ledger.migrations import migrate
from diabelli.pictures.blocklist_hashes import hashes_to_store
from diabelli.pictures.pdq import pdq
from oracles.sources import face, landscape, pebbles

OTHER = sha256_of(b"the file of another picture")
GREY = np.full((64, 64, 3), 128, np.uint8)


class Clock:
    """A settable clock; each call adds a millisecond, so that no two blocks share a time."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now


@pytest.fixture
def blocks(database):
    return Blocks(database, Clock())


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def blocklist(database, clock):
    return Blocklist(database, clock)


def test_an_empty_blocklist_refuses_nothing(blocklist):
    """Neither end-users, nor pictures, nor requests without an end-user."""
    blocklist.check_user("waltz", key=None)
    blocklist.check_user(None, key="key_1")
    blocklist.check_picture(OTHER, face())


def test_a_blocked_user_is_refused_under_every_key(blocks, blocklist):
    """Also without a key; other users are not."""
    blocks.block_user("waltz", note="spam")
    for key in (None, "key_1", "settings"):
        with pytest.raises(UserBlocked):
            blocklist.check_user("waltz", key=key)
    blocklist.check_user("Waltz", key=None)
    blocklist.check_user(None, key=None)


def test_a_user_can_be_blocked_under_one_key_alone(blocks, blocklist):
    """Two applications may use the same end-user id."""
    blocks.block_user("7", key="key_1")
    with pytest.raises(UserBlocked):
        blocklist.check_user("7", key="key_1")
    blocklist.check_user("7", key="key_2")
    blocklist.check_user("7", key=None)


def test_a_blocked_file_is_refused(blocks, blocklist):
    """Also if its picture is featureless."""
    blocks.block_picture(sha256_of(b"grey"), hashes_to_store(GREY))
    with pytest.raises(PictureBlocked):
        blocklist.check_picture(sha256_of(b"grey"), GREY)
    blocklist.check_picture(OTHER, GREY)


@pytest.mark.parametrize("turned", [lambda image: image, np.rot90, np.fliplr])
def test_a_similar_picture_is_refused(blocks, blocklist, turned):
    """Another file of it, smaller and in any orientation; other pictures are not."""
    blocks.block_picture(sha256_of(b"a face"), hashes_to_store(face(512)))
    small = np.asarray(Pillow.fromarray(np.ascontiguousarray(turned(face(512)))).resize((300, 300)))
    with pytest.raises(PictureBlocked):
        blocklist.check_picture(OTHER, small)
    for image in (pebbles(), landscape(), GREY):
        blocklist.check_picture(OTHER, image)


def test_a_transparent_copy_is_refused(blocks, blocklist):
    """Slight transparency does not evade a block."""
    blocks.block_picture(sha256_of(b"a face"), hashes_to_store(face(256)))
    alpha = np.full((256, 256, 1), 200, np.uint8)
    with pytest.raises(PictureBlocked):
        blocklist.check_picture(OTHER, np.dstack([face(256), alpha]))


def test_a_change_is_seen_within_a_second(blocks, blocklist, clock):
    """A new and a removed block take effect when the cache expires."""
    blocklist.check_user("waltz", key=None)
    blocks.block_user("waltz")
    blocklist.check_user("waltz", key=None)
    clock.now += CACHE_TTL_S
    with pytest.raises(UserBlocked):
        blocklist.check_user("waltz", key=None)
    blocks.unblock_user("waltz")
    blocks.block_user("another")
    clock.now += CACHE_TTL_S
    blocklist.check_user("waltz", key=None)


def test_a_second_block_replaces_the_note(blocks):
    """There is one block per user or picture."""
    for note in ("at first", "at last"):
        blocks.block_user("waltz", note=note)
        blocks.block_picture(OTHER, [], note=note)
    (user,) = blocks.users()
    (picture,) = blocks.pictures()
    assert user.note == picture.note == "at last"
    assert user.key is None
    assert user.time > 1000


def test_the_source_of_a_request_can_be_blocked(database, blocks, blocklist):
    """Its hashes in the ledger suffice."""
    hashes = {"sha256": sha256_of(b"a face"), "pdq": pdq(face(300))}
    entry = Entry(request_id="req_1", time=1.0, status=200, total_ms=1.0, **hashes)
    Entries(database).record(entry)
    assert blocks.block_source("req_1", note="seen").sha256 == hashes["sha256"]
    with pytest.raises(PictureBlocked):
        blocklist.check_picture(OTHER, face(256))
    with pytest.raises(InvalidParameter, match="req_2"):
        blocks.block_source("req_2")


def test_a_picture_is_selected_by_its_first_digits(blocks, blocklist):
    """By eight or more that are unique."""
    blocks.block_picture(OTHER, [])
    for digits in (OTHER[:7], "0" * 64, ""):
        with pytest.raises(InvalidParameter):
            blocks.unblock_picture(digits)
    assert blocks.unblock_picture(OTHER[:8].upper()).sha256 == OTHER
    assert blocks.pictures() == []
    blocklist.check_picture(OTHER, GREY)


def test_unblocking_an_unblocked_user_is_refused(blocks):
    """A block under one key is no block under all keys."""
    blocks.block_user("7", key="key_1")
    for key in (None, "key_2"):
        with pytest.raises(InvalidParameter, match="not blocked"):
            blocks.unblock_user("7", key=key)
    blocks.unblock_user("7", key="key_1")
    assert blocks.users() == []


@pytest.mark.parametrize("length", [0, MAX_TEXT_LENGTH + 1])
def test_an_id_that_cannot_match_is_refused(blocks, length):
    """An empty id is no id; of a longer one, requests are compared by a part only."""
    with pytest.raises(InvalidParameter, match=f"has {length} characters; 1 to 512"):
        blocks.block_user("x" * length)
    assert blocks.users() == []


def test_the_longest_id_is_blocked_as_a_whole(blocks, blocklist):
    """No character of it is cut off."""
    user = "x" * (MAX_TEXT_LENGTH - 1) + "y"
    blocks.block_user(user)
    with pytest.raises(UserBlocked):
        blocklist.check_user(user, key=None)
    blocklist.check_user("x" * MAX_TEXT_LENGTH, key=None)


def test_one_among_thousands_is_found(blocks, blocklist):
    """Other pictures match none of thousands of hashes."""
    random = np.random.default_rng(5)
    for number in range(4):
        digits = [random.bytes(32).hex() for _ in range(1000)]
        blocks.block_picture(sha256_of(b"%d" % number), [*digits, *hashes_to_store(face(512))[:1]])
    with pytest.raises(PictureBlocked):
        blocklist.check_picture(OTHER, face(300))
    for make in (landscape, pebbles):
        blocklist.check_picture(OTHER, make(256))


def test_known_blocks_stay_in_force_during_an_outage(tmp_path, clock, caplog):
    """A cache that was never filled raises instead."""
    path = tmp_path / "ledger.sqlite3"
    database = Database(sqlite_url(path))
    migrate(database)
    Blocks(database).block_user("waltz")
    blocklist, late = Blocklist(database, clock), Blocklist(database, clock)
    with pytest.raises(UserBlocked):
        blocklist.check_user("waltz", key=None)
    database.close()
    path.rename(tmp_path / "away")
    path.mkdir()
    clock.now += 2 * CACHE_TTL_S
    with pytest.raises(UserBlocked):
        blocklist.check_user("waltz", key=None)
    blocklist.check_user("polka", key=None)
    assert [record.message for record in caplog.records] == ["blocks.stale"]
    with pytest.raises(LedgerUnavailable):
        late.check_user("waltz", key=None)
    database.close()
