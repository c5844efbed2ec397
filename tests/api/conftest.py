"""Fixtures: real servers on sockets, with tiny engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp

from api.edges import SharedServers, start_edges
from api.engines import Broken, Choosy, Climber, Gate, Halfway, Shift, Stumbler
from api.wire import Server, serving
from diabelli.api.http.strict_h11 import StrictH11Protocol
from diabelli.bootstrap import Components, build_quota, open_ledger
from diabelli.engines import Engine
from diabelli.engines.upstream.engine import UpstreamEngine
from diabelli.engines.upstream.manager import UpstreamManager
from diabelli.service import Service
from diabelli.settings import Settings
from diabelli.storage import LocalStorage
from engines.upstream.bridging import diabelli_server, upstream_engine
from s3 import s3_server

Serve = Callable[..., Server]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip tests of details of the tiny engines behind upstreams, and of one machine on edges."""
    if config.getoption("--bridge", default=False):
        for item in items:
            if item.get_closest_marker("tiny_engine"):
                item.add_marker(pytest.mark.skip(reason="upstream engines differ in such details"))
    if config.getoption("--edges", default=False):
        for item in items:
            if item.get_closest_marker("one_machine"):
                item.add_marker(pytest.mark.skip(reason="two edges, without SQLite or a folder"))
    if config.getoption("--nginx", default=False):
        for item in items:
            if item.get_closest_marker("direct"):
                item.add_marker(pytest.mark.skip(reason="nginx answers or reads ahead here"))


def bridge_to(own: Engine, engine: UpstreamEngine) -> UpstreamEngine:
    """Give an upstream engine the version of its original, and hide its limits."""
    engine.info = replace(engine.info, version=own.info.version, upstream=None)
    return engine


def start(
    stack: ExitStack,
    folder: Path,
    settings: dict[str, Any],
    gate: Gate,
    root_path: str = "",
    http: type[StrictH11Protocol] = StrictH11Protocol,
    wrap: Callable[[ASGIApp], ASGIApp] = lambda app: app,
    *,
    bridge: bool = False,
    shared: SharedServers | None = None,
) -> Server:
    """Start a server in the stack; its models are named after the engines.

    It accepts the sources of OpenAI's endpoint unless the settings name others.
    With `bridge`, the engines are those of another server, used as an upstream.
    With `shared`, two edges behind a balancer are started.
    """
    engines: dict[str, Engine] = {
        "shift": Shift(),
        "gate": gate,
        "broken": Broken(),
        "climber": Climber(),
        "halfway": Halfway(gate),
        "stumbler": Stumbler(),
        "choosy": Choosy(),
    }
    models = {name: name for name in engines}
    chosen = {"inputs": "openai"} | settings
    checked = Settings(data_dir=folder, engine="shift", models=models, **chosen)
    if shared is not None:
        return start_edges(stack, folder, checked, engines, shared)
    storage = LocalStorage(
        folder / "pictures",
        b"s" * 32,
        checked.lifetime_s,
        limit_bytes=round(checked.store_limit_gb * 1e9),
    )
    if bridge:
        upstream = stack.enter_context(diabelli_server(engines, folder / "upstream"))
        manager = stack.enter_context(closing(UpstreamManager()))
        engines = {
            name: bridge_to(own, upstream_engine(manager, upstream.url, name=name, model=name))
            for name, own in engines.items()
        }
    service = Service(engines=engines, storage=storage, threads=2)
    stack.callback(service.close)
    service.warm_up()
    database = stack.enter_context(closing(open_ledger(checked)))
    quota = build_quota(checked, database)
    parts = Components(service=service, storage=storage, database=database, quota=quota)
    return stack.enter_context(serving(checked, parts, root_path, http, wrap))


@pytest.fixture(scope="session")
def bridge(request: pytest.FixtureRequest) -> bool:
    """Whether the engines of all servers are those of another server."""
    return bool(request.config.getoption("--bridge", default=False))


@pytest.fixture(scope="session")
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SharedServers | None]:
    """The servers that hold the state of two edges; None unless `--edges` is given."""
    if not request.config.getoption("--edges", default=False):
        yield None
        return
    empty_database = request.getfixturevalue("empty_database")
    redis_url = request.getfixturevalue("redis_url")
    with s3_server(tmp_path_factory.mktemp("s3")) as s3, pytest.MonkeyPatch.context() as patch:
        for name, value in s3.environment.items():
            patch.setenv(name, value)
        nginx = bool(request.config.getoption("--nginx", default=False))
        yield SharedServers(empty_database, redis_url, s3.url, nginx)


@pytest.fixture(scope="session")
def server(
    tmp_path_factory: pytest.TempPathFactory, bridge: bool, shared: SharedServers | None
) -> Iterator[Server]:
    """A shared server with default settings, for tests that do not change it."""
    with ExitStack() as stack:
        yield start(
            stack, tmp_path_factory.mktemp("data"), {}, Gate(), bridge=bridge, shared=shared
        )


@pytest.fixture
def gate() -> Gate:
    """The engine behind the model `gate` of the servers that `serve` starts."""
    return Gate()


@pytest.fixture
def serve(
    tmp_path: Path, gate: Gate, bridge: bool, shared: SharedServers | None
) -> Iterator[Serve]:
    """Starts servers with given settings; they stop after the test."""
    with ExitStack() as stack:
        yield lambda **settings: start(
            stack, tmp_path, settings, gate, bridge=bridge, shared=shared
        )
        # A server waits for its requests before it stops.
        gate.opened.set()
