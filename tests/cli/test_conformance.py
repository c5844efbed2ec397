"""`diabelli conformance`: table, JSON, page and exit codes."""

import json
from contextlib import ExitStack

import pytest

from api.conftest import start
from api.engines import Gate
from conformance.faults import FAULTS, KEY, FaultyServer


@pytest.fixture
def faulty(tmp_path):
    """A function that starts a server with the fault of a check, and returns its base URL."""
    with ExitStack() as stack:

        def serve(name):
            return start(
                stack,
                tmp_path / "data",
                {"api_keys": (KEY,)},
                Gate(),
                wrap=lambda app: FaultyServer(app, FAULTS[name]),
            ).base_url

        yield serve


ONLY = ("--only", "fields.user", "--only", "reply.plain", "--only", "keys.missing")


@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        ("png.exif", (), 0),
        ("fields.user", (), 1),
        ("reply.plain", (), 0),
        ("reply.plain", ("--strict",), 1),
    ],
)
def test_the_exit_code_follows_the_basis(run, faulty, name, options, code):
    """A failure of observed behaviour counts only with --strict."""
    ended = run("conformance", faulty(name), "--key", KEY, *ONLY, *options)
    assert ended.code == code, ended.out


def test_the_last_line_is_a_summary(run, faulty):
    """It has passed and applicable checks of each basis, and skipped ones."""
    ended = run("conformance", faulty("reply.plain"), *ONLY, "--only", "models.list", "--key", KEY)
    assert ended.out.endswith("images/variations: published 3/3 · observed 0/1\n")
    ended = run("conformance", faulty("png.exif"), "--only", "result.lifetime", "--key", KEY)
    assert ended.out.endswith("images/variations: published 0/0 · 1 skipped\n")


def test_json_has_every_check(run, faulty, monkeypatch):
    """The key may come from the environment."""
    monkeypatch.setenv("SOME_KEY", KEY)
    ended = run("conformance", faulty("fields.user"), "--key", "@SOME_KEY", *ONLY, "--json")
    report = json.loads(ended.out)
    assert report["conforms"] is False
    assert report["counts"]["published"] == {"passed": 1, "applicable": 2}
    outcomes = {check["id"]: check["outcome"] for check in report["checks"]}
    assert outcomes == {"fields.user": "failed", "reply.plain": "passed", "keys.missing": "passed"}
    assert KEY not in ended.out


def test_the_page_escapes_what_the_server_sent(run, faulty, tmp_path, monkeypatch):
    """A finding may contain markup and control characters of the server."""
    monkeypatch.setitem(FAULTS, "hostile", _answer_with(b"<script>\x1b[31m[bold]"))
    ended = run(
        "conformance", faulty("hostile"), "--key", KEY, "--only", "fields.user",
        "--html", tmp_path / "page.html",
    )  # fmt: skip
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert "\x1b[31m" not in ended.out
    assert "[bold]" in ended.out


def _answer_with(body):
    async def fault(exchange, inner):
        answer = await inner(exchange)
        return type(answer)(400, {}, body) if exchange.method == "POST" else answer

    return fault


def test_the_list_of_checks_needs_no_server(run):
    """Each has its basis and its requirement."""
    ended = run("conformance", "http://127.0.0.1:1/v1", "--list", "--only", "fields.n.most")
    assert ended.code == 0
    assert "`n` may be 10." in ended.out


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["http://127.0.0.1:1/v1"], 1, "no connection to 127.0.0.1:1"),
        (["nowhere"], 2, "is not a URL such as"),
        (["http://127.0.0.1:1/v1", "--only", "x"], 2, "no check is called 'x'"),
        (["http://127.0.0.1:1/v1", "--key", "@NOT_SET_AT_ALL"], 2, "NOT_SET_AT_ALL is not set"),
    ],
)
def test_errors_of_usage_and_connection(run, words, code, message):
    """The message has the reason."""
    ended = run("conformance", *words)
    assert ended.code == code
    assert message in ended.err
