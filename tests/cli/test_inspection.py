"""`diabelli inspect` and `diabelli credentials`."""

import json

import pytest

from diabelli.bootstrap import build_signer
from diabelli.settings import Settings
from diabelli.variation import Variation
from oracles.sources import landscape
from shift_engine import ShiftEngine


def variation():
    return Variation(
        image=landscape(64), seed=7, strength=0.5, engine=ShiftEngine.info, moves=("layout",)
    )


@pytest.fixture
def made(run, tmp_path):
    """Result of `diabelli credentials init`, and a picture signed with its files."""
    ended = run("credentials", "init", "--organization", "Studio")
    settings = Settings(
        credentials_certificate=tmp_path / "credentials-certificate.pem",
        credentials_key=tmp_path / "credentials-key.pem",
    )
    picture = variation()
    signed = build_signer(settings).sign(picture.encode("png"), "png", picture)
    (tmp_path / "signed.png").write_bytes(signed)
    return ended


def test_init_writes_a_private_key_and_its_limits(made, tmp_path):
    """Three files; the key is its owner's alone, and the output says what it does not prove."""
    assert made.code == 0
    names = ["credentials-certificate.pem", "credentials-key.pem", "credentials-root.pem"]
    assert made.out.split() == names
    assert (tmp_path / names[1]).stat().st_mode & 0o777 == 0o600
    assert "proves nothing to others" in made.err


def test_init_keeps_existing_files(run, made, tmp_path):
    """A key that is in use is never replaced."""
    before = (tmp_path / "credentials-key.pem").read_bytes()
    ended = run("credentials", "init")
    assert ended.code == 1
    assert "exists already" in ended.err
    assert (tmp_path / "credentials-key.pem").read_bytes() == before


def test_a_signed_picture_is_verified(run, made):
    """Mark, recipe, signer and state are printed; the root makes it trusted."""
    ended = run("inspect", "signed.png")
    assert ended.code == 0
    assert "valid: unchanged since it was signed, by a certificate of unknown origin" in ended.out
    for line in ("mark          algorithmicMedia", "seed          7", "  signer      Studio"):
        assert line in ended.out
    ended = run("inspect", "signed.png", "--trust", "credentials-root.pem")
    assert "credentials   trusted: " in ended.out


def test_a_changed_picture_is_reported(run, made, tmp_path):
    """The exit code is 1."""
    data = bytearray((tmp_path / "signed.png").read_bytes())
    data[-40] ^= 1
    (tmp_path / "changed.png").write_bytes(data)
    ended = run("inspect", "changed.png")
    assert ended.code == 1
    assert "INVALID" in ended.out
    assert "assertion.dataHash.mismatch" in ended.out


def test_a_picture_without_credentials_has_its_mark(run, tmp_path):
    """JSON has the same facts."""
    variation().save(tmp_path / "plain.webp")
    ended = run("inspect", "plain.webp", "--json")
    assert ended.code == 0
    found = json.loads(ended.out)
    assert found["mark"]["seed"] == "7"
    assert found["mark"]["moves"] == "layout"
    assert (found["credentials"], found["credentials_checked"]) == (None, True)
    assert "credentials   none" in run("inspect", "plain.webp").out


def test_json_has_the_credentials(run, made):
    """State, signer, recipe and actions."""
    found = json.loads(run("inspect", "signed.png", "--json").out)["credentials"]
    assert (found["state"], found["signer"], found["problems"]) == ("valid", "Studio", [])
    assert found["recipe"]["strength"] == 0.5


@pytest.mark.parametrize("content", [None, b"hello", b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_is_no_picture_is_an_error(run, tmp_path, content):
    """So is one that does not exist."""
    if content is not None:
        (tmp_path / "x.png").write_bytes(content)
    ended = run("inspect", "x.png")
    assert ended.code == 1
    assert "x.png: " in ended.err


def test_without_the_extra_the_mark_is_still_printed(run, tmp_path, monkeypatch):
    """The message names the extra; with --trust its absence is an error."""
    variation().save(tmp_path / "plain.png")
    monkeypatch.setitem(__import__("sys").modules, "c2pa", None)
    ended = run("inspect", "plain.png")
    assert ended.code == 0
    assert "seed          7" in ended.out
    assert "credentials   not checked" in ended.out
    assert "diabelli[c2pa]" in ended.err
    (tmp_path / "root.pem").write_bytes(b"")
    assert run("inspect", "plain.png", "--trust", "root.pem").code == 3
