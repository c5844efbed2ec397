"""`diabelli keys`: a key is shown once, and its rights are listed."""

import json
import re

import pytest

from diabelli.bootstrap import open_ledger
from diabelli.settings import Settings

KEY = re.compile(r"sk-dbl-[A-Za-z0-9]{43}")


@pytest.fixture(autouse=True)
def _ledger(tmp_path):
    """The ledger of a server that has run in the working directory."""
    open_ledger(Settings(data_dir=tmp_path / "data")).close()


def test_a_key_is_made_and_shown_once(run):
    """Stdout has only the key, for programs; the list shows only its prefix."""
    ended = run("keys", "create", "--name", "web", "--images-per-minute", 60)
    key = ended.out.strip()
    assert ended.code == 0
    assert KEY.fullmatch(key)
    assert "cannot be shown again" in ended.err
    listed = run("keys", "list").out
    assert key[:11] + "..." in listed
    assert not KEY.search(listed)


def test_the_first_key_closes_the_server(run):
    """Without a message, requests that worked a moment ago would fail with 401."""
    assert "every request needs a key" in run("keys", "create", "--name", "web").err
    assert "every request" not in run("keys", "create", "--name", "office").err
    run("keys", "revoke", "web")
    run("keys", "revoke", "office")
    assert "every request" not in run("keys", "create", "--name", "again").err


def test_the_list_shows_the_rights_of_a_key(run):
    """Its limits, whether it is an admin key, and whether it was revoked."""
    run("keys", "create", "--name", "plain")
    run("keys", "create", "--name", "strict", "--images-per-day", 9, "--concurrent", 2)
    run("keys", "create", "--name", "free", "--images-per-minute", 0, "--admin")
    run("keys", "revoke", "plain")
    rows = {line.split()[0]: line for line in run("keys", "list").out.splitlines()}
    assert "default" in rows["plain"]
    assert "revoked 20" in rows["plain"]
    assert "9 a day, 2 at once" in rows["strict"]
    assert "free (admin)" in rows["free"]
    assert "any a minute" in rows["free"]
    assert "revoked" not in rows["free"]


def test_keys_are_printed_as_json(run):
    """The new key once, and the list without secrets."""
    made = json.loads(run("keys", "create", "--name", "web", "--json").out)
    assert made["name"] == "web"
    assert KEY.fullmatch(made["key"])
    (listed,) = json.loads(run("keys", "list", "--json").out)
    assert (listed["name"], listed["prefix"]) == ("web", made["key"][:11])
    assert not KEY.search(json.dumps(listed))
    assert json.loads(run("block", "list", "--json").out) == {"users": [], "pictures": []}
    engines = json.loads(run("engines", "--json").out)
    assert "patch" in [engine["name"] for engine in engines["engines"]]


def test_a_key_is_rotated(run):
    """A new key is shown, under the same name and id."""
    old = run("keys", "create", "--name", "web").out.strip()
    before = run("keys", "list").out.splitlines()[1].split()[:2]
    new = run("keys", "rotate", "web").out.strip()
    assert KEY.fullmatch(new)
    assert new != old
    after = run("keys", "list").out
    assert after.splitlines()[1].split()[:2] == before
    assert new[:11] in after
    assert old[:11] not in after


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("create", "--name", "web"), "there is a key named 'web'"),
        (("create", "--name", ""), "1 to 64 characters"),
        (("create",), "--name"),
        (("create", "--name", "x", "--images-per-day", "-1"), "--images-per-day"),
        (("create", "--name", "x", "--images-per-day", "9" * 20), "--images-per-day"),
        (("revoke", "bew"), "no active key is named 'bew'"),
        (("rotate", "bew"), "no active key is named 'bew'"),
    ],
)
def test_invalid_arguments_are_refused(run, words, complaint):
    """The exit code is that of a usage error."""
    run("keys", "create", "--name", "web")
    ended = run("keys", *words)
    assert ended.code == 2
    assert complaint in ended.err


def test_the_ledger_of_another_folder(run, tmp_path):
    """`--data-dir` selects the ledger of another server."""
    folder = tmp_path / "there"
    made = run("keys", "create", "--name", "there", "--data-dir", folder, "--new-ledger")
    assert f"The ledger {folder / 'ledger.sqlite3'} has the new key 'there'" in made.err
    assert "there" not in run("keys", "list").out
    assert "there" in run("keys", "list", "--data-dir", tmp_path / "there").out


@pytest.mark.parametrize(
    "words",
    [
        ("keys", "create", "--name", "web"),
        ("keys", "list"),
        ("keys", "revoke", "web"),
        ("usage",),
        ("block", "list"),
        ("unblock", "user", "7"),
    ],
)
def test_a_folder_without_a_ledger_is_refused(run, tmp_path, words):
    """The message describes the folder, and nothing is written to it."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "diary.txt").write_text("words")
    for name, state in (
        ("none", "does not exist"),
        ("empty", "is empty"),
        ("foreign", "has other"),
    ):
        ended = run(*words, "--data-dir", tmp_path / name)
        assert (ended.code, ended.out) == (2, "")
        assert f"the data folder {tmp_path / name} {state}" in ended.err
    assert not (tmp_path / "none").exists()
    assert not any((tmp_path / "empty").iterdir())
