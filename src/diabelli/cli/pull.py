"""`diabelli pull`: download the weights of trained engines."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diabelli.cli.completion import complete_trained_engine
from diabelli.cli.exit_codes import print_notice
from diabelli.cli.options import AsJson, Config, print_json
from diabelli.cli.settings_file import add_settings
from diabelli.errors import UnknownEngine

if TYPE_CHECKING:
    from diabelli.engines.diffusion.runtime import EnginePlan
    from diabelli.settings import Settings


def pull(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="See `diabelli engines`; by default the one that fits this machine best.",
            metavar="[ENGINE]...",
            autocompletion=complete_trained_engine,
        ),
    ] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Download the weights of engines, with a progress bar; existing files are kept.

    Broken and interrupted downloads are resumed; the hashes of all files are verified. Without a
    name, the engine is also written to the settings file, so that `diabelli serve` uses it.
    """
    from diabelli.settings.loading import CONFIG, load_settings

    settings = load_settings({}, config)
    plans = [_plan(settings, name) for name in names or ()] or [_best(settings)]
    folders: list[str] = []
    for plan in plans:
        _announce(plan, settings.vram_budget_gb)
        for folder in _pull(plan):
            folders.append(str(folder))
            if not as_json:
                print(folder)
    if not names:
        _serve_it(config or CONFIG, plans[0].name)
    if as_json:
        print_json(folders)


def how_to_pull() -> str:
    """Return the command for the best engine of this machine; in a checkout, make's target."""
    checkout = Path(__file__).parents[3]
    by_make = Path(sys.prefix).resolve() == (checkout / ".venv").resolve()
    # The command is not on the path there, and the default target leaves out the extra.
    if by_make and (checkout / "Makefile").is_file():
        return "`make trained`"
    extra = "`pip install 'diabelli[diffusion]'`, then " if find_spec("torch") is None else ""
    return f"{extra}`diabelli pull`"


def _plan(settings: Settings, name: str) -> EnginePlan:
    from diabelli.engines.diffusion.presets import PRESETS

    plan = settings.plan(name)
    if plan is None:
        known = ", ".join(dict.fromkeys([*PRESETS, *settings.engines]))
        raise UnknownEngine(f"no engine called {name!r} has weights; these have: {known}")
    return plan


def _best(settings: Settings) -> EnginePlan:
    """Return the engine that fits this machine best; raise if there is none."""
    from diabelli.engines.diffusion.selection import select

    selection = select(settings.preset_plans(), settings.vram_budget_gb)
    print_notice(selection.reason)
    return selection.plan


def _announce(plan: EnginePlan, vram_budget_gb: float | None) -> None:
    """Print size, licence and expected time; raise if the engine cannot be downloaded."""
    from diabelli.engines.diffusion import download
    from diabelli.engines.diffusion.availability import availability
    from diabelli.engines.diffusion.device import GB, expected_device
    from diabelli.engines.diffusion.engine import check_licence
    from diabelli.engines.diffusion.speed import seconds_per_picture

    check_licence(plan)
    found = availability(plan, vram_budget_gb)
    # It may be downloaded for another machine, which has no network.
    if found.fits is False:
        print_notice(
            f"{plan.name} needs {found.need_gb:.1f} GB: it is too large to run on this machine"
        )
    missing = download.missing_bytes(plan.preset)
    download.check_disk(missing)
    device = expected_device(plan.running)
    time = _time(seconds_per_picture(plan, device), device)
    print_notice(
        f"{plan.name}: {missing / GB:.1f} GB to download{time}; licence: {plan.preset.licence}"
    )


def _time(seconds: float | None, device: str) -> str:
    """Return the words for an estimated time; empty for None."""
    if seconds is None:
        return ""
    about = f"about {seconds:.0f} s" if seconds >= 1 else "less than a second"
    return f", {about} a picture on this machine's {device} while it is idle"


def _pull(plan: EnginePlan) -> list[Path]:
    from diabelli.engines.diffusion import download

    return download.pull(plan.preset)


def _serve_it(path: Path, name: str) -> None:
    """Write the engine to the settings file, unless the file names one."""
    if add_settings(path, {"engine": name, "load": "background"}):
        print_notice(
            f"{path} now names it: `diabelli serve` uses it for requests that name no other model."
        )
    else:
        print_notice(
            f'{path} names an engine already; to serve this one, set `engine = "{name}"` there.'
        )
