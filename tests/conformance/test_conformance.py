"""Conformance: the server passes every check, and every check finds its fault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from api.conftest import start
from api.engines import Gate
from api.wire import Server
from conformance.faults import FAULTS, KEY, FaultyServer, nothing, on_reply
from diabelli.conformance.check import Basis, Outcome, Result
from diabelli.conformance.checks import CHECKS
from diabelli.conformance.run import run, select
from diabelli.conformance.target import Target
from diabelli.conformance.wire import WireError
from diabelli.errors import InvalidParameter

LIFETIME_S = 2
BODY_TIMEOUT_S = 0.5
SETTINGS = {"api_keys": (KEY,), "lifetime_s": LIFETIME_S, "body_timeout_s": BODY_TIMEOUT_S}


def results_of(server: Server, *patterns: str, lifetime_s: float | None = None) -> list[Result]:
    """Run the selected checks."""
    target = Target(
        server.base_url,
        key=KEY,
        timeout_s=20,
        lifetime_s=lifetime_s,
        body_timeout_s=BODY_TIMEOUT_S,
    )
    return list(run(target, select(patterns)))


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that requires a key, with a short time-out and the usual lifetime of results."""
    settings = {"api_keys": (KEY,), "body_timeout_s": BODY_TIMEOUT_S}
    with ExitStack() as stack:
        yield start(stack, tmp_path_factory.mktemp("data"), settings, Gate())


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, FaultyServer]]:
    """A server with switches, and its middleware."""
    made: list[FaultyServer] = []

    def wrap(app: ASGIApp) -> ASGIApp:
        made.append(FaultyServer(app, nothing))
        return made[0]

    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("data")
        server = start(stack, folder, SETTINGS, Gate(), wrap=wrap)
        yield server, made[0]


def test_the_server_passes_every_check(keyed: Server) -> None:
    """Only the check of a short lifetime is skipped, because this server has a long one."""
    results = results_of(keyed)
    assert [r for r in results if r.outcome == Outcome.failed] == []
    skipped = [r.check.id for r in results if r.outcome == Outcome.skipped]
    assert skipped == ["result.lifetime"]
    assert len(results) == len(CHECKS)


def test_results_expire_after_a_short_lifetime(faulty: tuple[Server, FaultyServer]) -> None:
    """A check of the lifetime waits for it."""
    (result,) = results_of(faulty[0], "result.lifetime", lifetime_s=LIFETIME_S)
    assert result.outcome == Outcome.passed, result.seen


def test_a_server_without_keys_skips_the_checks_of_keys(tmp_path: Path) -> None:
    """Each of them is skipped, and no other."""
    with ExitStack() as stack:
        server = start(stack, tmp_path, {}, Gate())
        results = list(run(Target(server.base_url), select(["keys", "models"])))
    outcomes = {r.check.id.partition(".")[0]: r.outcome for r in results}
    assert outcomes == {"keys": Outcome.skipped, "models": Outcome.passed}


def test_every_check_has_a_fault() -> None:
    """A new check needs a fault that shows that it can fail."""
    assert {check.id for check in CHECKS} == set(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_every_check_finds_its_fault(faulty: tuple[Server, FaultyServer], name: str) -> None:
    """A server with the fault fails the check."""
    server, middleware = faulty
    middleware._fault, middleware.disconnected = FAULTS[name], False
    (result,) = results_of(server, name, lifetime_s=LIFETIME_S)
    middleware._fault = nothing
    assert result.outcome == Outcome.failed, result.seen
    assert result.seen


@pytest.mark.parametrize("url", ["/results/a.png", "http://[::1", "http://a:x"])
def test_a_reply_without_a_usable_url_ends_no_run(
    faulty: tuple[Server, FaultyServer], url: str
) -> None:
    """The checks that need the URL fail, and the others run."""
    server, middleware = faulty
    middleware._fault = on_reply(lambda body: [item.update(url=url) for item in body["data"]])
    results = results_of(server, "result.url", "result.signature", "fields.response_format.url")
    middleware._fault = nothing
    assert {result.outcome for result in results} == {Outcome.failed}
    assert {result.seen for result in results} == {f"{url!r} is no absolute URL"}


def test_ids_are_unique_and_requirements_are_sentences() -> None:
    """The table of checks reads as text."""
    ids = [check.id for check in CHECKS]
    assert len(set(ids)) == len(ids)
    for check in CHECKS:
        assert check.says[0].isupper() or check.says[0] == "`", check.id


def test_a_server_without_a_description_skips_the_extensions(
    faulty: tuple[Server, FaultyServer],
) -> None:
    """Extensions are checked only if the server declares them."""
    server, middleware = faulty
    middleware._fault = _hide_description
    results = results_of(server, "declared")
    middleware._fault = nothing
    assert {result.outcome for result in results} == {Outcome.skipped}


async def _hide_description(exchange, inner):
    answer = await inner(exchange)
    return type(answer)(404, {}, b"") if exchange.path == "/openapi.json" else answer


@pytest.mark.parametrize(
    ("pattern", "some"),
    [("published", "fields.image"), ("errors", "errors.size"), ("png.grey-?", "png.grey-8")],
)
def test_checks_are_selected_by_basis_topic_and_pattern(pattern: str, some: str) -> None:
    """A selection has all of its kind and no others."""
    chosen = [check.id for check in select([pattern])]
    assert some in chosen
    assert len(chosen) < len(CHECKS)
    if pattern in list(Basis):
        assert all(check.basis == pattern for check in select([pattern]))


def test_an_unknown_selection_is_refused() -> None:
    """The error lists the topics."""
    with pytest.raises(InvalidParameter, match="fields, reply"):
        select(["nothing"])


def test_an_unreachable_server_is_reported() -> None:
    """No check runs."""
    with pytest.raises(WireError, match="no connection"):
        list(run(Target("http://127.0.0.1:1/v1"), CHECKS))


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://x/v1", "http://", "http://x:y/"])
def test_an_invalid_address_is_refused(url: str) -> None:
    """The error has an example."""
    with pytest.raises(InvalidParameter, match="such as http"):
        Target(url)


def test_the_address_may_have_a_prefix(keyed: Server, tmp_path: Path) -> None:
    """The path of the base URL is kept, also without a version."""
    target = Target(keyed.url, key=KEY)
    assert target.path == "/images/variations"
    (result,) = run(target, select(["fields.n.default"]))
    assert result.outcome == Outcome.passed
