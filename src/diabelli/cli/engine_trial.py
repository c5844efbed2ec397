"""`diabelli engines try`: runs a trained engine once and prints a report for an issue."""

from __future__ import annotations

import os
import platform
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diabelli.cli.completion import complete_trained_engine
from diabelli.cli.options import AsJson, Config, print_json
from diabelli.cli.progress_bars import ProgressBars
from diabelli.errors import UnknownEngine

if TYPE_CHECKING:
    from diabelli.engines.diffusion.presets import Preset
    from diabelli.engines.diffusion.trial import Trial

PACKAGES = ("diabelli", "torch", "diffusers", "transformers")
SEED = 7
"""Fixed, so that reports of two machines show the same pictures."""


def try_engine(
    name: Annotated[
        str,
        typer.Argument(
            help="A trained engine; see `diabelli engines`.",
            autocompletion=complete_trained_engine,
        ),
    ],
    picture: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The picture to vary.")
    ],
    n: Annotated[int, typer.Option("-n", min=1, max=10, help="Number of variations.")] = 2,
    out: Annotated[Path, typer.Option(help="The folder for the thumbnails.")] = Path(),
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Run an engine on this machine and print a report that can be pasted into an issue.

    The report has times, memory, versions and device. The thumbnails are one JPEG to attach.
    """
    from diabelli import pictures
    from diabelli.engines.diffusion.trial import run_trial
    from diabelli.service import useful_side
    from diabelli.settings.loading import load_settings
    from diabelli.synthesis.core.rng import derive_seeds
    from diabelli.variation import VariationSpec

    plan = load_settings({}, config).plan(name)
    if plan is None:
        raise UnknownEngine(f"{name!r} is no trained engine: see `diabelli engines`")
    side = plan.preset.side
    first = VariationSpec(height=side, width=side, seed=SEED)
    specs = [replace(first, seed=seed) for seed in derive_seeds(SEED, n)]
    shown = pictures.to_image(picture, max_short_side=useful_side(first))
    source = pictures.fit(shown, side, side, "crop", max_side=useful_side(first))
    out.mkdir(parents=True, exist_ok=True)
    with ProgressBars(1) as bars:
        trial = run_trial(plan, source, specs, bars.start(picture.name, 1))
    sheet = out / f"{name}-try.jpg"
    images = [source, *(one.image for one in trial.variations)]
    pictures.to_pillow(pictures.contact_sheet(images)).save(sheet, quality=85)
    if as_json:
        print_json({**facts(plan.preset, trial), "sheet": str(sheet)})
        return
    print(as_table(plan.preset, trial))
    print(f"\nAttach {sheet}: the source, then its variations.")


def as_table(preset: Preset, trial: Trial) -> str:
    """Return the report as a Markdown table."""
    rows = [f"| {name} | {text} |" for name, text in facts(preset, trial).items()]
    return "\n".join(["| | |", "|---|---|", *rows])


def facts(preset: Preset, trial: Trial) -> dict[str, str]:
    """Return the rows of the report by their names."""
    memory = "unknown" if trial.memory_bytes is None else f"{trial.memory_bytes / 1e9:.1f} GB"
    following = "" if trial.next_s is None else f", then {trial.next_s:.1f} s each"
    return {
        "engine": f"{preset.name} at {preset.pipeline.revision[:7]}, {preset.steps} steps",
        "pictures": f"{len(trial.variations)} of {preset.side}x{preset.side}, seed {SEED}",
        "time": f"{trial.first_s:.1f} s with the load of the weights{following}",
        "peak memory": memory,
        "device": f"{trial.device}, {trial.dtype}",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "load of the system": _load(),
        "versions": ", ".join(f"{package} {version(package)}" for package in PACKAGES),
    }


def _load() -> str:
    """Return the load average of the last five minutes, which explains slow pictures."""
    # Windows has none.
    if not hasattr(os, "getloadavg"):
        return "unknown"
    return f"{os.getloadavg()[1]:.1f} on {os.cpu_count()} CPUs"
