"""`diabelli block`, `unblock` and `usage --suspicious`: effects and output."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

from diabelli import pictures
from diabelli.bootstrap import open_ledger
from diabelli.errors import PictureBlocked
from diabelli.ledger.blocks import Blocks, sha256_of
from diabelli.ledger.database import Database
from diabelli.ledger.entries import Entries, Entry
from diabelli.ledger.keys import IssuedKeys, Limits
from diabelli.ledger.tables import KEYS
from diabelli.pictures.blocklist_hashes import hashes_to_store
from diabelli.settings import Settings
from oracles.sources import face


@pytest.fixture
def database(run, tmp_path: Path) -> Iterator[Database]:
    """The ledger that the command uses by default."""
    with closing(open_ledger(Settings(data_dir=tmp_path / "data"))) as opened:
        yield opened


@pytest.fixture
def blocks(database: Database) -> Blocks:
    return Blocks(database)


def file(folder: Path, name: str, image: np.ndarray) -> Path:
    """A picture file."""
    path = folder / name
    path.write_bytes(pictures.encode(image, "png"))
    return path


def test_a_user_is_blocked_and_unblocked(run, blocks) -> None:
    """The block has a note and holds for every key."""
    assert run("block", "user", "waltz", "--note", "spam").code == 0
    (user,) = blocks.users()
    assert (user.user, user.key, user.note) == ("waltz", None, "spam")
    assert run("unblock", "user", "waltz").code == 0
    assert blocks.users() == []


def test_a_user_is_blocked_under_a_key_by_its_name(run, blocks, database) -> None:
    """The block stores the key's id; keys of the settings are named `settings`."""
    IssuedKeys(database).create("web", Limits())
    (key,) = IssuedKeys(database).list()
    assert run("block", "user", "7", "--key", "web").code == 0
    assert run("block", "user", "8", "--key", "settings").code == 0
    assert {(one.user, one.key) for one in blocks.users()} == {("7", key.id), ("8", "settings")}
    assert run("unblock", "user", "7", "--key", key.id).code == 0
    with database.write_transaction() as connection:
        other = {"id": "key_0", "name": key.id, "prefix": "", "hash": "", "admin": False}
        connection.execute(insert(KEYS).values(created=2e9, **other))
    assert run("block", "user", "9", "--key", key.id).code == 0
    assert ("9", key.id) in {(one.user, one.key) for one in blocks.users()}
    refused = run("block", "user", "7", "--key", "wob")
    assert refused.code == 2
    assert "no key is named 'wob'" in refused.err


def test_pictures_are_blocked_by_their_hashes(run, blocks, tmp_path) -> None:
    """Several files are accepted; the file name is the note."""
    one = file(tmp_path, "one.png", face(256))
    grey = file(tmp_path, "grey.png", np.full((32, 32, 3), 128, np.uint8))
    ended = run("block", "picture", one, grey)
    assert ended.code == 0
    assert "only this exact file" in ended.err
    found = {block.note: block for block in blocks.pictures()}
    assert found["one.png"].sha256 == sha256_of(one.read_bytes())
    assert found["one.png"].hashes == hashes_to_store(face(256))
    assert found["grey.png"].hashes == ()


def test_an_undecodable_file_is_reported(run, blocks, tmp_path) -> None:
    """The other files are still blocked."""
    wrong = tmp_path / "wrong.png"
    wrong.write_bytes(b"no picture")
    ended = run("block", "picture", wrong, tmp_path / "none.png", file(tmp_path, "a.png", face(64)))
    assert ended.code == 1
    assert "wrong.png: the source cannot be read" in ended.err
    assert "none.png: " in ended.err
    assert [block.note for block in blocks.pictures()] == ["a.png"]


def test_the_source_of_a_request_is_blocked(run, blocks, database) -> None:
    """The block uses the hashes in the ledger."""
    entry = {"request_id": "req_1", "time": 1.0, "status": 200, "total_ms": 1.0}
    Entries(database).record(Entry(**entry, sha256=sha256_of(b"a file")))
    assert run("block", "picture", "--request", "req_1", "--note", "seen").code == 0
    assert [(one.sha256, one.note) for one in blocks.pictures()] == [(sha256_of(b"a file"), "seen")]
    unknown = run("block", "picture", "--request", "req_2")
    assert unknown.code == 2
    assert "no request 'req_2'" in unknown.err


def test_a_block_needs_a_picture(run) -> None:
    """A command without a picture changes nothing."""
    ended = run("block", "picture")
    assert ended.code == 2
    assert "FILE" in ended.err


@pytest.mark.parametrize("by_file", [True, False])
def test_a_picture_is_unblocked(run, blocks, tmp_path, by_file) -> None:
    """By its file, or by its digits in the list."""
    path = file(tmp_path, "one.png", face(64))
    run("block", "picture", path)
    (line,) = [line for line in run("block", "list").out.splitlines() if "one.png" in line]
    assert run("unblock", "picture", path if by_file else line.split()[0]).code == 0
    assert blocks.pictures() == []
    assert run("unblock", "picture", path).code == 2


def test_the_list_shows_all_blocks(run, blocks) -> None:
    """Control characters from clients do not reach the terminal."""
    assert "No end-user and no picture is blocked" in run("block", "list").err
    blocks.block_user("\x1b[31m[red]waltz", note="spam")
    blocks.block_picture(sha256_of(b"a file"), hashes_to_store(face(64)), note="seen")
    said = run("block", "list").out
    assert "\x1b" not in said
    assert "\N{REPLACEMENT CHARACTER}[31m[red]waltz" in said
    assert sha256_of(b"a file")[:12] in said
    assert all(word in said for word in ("any", "spam", "seen", "similar pictures"))


@pytest.fixture
def probing(database) -> None:
    """An end-user with three refusals under three keys, two days ago."""
    for number in range(3):
        entry = Entry(
            request_id=f"req_{number}",
            time=time.time() - 2 * 86400,
            key=f"key_{number}",
            user="probing",
            status=400,
            error=PictureBlocked.code,
            total_ms=1.0,
        )
        Entries(database).record(entry)


@pytest.mark.usefixtures("probing")
def test_suspects_are_shown_with_their_reasons(run) -> None:
    """Within the requested period."""
    said = run("usage", "--suspicious").out
    assert "probing" in said
    assert "3 different keys, 3 refusals" in said
    none = run("usage", "--suspicious", "--since", "1d")
    assert none.out == ""
    assert "No end-user is suspicious" in none.err


@pytest.mark.usefixtures("probing")
def test_suspects_are_written_for_programs(run) -> None:
    """As JSON and as CSV."""
    (one,) = json.loads(run("usage", "--suspicious", "--json").out)
    assert one == {
        "user": "probing",
        "requests": 3,
        "keys": 3,
        "refusals": 3,
        "alike": 0,
        "source": None,
        "reasons": ["3 different keys", "3 refusals"],
    }
    (row,) = csv.DictReader(io.StringIO(run("usage", "--suspicious", "--csv").out))
    assert (row["user"], row["refusals"]) == ("probing", "3")
    assert row["reasons"] == "3 different keys; 3 refusals"
