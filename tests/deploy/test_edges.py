"""Two edges behind nginx, with PostgreSQL, Redis and a bucket: one can die at any moment."""

from __future__ import annotations

import random
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import select

from api.wire import PATH
from conftest import EmptyDatabase
from deploy.proxies import Proxied, free_port, nginx_edges
from diabelli.ledger.blocks import Blocks
from diabelli.ledger.database import Database
from diabelli.ledger.tables import ENTRIES, LEASES
from faults.serving import SOURCE, Process, aside, until
from s3 import S3Server, s3_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CLIENTS = 4
ROUNDS = 2


class Edges:
    """Two servers with the same settings, each in its own folder and on its own port."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.ports = (free_port(), free_port())
        self._settings = settings
        self._folders = [folder / f"edge-{number}" for number in (1, 2)]
        for own in self._folders:
            own.mkdir()
        self.running = [self._start(number) for number in (0, 1)]

    def _start(self, number: int) -> Process:
        port = {"DIABELLI_PORT": str(self.ports[number])}
        return Process(self._folders[number], **self._settings, **port)

    def restart(self, number: int) -> None:
        """Start a killed or stopped edge again."""
        self.running[number].kill()
        self.running[number] = self._start(number)
        assert self.running[number].url

    def close(self) -> None:
        """Kill both."""
        for process in self.running:
            process.kill()
            print("".join(process.lines))


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """The bucket of both edges."""
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(scope="module")
def ledger_url(empty_database: EmptyDatabase) -> Iterator[str]:
    """The URL of the database of both edges."""
    with empty_database() as url:
        yield url


@pytest.fixture(scope="module")
def edges(
    tmp_path_factory: pytest.TempPathFactory, s3: S3Server, ledger_url: str, redis_url: str
) -> Iterator[Edges]:
    """Both edges, ready."""
    settings = {
        "SHARED_ADDRESS": "true",
        "STORAGE": s3.url,
        "LEDGER": ledger_url,
        "LIMITS_URL": redis_url,
        "SIGNING_SECRET": secrets.token_hex(32),
        "USER_IMAGES_PER_DAY": "3",
        "INPUTS": "openai",
    }
    given = {f"DIABELLI_{name}": value for name, value in settings.items()} | s3.environment
    with closing(Edges(tmp_path_factory.mktemp("edges"), given)) as edges:
        for process in edges.running:
            assert process.url
        yield edges


@pytest.fixture(scope="module")
def proxied(edges: Edges, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    """The address of both."""
    with ExitStack() as stack:
        yield nginx_edges(stack, tmp_path_factory.mktemp("nginx"), free_port(), *edges.ports)


@pytest.fixture
def database(ledger_url: str) -> Iterator[Database]:
    """The ledger of both."""
    with closing(Database(ledger_url)) as database:
        yield database


def success(edge: Process, model: str = "shift", **fields: Any) -> httpx.Response:
    """Return the first success of a request, as clients repeat a 503: a loaded bucket is slow."""

    def attempt() -> httpx.Response | None:
        answer = edge.ask(model, timeout=60, **fields)
        assert answer.status_code in (200, 503), answer.text
        return answer if answer.status_code == 200 else None

    found: httpx.Response = until(attempt)
    return found


def link_of(answer: httpx.Response) -> str:
    """Return path and query of the first link."""
    url = urlsplit(answer.json()["data"][0]["url"])
    return f"{url.path}?{url.query}"


def test_each_edge_opens_the_links_of_the_other(edges: Edges, s3: S3Server) -> None:
    """Pictures are in the bucket only."""
    first, second = edges.running
    path = link_of(success(first, seed=1))
    assert httpx.get(first.url + path).content == httpx.get(second.url + path).content
    assert path.split("?")[0].replace("/results/", "results/") in "".join(s3.files())
    assert not (first.folder / "data" / "pictures").exists()
    assert not (first.folder / "data" / "secret").exists()


def test_each_edge_repeats_the_responses_of_the_other(edges: Edges) -> None:
    """Under an Idempotency-Key: the same links, made once."""
    first, second = edges.running
    headers = {"Idempotency-Key": secrets.token_hex(8)}
    answer = success(first, headers=headers)
    again = success(second, headers=headers)
    assert again.headers["idempotent-replayed"] == "true"
    assert link_of(again) == link_of(answer)
    assert again.json()["created"] == answer.json()["created"]
    other = {"headers": {"Idempotency-Key": "b"}, "response_format": "b64_json"}
    assert success(second, **other).json() == success(first, **other).json()


def test_edges_count_limits_together(edges: Edges) -> None:
    """Three images of an end-user are allowed, at any of them."""
    first, second = edges.running
    for edge in (first, second, first):
        success(edge, user="visitor")
    assert second.ask(user="visitor").status_code == 429


def test_a_block_applies_at_each_edge(edges: Edges, database: Database) -> None:
    """Each reads it from the ledger within a second."""
    Blocks(database).block_user("villain")
    for edge in edges.running:
        until(lambda edge=edge: edge.ask(user="villain").status_code == 403, 10)


def test_one_edge_does_the_cleanup(edges: Edges, database: Database) -> None:
    """The lease has one holder."""
    with database.read_transaction() as connection:
        assert connection.execute(select(LEASES.c.name)).scalars().all() == ["cleanup"]


def send_until_answered(client: httpx.Client, base: str, key: str) -> httpx.Response:
    """Send a request under an Idempotency-Key as OpenAI's clients do; return the success."""
    end = time.monotonic() + 60
    while True:
        assert time.monotonic() < end, "the request has no answer"
        try:
            answer = client.post(
                base + PATH,
                data={"model": "shift", "size": "256x256"},
                files={"image": SOURCE},
                headers={"Idempotency-Key": key},
                timeout=30,
            )
        except httpx.TransportError:
            continue
        if answer.status_code == 200:
            return answer
        assert answer.status_code == 503, answer.text
        time.sleep(0.1)


