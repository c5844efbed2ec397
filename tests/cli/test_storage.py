"""`diabelli storage check`: the bucket of the settings, and its rule for old pictures."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cli.conftest import Run
from diabelli.object_store import expiry_of, open_object_store
from diabelli.storage.lifecycle import lifecycle_rule
from s3 import S3Server
from s3_rules import bucket_rules


def test_a_bucket_that_works(run: Run, s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left in it, and the rule to set is printed."""
    monkeypatch.setenv("DIABELLI_STORAGE", s3.url)
    ended = run("storage", "check")
    assert ended.code == 0, ended.err
    assert [line[:4].strip() for line in ended.out.splitlines()[:4]] == ["ok"] * 4
    assert '"Prefix": "results/"' in ended.out
    assert "aws s3api put-bucket-lifecycle-configuration --bucket bucket" in ended.out
    assert s3.files() == {}


def test_a_rule_that_is_needed_and_missing(
    run: Run, s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code is 1, in JSON as well."""
    monkeypatch.setenv("DIABELLI_STORAGE", s3.url)
    monkeypatch.setenv("DIABELLI_STORAGE_EXPIRY", "lifecycle")
    ended = run("storage", "check", "--json")
    assert ended.code == 1
    found = json.loads(ended.out)
    assert [(each["name"], each["ok"]) for each in found["checks"]] == [
        ("write", True),
        ("list", True),
        ("read", True),
        ("expiry", False),
    ]
    assert json.loads(found["rule"]["document"])["Rules"][0]["Expiration"] == {"Days": 1}


def test_a_bucket_that_refuses(run: Run, s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is printed, with the exit code of an incomplete installation."""
    monkeypatch.setenv("DIABELLI_STORAGE", s3.url)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    ended = run("storage", "check")
    assert ended.code == 3
    assert "cannot be written" in ended.err
    assert "SignatureDoesNotMatch" in ended.err


def test_settings_without_a_bucket(run: Run) -> None:
    """The command line is at fault."""
    ended = run("storage", "check")
    assert (ended.code, "names no bucket" in ended.err) == (2, True)


def test_the_rule_is_set_and_then_verified(
    run: Run, s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bucket may state it later; if it states another one, the check fails."""
    monkeypatch.setenv("DIABELLI_STORAGE", s3.url)
    monkeypatch.setenv("DIABELLI_STORAGE_EXPIRY", "lifecycle")
    with bucket_rules(s3) as rules:
        monkeypatch.setenv("AWS_ENDPOINT_URL", rules.url)
        ended = run("storage", "check", "--set-rule")
        assert ended.code == 0, ended.err
        lines = ended.out.splitlines()[:5]
        assert [line[:4].strip() for line in lines] == ["ok", "ok", "ok", "ok", "?"]
        assert "deletes objects below results/ after 1 d; other rules kept: 0." in lines[0]
        assert b"<ID>diabelli-results</ID>" in (rules.content or b"")
        rules.expiration = f'expiry-date="{formatdate(time.time() + 90_000, usegmt=True)}"'
        assert run("storage", "check").code == 0
        rules.expiration = f'expiry-date="{formatdate(time.time() + 60, usegmt=True)}"'
        assert run("storage", "check", "--set-rule").code == 1


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("gs://bucket/a", "gcloud storage buckets update gs://bucket"),
        ("az://container/a", "az storage account management-policy create"),
        ("file:///folder", "needs a bucket, and file:///folder is a folder"),
        ("s3://bucket", "delete every object of the bucket"),
    ],
)
def test_rules_that_cannot_be_set(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str, words: str
) -> None:
    """The message says what to do instead; no request is sent."""
    monkeypatch.setenv("DIABELLI_STORAGE", url)
    ended = run("storage", "check", "--set-rule")
    assert ended.code == 2
    assert words in ended.err


@contextmanager
def stating(expiration: str | None) -> Iterator[str]:
    """Run an HTTP server that states a rule as S3 does; yield its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(200)
            if expiration is not None:
                self.send_header("x-amz-expiration", expiration)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(("stated", "days"), [(True, 2), (False, None)])
def test_the_rule_that_a_bucket_states(
    monkeypatch: pytest.MonkeyPatch, stated: bool, days: int | None
) -> None:
    """S3 names the time at which its rule deletes an object."""
    expiry = round(time.time()) + 2 * 86400
    header = f'expiry-date="{formatdate(expiry, usegmt=True)}", rule-id="a"' if stated else None
    with stating(header) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
        found = expiry_of(open_object_store("s3://bucket/prefix"), "key")
    assert (found and found.timestamp()) == (expiry if days else None)


@pytest.mark.parametrize(("lifetime_s", "days"), [(1, 1), (3600, 1), (86_400, 2), (604_800, 8)])
def test_a_rule_outlives_every_link(lifetime_s: int, days: int) -> None:
    """It counts in whole days."""
    rule = lifecycle_rule("s3://bucket", lifetime_s)
    assert rule is not None
    assert rule.days == days


def test_rules_of_other_clouds() -> None:
    """Each is limited to the prefix; a folder has none."""
    google = lifecycle_rule("gs://bucket/a/b", 3600)
    azure = lifecycle_rule("az://container/a", 3600)
    assert google is not None
    assert azure is not None
    assert json.loads(google.document)["rule"][0]["condition"]["matchesPrefix"] == ["a/b/"]
    filters = json.loads(azure.document)["rules"][0]["definition"]["filters"]
    assert filters["prefixMatch"] == ["container/a/"]
    assert lifecycle_rule("file:///folder", 3600) is None
