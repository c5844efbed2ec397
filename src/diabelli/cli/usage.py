"""`diabelli usage`: usage by key, end-user, day or model, as a table, JSON or CSV."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.bar import Bar
from rich.table import Table

from diabelli.cli.abuse import draw, write_csv, write_json
from diabelli.cli.csv_output import print_csv
from diabelli.cli.options import AsJson, Config, DataDir, ledger, print_json
from diabelli.cli.tables import print_table
from diabelli.cli.terminal import printable
from diabelli.errors import InvalidParameter

if TYPE_CHECKING:
    from diabelli.ledger.usage import UsageRow

_UNITS_S = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_BAR = 24


class By(StrEnum):
    """Grouping of the lines."""

    key = "key"
    user = "user"
    day = "day"
    model = "model"


def usage(
    by: Annotated[By, typer.Option(help="Grouping of the lines.")] = By.day,
    since: Annotated[
        str, typer.Option(help="Start: 30m, 24h, 7d, 4w ago, or a date such as 2026-11-01.")
    ] = "7d",
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    suspicious: Annotated[
        bool, typer.Option("--suspicious", help="List end-users with suspicious activity instead.")
    ] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Print usage: images, requests, errors, engine seconds, and latencies."""
    from diabelli.ledger.abuse import suspects
    from diabelli.ledger.usage import usage as sums

    if as_json and as_csv:
        raise InvalidParameter("--json and --csv exclude each other: give one of them")
    moment = _moment(since, now=time.time())
    with ledger(data_dir, config) as database:
        if suspicious:
            writer = write_json if as_json else write_csv if as_csv else draw
            writer(suspects(database, since=moment))
            return
        lines = sums(database, by=by.value, since=moment)
    if as_json:
        print_json([asdict(line) for line in lines])
    elif as_csv:
        _write_csv(lines)
    else:
        _draw(lines, by)


def _moment(since: str, *, now: float) -> float:
    """Return Unix seconds; raises `InvalidParameter` for text that is neither span nor date."""
    if span := re.fullmatch(r"([0-9]{1,6})([mhdw])", since):
        return now - int(span[1]) * _UNITS_S[span[2]]
    try:
        return datetime.strptime(since, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()
    except ValueError as cause:
        raise InvalidParameter(
            f"--since {since!r} is not accepted: a span such as 30m, 24h, 7d or 4w, or a date such "
            "as 2026-11-01, which begins at midnight UTC"
        ) from cause


def _write_csv(lines: Sequence[UsageRow]) -> None:
    from diabelli.ledger.usage import UsageRow

    print_csv(list(UsageRow.__slots__), (asdict(line) for line in lines))


def _draw(lines: Sequence[UsageRow], by: By) -> None:
    most = max((line.images for line in lines), default=0)
    table = Table(box=None, header_style="bold", show_footer=len(lines) > 1, footer_style="bold")
    table.add_column(by.value, footer="all", overflow="fold")
    table.add_column("", max_width=_BAR)
    for name, total in _totals(lines).items():
        table.add_column(name, footer=total, justify="right", no_wrap=True)
    for line in lines:
        table.add_row(
            "-" if line.name is None else printable(line.name),
            Bar(most or 1, 0, line.images),
            f"{line.images}",
            f"{line.requests}",
            f"{line.errors}",
            f"{line.seconds:.1f}",
            _milliseconds(line.p50_ms),
            _milliseconds(line.p95_ms),
        )
    print_table(table)


def _totals(lines: Sequence[UsageRow]) -> dict[str, str]:
    """Return the footer of the numeric columns; percentiles have no sum."""
    return {
        "images": f"{sum(line.images for line in lines)}",
        "requests": f"{sum(line.requests for line in lines)}",
        "errors": f"{sum(line.errors for line in lines)}",
        "seconds": f"{sum(line.seconds for line in lines):.1f}",
        "p50 ms": "",
        "p95 ms": "",
    }


def _milliseconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"