def under_load(proxied: Proxied, during: Callable[[], None]) -> dict[str, str]:
    """Return the links of all answers to clients that send during a call, by request id."""
    ended, links, failures = threading.Event(), dict[str, str](), list[BaseException]()

    def send() -> None:
        try:
            with httpx.Client() as client:
                while not ended.is_set():
                    answer = send_until_answered(client, proxied.base, secrets.token_hex(8))
                    links[answer.headers["x-request-id"]] = link_of(answer)
        except BaseException as failure:
            failures.append(failure)

    clients = [threading.Thread(target=send) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        during()
    finally:
        ended.set()
        for client in clients:
            client.join()
    assert failures == []
    return links


def check_links(proxied: Proxied, links: dict[str, str], database: Database) -> None:
    """Check that each picture can be fetched and that each request is in the ledger."""
    for path in links.values():
        assert proxied.client.get(proxied.base + path).status_code == 200
    with database.read_transaction() as connection:
        recorded = set(connection.execute(select(ENTRIES.c.request_id)).scalars())
    assert set(links) <= recorded


def test_a_killed_edge_loses_no_acknowledged_result(
    edges: Edges, proxied: Proxied, database: Database
) -> None:
    """Each is killed with SIGKILL at random moments; every client gets its answer."""
    chance, all_links = random.Random(7), {}
    for turn in range(ROUNDS):
        number = turn % 2

        def kill(number: int = number) -> None:
            time.sleep(chance.uniform(0.3, 1.0))
            edges.running[number].kill()
            time.sleep(1.0)

        all_links |= under_load(proxied, kill)
        edges.restart(number)
    assert len(all_links) >= CLIENTS * ROUNDS
    check_links(proxied, all_links, database)


def test_a_stopped_edge_breaks_no_request(
    edges: Edges, proxied: Proxied, database: Database
) -> None:
    """SIGTERM finishes its requests, as in a rolling upgrade."""

    def stop() -> None:
        time.sleep(0.5)
        edges.running[0].send_signal(signal.SIGTERM)
        assert edges.running[0].wait() == 0

    links = under_load(proxied, stop)
    edges.restart(0)
    check_links(proxied, links, database)


def test_a_request_of_a_killed_edge_is_done_by_the_other(edges: Edges) -> None:
    """Its repetition waits for the lease of the dead edge, and then runs."""
    first, second = edges.running
    headers = {"Idempotency-Key": secrets.token_hex(8)}
    second.open_gate()
    lost = aside(lambda: first.ask("gate", seed=5, headers=headers))
    until(lambda: first.entered(5))
    repeated = aside(lambda: second.ask("gate", seed=5, headers=headers, timeout=60))
    time.sleep(0.5)
    assert not second.entered(5)
    first.kill()
    answer: Any = repeated()
    assert answer.status_code in (200, 503), answer.text
    success(second, "gate", seed=5, headers=headers)
    with pytest.raises(httpx.TransportError):
        lost()
    edges.restart(0)


def test_an_outage_of_the_bucket(edges: Edges, proxied: Proxied, s3: S3Server) -> None:
    """Links and stored results get 503, base64 is answered; afterwards the old links work."""
    first, second = edges.running
    path = link_of(success(first, seed=9))
    port = int(s3.environment["AWS_ENDPOINT_URL"].rpartition(":")[2])
    s3.process.kill()
    s3.process.wait(10)
    assert first.ask(seed=10).status_code == 503
    assert httpx.get(second.url + path, timeout=30).status_code == 503
    assert "storage" in httpx.get(first.url + "/health/ready", timeout=30).json()["failing"]
    assert first.ask(seed=10, response_format="b64_json").status_code == 200
    with s3_server(s3.folder, port):
        until(lambda: proxied.client.get(proxied.base + path).status_code == 200)
        success(first, seed=10)
        assert httpx.get(second.url + "/health/ready", timeout=30).status_code == 200
