"""Fixtures: fake upstreams on real ports, and engines that use them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import pytest

from diabelli.engines.upstream.engine import UpstreamEngine
from diabelli.engines.upstream.manager import UpstreamManager
from engines.upstream.bridging import upstream_engine
from engines.upstream.fakes.edits import Edits
from engines.upstream.fakes.faults import Faults, Faulty
from engines.upstream.fakes.serving import serving


@dataclass
class EditsUpstream:
    """A fake server of edits with an engine that uses it.

    Attributes:
        fake: the server's state.
        app: its record of requests, and its faults.
        engine: the engine.
    """

    fake: Edits
    app: Faulty
    url: str
    engine: UpstreamEngine

    @property
    def faults(self) -> Faults:
        return self.app.faults

    @property
    def calls(self) -> int:
        """Number of requests for pictures."""
        return sum(seen.method == "POST" for seen in self.app.seen)


MakeEdits = Callable[..., EditsUpstream]
MODELS = {"openai": "gpt-image-2", "vllm-omni": "served", "ovms": "served", "lemonade": "served"}


@pytest.fixture
def manager() -> Iterator[UpstreamManager]:
    """The manager of the engines of a test."""
    with closing(UpstreamManager()) as manager:
        yield manager


@pytest.fixture
def edits(manager: UpstreamManager) -> Iterator[MakeEdits]:
    """Starts fakes of a dialect; arguments are the fake's fields and the engine's options."""
    with ExitStack() as stack:

        def start(dialect: str = "generic", fake: dict[str, Any] | None = None, **options: Any):
            state = Edits(dialect=dialect, **(fake or {}))
            app = state.app()
            url = stack.enter_context(serving(app))
            values = {"protocol": "openai-edits", "dialect": dialect, "side": 64} | options
            if dialect in MODELS:
                values.setdefault("model", MODELS[dialect])
            return EditsUpstream(state, app, url, upstream_engine(manager, url, **values))

        yield start
