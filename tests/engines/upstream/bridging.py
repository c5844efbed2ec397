"""Upstream engines for tests, and a Diabelli server as the upstream of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from api.wire import Server, serving
from diabelli.bootstrap import Components, build_quota, open_ledger
from diabelli.engines import Engine
from diabelli.engines.upstream.engine import UpstreamEngine
from diabelli.engines.upstream.manager import UpstreamManager
from diabelli.engines.upstream.options import UpstreamOptions
from diabelli.service import Service
from diabelli.settings import Settings
from diabelli.storage import LocalStorage
from engines.upstream.fakes.comfyui import Comfy
from engines.upstream.fakes.faults import Faulty
from engines.upstream.fakes.serving import serving as serving_fake


def upstream_engine(
    manager: UpstreamManager,
    url: str,
    *,
    timeout_s: float = 20,
    name: str = "bridge",
    **options: Any,
) -> UpstreamEngine:
    """Return an upstream engine; its protocol is `openai-variations` unless given."""
    values = {"kind": "upstream", "protocol": "openai-variations", "base_url": url, **options}
    return UpstreamEngine(
        name,
        UpstreamOptions.model_validate(values),
        manager,
        timeout_s=timeout_s,
        user_secret=b"s" * 32,
    )


@contextmanager
def diabelli_server(
    engines: Mapping[str, Engine], folder: Path, **settings: Any
) -> Iterator[Server]:
    """Run a server whose models are named after its engines."""
    checked = Settings(
        data_dir=folder,
        engine=next(iter(engines)),
        models={"dall-e-2": next(iter(engines)), **{name: name for name in engines}},
        **settings,
    )
    storage = LocalStorage(folder / "pictures", b"s" * 32, checked.lifetime_s)
    with closing(Service(engines=engines, storage=storage, threads=2)) as service:
        service.warm_up()
        with closing(open_ledger(checked)) as database:
            parts = Components(
                service=service,
                storage=storage,
                database=database,
                quota=build_quota(checked, database),
            )
            with serving(checked, parts) as server:
                yield server


@contextmanager
def bridged(engine: Engine, folder: Path) -> Iterator[UpstreamEngine]:
    """Return an upstream engine whose upstream is a Diabelli server with `engine`."""
    with diabelli_server({"tiny": engine}, folder) as server, closing(UpstreamManager()) as manager:
        yield upstream_engine(manager, server.url)


@contextmanager
def comfy_bridge(fake: Comfy, **options: Any) -> Iterator[tuple[UpstreamEngine, Faulty]]:
    """Return an engine of a fake ComfyUI, and the faults of its transport."""
    app = fake.app()
    values = {"protocol": "comfyui", "side": 128, "model": "model.safetensors", **options}
    with serving_fake(app) as url, closing(UpstreamManager()) as manager:
        yield upstream_engine(manager, url, **values), app
