"""`diabelli keys`: make, list, revoke and rotate API keys."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from diabelli.cli.examples import examples
from diabelli.cli.exit_codes import print_notice
from diabelli.cli.options import AsJson, Config, DataDir, ledger, print_json
from diabelli.cli.tables import print_table
from diabelli.cli.terminal import day

if TYPE_CHECKING:
    from diabelli.ledger.keys import IssuedKey, Limits

app = typer.Typer(help="Make, list, revoke and rotate API keys.", no_args_is_help=True)

_stderr = Console(stderr=True, highlight=False)

Name = Annotated[str, typer.Argument(help="The key's name or id.")]


MAX_LIMIT = 2**31 - 1
"""The largest number that every database can store as an integer."""


def _limit(what: str) -> Any:
    text = f"{what}; 0 means no limit. Default: the settings."
    return typer.Option(min=0, max=MAX_LIMIT, show_default=False, help=text)


@app.command(epilog=examples("keys create"))
def create(
    name: Annotated[str, typer.Option(help="Name of the key, such as the site that uses it.")],
    images_per_minute: Annotated[int | None, _limit("Images in a minute")] = None,
    images_per_day: Annotated[int | None, _limit("Images in 24 hours")] = None,
    concurrent: Annotated[int | None, _limit("Images in progress")] = None,
    admin: Annotated[
        bool, typer.Option("--admin", help="Also give access to metrics and the usage of all keys.")
    ] = False,
    new_ledger: Annotated[
        bool, typer.Option("--new-ledger", help="Make the ledger if the data folder has none.")
    ] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Make a key and print it, once."""
    from diabelli.ledger.keys import IssuedKeys, Limits

    limits = Limits(
        images_per_minute=images_per_minute,
        images_per_day=images_per_day,
        concurrent_images=concurrent,
    )
    with ledger(data_dir, config, new=new_ledger) as database:
        keys = IssuedKeys(database)
        first = not keys.any_exist()
        key = keys.create(name, limits, admin=admin)
        place = database.place
    _hand_out(key, name, f"The ledger {place} has the new key {name!r}.", as_json=as_json)
    if first:
        _stderr.print("From now on every request needs a key, from this machine too.")


@app.command("list", epilog=examples("keys list"))
def list_keys(as_json: AsJson = False, data_dir: DataDir = None, config: Config = None) -> None:
    """List the keys, revoked ones included."""
    from diabelli.ledger.keys import IssuedKeys

    with ledger(data_dir, config) as database:
        keys = IssuedKeys(database).list()
    if as_json:
        print_json([asdict(key) for key in keys])
        return
    table = Table(box=None, header_style="bold")
    for column, whole in (("name", False), ("id", True), ("key", True), ("limits", False)):
        table.add_column(column, no_wrap=whole)
    table.add_column("made")
    for key in keys:
        table.add_row(*_cells(key), style="dim" if key.revoked else None)
    print_table(table)


@app.command(epilog=examples("keys revoke"))
def revoke(
    name: Name, as_json: AsJson = False, data_dir: DataDir = None, config: Config = None
) -> None:
    """Revoke a key. Running servers reject it within one second."""
    from diabelli.ledger.keys import IssuedKeys

    with ledger(data_dir, config) as database:
        IssuedKeys(database).revoke(name)
    _stderr.print(f"The key {name!r} is revoked.", markup=False)
    if as_json:
        print_json({"name": name, "revoked": True})


@app.command(epilog=examples("keys rotate"))
def rotate(
    name: Name, as_json: AsJson = False, data_dir: DataDir = None, config: Config = None
) -> None:
    """Replace a key by a new one with the same name, limits and usage; print the new one, once."""
    from diabelli.ledger.keys import IssuedKeys

    with ledger(data_dir, config) as database:
        key = IssuedKeys(database).rotate(name)
    sentence = f"This is the new key {name!r}; the old one is rejected from now on."
    _hand_out(key, name, sentence, as_json=as_json)


def _hand_out(key: str, name: str, sentence: str, *, as_json: bool) -> None:
    """Print the key alone or as JSON on stdout, for programs, and the message on stderr."""
    print_notice(f"{sentence} It is not stored and cannot be shown again:")
    if as_json:
        print_json({"name": name, "key": key})
    else:
        typer.echo(key)


def _cells(key: IssuedKey) -> list[str]:
    until = f", revoked {day(key.revoked)}" if key.revoked else ""
    return [
        escape(key.name) + (" (admin)" if key.admin else ""),
        key.id,
        f"{key.prefix}...",
        _limits(key.limits),
        day(key.created) + until,
    ]


def _limits(limits: Limits) -> str:
    """Return the key's own limits, or `default` if it has none."""
    own = {
        "a minute": limits.images_per_minute,
        "a day": limits.images_per_day,
        "at once": limits.concurrent_images,
    }
    parts = [f"{limit or 'any'} {per}" for per, limit in own.items() if limit is not None]
    return ", ".join(parts) or "default"
