"""The engines under the contract tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from diabelli.engines import Engine
from diabelli.engines.patch import PatchEngine
from engines.upstream.bridging import bridged

DOCS = Path(__file__).parents[2] / "docs"
RECIPES = {
    "image": "sd-image-variations",
    "ip": "sdxl-ip-adapter",
    "redux": "flux-redux",
    "unclip2": "kandinsky-2.2",
}
"""A preset for each recipe of the trained engines."""


def example() -> Engine:
    """Return the example engine of the documentation."""
    text = re.search(r"```python\n(.*?)```", (DOCS / "engines.md").read_text(), re.DOTALL)
    written: dict[str, type[Engine]] = {}
    exec(text[1], written)
    return written["Tint"]()


@pytest.fixture(
    scope="session",
    params=[
        "patch",
        "example",
        "upstream",
        *(pytest.param(name, marks=pytest.mark.slow) for name in RECIPES),
    ],
)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """Every kind of engine: embedded, documented example, the example as an upstream, trained."""
    if request.param == "patch":
        yield PatchEngine()
    elif request.param == "example":
        yield example()
    elif request.param == "upstream":
        with bridged(example(), tmp_path_factory.mktemp("upstream")) as engine:
            yield engine
    else:
        from diabelli.engines.diffusion.engine_manager import EngineManager
        from diabelli.engines.diffusion.runtime import EnginePlan, RuntimeOptions
        from engines.diffusion.tiny import build

        preset = build(RECIPES[request.param], tmp_path_factory.mktemp("weights"))
        with closing(EngineManager()) as manager:
            # So small a network gives nearly the same picture for all seeds, in bfloat16 the same.
            running = RuntimeOptions(exact=True, load="start", dtype="float32")
            engine = manager.engine(EnginePlan(preset, running))
            engine.warm_up()
            yield engine


@pytest.fixture(scope="session")
def patch_engine() -> PatchEngine:
    """The embedded engine."""
    return PatchEngine()
