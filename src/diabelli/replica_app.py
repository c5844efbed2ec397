"""Composition root of the replicas on a Ray cluster: builds Serve applications from settings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from diabelli import __version__
from diabelli.bootstrap import build_engine, create_managers
from diabelli.cluster.deployment import build_application
from diabelli.cluster.options import ReplicaOptions
from diabelli.cluster.serve_config import EngineApplication
from diabelli.engines import Engine
from diabelli.engines.diffusion.runtime import RuntimeOptions
from diabelli.kernel_cache import configure_kernel_cache
from diabelli.settings import Settings
from diabelli.worker_pool import shorten_gil_switch_interval

if TYPE_CHECKING:
    from ray.serve import Application

ENGINE_SETTINGS = {"engines", "vram_budget_gb", *RuntimeOptions.model_fields}
"""Settings that engines depend on."""


def engine_applications(settings: Settings) -> list[EngineApplication]:
    """Return the applications of the engines that the settings name, without upstreams.

    Upstream engines work elsewhere already, so servers call them without a replica between.
    """
    names = dict.fromkeys([settings.engine, *settings.models.values()])
    return [_planned(settings, name) for name in names if settings.upstream(name) is None]


def application(args: Mapping[str, Any]) -> Application:
    """Return the Serve application of `EngineApplication.args`; Ray imports it by name."""
    options = ReplicaOptions.model_validate(args.get("options", {}))
    return create_application(
        EngineApplication(
            version=__version__,
            engine=args["engine"],
            settings=args.get("settings", {}),
            options=options,
        )
    )


def create_application(planned: EngineApplication) -> Application:
    """Return the Serve application of an engine."""
    return build_application(
        partial(create_engine, planned.engine, dict(planned.settings)),
        threads=planned.options.threads,
        version=planned.version,
        digest=planned.digest,
        options=planned.options.deployment(),
    )


def create_engine(name: str, values: Mapping[str, Any]) -> Engine:
    """Return an engine with the options of the settings; called on the node of a replica."""
    shorten_gil_switch_interval()
    configure_kernel_cache()
    settings = Settings(**values)
    return build_engine(settings, create_managers(settings), name)


def _planned(settings: Settings, name: str) -> EngineApplication:
    values = settings.model_dump(mode="json", include=ENGINE_SETTINGS, exclude_unset=True)
    entry = values.pop("engines", {}).get(name)
    return EngineApplication(
        version=__version__,
        engine=name,
        settings={**values, **({"engines": {name: entry}} if entry else {})},
        options=settings.replicas.get(name, ReplicaOptions.model_validate({})),
    )
