"""`diabelli keys`: a key is shown once, and its rights are listed."""

import re

import pytest

KEY = re.compile(r"sk-dbl-[A-Za-z0-9]{43}")


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
    run("keys", "create", "--name", "there", "--data-dir", tmp_path / "there")
    assert "there" not in run("keys", "list").out
    assert "there" in run("keys", "list", "--data-dir", tmp_path / "there").out
