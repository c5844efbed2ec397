"""Fixtures: real servers on sockets, with tiny engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp

from api.engines import Broken, Climber, Gate, Halfway, Shift, Stumbler
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

Serve = Callable[..., Server]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip tests of details of the tiny engines if these are upstreams."""
    if config.getoption("--bridge", default=False):
        for item in items:
            if item.get_closest_marker("tiny_engine"):
                item.add_marker(pytest.mark.skip(reason="upstream engines differ in such details"))


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
) -> Server:
    """Start a server in the stack; its models are named after the engines.

    It accepts the sources of OpenAI's endpoint unless the settings name others.
    With `bridge`, the engines are those of another server, used as an upstream.
    """
    engines: dict[str, Engine] = {
        "shift": Shift(),
        "gate": gate,
        "broken": Broken(),
        "climber": Climber(),
        "halfway": Halfway(gate),
        "stumbler": Stumbler(),
    }
    models = {name: name for name in engines}
    chosen = {"inputs": "openai"} | settings
    checked = Settings(data_dir=folder, engine="shift", models=models, **chosen)
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
def server(tmp_path_factory: pytest.TempPathFactory, bridge: bool) -> Iterator[Server]:
    """A shared server with default settings, for tests that do not change it."""
    with ExitStack() as stack:
        yield start(stack, tmp_path_factory.mktemp("data"), {}, Gate(), bridge=bridge)


@pytest.fixture
def gate() -> Gate:
    """The engine behind the model `gate` of the servers that `serve` starts."""
    return Gate()


@pytest.fixture
def serve(tmp_path: Path, gate: Gate, bridge: bool) -> Iterator[Serve]:
    """Starts servers with given settings; they stop after the test."""
    with ExitStack() as stack:
        yield lambda **settings: start(stack, tmp_path, settings, gate, bridge=bridge)
        # A server waits for its requests before it stops.
        gate.opened.set()
