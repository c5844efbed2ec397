"""Options and ledger access of the commands that work on the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diabelli.cli.terminal import json_text
from diabelli.errors import InvalidParameter

if TYPE_CHECKING:
    from diabelli.ledger.database import Database
    from diabelli.settings import Settings

DataDir = Annotated[
    Path | None,
    typer.Option(help="The server's data directory.", show_default="the setting, data"),
]
Config = Annotated[
    Path | None, typer.Option(help="The settings file.", show_default="./diabelli.toml, if any")
]

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def print_json(value: object) -> None:
    """Print a value as indented JSON on stdout."""
    print(json_text(value, indent=2))


@contextmanager
def ledger(data_dir: Path | None, config: Path | None, *, new: bool = False) -> Iterator[Database]:
    """Open the ledger of the settings for the context.

    Args:
        data_dir: The flag `--data-dir`.
        config: The flag `--config`.
        new: Whether a ledger file that does not exist is made.

    Raises:
        InvalidParameter: The ledger file does not exist, and `new` is false.
    """
    from diabelli.bootstrap import open_ledger
    from diabelli.settings.loading import load_settings

    settings = load_settings({} if data_dir is None else {"data_dir": data_dir}, config)
    file = _ledger_file(settings)
    if file is not None and not new:
        _require_ledger(file)
    database = open_ledger(settings)
    try:
        yield database
    finally:
        database.close()


def _ledger_file(settings: Settings) -> Path | None:
    """Return the file of an SQLite ledger; None for another database."""
    from diabelli.bootstrap import LEDGER_FILE
    from diabelli.ledger.database import sqlite_file

    if settings.ledger is None:
        return settings.data_dir / LEDGER_FILE
    return sqlite_file(settings.ledger.get_secret_value())


def _require_ledger(file: Path) -> None:
    """Raise `InvalidParameter` if the file does not exist; the message describes its folder."""
    if file.exists():
        return
    folder = file.parent
    if not folder.exists():
        state = "does not exist"
    elif any(folder.iterdir()):
        state = f"has other files, but no ledger ({file.name})"
    else:
        state = "is empty"
    raise InvalidParameter(
        f"the data folder {folder.absolute()} {state}: name the folder of the server with "
        "--data-dir or --config; the server makes its ledger at its first start, "
        "`diabelli keys create` makes one with --new-ledger"
    )
