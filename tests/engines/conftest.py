"""The engines that every test of the contract runs with."""

from __future__ import annotations

import pytest

from diabelli.engines import ENGINES, Engine, load
from diabelli.engines.patch import PatchEngine


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine that can be asked for by name."""
    return load(request.param)


@pytest.fixture(scope="session")
def patch_engine() -> PatchEngine:
    """The embedded engine alone."""
    return PatchEngine()
