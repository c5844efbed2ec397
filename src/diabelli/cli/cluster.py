"""`diabelli cluster`: engines on a Ray cluster."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diabelli.cli.examples import examples
from diabelli.cli.options import AsJson, Config, print_json

if TYPE_CHECKING:
    from diabelli.cluster.ray_cluster import RayCluster
    from diabelli.settings import Settings

Address = Annotated[
    str | None,
    typer.Option(
        help="The cluster: `auto`, host and port of its head, or ray://HOST:PORT of its Ray "
        "Client.",
        show_default="the setting engines_at, or auto",
    ),
]

app = typer.Typer(no_args_is_help=True, help="Run the engines on a Ray cluster.")


@app.command(epilog=examples("cluster deploy"))
def deploy(address: Address = None, as_json: AsJson = False, config: Config = None) -> None:
    """Put the engines of the settings on the cluster; unchanged engines are not touched."""
    from diabelli.cluster.administration import deploy as deploy_application
    from diabelli.replica_app import create_application, engine_applications

    settings = _settings(config)
    cluster = _cluster(settings, address)
    changed: dict[str, bool] = {}
    for planned in engine_applications(settings):
        changed[planned.engine] = deploy_application(cluster, planned, create_application)
        if not as_json:
            outcome = "deployed" if changed[planned.engine] else "unchanged"
            print(f"{planned.engine}: {outcome}")
    if as_json:
        print_json(changed)


@app.command(epilog=examples("cluster status"))
def status(address: Address = None, as_json: AsJson = False, config: Config = None) -> None:
    """List the engines on the cluster; exit with 1 unless all of them run."""
    from diabelli.cluster.administration import statuses

    found = statuses(_cluster(_settings(config), address))
    if as_json:
        print_json([asdict(each) for each in found])
    else:
        for each in found:
            replicas = ", ".join(f"{count} {state}" for state, count in each.replicas.items())
            print(f"{each.engine}: {each.status}; replicas: {replicas or 'none'} {each.message}")
    if not found or any(each.status != "RUNNING" for each in found):
        raise typer.Exit(1)


@app.command(epilog=examples("cluster down"))
def down(address: Address = None, as_json: AsJson = False, config: Config = None) -> None:
    """Remove Diabelli's engines from the cluster; other applications stay."""
    from diabelli.cluster.administration import remove

    removed = remove(_cluster(_settings(config), address))
    if as_json:
        print_json(removed)
    else:
        for engine in removed:
            print(f"{engine}: removed")


@app.command("config", epilog=examples("cluster config"))
def print_config(as_json: AsJson = False, config: Config = None) -> None:
    """Print the configuration file for `serve deploy` and for KubeRay's RayService."""
    from diabelli.cluster.serve_config import serve_config, to_yaml
    from diabelli.replica_app import engine_applications

    value = serve_config(engine_applications(_settings(config)))
    if as_json:
        print_json(value)
    else:
        print(to_yaml(value), end="")


def _settings(config: Path | None) -> Settings:
    from diabelli.settings.loading import load_settings

    return load_settings({}, config)


def _cluster(settings: Settings, address: str | None) -> RayCluster:
    from diabelli import __version__
    from diabelli.cluster.ray_cluster import RayCluster

    return RayCluster(address or settings.engines_at or "auto", version=__version__)
