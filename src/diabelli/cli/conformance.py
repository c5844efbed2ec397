"""`diabelli conformance`: checks any server of the endpoint against the published description."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from diabelli.cli.exit_codes import FAILED
from diabelli.cli.options import AsJson, print_json
from diabelli.cli.terminal import day, printable
from diabelli.errors import DiabelliError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diabelli.conformance.check import Check, Result

_SHOWN = 300
"""Characters of a finding in the table; the JSON has all of it."""
_ID_WIDTH = 32
_STYLES = {"passed": "green", "failed": "bold red", "skipped": "dim"}


def conformance(
    base_url: Annotated[
        str, typer.Argument(help="Address of the API with its prefix, usually /v1.")
    ],
    key: Annotated[
        str | None,
        typer.Option(
            help="API key of a server that requires one; the name of an environment variable "
            "after `@`, such as @OPENAI_API_KEY, keeps it out of the list of processes.",
            show_default=False,
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Run these checks only: an id, a topic (errors), a basis (published), or a "
            "pattern (png.*). Repeatable.",
            show_default=False,
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Also fail on behaviour that was only observed.")
    ] = False,
    lifetime: Annotated[
        float | None,
        typer.Option(
            min=1,
            help="Lifetime of result URLs in seconds, if the server has a short one; checks that "
            "they expire.",
            show_default=False,
        ),
    ] = None,
    body_timeout: Annotated[
        float | None,
        typer.Option(
            min=0.1,
            help="Seconds after which the server gives up a body that stops; checks that it does.",
            show_default=False,
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, help="Seconds in which each reply must arrive.")
    ] = 120,
    as_json: AsJson = False,
    html: Annotated[
        Path | None, typer.Option(help="Also write a page to this file.", show_default=False)
    ] = None,
    list_checks: Annotated[
        bool, typer.Option("--list", help="Print the checks without running them.")
    ] = False,
) -> None:
    """Check a server of POST /v1/images/variations; it makes about 110 pictures.

    Exit codes: 0 conforms, 1 does not or cannot be reached, 2 usage.
    """
    from diabelli.conformance import report, run
    from diabelli.conformance.target import Target
    from diabelli.conformance.wire import WireError

    checks = run.select(only or ())
    if list_checks:
        _print_checks(checks, as_json=as_json)
        return
    target = Target(
        base_url,
        key=_resolved(key),
        timeout_s=timeout,
        lifetime_s=lifetime,
        body_timeout_s=body_timeout,
    )
    try:
        results = _collect(run.run(target, checks), len(checks), quiet=as_json)
    except WireError as fault:
        raise DiabelliError(f"{base_url}: {fault}") from fault
    if html is not None:
        html.write_text(report.as_html(base_url, results, day(time.time())), "utf-8")
    if as_json:
        print_json(report.as_json(base_url, results, strict=strict))
    else:
        _print_results(results, report.summary(results))
    if not report.conforms(results, strict=strict):
        raise typer.Exit(FAILED)


def _resolved(key: str | None) -> str | None:
    """Return the key, or the value of the environment variable that it names after `@`."""
    if key is None or not key.startswith("@"):
        return key
    name = key[1:]
    if not os.environ.get(name):
        raise typer.BadParameter(f"the environment variable {name} is not set")
    return os.environ[name]


def _collect(results: Iterable[Result], total: int, *, quiet: bool) -> list[Result]:
    """Return all results; show their number on a terminal meanwhile."""
    found = []
    with Console(stderr=True, quiet=quiet).status("") as status:
        for result in results:
            found.append(result)
            status.update(f"{len(found)} of {total} checks")
    return found


def _print_checks(checks: Iterable[Check], *, as_json: bool) -> None:
    if as_json:
        print_json([{"id": one.id, "basis": one.basis.value, "says": one.says} for one in checks])
        return
    for check in checks:
        print(f"{check.id:{_ID_WIDTH}} {check.basis.value:10} {check.says}")


def _print_results(results: Iterable[Result], summary: str) -> None:
    """Print a line for each check; texts of the server are printed without control characters."""
    console = Console(highlight=False, soft_wrap=True)
    for result in results:
        outcome = result.outcome.value
        seen = result.seen if len(result.seen) <= _SHOWN else result.seen[:_SHOWN] + " ..."
        head = f"[{_STYLES[outcome]}]{outcome:8}[/] {result.check.id:{_ID_WIDTH}}"
        console.print(f"{head} {printable(seen)}")
        if outcome == "failed":
            console.print(
                f"[dim]{'':8} {result.check.basis.value}: {printable(result.check.says)}[/]"
            )
    console.print(f"\nimages/variations: {summary}")
