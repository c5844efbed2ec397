"""`diabelli engines check`: what an engine's image server does, and what it cannot do."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, cast

import typer
from rich.console import Console

from diabelli.cli.options import AsJson, Config, print_json
from diabelli.cli.progress_bars import ProgressBars
from diabelli.cli.terminal import printable
from diabelli.errors import UnknownEngine
from diabelli.net import is_loopback

if TYPE_CHECKING:
    from diabelli.engines.upstream.engine import UpstreamEngine
    from diabelli.engines.upstream.probe import Measurement
    from diabelli.engines.upstream.protocol import UpstreamModel

_SHOWN_MODELS = 20
"""Models that are printed; some servers list hundreds."""
_LONG_DEADLINE_S = 600
"""Seconds that a deadline should have for a server that may take minutes."""

_console = Console(highlight=False, soft_wrap=True)


def check(
    name: Annotated[str, typer.Argument(help="The engine.", metavar="NAME")],
    yes: Annotated[
        bool, typer.Option("--yes", help="Make a variation that costs money without asking.")
    ] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Check an engine of the kind `upstream`: reach its server, list models, make variations.

    Four small variations show whether seed and strength have an effect; a server that costs money
    makes one, after a question.
    """
    from diabelli.bootstrap import build_engine, create_managers
    from diabelli.settings.loading import load_settings

    settings = load_settings({}, config)
    if settings.upstream(name) is None:
        known = [one for one in settings.engines if settings.upstream(one)]
        raise UnknownEngine(
            f"no engine of the kind `upstream` is called {name!r}; there are: "
            + (", ".join(known) or "none")
        )
    with closing(create_managers(settings)) as managers:
        engine = cast("UpstreamEngine", build_engine(settings, managers, name))
        _check(engine, yes=yes, deadline_s=settings.deadline_s, as_json=as_json)


def _check(engine: UpstreamEngine, *, yes: bool, deadline_s: float, as_json: bool) -> None:
    options = engine.protocol.options
    started = time.monotonic()
    models = engine.list_models()
    answer_ms = 1000 * (time.monotonic() - started)
    if not as_json:
        _say(f"{options.base_url} answers after {answer_ms:.0f} ms.")
        _print_models(engine, models)
    paid = options.is_paid
    if paid and not yes:
        typer.confirm("One variation costs money. Make it?", abort=True, err=True)
    measured = _measure(engine, compare=not paid)
    if as_json:
        seen = {"url": options.base_url, "answer_ms": round(answer_ms), "model": options.model}
        listed = {"models": [asdict(model) for model in models]}
        limits = {"limits": _limits(engine, measured, deadline_s)}
        print_json({**seen, **listed, **asdict(measured), **limits})
        return
    _say(f"A variation of 256x256 took {measured.seconds:.1f} s.")
    for line in [*_effects(measured), *_limits(engine, measured, deadline_s)]:
        _say(f"- {line}")


def _print_models(engine: UpstreamEngine, models: list[UpstreamModel]) -> None:
    wanted = engine.protocol.options.model
    for model in models[:_SHOWN_MODELS]:
        ends = f", ends on {model.shutdown_date}" if model.shutdown_date else ""
        used = " (used)" if model.id == wanted else ""
        _say(f"  model {model.id}{used}{ends}")
    if len(models) > _SHOWN_MODELS:
        _say(f"  and {len(models) - _SHOWN_MODELS} more models")
    if wanted is not None and models and wanted not in [model.id for model in models]:
        _say(f"- The model {wanted} of the settings is not in the list.")


def _measure(engine: UpstreamEngine, *, compare: bool) -> Measurement:
    from importlib.resources import files

    from diabelli import pictures
    from diabelli.engines.upstream.probe import measure

    source = pictures.decode((files("diabelli") / "sample.png").read_bytes(), pictures.OPENAI)
    with ProgressBars(1) as bars:
        return measure(engine, source, compare=compare, on_progress=bars.start("sample.png", 1))


def _effects(measured: Measurement) -> list[str]:
    """Return a sentence for each measured effect."""
    lines = []
    if measured.source_kept:
        lines.append("The variation equals the source: the server may ignore the strength.")
    if measured.repeatable is not None:
        again = "the same bytes" if measured.repeatable else "another picture"
        lines.append(f"The same seed and strength give {again} when repeated.")
    if measured.seed_matters is not None:
        lines.append(f"Another seed gives {_picture(measured.seed_matters)}.")
    if measured.strength_matters is not None:
        lines.append(f"Another strength gives {_picture(measured.strength_matters)}.")
    return lines


def _picture(other: bool) -> str:
    return "another picture" if other else "the same picture"


def _limits(engine: UpstreamEngine, measured: Measurement, deadline_s: float) -> list[str]:
    """Return what this server cannot do, and what happens to pictures."""
    options, traits = engine.protocol.options, engine.protocol.traits
    side = engine.protocol.working_size(256, 256)[0]
    slow = measured.seconds * 4 > deadline_s or (options.is_paid and deadline_s < _LONG_DEADLINE_S)
    lines = {
        "Seeds are not sent: a variation cannot be repeated.": traits.seed == "ignored",
        "Strength is one of three wordings, not a number.": traits.strength == "wording",
        "Strength is not sent.": traits.strength == "ignored",
        "A prompt is sent with each picture: see `prompt`.": options.protocol == "openai-edits",
        f"Pictures are made at {side}x{side} and reduced.": side > 256,
        f"Pictures leave this machine, to {options.host}.": not is_loopback(options.host),
        "Transparency is lost, and so are the server's own marks in pictures.": True,
        f"`deadline_s` is {deadline_s:g}: set it to {_LONG_DEADLINE_S} or more.": slow,
    }
    return [line for line, holds in lines.items() if holds]


def _say(line: str) -> None:
    _console.print(printable(line))
