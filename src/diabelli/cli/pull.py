"""`diabelli pull`: download the weights of trained engines."""

from __future__ import annotations

from typing import Annotated

import typer

from diabelli.cli.options import AsJson, Config, print_json
from diabelli.errors import UnknownEngine


def pull(
    names: Annotated[
        list[str], typer.Argument(help="See `diabelli engines`.", metavar="ENGINE...")
    ],
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Download the weights of engines, with a progress bar; existing files are kept."""
    from diabelli.engines.diffusion import weights
    from diabelli.engines.diffusion.engine import check_licence
    from diabelli.engines.diffusion.presets import PRESETS
    from diabelli.settings.loading import load_settings

    settings = load_settings({}, config)
    folders: list[str] = []
    for name in names:
        plan = settings.plan(name)
        if plan is None:
            known = ", ".join(dict.fromkeys([*PRESETS, *settings.engines]))
            raise UnknownEngine(f"no engine called {name!r} has weights; these have: {known}")
        check_licence(plan)
        for folder in weights.pull(plan.preset):
            folders.append(str(folder))
            if not as_json:
                print(folder)
    if as_json:
        print_json(folders)
