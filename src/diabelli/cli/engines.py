"""`diabelli engines`: the engines, their availability, and the one that fits this machine best.

`try` below it is for trained engines; `check` and `add` are for engines that use another image
server.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from diabelli.cli.engine_add import add
from diabelli.cli.engine_check import check
from diabelli.cli.engine_trial import try_engine
from diabelli.cli.examples import examples
from diabelli.cli.options import AsJson, Config, print_json
from diabelli.cli.pull import how_to_pull
from diabelli.cli.tables import print_table
from diabelli.errors import DiabelliError
from diabelli.kernel_cache import configure_kernel_cache

if TYPE_CHECKING:
    from diabelli.engines.diffusion.runtime import EnginePlan
    from diabelli.engines.upstream.options import UpstreamOptions
    from diabelli.settings import Settings


@dataclass(frozen=True, slots=True)
class _Row:
    """One engine of the list; `remark` is its summary, or the missing part."""

    name: str
    ready: bool
    remark: str
    trained: bool = False
    licence: str = "-"
    memory: str = "-"
    fits: str = "-"


app = typer.Typer(invoke_without_command=True)


@app.callback(epilog=examples("engines"))
def engines(context: typer.Context, as_json: AsJson = False, config: Config = None) -> None:
    """List the engines: whether each is ready and fits this machine, and its missing parts."""
    if context.invoked_subcommand is not None:
        return
    configure_kernel_cache()
    from diabelli import engines as known
    from diabelli.settings.loading import load_settings

    settings = load_settings({}, config)
    best, advice = _advice(settings)
    names = dict.fromkeys([*best, *known.available_engines(), *settings.engines])
    rows = [_row(settings, name) for name in names]
    if as_json:
        every = [asdict(row) for row in rows]
        print_json({"default": settings.engine, "advice": advice, "engines": every})
        return
    columns = ("engine", "ready", "trained", "memory", "fits", "licence")
    table = Table(*columns, box=None, header_style="bold")
    for row in rows:
        yes = ["yes" if one else "no" for one in (row.ready, row.trained)]
        table.add_row(*map(escape, (row.name, *yes, row.memory, row.fits, row.licence)))
    print_table(table)
    console = Console(highlight=False)
    for row in rows:
        console.print(f"\n{row.name}: {row.remark}", markup=False, soft_wrap=True)
    console.print(f"\nDefault engine of the server: {settings.engine!r}.")
    console.print(advice, markup=False, soft_wrap=True)


def _advice(settings: Settings) -> tuple[list[str], str]:
    """Return the trained engine that fits this machine best, if there is one, and a sentence."""
    from diabelli.engines.diffusion.selection import select

    try:
        best = select(settings.preset_plans(), settings.vram_budget_gb)
    except DiabelliError as fault:
        return [], fault.message
    name = best.plan.name
    if _row(settings, name).ready:
        step = f'It is on this machine: `engine = "{name}"` in the settings selects it.'
    else:
        step = f"To download it, run {how_to_pull()}."
    return [name], f"{best.reason} {step}"


def _row(settings: Settings, name: str) -> _Row:
    if upstream := settings.upstream(name):
        return _upstream(name, upstream)
    plan = settings.plan(name)
    return _trained(plan, settings.vram_budget_gb) if plan else _other(name)


def _other(name: str) -> _Row:
    """Return the row of an engine without a plan: patch, or an engine of another package."""
    from diabelli import engines as known

    try:
        info = known.load(name).info
    except DiabelliError as missing:
        return _Row(name, False, missing.message)
    return _Row(name, True, info.summary, trained=info.trained, fits="yes")


def _upstream(name: str, options: UpstreamOptions) -> _Row:
    """Return the row of an upstream engine; makes no request."""
    from diabelli.engines.upstream.credentials import load_credentials
    from diabelli.engines.upstream.protocols import create_protocol
    from diabelli.engines.upstream.transport import Transport

    try:
        credentials = load_credentials(options.auth, name)
        transport = Transport(options, credentials, engine=name, paid=options.is_paid)
        create_protocol(options, transport)
    except DiabelliError as missing:
        return _Row(name, False, missing.message, trained=True)
    remark = f"Uses the image server at {options.base_url}: `diabelli engines check {name}`."
    return _Row(name, True, remark, trained=True)


def _trained(plan: EnginePlan, vram_budget_gb: float | None) -> _Row:
    """Return the row of a trained engine."""
    from diabelli.engines.diffusion.availability import availability

    found = availability(plan, vram_budget_gb)
    return _Row(
        plan.name,
        found.missing is None,
        found.missing or plan.preset.summary,
        trained=True,
        licence=plan.preset.licence,
        memory="-" if found.need_gb is None else f"{found.need_gb:.1f} GB",
        fits={True: "yes", False: "no", None: "-"}[found.fits],
    )


app.command(epilog=examples("engines check"))(check)
app.command(epilog=examples("engines add"))(add)
app.command("try", epilog=examples("engines try"))(try_engine)
